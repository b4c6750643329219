"""What is true after an event about standing by and coverage: the rest of `evolve`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fengqiao.contracts import standing_by as told
from fengqiao.contracts.model import Event
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Board, Hole, Placed, Standing


def _ordered(board: Board, event: told.StandbyOrdered, sequence: int) -> Board:
    order = Standing(event.point, event.place, event.at, event.seconds, event.until)
    unit = replace(board.units[event.unit], standby=order, sequence=sequence)
    return replace(board, sequence=sequence, units=board.units.insert(unit.unit, unit))


def _placed(board: Board, event: private.UnitsPlaced, sequence: int) -> Board:
    units = tuple((unit, board.units[unit].sequence) for unit in event.units)
    return replace(board, placed=Placed(event.at, event.band, event.advice, units))


def _coverage(board: Board, event: told.CoverageEvent, sequence: int) -> Board:
    holes = board.holes
    for place in event.grid_cells or (event.zone or "",):
        holes = holes.insert(f"{event.rule}/{place}", Hole(isinstance(event, told.CoverageLost), event.at))
    return replace(board, sequence=sequence, holes=holes)


EVOLVE_STANDBY: Final[dict[type[Event], Callable[[Board, Any, int], Board]]] = {
    told.StandbyOrdered: _ordered,
    told.CoverageLost: _coverage,
    told.CoverageRestored: _coverage,
    private.UnitsPlaced: _placed,
}
