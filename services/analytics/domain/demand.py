"""Where the next calls are expected, and so where to stand by and when to patrol (A5).

Each incident of the history belongs to the standby point that is nearest by road to its square. What is expected
around a point in a band of hours is what came there in such hours, the recent more than the old (half after
HALF_LIFE_DAYS, which follows the season), times the factor of the weekday. The points are ordered for the p-median:
each is the one that saves most beside those before it (the greedy start of Teitz and Bart 1968).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
import numpy.typing as npt

from services.analytics.domain.profile import Band, Profile
from services.analytics.domain.register import UNKNOWN_SQUARE
from services.analytics.domain.table import Table

Floats = npt.NDArray[np.float64]
HISTORY_DAYS: Final = 364
LEAST_DAYS: Final = 28
HALF_LIFE_DAYS: Final = 120.0
SPREAD_EVENLY: Final = 1.0
"""So many incidents of the history are spread over all points: where nothing has happened yet, something may."""
MOST_ORDERED: Final = 12
PATROLS: Final = 6
"""Patrol times in one piece of advice."""
NO_ROAD_SECONDS: Final = 3600.0
_ZERO_DAY: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Patrol:
    """Hours in which somebody should be seen at a point; expected: calls around it in them."""

    point: str
    begins: datetime
    ends: datetime
    expected: float


@dataclass(frozen=True, slots=True)
class Advice:
    """For one band of hours on one day. weights: point → expected calls. order, mean_seconds: see `in_order`."""

    band: Band
    begins: datetime
    ends: datetime
    weights: dict[str, float]
    order: tuple[str, ...]
    mean_seconds: tuple[float, ...]
    patrols: tuple[Patrol, ...]
    history_days: int


def hours_of(band: Band, day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When the band that begins on the local `day` begins and ends."""
    begins = datetime(day.year, day.month, day.day, band.begin // 60, band.begin % 60, tzinfo=zone)
    last = day + timedelta(days=0 if band.end > band.begin else 1)
    ends = datetime(last.year, last.month, last.day, band.end // 60 % 24, band.end % 60, tzinfo=zone)
    return begins, ends


def band_at(bands: Sequence[Band], now: datetime) -> tuple[Band, date] | None:
    """The band of a local time, and the local day on which it began."""
    minute = now.hour * 60 + now.minute
    for band in bands:
        if band.holds(minute):
            began_yesterday = band.end <= band.begin and minute < band.end
            return band, now.date() - timedelta(days=1 if began_yesterday else 0)
    return None


def advise(
    table: Table,
    profile: Profile,
    band: Band,
    day: date,
    zone: tzinfo,
    nearest: dict[tuple[int, int], int],
    between: Floats,
    known_since: date | None,
) -> Advice | None:
    """For the band that begins on `day`; None while the history is too short, or the area has no points.

    table: the days before `day`. nearest: square → place of its point in the profile's list. between: seconds by road
    from point to point, shape (n, n).
    """
    if known_since is None or not profile.points:
        return None
    first = max(known_since, day - timedelta(days=HISTORY_DAYS))
    days = (day - first).days
    if days < LEAST_DAYS:
        return None
    hours = _hours(band)
    ages = _number(day) - table["day"]
    valid = table.valid(profile.void) & (ages >= 1) & (ages <= days)
    inside = valid & np.isin(table["hour"], hours) & (table["x"] != UNKNOWN_SQUARE)
    weight = 0.5 ** (ages[inside] / HALF_LIFE_DAYS)
    squares = zip(table["x"][inside].tolist(), table["y"][inside].tolist(), strict=True)
    point = np.array([nearest.get(square, -1) for square in squares], np.int64)
    placed = point >= 0
    by_hour = np.zeros((24, len(profile.points)))
    np.add.at(by_hour, (table["hour"][inside][placed], point[placed]), weight[placed])
    by_hour[hours] += SPREAD_EVENLY / len(profile.points) / len(hours)
    nights = float((0.5 ** (np.arange(1, days + 1) / HALF_LIFE_DAYS)).sum())
    by_hour *= _weekday_factor(table, valid, first, day) / nights
    expected = by_hour.sum(axis=0)
    order, mean = in_order(expected, between, min(MOST_ORDERED, len(profile.points)))
    begins, ends = hours_of(band, day, zone)
    names = [one.id for one in profile.points]
    return Advice(
        band=band,
        begins=begins,
        ends=ends,
        weights={name: round(float(one), 4) for name, one in zip(names, expected, strict=True)},
        order=tuple(names[n] for n in order),
        mean_seconds=tuple(round(one, 1) for one in mean),
        patrols=_patrols(by_hour, names, begins, hours),
        history_days=days,
    )


def _hours(band: Band) -> list[int]:
    """The hours of the local day that begin in the band."""
    return [hour for hour in range(24) if band.holds(hour * 60)]


def _number(day: date) -> int:
    return day.toordinal() - _ZERO_DAY


def _weekday_factor(table: Table, valid: npt.NDArray[np.bool_], first: date, day: date) -> float:
    """How many more incidents such a weekday has than the mean day, drawn to 1 where little is known."""
    counts = np.bincount(table["weekday"][valid], minlength=8)[1:].astype(np.float64)
    weeks = max((day - first).days / 7, 1.0)
    mean = float(counts.sum()) / 7
    return float((counts[day.isoweekday() - 1] + weeks) / (mean + weeks))


def in_order(weights: Floats, between: Floats, most: int) -> tuple[list[int], list[float]]:
    """The points to fill first, each the one that then saves most; and the mean seconds to a call so far."""
    times = np.minimum(between, NO_ROAD_SECONDS)
    share = weights / weights.sum()
    left = np.full(len(weights), NO_ROAD_SECONDS)
    order: list[int] = []
    mean: list[float] = []
    for _ in range(most):
        cost = np.minimum(left[None, :], times) @ share
        cost[order] = np.inf
        best = int(cost.argmin())
        order.append(best)
        left = np.minimum(left, times[best])
        mean.append(float(left @ share))
    return order, mean


def _patrols(by_hour: Floats, names: Sequence[str], begins: datetime, hours: Sequence[int]) -> tuple[Patrol, ...]:
    """The fullest (point, two hours) of the band, no point twice, in the order of time."""
    found: list[Patrol] = []
    spans = len(hours)
    sums = np.array([by_hour[[(begins.hour + n) % 24, (begins.hour + n + 1) % 24]].sum(axis=0) for n in range(spans)])
    sums = sums[: max(1, spans - 1)]
    taken: set[int] = set()
    for flat in np.argsort(-sums, axis=None, kind="stable").tolist():
        hour, point = divmod(flat, sums.shape[1])
        if point in taken or len(found) == PATROLS:
            continue
        taken.add(point)
        start = begins.replace(minute=0) + timedelta(hours=hour)
        found.append(Patrol(names[point], start, start + timedelta(hours=2), round(float(sums[hour, point]), 4)))
    return tuple(sorted(found, key=lambda one: (one.begins, one.point)))
