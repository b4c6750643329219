"""Whom to send: the nearest available unit by road, and why it and not another (D1)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fengqiao.contracts.dispatch import Reason, RunnerUp, Wanted
from fengqiao.contracts.model import Location
from services.dispatch.domain.board import Board
from services.dispatch.domain.forces import Forces, Unit


@dataclass(frozen=True, slots=True)
class Travel:
    """seconds: by road from where the unit is. age: of that position, seconds; None when its home stands for it."""

    seconds: float
    age: float | None


@dataclass(frozen=True, slots=True)
class Context:
    """What decisions need and the board does not fold.

    travel: seconds by road from the units to the place; a unit that no road leads from is missing in the answer.
    retired: incidents that are no longer on the board, of those that the message names.
    """

    now: datetime
    forces: Forces
    travel: Callable[[Sequence[str], Location], Mapping[str, Travel]]
    retired: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    unit: Unit
    reason: Reason


def why_not(board: Board, forces: Forces, unit: str) -> str | None:
    """What rules the unit out now: `off_duty` or `busy`; None when it can be sent."""
    state = board.units.get(unit)
    if state is None or not state.on:
        return "off_duty"
    if len(state.assignments) >= forces.units[unit].kind.max_assignments:
        return "busy"
    return None


def choose(
    board: Board, context: Context, wanted: Wanted, place: Location, exclude: Collection[str]
) -> tuple[Choice | None, dict[str, int]]:
    """The best unit for one place of `wanted`, and how many units each reason ruled out.

    nearest: least travel seconds; then the smaller id, so that the same board always chooses the same.
    covering: the units whose home lies in the place's grid cell come before all others.
    """
    forces = context.forces
    ruled_out: dict[str, int] = {}
    free: list[str] = []
    for unit in forces.units.values():
        if unit.kind.kind not in wanted.kinds or unit.id in exclude:
            continue
        why = why_not(board, forces, unit.id)
        if why is None:
            free.append(unit.id)
        else:
            ruled_out[why] = ruled_out.get(why, 0) + 1
    if not free:
        return None, ruled_out
    travel = context.travel(free, place)
    if len(travel) < len(free):
        ruled_out["no_road"] = len(free) - len(travel)

    def covers(unit: str) -> bool:
        return (
            wanted.rule == "covering"
            and place.grid_cell is not None
            and forces.units[unit].grid_cell == place.grid_cell
        )

    ranked = sorted(travel, key=lambda unit: (not covers(unit), travel[unit].seconds, unit))
    if not ranked:
        # No road from anybody: a place off the map is still somebody's call, so the first free unit goes.
        unit = forces.units[free[0]]
        return Choice(unit, Reason(rule="nearest", ruled_out=ruled_out)), ruled_out
    best = ranked[0]
    reason = reason_for(travel, best, ranked[1] if len(ranked) > 1 else None, ruled_out)
    if covers(best):
        reason = reason.model_copy(update={"rule": "covering"})
    return Choice(forces.units[best], reason), ruled_out


def reason_for(travel: Mapping[str, Travel], unit: str, runner_up: str | None, ruled_out: Mapping[str, int]) -> Reason:
    """Why `unit`: its travel time beside the runner-up's."""
    mine = travel[unit]
    second = travel[runner_up] if runner_up is not None else None
    return Reason(
        rule="nearest",
        travel_seconds=round(mine.seconds, 1),
        position_age_seconds=None if mine.age is None else round(mine.age, 1),
        runner_up=None
        if runner_up is None or second is None
        else RunnerUp(unit=runner_up, travel_seconds=round(second.seconds, 1)),
        seconds_saved=None if second is None else round(second.seconds - mine.seconds, 1),
        ruled_out=dict(ruled_out),
    )
