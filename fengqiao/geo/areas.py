"""What an area's folder says about place, read strictly: `<folder>/<area>/area.json`.

An area is a command area: the stations that share units. Its ground is divided into grid cells 警格, each of
one community 社区, one station 派出所 and one defence zone 防区. A mistake in a folder stops the start with
one sentence that names the file, the line and the field; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.duties import Duties, read_duties
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_file import contents, wrong
from fengqiao.geo.reader import AREA_ID, LonLat, Reader, Ring


@dataclass(frozen=True, slots=True)
class Station:
    """A police station 派出所; `at` is its front door."""

    id: str
    name_zh: str
    name_en: str
    at: LonLat


@dataclass(frozen=True, slots=True)
class Zone:
    """A defence zone 防区 of one station. backs: ids of the zones whose units help here before others do."""

    id: str
    name_zh: str
    name_en: str
    station: str
    backs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Community:
    """A residential community 社区."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class GridCell:
    """A grid cell 警格: `polygon` is a closed ring of (lon, lat)."""

    id: str
    name_zh: str
    name_en: str
    community: str
    station: str
    zone: str
    polygon: Ring = field(repr=False)


@dataclass(frozen=True, slots=True)
class Area:
    """A command area and its ground. `partition` is its place in every topic, fixed for life.

    duties: its neighbours, shifts, targets and allocation, as far as the file says them.
    """

    file: Path = field(repr=False, compare=False)
    id: str
    name_zh: str
    name_en: str
    timezone: str
    partition: int
    stations: tuple[Station, ...]
    communities: tuple[Community, ...]
    grid_cells: tuple[GridCell, ...]
    zones: tuple[Zone, ...]
    boundary: Ring = field(repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    duties: Duties = field(default_factory=Duties, repr=False)

    @property
    def tz(self) -> ZoneInfo:
        """The area's local time."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Location:
    """The ids of what a place belongs to."""

    area: str
    station: str
    community: str
    grid_cell: str
    zone: str

    def divisions(self) -> dict[str, str]:
        """What a place within the area belongs to, by name."""
        return {"station": self.station, "community": self.community, "grid_cell": self.grid_cell, "zone": self.zone}


class AreaIndex:
    """Point lookup over all areas (shapely's STRtree). Immutable after construction; safe to share."""

    def __init__(self, areas: Mapping[str, Area]) -> None:
        """Raises InvalidArea for a polygon that crosses itself."""
        # Imported here: services that only need names of areas start without it.
        import shapely

        self._cells = [(area, cell) for _, area in sorted(areas.items()) for cell in area.grid_cells]
        polygons = [shapely.Polygon(cell.polygon) for _, cell in self._cells]
        for (area, cell), polygon in zip(self._cells, polygons, strict=True):
            if not polygon.is_valid:
                field_ = f"grid_cells[{area.grid_cells.index(cell)}].polygon"
                raise wrong(area.file, field_, f"is no simple ring ({shapely.is_valid_reason(polygon)})")
        self._locations = [_location(area, cell) for area, cell in self._cells]
        self._tree = shapely.STRtree(polygons)
        self._point = shapely.Point

    def locate(self, lon: float, lat: float) -> Location | None:
        """Where (lon, lat) in WGS-84 degrees lies; None outside every grid cell.

        A place on the line between cells belongs to the first in the order of area ids and of the file, so
        that the answer is the same everywhere.
        """
        found = self._tree.query(self._point(lon, lat), predicate="intersects")
        return self._locations[min(found)] if len(found) else None

    def within(self, lon: float, lat: float, metres: float) -> bool:
        """Whether (lon, lat) is so near to any area, measured to the nearest corner of a grid cell's outline."""
        if self.locate(lon, lat) is not None:
            return True
        nearest = self._cells[int(self._tree.nearest(self._point(lon, lat)))][1]
        return min(haversine_metres(lon, lat, *corner) for corner in nearest.polygon) <= metres


def _location(area: Area, cell: GridCell) -> Location:
    return Location(area.id, cell.station, cell.community, cell.id, cell.zone)


def load_areas(folder: Path) -> dict[str, Area]:
    """Every area below `folder` (each sub-folder that holds an area.json), by id, in the order of ids.

    Raises InvalidArea when the folder holds none, or one that is wrong.
    """
    files = sorted(folder.glob("*/area.json"))
    if not files:
        raise InvalidArea(folder, "", "holds no area; point FENGQIAO_AREAS at a folder of areas")
    areas = {area.id: area for area in (load_area(file.parent) for file in files)}
    for area in areas.values():
        _check_neighbours(area, areas)
    return areas


def _check_neighbours(area: Area, areas: Mapping[str, Area]) -> None:
    """Lending goes both ways over Kafka, so both must be here and name each other."""
    for n, neighbour in enumerate(area.duties.neighbours):
        field_ = f"neighbours[{n}].area"
        other = areas.get(neighbour.area)
        if other is None:
            raise wrong(area.file, field_, f"is {neighbour.area!r}, which has no folder here")
        if area.id not in {back.area for back in other.duties.neighbours}:
            raise wrong(area.file, field_, f"is {neighbour.area!r}, which does not name {area.id!r} as its neighbour")


def load_area(folder: Path) -> Area:
    """The area of one folder; the folder is named as the area. Raises InvalidArea."""
    file = folder / "area.json"
    area = _area(Reader(file, "", contents(file)))
    if area.id != folder.name:
        raise wrong(file, "id", f"is {area.id!r}, but the folder is named {folder.name!r}")
    return area


def _area(read: Reader) -> Area:
    read.only(
        "id", "name_zh", "name_en", "timezone", "partition", "stations", "zones", "communities",
        "grid_cells", "boundary", "facts", optional=("neighbours", "shifts", "targets", "allocation"),
    )  # fmt: skip
    if not isinstance(read.value["facts"], dict):
        raise read.fail("facts", "must be an object")
    stations = tuple(map(_station, read.each("stations")))
    zones = _zones(read, stations)
    communities = tuple(map(_community, read.each("communities")))
    cells = tuple(_grid_cell(item, stations, communities, zones) for item in read.each("grid_cells"))
    return Area(
        file=read.file,
        id=read.name("id", AREA_ID),
        name_zh=read.text("name_zh"),
        name_en=read.text("name_en"),
        timezone=_timezone(read),
        partition=read.number("partition"),
        stations=stations,
        communities=communities,
        grid_cells=cells,
        zones=zones,
        boundary=read.ring("boundary"),
        facts=read.value["facts"],
        duties=read_duties(read, {cell.id for cell in cells}),
    )


def _timezone(read: Reader) -> str:
    name = read.text("timezone")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise read.fail("timezone", f"is {name!r}, which this machine does not know") from error
    return name


def _station(read: Reader) -> Station:
    read.only("id", "name_zh", "name_en", "at")
    return Station(read.name("id"), read.text("name_zh"), read.text("name_en"), read.place("at"))


def _zones(read: Reader, stations: tuple[Station, ...]) -> tuple[Zone, ...]:
    items = read.each("zones")
    zones = []
    for item in items:
        item.only("id", "name_zh", "name_en", "station", optional=("backs",))
        station = item.one_of("station", (s.id for s in stations))
        zones.append(
            Zone(item.name("id"), item.text("name_zh"), item.text("name_en"), station, item.texts("backs", default=()))
        )
    known = [zone.id for zone in zones]
    for item, zone in zip(items, zones, strict=True):
        for other in zone.backs:
            if other == zone.id or other not in known:
                raise item.fail("backs", f"names {other!r}, which is no other zone of {', '.join(known)}")
    return tuple(zones)


def _community(read: Reader) -> Community:
    read.only("id", "name_zh", "name_en")
    return Community(read.name("id"), read.text("name_zh"), read.text("name_en"))


def _grid_cell(
    read: Reader, stations: tuple[Station, ...], communities: tuple[Community, ...], zones: tuple[Zone, ...]
) -> GridCell:
    read.only("id", "name_zh", "name_en", "community", "station", "zone", "polygon")
    cell = GridCell(
        id=read.name("id"),
        name_zh=read.text("name_zh"),
        name_en=read.text("name_en"),
        community=read.one_of("community", (c.id for c in communities)),
        station=read.one_of("station", (s.id for s in stations)),
        zone=read.one_of("zone", (z.id for z in zones)),
        polygon=read.ring("polygon"),
    )
    zone = next(z for z in zones if z.id == cell.zone)
    if zone.station != cell.station:
        raise read.fail("zone", f"is {zone.id!r} of station {zone.station!r}, not of {cell.station!r}")
    return cell
