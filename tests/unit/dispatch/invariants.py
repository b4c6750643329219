"""What holds after every message: the board's invariants, its fold and snapshot, and nobody left standing."""

from services.dispatch.domain import invariants
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import fold
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import barred
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.area import Area


def check(before: Board, area: Area) -> None:
    """Raises AssertionError where the last message broke something. before: the board before it."""
    board = area.board
    # Folding the events gives the board that deciding them gave, and a snapshot gives it back.
    assert to_json(fold(before, iter(area.events))) == to_json(board)
    assert from_json(to_json(board)) == board
    for event in area.events:
        assert not list(invariants.legal(before, event))
        before = fold(before, iter([event]))
        assert not list(invariants.held_twice(before, area.forces, event))
    assert not list(invariants.broken(board, area.forces))
    nobody_left_standing(board, area.forces)


def nobody_left_standing(board: Board, forces: Forces) -> None:
    """Nobody who could go is left standing while somebody waits for such a unit."""
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
