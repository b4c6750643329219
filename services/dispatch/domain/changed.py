"""One incident of the board replaced by what it has become, with all that is worked out from it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.states import IncidentStatus
from services.dispatch.domain.board import Assignment, Board, Incident, Ordered, rescheduled
from services.dispatch.domain.handling import CREW_EMERGENCY
from services.dispatch.domain.incident_status import WORKING
from services.dispatch.domain.queue import moved
from services.dispatch.domain.timers import look_at

NOTHING: Final[Mapping[str, Any]] = {}
BEFORE_ALL: Final = -100_000
"""Rank in the queue of an officer in need (D10): by it his turn (`queue`) is years before anybody's who waits."""


def working_status(assignments: tuple[Assignment, ...], queued: bool) -> IncidentStatus:
    """What an incident is that is worked on, from who is on it (EIDO's words)."""
    states = {assignment.status for assignment in assignments if assignment.active}
    if "on_scene" in states:
        return "resources_onscene"
    if "en_route" in states:
        return "resources_enroute"
    if states:
        return "resources_assigned"
    return "queued" if queued else "active"


def put(
    board: Board, incident: Incident, sequence: int, of_board: Mapping[str, Any] = NOTHING, **changes: Any
) -> Board:
    """The board with the changed incident, its place in the queue and its status worked out anew.

    of_board: what else of the board changes with it. status, where it is among the changes: any working one means
    that its assignments say which.
    """
    working = changes.get("status", incident.status) in WORKING
    waiting: tuple[Wanted, ...] = changes.get("waiting", incident.waiting)
    queued = working and any(wanted.required for wanted in waiting)
    place: tuple[int, datetime] | None = None
    if queued:
        rank = BEFORE_ALL if incident.source == CREW_EMERGENCY else changes.get("priority", incident.priority)
        place = rank, incident.received_at
    if working:
        changes["status"] = working_status(changes.get("assignments", incident.assignments), queued)
    changed = replace(incident, sequence=sequence, **changes)
    more = dict(of_board) | moved(board, incident.id, place)
    after = look_at(changed)
    if after != incident.look_at:
        changed = replace(changed, look_at=after)
        more["due"] = rescheduled(board.due, incident.id, incident.look_at, after)
    incidents = board.incidents.insert(incident.id, changed)
    if "ordered" in changes or incident.id in board.held:
        more |= _watched(board, changed)
    return replace(board, sequence=sequence, incidents=incidents, **more)


def _watched(board: Board, incident: Incident) -> dict[str, Any]:
    """The two lists that each tick looks at."""
    order: Ordered = incident.order
    held, watched = board.held, board.watched
    if incident.status == "held" and order.held_until is not None:
        held = held.insert(incident.id, order.held_until)
    elif incident.id in held:
        held = held.discard(incident.id)
    case = order.small_case
    if case is not None and not case.overdue and case.solved_at is None:
        watched = watched.insert(incident.id, case.due_at)
    elif incident.id in watched:
        watched = watched.discard(incident.id)
    return {"held": held, "watched": watched}
