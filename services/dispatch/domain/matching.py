"""Whom to send: the nearest available unit by road, and why it and not another (D1)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Protocol

from fengqiao.contracts.dispatch import Reason, RunnerUp, Wanted
from fengqiao.contracts.model import Location
from services.dispatch.domain.board import Board
from services.dispatch.domain.forces import Forces, Unit


class Travel(Protocol):
    """Where the units are, as far as a decision needs it."""

    def seconds(self, units: Sequence[str], place: Location) -> Sequence[float]:
        """Seconds by road from each of the units to the place, in their order; infinite where no road leads."""
        ...

    def age(self, unit: str) -> float | None:
        """Seconds since the unit's position was taken; None when its home stands for it."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What decisions need and the board does not fold.

    retired: incidents that are no longer on the board, of those that the message names.
    """

    now: datetime
    forces: Forces
    travel: Travel
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


def anybody_free(board: Board, forces: Forces, kinds: tuple[str, ...]) -> bool:
    """Whether any unit of these kinds can be sent now."""
    return any(why_not(board, forces, unit) is None for unit in forces.of_kinds(kinds))


def choose(
    board: Board, context: Context, wanted: Wanted, place: Location, exclude: Collection[str]
) -> tuple[Choice | None, dict[str, int]]:
    """The best unit for one place of `wanted`, and how many units each reason ruled out.

    nearest: least travel seconds; then the smaller id, so that the same board always chooses the same.
    covering: the units whose home lies in the place's grid cell come before all others.
    """
    forces = context.forces
    free, ruled_out = _free(board, forces, wanted, exclude)
    if not free:
        return None, ruled_out
    ranked = sorted(
        (not _covers(forces, wanted, place, unit), seconds, unit)
        for unit, seconds in zip(free, context.travel.seconds(free, place), strict=True)
        if seconds != inf
    )
    if len(ranked) < len(free):
        ruled_out["no_road"] = len(free) - len(ranked)
    if not ranked:
        # No road from anybody: a place off the map is still somebody's call, so the first free unit goes.
        unit = forces.units[free[0]]
        return Choice(unit, Reason(rule="nearest", ruled_out=ruled_out)), ruled_out
    beyond, seconds, best = ranked[0]
    second = ranked[1][1:] if len(ranked) > 1 else None
    reason = reason_for(context, best, seconds, second, ruled_out, covers=wanted.rule == "covering" and not beyond)
    return Choice(forces.units[best], reason), ruled_out


def _free(board: Board, forces: Forces, wanted: Wanted, exclude: Collection[str]) -> tuple[list[str], dict[str, int]]:
    ruled_out: dict[str, int] = {}
    free: list[str] = []
    for unit in forces.of_kinds(wanted.kinds):
        if unit in exclude:
            continue
        why = why_not(board, forces, unit)
        if why is None:
            free.append(unit)
        else:
            ruled_out[why] = ruled_out.get(why, 0) + 1
    return free, ruled_out


def _covers(forces: Forces, wanted: Wanted, place: Location, unit: str) -> bool:
    if wanted.rule != "covering":
        return False
    return place.grid_cell is not None and forces.units[unit].grid_cell == place.grid_cell


def reason_for(
    context: Context,
    unit: str,
    seconds: float,
    second: tuple[float, str] | None,
    ruled_out: Mapping[str, int],
    *,
    covers: bool = False,
) -> Reason:
    """Why `unit`: its travel seconds beside those of the runner-up."""
    age = context.travel.age(unit)
    return Reason(
        rule="covering" if covers else "nearest",
        travel_seconds=round(seconds, 1),
        position_age_seconds=None if age is None else round(age, 1),
        runner_up=None if second is None else RunnerUp(unit=second[1], travel_seconds=round(second[0], 1)),
        seconds_saved=None if second is None else round(second[0] - seconds, 1),
        ruled_out=dict(ruled_out),
    )
