"""What holds of a board after every event, whatever has happened: no double dispatch, legal steps only, nobody lost.

Each check gives a sentence for what is wrong, and none where all is well. Random histories are held against them in
tests, and `verify` holds a journal against them.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from fengqiao.contracts import ordered
from fengqiao.contracts.dispatch import (
    AssignmentAssigned,
    AssignmentEvent,
    IncidentCancelledByDispatch,
    IncidentClosed,
    IncidentCorrected,
    IncidentEvent,
    IncidentOpened,
)
from fengqiao.contracts.model import Event
from services.dispatch.domain import incident_status, transitions
from services.dispatch.domain.board import Board, slot
from services.dispatch.domain.finishing import police_done
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.incident_status import ENDED, WORKING
from services.dispatch.domain.queue import turns_of
from services.dispatch.domain.timers import look_at

ORDER_OF: Final[dict[type[Event], str]] = {
    ordered.IncidentHeld: "hold",
    ordered.IncidentReleased: "release",
    ordered.IncidentMerged: "merge",
    ordered.IncidentUnmerged: "unmerge",
    ordered.IncidentReopened: "reopen",
    ordered.IncidentFeedbackDue: "await_form",
    ordered.IncidentFeedbackGiven: "feedback",
    ordered.IncidentUrged: "urge",
    IncidentClosed: "close",
    IncidentCancelledByDispatch: "cancel",
}
"""The order in the table of incidents that each of these is."""
AT_ANY_TIME: Final = (
    ordered.IncidentReopened,
    ordered.IncidentUnmerged,
    ordered.IncidentNoted,
    ordered.IncidentLinked,
    ordered.IncidentCategorised,
    ordered.IncidentFeedbackGiven,
    ordered.SmallCaseOpened,
    ordered.SmallCaseOwned,
    ordered.SmallCaseOverdue,
    ordered.SmallCaseSolved,
)
"""What may be said of an incident that has ended."""


def legal(board: Board, event: Event) -> Iterator[str]:
    """The step stands in the table; what has ended stays ended. board: before the event."""
    if isinstance(event, AssignmentEvent):
        found = board.assignment(event.assignment_id)
        state = "-" if found is None else found[1].status
        step = event.TYPE.split(".")[2].replace("-", "_")
        if transitions.after(state, step) is None:
            yield f"assignment {event.assignment_id} is {state} and was {step}"
    if isinstance(event, IncidentEvent):
        known = board.incidents.get(event.incident_id)
        order = ORDER_OF.get(type(event))
        if known is not None and order is not None and incident_status.after(known.status, order) is None:
            yield f"incident {known.number} is {known.status} and takes no {order}"
        if known is not None and isinstance(event, IncidentOpened):
            yield f"incident {known.number} is opened a second time"
        if isinstance(event, AT_ANY_TIME):
            return
        if known is None or known.open or getattr(event, "merged_incident", None) is not None:
            return
        if not (isinstance(event, IncidentCorrected) and known.status == "merged"):
            yield f"{event.TYPE} of incident {known.number}, which is {known.status}"


def held_twice(board: Board, forces: Forces, event: Event) -> Iterator[str]:
    """Whoever was just sent holds no more than his kind may hold, by the roster as it is now. board: after the
    event."""
    if not isinstance(event, AssignmentAssigned):
        return
    held = board.units[event.unit].assignments
    known = forces.units.get(event.unit)
    if known is not None and len(held) > known.kind.max_assignments:
        yield f"unit {event.unit} is given {event.assignment_id} and holds {sorted(held)[:-1]}"


def broken(board: Board, forces: Forces) -> Iterator[str]:
    """What is wrong with the board as it stands."""
    yield from _held_once(board, forces)
    yield from _served(board)
    yield from _looked_at(board)


def _held_once(board: Board, forces: Forces) -> Iterator[str]:
    """A unit holds what its incidents say it holds, and never more than its kind allows."""
    held: dict[str, list[str]] = defaultdict(list)
    for incident in board.incidents.values():
        for sent in incident.active:
            held[sent.unit].append(sent.id)
        if incident.active and incident.status not in WORKING:
            yield f"incident {incident.number} is {incident.status} and holds {incident.active[0].unit}"
        if incident.open == (incident.status in ENDED):
            yield f"incident {incident.number} is {incident.status} and {'open' if incident.open else 'ended'}"
    for unit, state in board.units.items():
        due = sorted(held.pop(unit, []))
        if sorted(state.assignments) != due:
            yield f"unit {unit} holds {sorted(state.assignments)}, its incidents say {due}"
        known = forces.units.get(unit)
        if known is not None and len(state.assignments) > known.kind.max_assignments:
            yield f"unit {unit} holds {len(state.assignments)}, its kind may {known.kind.max_assignments}"
        if state.assignments and not state.on:
            yield f"unit {unit} is off duty and holds {sorted(state.assignments)}"
    for unit, assignments in held.items():
        yield f"unit {unit} is not on the board and holds {assignments}"


def _served(board: Board) -> Iterator[str]:
    """Whoever waits for a unit is in the queue; who is held by order, and whose small case is watched, is listed."""
    if board.in_turn != turns_of(board.queue):
        yield "the order of the queue is not that of its turns"
    for incident in board.incidents.values():
        waits = incident.status in WORKING and any(role.required for role in incident.waiting)
        if waits != (incident.id in board.queue):
            yield f"incident {incident.number} {'waits and is not' if waits else 'does not wait and is'} in the queue"
        if incident.status == "active" and not incident.waiting:
            yield f"incident {incident.number} is open, and nobody is on it or is waited for"
        if incident.status == "active" and police_done(incident):
            yield f"incident {incident.number} is open, though police are done and nobody is on it"
        if (incident.status == "held") != (incident.id in board.held):
            yield f"incident {incident.number} is {incident.status}, the list of what is held says otherwise"
        if sum(callers for _, callers in incident.order.merged) > incident.caller_count:
            yield f"incident {incident.number} has fewer callers than were merged into it"
        case = incident.order.small_case
        if (incident.id in board.watched) != (case is not None and not case.overdue and case.solved_at is None):
            yield f"the small case of incident {incident.number} is watched though it is not to be, or the reverse"


def _looked_at(board: Board) -> Iterator[str]:
    """No timer is lost: each incident is looked at when its next one is due."""
    listed = {incident: number for number, incidents in board.due.items() for incident in incidents}
    for incident in board.incidents.values():
        due = look_at(incident)
        at = listed.pop(incident.id, None)
        if incident.look_at != due or at != (None if due is None else slot(due)):
            yield f"a timer of incident {incident.number} is due at {due} and looked at {incident.look_at}"
    for incident_id in listed:
        yield f"a timer is listed for {incident_id}, which is not on the board"
