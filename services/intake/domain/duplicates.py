"""Which open incidents a new call may be about: suggested, never decided.

A candidate is in the same area and the same branch of categories, at most 300 m away, and reported at most 30 minutes
apart. Its score is

    (1 - d / 300 m) · (1 - t / 30 min) · min(confidence of both places) · (1 if the category is the same, else 0.7)

so a second call from the same spot a minute later about the same thing has 0.97, and a place that is only the middle
of the area (confidence 0) suggests nothing. Suggested from 0.2 on, five at most. The words are not compared.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import cos, floor, hypot, radians
from typing import Final

from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import Category, Location
from fengqiao.geo.distance import EARTH_RADIUS_M

REACH_M: Final = 300.0
WITHIN_S: Final = 30 * 60.0
LEAST_SCORE: Final = 0.2
MOST: Final = 5
OTHER_CATEGORY: Final = 0.7
PER_SQUARE: Final = 4
"""Sightings kept of one branch in one square: in a storm of calls the newest say enough."""
MOST_SIGHTINGS: Final = 20_000

_METRES_PER_DEGREE: Final = radians(1.0) * EARTH_RADIUS_M
_SQUARE_DEGREES: Final = REACH_M / _METRES_PER_DEGREE

Square = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What the comparison needs of an incident. Places in WGS-84 degrees, times in seconds since 1970.

    reported_at: when the caller was heard, which is compared. received_at: when intake took it, which ages.
    """

    incident_id: str
    area: str
    code: str
    lon: float
    lat: float
    confidence: float
    reported_at: float
    received_at: float

    def squares(self) -> tuple[Square, int, int]:
        """Its square (300 m a side at the least), and the square's column and row."""
        row = floor(self.lat / _SQUARE_DEGREES)
        # Columns are counted with the row's own width, so that neighbours stay neighbours up to high latitudes.
        column = floor(self.lon * _narrowing(row) / _SQUARE_DEGREES)
        return (self.area, self.code[:2], column, row), column, row


def _narrowing(row: int) -> float:
    return cos(radians(row * _SQUARE_DEGREES))


def score(one: Sighting, other: Sighting) -> float:
    """How likely both are about the same thing, 0 … 1; the formula is in the module's docstring."""
    if one.area != other.area or one.code[:2] != other.code[:2]:
        return 0.0
    east = (one.lon - other.lon) * cos(radians(one.lat))
    metres = hypot(east, one.lat - other.lat) * _METRES_PER_DEGREE
    seconds = abs(one.reported_at - other.reported_at)
    if metres >= REACH_M or seconds >= WITHIN_S:
        return 0.0
    same = 1.0 if one.code == other.code else OTHER_CATEGORY
    return (1 - metres / REACH_M) * (1 - seconds / WITHIN_S) * min(one.confidence, other.confidence) * same


class RecentIncidents:
    """The open incidents of the last half hour, by square. Bounded; not for more than one thread."""

    def __init__(self) -> None:
        self._open: dict[str, Sighting] = {}
        self._squares: dict[Square, deque[Sighting]] = {}

    def __contains__(self, incident_id: str) -> bool:
        return incident_id in self._open

    def __len__(self) -> int:
        return len(self._open)

    def add(self, sighting: Sighting) -> None:
        """Remember an incident, or where it is now."""
        self._open.pop(sighting.incident_id, None)
        self._open[sighting.incident_id] = sighting
        square, _, _ = sighting.squares()
        self._squares.setdefault(square, deque(maxlen=PER_SQUARE)).append(sighting)
        while len(self._open) > MOST_SIGHTINGS:
            self.forget(next(iter(self._open)))

    def change(self, incident_id: str, location: Location | None, category: Category | None) -> None:
        """It is somewhere else, or something else; its age stays."""
        known = self._open.get(incident_id)
        if known is None:
            return
        now = known
        if location is not None:
            now = replace(now, lon=location.lon, lat=location.lat, confidence=location.confidence)
        if category is not None:
            now = replace(now, code=category.code)
        self._take_out(known)
        # In its old place in the order, which is that of age.
        self._open[incident_id] = now
        square, _, _ = now.squares()
        self._squares.setdefault(square, deque(maxlen=PER_SQUARE)).append(now)

    def forget(self, incident_id: str) -> None:
        """It has ended."""
        sighting = self._open.pop(incident_id, None)
        if sighting is not None:
            self._take_out(sighting)

    def _take_out(self, sighting: Sighting) -> None:
        square, _, _ = sighting.squares()
        there = self._squares.get(square)
        if there is not None and sighting in there:
            there.remove(sighting)
            if not there:
                del self._squares[square]

    def forget_before(self, instant: float) -> None:
        """Drop what intake took before `instant`, oldest first as they were added."""
        while self._open:
            oldest = next(iter(self._open.values()))
            if oldest.received_at >= instant:
                return
            self.forget(oldest.incident_id)

    def like(self, sighting: Sighting) -> tuple[DuplicateCandidate, ...]:
        """The best candidates, best first."""
        if sighting.confidence < LEAST_SCORE:
            return ()
        scored = []
        me, lat, at = sighting.incident_id, sighting.lat, sighting.reported_at
        for there in self._around(sighting):
            for other in there:
                # Most of them end here: in a storm of calls this line is passed a hundred times for each.
                if abs(other.lat - lat) >= _SQUARE_DEGREES or abs(other.reported_at - at) >= WITHIN_S:
                    continue
                value = score(sighting, other)
                # What has moved or ended since may still be in its old square.
                if value >= LEAST_SCORE and other.incident_id != me and self._open.get(other.incident_id) is other:
                    scored.append((value, other.incident_id))
        scored.sort(reverse=True)
        return tuple(
            DuplicateCandidate(incident_id=incident_id, score=round(value, 2)) for value, incident_id in scored[:MOST]
        )

    def _around(self, sighting: Sighting) -> Iterator[Iterable[Sighting]]:
        (area, root, _, _), _, row = sighting.squares()
        for near in (row - 1, row, row + 1):
            column = floor(sighting.lon * _narrowing(near) / _SQUARE_DEGREES)
            for beside in (column - 1, column, column + 1):
                yield self._squares.get((area, root, beside, near), ())
