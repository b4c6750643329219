"""A straight road with points to wait at: seconds between two places are the difference of their marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from fengqiao.contracts.model import Location
from services.dispatch.domain.forces import Kind, Unit
from services.dispatch.domain.plans import Hours
from services.dispatch.domain.standby_plan import Band, CoverageRule, Matrix, Point, Squad, StandbyPlan
from tests.unit.dispatch.area import FORCES, PATROL, Area

FOOT = Kind("foot_patrol", "步巡组", "Foot patrol", True, 1, 1.0, on_foot=True)
MARKS = (0.0, 300.0, 600.0, 900.0)
CELLS = ("G1", "G2", "G3", "G4")


@dataclass(frozen=True)
class Road:
    """at: the mark of each unit; 0 where none is told, no road where it is infinite."""

    at: Mapping[str, float]

    def between(self, unit: str) -> Matrix:
        return _apart(MARKS)

    def reach(self, units: Sequence[str]) -> Matrix:
        return _apart([self.at.get(unit, 0.0) for unit in units])


def _apart(marks: Sequence[float]) -> Matrix:
    seconds: Matrix = np.abs(np.array(marks)[:, None] - np.array(MARKS)[None, :])
    return seconds


def point(number: int, day: float, night: float) -> Point:
    place = Location(lon=113.0 + number / 1000, lat=28.0, grid_cell=CELLS[number])
    return Point(f"S{number}", f"{number}号点", f"Point {number}", place, {"day": day, "night": night})


VEHICLES = Squad("vehicles", "车巡", "Vehicles", ("patrol",))
ON_FOOT = Squad("foot", "步巡", "On foot", ("foot_patrol",))
PLAN = StandbyPlan(
    points=(point(0, 1, 0), point(1, 1, 0), point(2, 1, 0), point(3, 1, 5)),
    bands=(
        Band("day", "白天", "Day", Hours(6 * 60, 21 * 60), (VEHICLES,)),
        Band("night", "夜间", "Night", Hours(21 * 60, 6 * 60), (VEHICLES, ON_FOOT)),
    ),
    cells={cell: number for number, cell in enumerate(CELLS)},
)
NEAR = CoverageRule("patrol", ("patrol",), within_seconds=400)


def standing_area(*rules: CoverageRule, at: Mapping[str, float] | None = None, plan: StandbyPlan = PLAN) -> Area:
    """Patrols P1, P2 and two foot patrols F1, F2, at 14:23 UTC, which the area calls 14:23: it is day."""
    roster = {**FORCES.units, **{id: Unit(id, id, FOOT, id, id, (113.0, 28.0), "G1") for id in ("F1", "F2")}}
    forces = replace(FORCES, units=roster, standby=replace(plan, coverage=rules))
    return Area(forces=forces, points=Road(at or {}))


def moved(area: Area, **marks: float) -> Area:
    """The units are there now."""
    assert isinstance(area.points, Road)
    return replace(area, points=Road({**area.points.at, **marks}))


__all__ = ["CELLS", "NEAR", "PATROL", "PLAN", "Road", "moved", "standing_area"]
