"""What a tick does about timers that are over: warn, escalate, and send another unit (D4; the limits: `timers`)."""

from typing import Final

from fengqiao.contracts import dispatch as said
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Assignment, Incident, due_incidents
from services.dispatch.domain.finishing import finish_after_last, last_to_go
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import barred, choose
from services.dispatch.domain.sending import assignment_marks, fill, serve_queue
from services.dispatch.domain.timers import ESCALATED, WARNED, Timer, level, next_moment, running

MOST_AT_ONCE: Final = 200
"""Incidents that one tick looks after; after an outage the others come with the next ones."""
SHIFT_LEADER: Final = "shift_leader"
NEARER_BY: Final = 60.0
"""Seconds that another unit must be nearer by, before one that is late on its way is taken off."""
MOST_TIMED_OUT: Final = 3
"""Units that are sent one after the other in a role that may stay empty."""


def look_after(then: Happenings) -> None:
    """Take every timer that is due one step further."""
    freed = False
    for incident_id in due_incidents(then.board, then.now)[:MOST_AT_ONCE]:
        for timer in running(then.board.incidents[incident_id]):
            incident = then.board.incidents[incident_id]
            moment = next_moment(timer, incident)
            if moment is not None and moment <= then.now:
                freed |= _further(then, incident, timer)
    if freed:
        serve_queue(then)


def _further(then: Happenings, incident: Incident, timer: Timer) -> bool:
    """One step; whether it freed a unit."""
    told = {
        **then.marks(incident),
        "timer": timer.what,
        "due_at": timer.due_at,
        "assignment_id": None if timer.assignment is None else timer.assignment.id,
        "unit": None if timer.assignment is None else timer.assignment.unit,
    }
    told_of = level(timer, incident)
    if told_of < WARNED:
        then.add(said.TimerWarned(**told))
    elif told_of < ESCALATED:
        then.add(said.IncidentEscalated(**told, to=SHIFT_LEADER))
    elif timer.assignment is not None:
        return _time_out(then, incident, timer, timer.assignment)
    return False


def _time_out(then: Happenings, incident: Incident, timer: Timer, assignment: Assignment) -> bool:
    if timer.what == "arrive" and not _nearer_one(then, incident, assignment):
        # Late, but on its way: nobody would be there sooner.
        then.add(private.TimerGivenUp(incident_id=incident.id, timer=timer.key, at=then.now))
        return False
    over = last_to_go(incident, assignment)
    required = any(one.role == assignment.role and one.required for one in incident.wanted)
    before = sum(one.role == assignment.role and one.status == "timed_out" for one in incident.assignments)
    then.add(
        said.AssignmentTimedOut(
            **assignment_marks(then, incident, assignment.id),
            times=assignment.times,
            timer=timer.what,
            due_at=timer.due_at,
            wanted_again=not over and (required or before + 1 < MOST_TIMED_OUT),
        )
    )
    if over:
        finish_after_last(then, incident.id, None)
    else:
        fill(then, incident.id, tell=True)
    return True


def _nearer_one(then: Happenings, incident: Incident, assignment: Assignment) -> bool:
    wanted = next(
        (one for one in incident.wanted if one.role == assignment.role and assignment.unit_kind in one.kinds), None
    )
    if wanted is None:
        return False
    choice, _ = choose(then.board, then.context, wanted, incident.location, barred(then.board, incident))
    if choice is None or choice.reason.silent or choice.reason.travel_seconds is None:
        return False
    (left,) = then.context.travel.seconds([assignment.unit], incident.location)
    return left - choice.reason.travel_seconds >= NEARER_BY
