"""The three datums that Chinese systems send: WGS-84, GCJ-02 and BD-09, both ways.

GCJ-02 is WGS-84 plus an obfuscating shift of 100–700 m; BD-09 is a further shift on GCJ-02. Neither inverse
has a closed form. The common libraries subtract the shift once and are up to 2 m off; here the forward
formula is inverted by fixed-point iteration, which contracts by about 0.003 (GCJ-02) and 0.02 (BD-09) a
step, so six steps leave far less than a millimetre.

Forward formulae as published (Krasovsky 1940 axes; Chinese bounding box outside which nothing is shifted).
The box's rim is the one place without an exact inverse: the shift jumps there, and places within 1 km of it
may map to the other side.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, isfinite, pi, sin, sqrt
from typing import Final

from fengqiao.geo.errors import InvalidPlace

_KRASOVSKY_A: Final = 6378245.0
_KRASOVSKY_EE: Final = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD_TURN: Final = pi * 3000.0 / 180.0
_STEPS: Final = 6

LonLat = tuple[float, float]


class Datum(StrEnum):
    """The datum a coordinate is given in; the value is the word used in the API."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: float, lat: float, datum: Datum | str) -> LonLat:
    """(lon, lat) in WGS-84 of a place given in `datum`, degrees.

    Inverse error ≤ 1 mm (off the rim of the Chinese box). Raises InvalidPlace for a coordinate that is not
    a place on the globe, ValueError for an unknown datum.
    """
    datum = Datum(datum)
    _check(lon, lat)
    if datum is Datum.WGS84:
        return lon, lat
    if datum is Datum.BD09:
        lon, lat = _inverse(_gcj02_to_bd09, lon, lat)
    return _inverse(_wgs84_to_gcj02, lon, lat)


def from_wgs84(lon: float, lat: float, datum: Datum | str) -> LonLat:
    """(lon, lat) in `datum` of a place given in WGS-84, degrees. Raises as `to_wgs84`."""
    datum = Datum(datum)
    _check(lon, lat)
    if datum is Datum.WGS84:
        return lon, lat
    lon, lat = _wgs84_to_gcj02(lon, lat)
    return (lon, lat) if datum is Datum.GCJ02 else _gcj02_to_bd09(lon, lat)


def _check(lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat) and -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
        raise InvalidPlace(
            f"({lon}, {lat}) is no place: give lon within ±180 and lat within ±90 degrees, in this order."
        )


def _inverse(forward: Callable[[float, float], LonLat], lon: float, lat: float) -> LonLat:
    """The place that `forward` maps to (lon, lat): x ← target − (forward(x) − x)."""
    x, y = lon, lat
    for _ in range(_STEPS):
        fx, fy = forward(x, y)
        x, y = lon - (fx - x), lat - (fy - y)
    return x, y


def _wgs84_to_gcj02(lon: float, lat: float) -> LonLat:
    if not (_WEST <= lon <= _EAST and _SOUTH <= lat <= _NORTH):
        return lon, lat
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    wave = 20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * sin(pi * y) + 40.0 * sin(pi / 3.0 * y)) * 2.0 / 3.0
    north += (160.0 * sin(pi / 12.0 * y) + 320.0 * sin(pi / 30.0 * y)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * sin(pi * x) + 40.0 * sin(pi / 3.0 * x)) * 2.0 / 3.0
    east += (150.0 * sin(pi / 12.0 * x) + 300.0 * sin(pi / 30.0 * x)) * 2.0 / 3.0
    # Metres on the Krasovsky ellipsoid to degrees: meridian and prime-vertical radii of curvature.
    phi = lat / 180.0 * pi
    magic = 1.0 - _KRASOVSKY_EE * sin(phi) ** 2
    meridian = _KRASOVSKY_A * (1.0 - _KRASOVSKY_EE) / (magic * sqrt(magic))
    vertical = _KRASOVSKY_A / sqrt(magic) * cos(phi)
    return lon + east * 180.0 / (vertical * pi), lat + north * 180.0 / (meridian * pi)


def _gcj02_to_bd09(lon: float, lat: float) -> LonLat:
    radius = sqrt(lon * lon + lat * lat) + 0.00002 * sin(lat * _BD_TURN)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BD_TURN)
    return radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006
