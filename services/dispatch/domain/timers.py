"""What has a time limit in an incident's life, and when it has to be looked at (D4). Pure: it fires nothing.

Of an incident, from when intake took it, or from when it was taken up anew (reopened, released, unmerged): `assigned`
(first police sent), `on_scene` (first police there), `handled` (over). From when the scene was done with, where a final
form is due: `feedback` (given). From its opening: `role:<role>` and `step:<id>` where the plan says by when. Of an
assignment: `acknowledge` (from being sent), `en_route` (from being acknowledged), `arrive` (from setting off: the
target, or SLACK times the travel seconds where the way is longer than that).

Each goes three steps, each told once, and each step counted from when the one before was told, so that nobody is
taken off the call because dispatch itself was away:
    due                 `timer.warned`: whoever has it in hand is rung
    and a grace later   `incident.escalated`: the shift leader is told
    and a grace later   (assignments only) `assignment.timed-out`, and another unit is sent
The grace is as long as the target, MOST_GRACE at most. Nothing runs while an incident is held or over, and nothing
but `feedback` while it waits for its form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fengqiao.contracts.plans import Targets
from services.dispatch.domain.board import Assignment, Incident

SLACK: Final = 1.5
MOST_GRACE: Final = 300.0
WARNED: Final = 1
ESCALATED: Final = 2
GIVEN_UP: Final = 3
"""Timed out, or looked at and nobody better was to be had."""
FEEDBACK: Final = "feedback"
ANEW: Final = frozenset({"assigned", "on_scene", "handled", FEEDBACK})
"""Those that run again when the incident is taken up anew."""
_NONE: Final = Targets()


@dataclass(frozen=True, slots=True)
class Timer:
    """One limit. seconds: how long was allowed. done_at: when the step was taken; None while it is not."""

    what: str
    due_at: datetime
    seconds: float
    done_at: datetime | None = None
    assignment: Assignment | None = None

    @property
    def key(self) -> str:
        return self.what if self.assignment is None else f"{self.assignment.id}/{self.what}"

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=min(self.seconds, MOST_GRACE))

    @property
    def last_level(self) -> int:
        """How far it goes: the incident's own timers end with the shift leader."""
        return ESCALATED if self.assignment is None else GIVEN_UP


def all_timers(incident: Incident) -> Iterator[Timer]:
    """Every timer of the incident's, and those of its assignments that are running or may still run."""
    targets = incident.targets or _NONE
    begin, sent = incident.received_at, incident.assignments
    if incident.ordered is not None and incident.ordered.anew_at is not None:
        begin, sent = incident.ordered.anew_at, sent[incident.ordered.round :]
    if targets.assigned is not None:
        yield _since(begin, "assigned", targets.assigned, _first(sent, "assigned_at"))
    if targets.on_scene is not None:
        yield _since(begin, "on_scene", targets.on_scene, _first(sent, "on_scene_at"))
    if targets.handled is not None:
        over = incident.ended_at if incident.status == "closed" else _first_done(sent)
        yield _since(begin, "handled", targets.handled, over)
    order = incident.ordered
    if targets.feedback is not None and order is not None and order.due_disposition is not None:
        scene_done = _first_done(sent)
        if scene_done is not None:
            given_at = order.feedback_at if order.final_form is not None else None
            yield _since(scene_done, FEEDBACK, targets.feedback, given_at)
    for wanted in incident.wanted:
        if wanted.within_seconds is not None:
            there = [
                one.times.on_scene_at
                for one in incident.assignments
                if one.role == wanted.role and one.times.on_scene_at is not None
            ]
            yield _since(incident.opened_at, f"role:{wanted.role}", wanted.within_seconds, min(there, default=None))
    if incident.steps:
        done = dict(incident.steps_done)
        for step in incident.steps:
            yield _since(incident.opened_at, f"step:{step.id}", step.within_seconds, done.get(step.id))
    for assignment in incident.assignments:
        timer = assignment_timer(assignment, targets)
        if timer is not None:
            yield timer


def assignment_timer(assignment: Assignment, targets: Targets) -> Timer | None:
    """The limit of the step that the crew has to take next."""
    times = assignment.times
    if assignment.status == "assigned" and targets.acknowledge is not None and times.assigned_at is not None:
        return _since(times.assigned_at, "acknowledge", targets.acknowledge, None, assignment)
    if assignment.status == "acknowledged" and targets.en_route is not None and times.acknowledged_at is not None:
        return _since(times.acknowledged_at, "en_route", targets.en_route, None, assignment)
    if assignment.status == "en_route" and targets.on_scene is not None and times.en_route_at is not None:
        allowed = max(targets.on_scene, SLACK * (assignment.reason.travel_seconds or 0.0))
        return _since(times.en_route_at, "arrive", allowed, None, assignment)
    return None


def _since(
    begin: datetime, what: str, seconds: float, done_at: datetime | None, assignment: Assignment | None = None
) -> Timer:
    return Timer(what, begin + timedelta(seconds=seconds), seconds, done_at, assignment)


def first(incident: Incident, step: str) -> datetime | None:
    """When the first police unit took the step (`assigned_at`, `on_scene_at` …)."""
    return _first(incident.assignments, step)


def _first(assignments: Sequence[Assignment], step: str) -> datetime | None:
    return min((at for one in assignments if one.police and (at := getattr(one.times, step))), default=None)


def first_done(incident: Incident) -> datetime | None:
    """When the scene was done with: the last police unit cleared, and none is on it any more."""
    return _first_done(incident.assignments)


def _first_done(assignments: Sequence[Assignment]) -> datetime | None:
    cleared = [one.times.cleared_at for one in assignments if one.police and one.times.cleared_at is not None]
    if not cleared or any(one.police and one.active for one in assignments):
        return None
    return max(cleared)


def running(incident: Incident) -> list[Timer]:
    """Timers whose step is not taken yet; none while the incident is over or held."""
    if not incident.open or incident.status == "held":
        return []
    waits = incident.status == "awaiting_feedback"
    return [timer for timer in all_timers(incident) if timer.done_at is None and (timer.what == FEEDBACK or not waits)]


def next_moment(timer: Timer, incident: Incident) -> datetime | None:
    """When the timer has to be looked at next; None where all of it has been told."""
    for late in incident.late:
        if late.timer == timer.key:
            return late.at + timer.grace if late.level < timer.last_level else None
    return timer.due_at


def level(timer: Timer, incident: Incident) -> int:
    """What has been told of it: 0 nothing, WARNED, ESCALATED, GIVEN_UP."""
    return next((late.level for late in incident.late if late.timer == timer.key), 0)


def look_at(incident: Incident) -> datetime | None:
    """When any of the incident's timers has to be looked at next."""
    moments = [moment for timer in running(incident) if (moment := next_moment(timer, incident)) is not None]
    return min(moments, default=None)
