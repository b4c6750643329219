"""Holes in what free units cover, per kind of unit, looked for at every tick (D7).

A rule of the area's standby plan asks either that every grid cell is within so many seconds of a free unit of its
kinds, or that so many of them are free. Whoever can be sent now, and answers, is free. A cell that was lost counts as
covered again at RESTORED_SHARE of the seconds, and what was told of a place is not taken back for TOLD_FOR: a unit
that drives along the edge rings nobody twice. A rule begins when the first unit of its kinds signs on: before that
the force says that nobody is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fengqiao.contracts import standing_by as told
from services.dispatch.domain.board import Board
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import why_not
from services.dispatch.domain.plans import local_minute
from services.dispatch.domain.standby_plan import CoverageRule, PointTimes, StandbyPlan

RESTORED_SHARE: Final = 0.9
TOLD_FOR: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Place:
    """What one rule asks of one place. name: a grid cell, a zone, or nothing for the area."""

    name: str
    zone: str | None
    covered: bool


def watch_coverage(then: Happenings) -> None:
    """Tell what is covered no longer, and what is again."""
    plan, times = then.context.forces.standby, then.context.points
    if plan is None or times is None:
        return
    forces = then.context.forces
    minute = local_minute(then.now, forces.timezone)
    for rule in plan.coverage:
        if rule.hours is not None and not rule.hours.hold(minute):
            _over(then, rule)
            continue
        units = forces.able(rule.kinds, rule.capabilities)
        if not any(unit in then.board.units for unit in units):
            continue
        free = [unit for unit in units if _ready(then.board, forces, unit)]
        places = list(_places(then.board, forces, plan, times, rule, free))
        _tell(then, rule, places, free)


def _over(then: Happenings, rule: CoverageRule) -> None:
    """Outside its hours a rule asks for nothing: what was a hole is none any more."""
    prefix = f"{rule.id}/"
    names = sorted(
        key.removeprefix(prefix) for key, hole in then.board.holes.items() if hole.open and key.startswith(prefix)
    )
    if names:
        forces = then.context.forces
        free = [unit for unit in forces.able(rule.kinds, rule.capabilities) if _ready(then.board, forces, unit)]
        _tell(then, rule, [_Place(name, name or None, True) for name in names], free)


def _ready(board: Board, forces: Forces, unit: str) -> bool:
    return why_not(board, forces, unit) is None and not board.units[unit].silent


def _places(
    board: Board, forces: Forces, plan: StandbyPlan, times: PointTimes, rule: CoverageRule, free: Sequence[str]
) -> Iterator[_Place]:
    if rule.within_seconds is None:
        least = rule.at_least or 1
        for zone in rule.zones or (None,):
            here = [unit for unit in free if zone is None or forces.units[unit].zone == zone]
            yield _Place(zone or "", zone, len(here) >= least)
        return
    nearest = times.reach(free).min(axis=0) if free else None
    for cell, point in plan.cells.items():
        hole = board.holes.get(f"{rule.id}/{cell}")
        limit = rule.within_seconds * (RESTORED_SHARE if hole is not None and hole.open else 1.0)
        yield _Place(cell, None, nearest is not None and float(nearest[point]) <= limit)


def _tell(then: Happenings, rule: CoverageRule, places: Sequence[_Place], free: Sequence[str]) -> None:
    lost, restored = [], []
    for place in places:
        hole = then.board.holes.get(f"{rule.id}/{place.name}")
        if hole is not None and then.now - hole.at < TOLD_FOR:
            continue
        if place.covered and hole is not None and hole.open:
            restored.append(place)
        elif not place.covered and (hole is None or not hole.open):
            lost.append(place)
    for kind, changed in ((told.CoverageLost, lost), (told.CoverageRestored, restored)):
        if not changed:
            continue
        marks: dict[str, Any] = {
            "area": then.board.area,
            "at": then.now,
            "rule": rule.id,
            "kinds": rule.kinds,
            "within_seconds": rule.within_seconds,
            "at_least": rule.at_least,
            "free": len(free),
        }
        if rule.within_seconds is not None:
            then.add(kind(**marks, grid_cells=tuple(place.name for place in changed)))
            continue
        for place in changed:
            then.add(kind(**marks, zone=place.zone))
