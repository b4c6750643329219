"""What a correction changes besides the words: the plan, and who is nearest to where it is now (I5, S7).

Another plan is taken when the corrected category, priority, place or weapon ask for one: units that are on it count
for its roles, what is missing is sent. When the place has moved, a unit that is not on the scene is stood down for
another that is nearer by NEARER_BY seconds and by NEARER_SHARE of its own way: so a vehicle that drives on is
followed, and nobody is turned round for a trifle. What a dispatcher chose stays.
"""

from typing import Any, Final

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.dispatch import Wanted
from services.dispatch.domain.board import Assignment, Incident
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import Choice, barred, choose
from services.dispatch.domain.sending import assignment_marks, fill, notify, send, serve_queue

NEARER_BY: Final = 60.0
NEARER_SHARE: Final = 0.25


def other_plan(then: Happenings, incident: Incident, known: dict[str, Any]) -> dict[str, Any]:
    """What `incident.corrected` carries when another plan is right now; nothing where it is the same.

    known: category, priority, location and weapon after the correction.
    """
    forces = then.context.forces
    call = forces.call(
        known["category"].code,
        known["priority"],
        known["location"],
        incident.source,
        known["weapon"],
        incident.received_at,
    )
    plan = forces.plan_for(call)
    if plan.id == incident.plan:
        return {}
    return {
        "plan": plan.id,
        "wanted": plan.wanted,
        "targets": forces.targets_for(call, plan),
        "steps": plan.steps,
    }


def follow_up(then: Happenings, incident_id: str, changed: tuple[str, ...]) -> None:
    """After `incident.corrected`: send what the new plan wants, follow the place, give a graver call its due."""
    incident = then.board.incidents[incident_id]
    if "plan" in changed:
        fill(then, incident_id, tell=True)
        plan = then.context.forces.plans.get(incident.plan)
        if plan is not None:
            notify(then, incident_id, plan)
    elif "priority" in changed and incident.waiting:
        fill(then, incident_id, tell=False)
    if "location" in changed:
        _follow(then, incident_id)


def _follow(then: Happenings, incident_id: str) -> None:
    freed = False
    for assignment in then.board.incidents[incident_id].active:
        incident = then.board.incidents[incident_id]
        wanted = _wanted_of(incident, assignment)
        if assignment.status == "on_scene" or assignment.reason.rule == "chosen" or wanted is None:
            continue
        choice = _nearer(then, incident, assignment, wanted)
        if choice is None:
            continue
        then.add(
            said.AssignmentCancelled(
                **assignment_marks(then, incident, assignment.id),
                times=assignment.times,
                wanted_again=True,
                rechosen=True,
            )
        )
        send(then, then.board.incidents[incident_id], choice.unit, assignment.role, choice.reason)
        freed = True
    if freed:
        serve_queue(then)


def _wanted_of(incident: Incident, assignment: Assignment) -> Wanted | None:
    for wanted in incident.wanted:
        if wanted.role == assignment.role and assignment.unit_kind in wanted.kinds:
            return wanted
    return None


def _nearer(then: Happenings, incident: Incident, assignment: Assignment, wanted: Wanted) -> Choice | None:
    choice, _ = choose(then.board, then.context, wanted, incident.location, barred(then.board, incident))
    if choice is None or choice.reason.silent or choice.reason.travel_seconds is None:
        return None
    (left,) = then.context.travel.seconds([assignment.unit], incident.location)
    saved = left - choice.reason.travel_seconds
    return choice if saved >= max(NEARER_BY, NEARER_SHARE * min(left, 1e6)) else None
