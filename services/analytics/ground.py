"""The ground by road: which standby point is nearest to a square, and how far the points are from each other (A5)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fengqiao.geo.errors import GeoError
from fengqiao.geo.roads import RoadNetwork, load_roads
from services.analytics.domain.profile import Profile, StandbyPoint
from services.analytics.domain.register import UNKNOWN_SQUARE, middle
from services.analytics.domain.table import Table

Floats = npt.NDArray[np.float64]


class Ground:
    """Of one area. What was looked up is kept: roads do not change while a service runs."""

    def __init__(self, folder: Path, profile: Profile) -> None:
        self._folder = folder
        self._points: Sequence[StandbyPoint] = profile.points
        self._roads: RoadNetwork | None = None
        self._nearest: dict[tuple[int, int], int] = {}
        self._between: Floats | None = None

    def nearest(self, table: Table) -> Mapping[tuple[int, int], int]:
        """Square → place of its point, for every square of the table. Blocks: ask for it in a thread."""
        if self._points:
            pairs = set(zip(table["x"].tolist(), table["y"].tolist(), strict=True))
            for x, y in pairs - self._nearest.keys():
                if x != UNKNOWN_SQUARE:
                    self._nearest[x, y] = int(self._seconds([one.at for one in self._points], middle(x, y)).argmin())
        return self._nearest

    def between(self) -> Floats:
        """Seconds by road from point to point, shape (n, n). Blocks."""
        if self._between is None:
            places = [one.at for one in self._points]
            columns = [self._seconds(places, target) for target in places]
            self._between = np.stack(columns, axis=1) if columns else np.zeros((0, 0))
        return self._between

    def _seconds(self, places: Sequence[tuple[float, float]], target: tuple[float, float]) -> Floats:
        if self._roads is None:
            self._roads = load_roads(self._folder)
        try:
            found: Any = self._roads.travel_from(places, target).astype(np.float64)
        except GeoError:
            found = np.full(len(places), np.inf)
        if not np.isfinite(found).any():
            # No road near: as the crow flies, so that the incident still counts somewhere.
            lon, lat = np.array(places).T
            found = np.hypot((lon - target[0]) * np.cos(np.radians(target[1])), lat - target[1]) * 111_195
        seconds: Floats = found
        return seconds
