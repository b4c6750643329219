"""Which area, cell and station a report belongs to, in WGS-84, and how sure that is.

confidence
    1.0          coordinates inside the area
    0.5          coordinates outside it, at most 20 km away: kept, and the area that was named takes the call
    gazetteer's  an address without coordinates (the rule is in fengqiao/geo/gazetteer.py)
    0.0          neither is of use: the area's first station stands in, and says so
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, radians
from typing import Final

from fengqiao.contracts.model import Location
from fengqiao.geo.areas import Area
from fengqiao.geo.areas import Location as Cell
from fengqiao.geo.datums import to_wgs84
from fengqiao.geo.distance import EARTH_RADIUS_M
from services.intake.domain.drafts import PlaceDraft
from services.intake.domain.errors import ForeignArea, WrongField
from services.intake.domain.ground import Ground, Grounds

OUTSIDE_CONFIDENCE: Final = 0.5
FARTHEST_M: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a report is. address: as it was spelled; it stays at intake."""

    ground: Ground
    location: Location
    address: str | None


def place(
    draft: PlaceDraft | None, area: str | None, grounds: Grounds, may: Callable[[str], bool], pointer: str = "/location"
) -> Placed:
    """Where `draft` is. may: whether the caller may act in an area.

    Raises WrongField (unknown area, outside every area, too far from the one named) and ForeignArea.
    """
    ground = None if area is None else _named(area, grounds, may)
    address = draft.address if draft is not None else None
    if draft is not None and draft.lon is not None and draft.lat is not None:
        lon, lat = to_wgs84(draft.lon, draft.lat, draft.datum)
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise WrongField(pointer, f"these coordinates are no place in {draft.datum}")
        return _measured(lon, lat, address, ground, grounds, may, pointer)
    if ground is None:
        raise WrongField("/area", "name the area, or send coordinates that decide it")
    return Placed(ground, _by_address(address, ground, grounds), address)


def _named(area: str, grounds: Grounds, may: Callable[[str], bool]) -> Ground:
    if not may(area):
        raise ForeignArea(area)
    ground = grounds.get(area)
    if ground is None:
        raise WrongField("/area", f"there is no area {area!r} here; GET /v1/areas lists them")
    return ground


def _measured(
    lon: float,
    lat: float,
    address: str | None,
    ground: Ground | None,
    grounds: Grounds,
    may: Callable[[str], bool],
    pointer: str,
) -> Placed:
    cell = grounds.index.locate(lon, lat)
    if ground is None:
        if cell is None:
            raise WrongField(
                pointer, "these coordinates lie outside every area: check datum and order, or name the area"
            )
        ground = _named(cell.area, grounds, may)
    if cell is not None and cell.area == ground.area.id:
        return Placed(ground, _in(cell, lon, lat), address)
    metres = metres_outside(ground.area, lon, lat)
    if metres > FARTHEST_M:
        raise WrongField(
            pointer, f"these coordinates lie {metres / 1000:.0f} km outside {ground.area.id}: check datum and order"
        )
    station = ground.area.stations[0].id
    return Placed(ground, Location(lon=lon, lat=lat, station=station, confidence=OUTSIDE_CONFIDENCE), address)


def _in(cell: Cell, lon: float, lat: float, name: str | None = None, confidence: float = 1.0) -> Location:
    return Location(
        lon=lon,
        lat=lat,
        name=name,
        station=cell.station,
        community=cell.community,
        grid_cell=cell.grid_cell,
        zone=cell.zone,
        confidence=confidence,
    )


def _by_address(address: str | None, ground: Ground, grounds: Grounds) -> Location:
    hit = None if address is None else ground.gazetteer.best(address)
    if hit is not None:
        cell = grounds.index.locate(hit.lon, hit.lat)
        if cell is not None and cell.area == ground.area.id:
            return _in(cell, hit.lon, hit.lat, hit.name, hit.confidence)
    station = ground.area.stations[0]
    lon, lat = station.at
    cell = grounds.index.locate(lon, lat)
    if cell is not None and cell.area == ground.area.id:
        return _in(cell, lon, lat, confidence=0.0)
    return Location(lon=lon, lat=lat, station=station.id, confidence=0.0)


def metres_outside(area: Area, lon: float, lat: float) -> float:
    """Metres from a place outside the area to its boundary, on a plane that touches the globe there.

    Good to 1 % within 100 km of the area, which is all that is asked of it.
    """
    east = EARTH_RADIUS_M * cos(radians(area.boundary[0][1]))
    plane = [(radians(_turn(x - lon)) * east, radians(y - lat) * EARTH_RADIUS_M) for x, y in area.boundary]
    return min(_to_segment(*a, *b) for a, b in pairwise(plane))


def _turn(degrees: float) -> float:
    """The short way round."""
    return (degrees + 180.0) % 360.0 - 180.0


def _to_segment(ax: float, ay: float, bx: float, by: float) -> float:
    """From the origin to the segment a–b."""
    dx, dy = bx - ax, by - ay
    length2 = dx * dx + dy * dy
    along = 0.0 if length2 == 0 else max(0.0, min(1.0, -(ax * dx + ay * dy) / length2))
    return hypot(ax + along * dx, ay + along * dy)
