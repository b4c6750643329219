"""What holds after every message, whatever has happened: no double dispatch, legal steps only, nobody left standing."""

from collections import defaultdict

from fengqiao.contracts import ordered
from fengqiao.contracts.dispatch import AssignmentEvent, IncidentCorrected, IncidentEvent
from services.dispatch.domain import transitions
from services.dispatch.domain.board import Board, from_json, slot, to_json
from services.dispatch.domain.decide import fold
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.incident_status import ENDED, WORKING
from services.dispatch.domain.matching import barred
from services.dispatch.domain.timers import look_at
from tests.unit.dispatch.area import Area

AT_ANY_TIME = (
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


def check(before: Board, area: Area) -> None:
    """Raises AssertionError where the last message broke something. before: the board before it."""
    board = area.board
    # Folding the events gives the board that deciding them gave, and a snapshot gives it back.
    assert to_json(fold(before, iter(area.events))) == to_json(board)
    assert from_json(to_json(board)) == board
    legal_steps(before, area)
    held_once(board, area.forces)
    served(board, area.forces)
    looked_at(board)


def legal_steps(before: Board, area: Area) -> None:
    """Each step stands in the table; what has ended stays ended."""
    board = before
    for event in area.events:
        if isinstance(event, AssignmentEvent):
            found = board.assignment(event.assignment_id)
            state = "-" if found is None else found[1].status
            step = event.TYPE.split(".")[2].replace("-", "_")
            assert transitions.after(state, step) is not None, f"{state} and then {step}"
        if isinstance(event, IncidentEvent) and not isinstance(event, AT_ANY_TIME):
            known = board.incidents.get(event.incident_id)
            through = isinstance(event, IncidentCorrected) and known is not None and known.status == "merged"
            through |= getattr(event, "merged_incident", None) is not None
            assert known is None or known.open or through, f"{event.TYPE} of an incident that is {known.status}"
        board = fold(board, iter([event]))


def held_once(board: Board, forces: Forces) -> None:
    """A unit holds what its incidents say it holds, and never more than its kind allows."""
    held: dict[str, list[str]] = defaultdict(list)
    for incident in board.incidents.values():
        for sent in incident.active:
            held[sent.unit].append(sent.id)
        assert incident.status in WORKING or not incident.active
        assert incident.open == (incident.status not in ENDED)
    for unit, state in board.units.items():
        assert sorted(state.assignments) == sorted(held.pop(unit, []))
        assert len(state.assignments) <= forces.units[unit].kind.max_assignments
        assert state.on or not state.assignments
    assert not held


def served(board: Board, forces: Forces) -> None:
    """Whoever waits is in the queue, and nobody who could go is left standing while somebody waits for such a unit."""
    for incident in board.incidents.values():
        waits = incident.status in WORKING and any(role.required for role in incident.waiting)
        assert waits == (incident.id in board.queue)
        assert (incident.status == "held") == (incident.id in board.held)
        assert sum(callers for _, callers in incident.order.merged) <= incident.caller_count
        case = incident.order.small_case
        assert (incident.id in board.watched) == (case is not None and not case.overdue and case.solved_at is None)
    for incident_id in board.queue:
        waiting = board.incidents[incident_id]
        out = barred(board, waiting)
        for role in waiting.waiting:
            free = [
                unit
                for unit, state in board.units.items()
                if state.on
                and state.emergency is None
                and forces.units[unit].kind.kind in role.kinds
                and len(state.assignments) < forces.units[unit].kind.max_assignments
                and unit not in out
            ]
            assert not free, f"{free} could go to {waiting.number}"


def looked_at(board: Board) -> None:
    """No timer is lost: each incident is looked at when its next one is due."""
    listed = {incident: number for number, incidents in board.due.items() for incident in incidents}
    for incident in board.incidents.values():
        due = look_at(incident)
        assert incident.look_at == due
        assert listed.pop(incident.id, None) == (None if due is None else slot(due))
    assert not listed
