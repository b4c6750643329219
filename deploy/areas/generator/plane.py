"""The generator's drawing plane: metres east and north of the area's south-west crossing, bent a little."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Final

LonLat = tuple[float, float]
METRES_PER_DEGREE: Final = 111_195.08
"""One degree of a great circle on a sphere of 6,371,008.8 m."""


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane of width × height metres whose middle lies at `centre`."""

    centre: LonLat
    width: float
    height: float

    def at(self, x: float, y: float) -> LonLat:
        """(lon, lat), six decimals (0.1 m), of the point x metres east and y metres north.

        Two slow waves bend every straight line by up to 50 m, so that no two blocks are alike while lines
        still never cross where they did not in the plane.
        """
        bent_x = x + 40.0 * sin(2 * pi * y / 3700.0) + 10.0 * sin(2 * pi * (x + 2 * y) / 1300.0)
        bent_y = y + 35.0 * sin(2 * pi * x / 4300.0) + 10.0 * sin(2 * pi * (2 * x - y) / 1700.0)
        east = (bent_x - self.width / 2) / (METRES_PER_DEGREE * cos(radians(self.centre[1])))
        north = (bent_y - self.height / 2) / METRES_PER_DEGREE
        return round(self.centre[0] + east, 6), round(self.centre[1] + north, 6)
