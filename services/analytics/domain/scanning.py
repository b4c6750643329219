"""Clusters in space and time (A4): a prospective scan with small counts taken as such.

Every circle of grid cells and every stretch of time that ends now is held against what was expected in it; the most
unusual one counts. Sources:

- Kulldorff, "Prospective time periodic geographical disease surveillance using a scan statistic", Journal of the Royal
  Statistical Society A 164 (2001): the cylinders that are still alive, the Poisson likelihood ratio, and the largest of
  them as the one test, so that looking at many places and times costs nothing in false alarms.
- Abrams, Kulldorff, Kleinman, "Gumbel based p-value approximations for spatial scan statistics", International Journal
  of Health Geographics 9:61 (2010): the chance from a Gumbel distribution fitted (by moments) to few replicas of the
  largest ratio, instead of thousands of them.

What is expected follows from the history: the share of each part of the week (weekday × quarter of the day), and the
share of each cell in each quarter, on workdays and at weekends. The level of now, and with it the season, is that of
the STUDY_DAYS themselves, because everything is conditioned on their number of incidents. The shares are counted, not
known: each replica draws them anew from what the history leaves open (Dirichlet), so that a short history raises fewer
alarms, not more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
"""Incidents by day, quarter of the day and cell, shape (days, QUARTERS, cells)."""

QUARTERS: Final = 4
QUARTER_HOURS: Final = 24 // QUARTERS
STUDY_DAYS: Final = 28
ALIVE: Final = (1, 2, 4, 8, 16, 28)
"""Lengths of the stretches, in quarters of a day: six hours to a week."""
REPLICAS: Final = 199
END_OF_DAY: Final = 0.9
"""Of the week's false alarms this share may come from the seven looks at the end of a day; the others, in between, are
for what cannot be overlooked."""
SMOOTHED: Final = 5.0
"""So many incidents of each quarter are spread over the cells as the whole history is: no cell is impossible."""
_EULER: Final = 0.5772156649015329
_WEEKEND: Final = (6, 7)


@dataclass(frozen=True, slots=True)
class Circle:
    """Cells whose middles lie within `radius` metres of that of `centre`: places in the area's list."""

    centre: int
    cells: tuple[int, ...]
    radius: float


def circles(middles: Sequence[tuple[float, float]]) -> list[Circle]:
    """Each cell with its nearest ones, up to half of all; each set of cells once, as its smallest circle."""
    lon, lat = np.array(middles).reshape(-1, 2).T
    east = (lon[:, None] - lon[None, :]) * 111_195 * cos(radians(float(lat.mean()) if len(lat) else 0.0))
    north = (lat[:, None] - lat[None, :]) * 111_195
    metres = np.hypot(east, north)
    found: dict[tuple[int, ...], Circle] = {}
    for centre in range(len(middles)):
        order = np.argsort(metres[centre], kind="stable")
        for size in range(1, max(1, len(middles) // 2) + 1):
            cells = tuple(sorted(order[:size].tolist()))
            radius = float(metres[centre][order[size - 1]])
            if cells not in found or radius < found[cells].radius:
                found[cells] = Circle(centre, cells, radius)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class History:
    """How the incidents of the past were shared out. week: by weekday and quarter, shape (7, QUARTERS); cells: by
    workday or weekend, quarter and cell, shape (2, QUARTERS, cells); days: how many were counted."""

    week: Floats
    cells: Floats
    days: int

    def expected(self, weekdays: Counts, rng: np.random.Generator | None = None, times: int = 1) -> Floats:
        """Relative expectation of each day, quarter and cell, shape (times, days, QUARTERS, cells).

        weekdays: of the days, 1 … 7. rng: draw the shares from what the history leaves open; None: the best guess.
        """
        if rng is None:
            week, cells = self.week[None] + 0.5, self.cells[None]
        else:
            week = rng.standard_gamma(self.week + 0.5, size=(times, *self.week.shape))
            cells = rng.standard_gamma(np.maximum(self.cells, 1e-3), size=(times, *self.cells.shape))
        cells = cells / cells.sum(axis=-1, keepdims=True)
        weekend = np.isin(weekdays, _WEEKEND).astype(np.int64)
        found: Floats = week[:, weekdays - 1, :, None] * cells[:, weekend]
        return found


def history(counts: Counts, weekdays: Counts) -> History:
    """weekdays: of the days of `counts`, 1 … 7."""
    week = np.zeros((7, QUARTERS))
    np.add.at(week, weekdays - 1, counts.sum(axis=2))
    cells = np.zeros((2, QUARTERS, counts.shape[2]))
    np.add.at(cells, np.isin(weekdays, _WEEKEND).astype(np.int64), counts)
    whole = counts.sum(axis=(0, 1)) + 0.5
    return History(week, cells + SMOOTHED * whole / whole.sum(), len(counts))


@dataclass(frozen=True, slots=True)
class Cluster:
    """quarters: how long it has lasted. chance: of a ratio as large anywhere in this look, with nothing unusual."""

    circle: Circle
    quarters: int
    expected: float
    seen: int
    ratio: float
    chance: float


def level(weekly_false_alarms: float, quarters_of_last: int) -> float:
    """At which chance a look warns, so that a quiet week has a warning with the given one at most: by the union bound,
    however alike the looks of a week are."""
    if quarters_of_last == QUARTERS:
        return weekly_false_alarms * END_OF_DAY / 7
    return weekly_false_alarms * (1 - END_OF_DAY) / (7 * (QUARTERS - 1))


class Scan:
    """One area's circles, and the looks at them."""

    def __init__(self, middles: Sequence[tuple[float, float]], replicas: int = REPLICAS) -> None:
        self.circles = circles(middles)
        self._inside = np.zeros((len(middles), len(self.circles)))
        for place, circle in enumerate(self.circles):
            self._inside[list(circle.cells), place] = 1
        self._replicas = replicas

    def look(
        self, counts: Counts, weekdays: Counts, quarters_of_last: int, past: History, rng: np.random.Generator
    ) -> list[Cluster]:
        """The clusters that are alive now, the most unusual first; further ones only where they share no cell with it.

        counts: of the STUDY_DAYS days up to now; of the last one `quarters_of_last` quarters are over (1 … QUARTERS),
        the rest is not looked at. weekdays: of these days.
        """
        over = len(counts) * QUARTERS - (QUARTERS - quarters_of_last)
        seen = counts.reshape(-1, counts.shape[2])[:over].astype(np.float64)
        total = int(seen.sum())
        if total == 0 or not self.circles:
            return []
        best = past.expected(weekdays)[0].reshape(-1, counts.shape[2])[:over]
        expected = self._cylinders(best[None] * (total / best.sum()))[0]
        found = self._cylinders(seen[None])[0]
        ratios = _ratios(found, expected, total)
        null = self._null(past, weekdays, over, total, expected, rng)
        return self._alive(found, expected, ratios, *_gumbel(null))

    def _cylinders(self, values: Floats) -> Floats:
        """Sums over each stretch and circle, shape (n, stretches, circles). values: shape (n, quarters, cells)."""
        lengths = [length for length in ALIVE if length <= values.shape[1]]
        backwards = np.cumsum(values[:, ::-1][:, : max(ALIVE)], axis=1)
        sums: Floats = backwards[:, np.array(lengths) - 1] @ self._inside
        return sums

    def _null(
        self, past: History, weekdays: Counts, over: int, total: int, expected: Floats, rng: np.random.Generator
    ) -> Floats:
        """The largest ratio of each replica, shape (replicas,)."""
        shares = past.expected(weekdays, rng, self._replicas)
        shares = shares.reshape(self._replicas, -1, shares.shape[-1])[:, :over]
        shares /= shares.sum(axis=(1, 2), keepdims=True)
        alive = shares[:, -max(ALIVE) :]
        flat = alive.reshape(self._replicas, -1)
        # What happened before is one more place: only its sum matters.
        rest = np.maximum(1 - flat.sum(axis=1, keepdims=True), 0)
        drawn = rng.multinomial(total, np.concatenate((flat, rest), axis=1))[:, :-1]
        found = self._cylinders(drawn.reshape(alive.shape).astype(np.float64))
        largest: Floats = _ratios(found, expected[None], total).max(axis=(1, 2))
        return largest

    def _alive(self, found: Floats, expected: Floats, ratios: Floats, middle: float, spread: float) -> list[Cluster]:
        clusters: list[Cluster] = []
        taken: set[int] = set()
        lengths = ALIVE
        for flat in np.argsort(-ratios, axis=None, kind="stable").tolist():
            stretch, place = divmod(flat, ratios.shape[1])
            if ratios[stretch, place] <= 0 or len(clusters) == 3:
                break
            circle = self.circles[place]
            if taken & set(circle.cells):
                continue
            taken |= set(circle.cells)
            ratio = float(ratios[stretch, place])
            chance = float(-np.expm1(-np.exp(-(ratio - middle) / spread)))
            seen, usual = round(float(found[stretch, place])), float(expected[stretch, place])
            clusters.append(Cluster(circle, lengths[stretch], usual, seen, ratio, chance))
        return clusters


def _ratios(found: Any, expected: Any, total: int) -> Floats:
    """Kulldorff's log likelihood ratio where more than expected was found, else 0."""
    outside, expected_outside = total - found, np.maximum(total - expected, 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = np.where(found > 0, found * np.log(found / np.maximum(expected, 1e-12)), 0.0)
        outer = np.where(outside > 0, outside * np.log(outside / expected_outside), 0.0)
    ratios: Floats = np.where(found > expected, inner + outer, 0.0)
    return ratios


def _gumbel(largest: Floats) -> tuple[float, float]:
    """Location and scale by moments, with a scale of 1 at least: far out a log likelihood ratio falls off as half a
    chi-squared does, by e for each 1, and the body of few small counts lets it look steeper than it is."""
    scale = max(float(largest.std(ddof=1)) * np.sqrt(6) / np.pi, 1.0)
    return float(largest.mean()) - _EULER * scale, scale
