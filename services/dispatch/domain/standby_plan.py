"""What an area says of standing by (D6, D7): where, how much each point matters by the hour, who, and what has to be
covered. Until analytics advises, these weights are the advice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from math import inf
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from fengqiao.contracts.model import Location
from services.dispatch.domain.plans import Hours, local_minute

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Squad:
    """Units that are spread out over the points together, whatever the other squads do.

    One plan for the night has several: in vehicles and on foot, in uniform and in plain clothes.
    """

    id: str
    name_zh: str
    name_en: str
    kinds: tuple[str, ...]
    capabilities: tuple[str, ...] = ()
    most_seconds: float = inf
    """No unit of it is sent further than this to wait: nobody walks across the town for it."""


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of the local day with weights and squads of their own."""

    id: str
    name_zh: str
    name_en: str
    hours: Hours
    squads: tuple[Squad, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place to wait at. weights: by band, how many of the area's calls are expected around it; any unit."""

    id: str
    name_zh: str
    name_en: str
    place: Location
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """Either every grid cell is within `within_seconds` of a free unit of the kinds, or `at_least` of them are free
    in each of the zones (none named: in the area). hours: None is round the clock."""

    id: str
    kinds: tuple[str, ...]
    capabilities: tuple[str, ...] = ()
    within_seconds: float | None = None
    at_least: int | None = None
    zones: tuple[str, ...] = ()
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """Big rotation 大轮班: squads of people that change shifts by a table of days. Shown, not enforced."""

    name_zh: str
    name_en: str
    begins: date
    order: tuple[str, ...]
    """What one squad does on each day of the cycle: a shift's id, or `rest`. Squad n is n days behind squad 0."""
    squads: tuple[str, ...]

    def on(self, day: date, shift: str) -> tuple[str, ...]:
        """The squads that have this shift on the day on which it begins."""
        passed = (day - self.begins).days
        return tuple(
            squad for n, squad in enumerate(self.squads) if self.order[(passed - n) % len(self.order)] == shift
        )


@dataclass(frozen=True, slots=True)
class StandbyPlan:
    """Of one area. cells: grid cell → the first of its points, which stands for it."""

    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    coverage: tuple[CoverageRule, ...] = ()
    rotation: Rotation | None = None
    cells: Mapping[str, int] = field(default_factory=dict)

    def band_at(self, now: datetime, zone: tzinfo) -> Band | None:
        """The band of the local hour."""
        minute = local_minute(now, zone)
        return next((band for band in self.bands if band.hours.hold(minute)), None)


@dataclass(frozen=True, slots=True)
class Advice:
    """How much each point matters now: point → weight, any unit. Points that are not named matter nothing.

    This is the one seam for analytics: whoever follows `insights` puts what it advises for the area's points into the
    context; without it the area's plan advises. version: changes when the weights do.
    """

    source: Literal["plan", "insights"]
    version: str
    weights: Mapping[str, float]


def of_plan(plan: StandbyPlan, band: Band) -> Advice:
    """The weights that the area's folder gives for the band."""
    return Advice("plan", band.id, {point.id: point.weights.get(band.id, 0.0) for point in plan.points})


class PointTimes(Protocol):
    """Seconds by road to the points of the area's plan, in its order; infinite where no road leads."""

    def between(self, unit: str) -> Matrix:
        """For a unit that moves like this one: [stands at][to], shape (n, n)."""
        ...

    def reach(self, units: Sequence[str]) -> Matrix:
        """From where each unit was last: [unit][to], shape (units, n)."""
        ...
