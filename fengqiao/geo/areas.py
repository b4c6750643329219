"""What an area's folder says about place, read strictly: `<folder>/<area>/area.json`.

An area is a command area: the stations that share units. Its ground is divided into grid cells 警格, each of
one community 社区, one station 派出所 and one defence zone 防区. A mistake in a folder stops the start with
one sentence that names the file and the field; nothing is guessed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fengqiao.geo.errors import InvalidArea

LonLat = tuple[float, float]
Ring = tuple[LonLat, ...]

_AREA_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}\Z")


@dataclass(frozen=True, slots=True)
class Station:
    """A police station 派出所; `at` is its front door."""

    id: str
    name_zh: str
    name_en: str
    at: LonLat


@dataclass(frozen=True, slots=True)
class Zone:
    """A defence zone 防区 of one station."""

    id: str
    name_zh: str
    name_en: str
    station: str


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
    """A command area and its ground. `partition` is its place in every topic, fixed for life."""

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
                why = shapely.is_valid_reason(polygon)
                raise InvalidArea(f"area {area.id}", f"grid cell {cell.id} polygon", f"is no simple ring ({why})")
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


def _location(area: Area, cell: GridCell) -> Location:
    return Location(area.id, cell.station, cell.community, cell.id, cell.zone)


def load_areas(folder: Path) -> dict[str, Area]:
    """Every area below `folder` (each sub-folder that holds an area.json), by id, in the order of ids.

    Raises InvalidArea when the folder holds none, or one that is wrong.
    """
    files = sorted(folder.glob("*/area.json"))
    if not files:
        raise InvalidArea(str(folder), "the folder", "holds no area; point FENGQIAO_AREAS at a folder of areas")
    areas = [load_area(file.parent) for file in files]
    return {area.id: area for area in areas}


def load_area(folder: Path) -> Area:
    """The area of one folder; the folder is named as the area. Raises InvalidArea."""
    file = folder / "area.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidArea(str(file), "the file", f"cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise InvalidArea(str(file), "the file", f"is not JSON in UTF-8 ({error})") from error
    area = _area(_Reader(str(file), "", content))
    if area.id != folder.name:
        raise InvalidArea(str(file), "id", f"is {area.id!r}, but the folder is named {folder.name!r}")
    return area


@dataclass(frozen=True, slots=True)
class _Reader:
    """One JSON object of the file, and the path to it, so that every complaint can name its field."""

    file: str
    path: str
    value: Any

    def fail(self, key: str, problem: str) -> InvalidArea:
        return InvalidArea(self.file, self._name(key), problem)

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key or "the file"

    def only(self, *keys: str) -> None:
        if not isinstance(self.value, dict):
            raise self.fail("", "must be an object")
        for key in sorted(self.value.keys() - set(keys)):
            raise self.fail(key, f"is not known; known are {', '.join(keys)}")
        for key in keys:
            if key not in self.value:
                raise self.fail(key, "is missing")

    def text(self, key: str) -> str:
        value = self.value[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "must be a text that is not empty")
        return value

    def name(self, key: str, pattern: re.Pattern[str] = _ID) -> str:
        value = self.text(key)
        if not pattern.match(value):
            raise self.fail(key, f"is {value!r}; an id has Latin letters, digits and hyphens, at most 32")
        return value

    def one_of(self, key: str, known: Iterable[str]) -> str:
        value, known = self.text(key), list(known)
        if value not in known:
            raise self.fail(key, f"is {value!r}, which is none of {', '.join(known)}")
        return value

    def number(self, key: str) -> int:
        value = self.value[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, "must be a whole number from 0")
        return value

    def place(self, key: str) -> LonLat:
        return self._lon_lat(key, self.value[key])

    def ring(self, key: str) -> Ring:
        points = self.value[key]
        if not isinstance(points, list) or len(points) < 4:
            raise self.fail(key, "must be a ring of at least four [lon, lat] pairs")
        ring = tuple(self._lon_lat(f"{key}[{n}]", point) for n, point in enumerate(points))
        if ring[0] != ring[-1]:
            raise self.fail(key, "must be closed: its last pair must equal its first")
        return ring

    def _lon_lat(self, key: str, pair: Any) -> LonLat:
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or not all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in pair)
            or not (-180 <= pair[0] <= 180 and -90 <= pair[1] <= 90)
        ):
            raise self.fail(key, "must be [lon, lat] in degrees")
        return float(pair[0]), float(pair[1])

    def each(self, key: str) -> list[_Reader]:
        items = self.value[key]
        if not isinstance(items, list) or not items:
            raise self.fail(key, "must be a list that is not empty")
        seen: set[object] = set()
        readers = [_Reader(self.file, f"{self._name(key)}[{n}]", item) for n, item in enumerate(items)]
        for reader in readers:
            mark = reader.value.get("id") if isinstance(reader.value, dict) else None
            if isinstance(mark, str) and mark in seen:
                raise reader.fail("id", f"is {mark!r} a second time")
            seen.add(mark if isinstance(mark, str) else None)
        return readers


def _area(read: _Reader) -> Area:
    read.only(
        "id", "name_zh", "name_en", "timezone", "partition", "stations", "zones", "communities",
        "grid_cells", "boundary", "facts",
    )  # fmt: skip
    if not isinstance(read.value["facts"], dict):
        raise read.fail("facts", "must be an object")
    stations = tuple(map(_station, read.each("stations")))
    zones = tuple(_zone(item, stations) for item in read.each("zones"))
    communities = tuple(map(_community, read.each("communities")))
    return Area(
        id=read.name("id", _AREA_ID),
        name_zh=read.text("name_zh"),
        name_en=read.text("name_en"),
        timezone=_timezone(read),
        partition=read.number("partition"),
        stations=stations,
        communities=communities,
        grid_cells=tuple(_grid_cell(item, stations, communities, zones) for item in read.each("grid_cells")),
        zones=zones,
        boundary=read.ring("boundary"),
        facts=read.value["facts"],
    )


def _timezone(read: _Reader) -> str:
    name = read.text("timezone")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise read.fail("timezone", f"is {name!r}, which this machine does not know") from error
    return name


def _station(read: _Reader) -> Station:
    read.only("id", "name_zh", "name_en", "at")
    return Station(read.name("id"), read.text("name_zh"), read.text("name_en"), read.place("at"))


def _zone(read: _Reader, stations: tuple[Station, ...]) -> Zone:
    read.only("id", "name_zh", "name_en", "station")
    station = read.one_of("station", (s.id for s in stations))
    return Zone(read.name("id"), read.text("name_zh"), read.text("name_en"), station)


def _community(read: _Reader) -> Community:
    read.only("id", "name_zh", "name_en")
    return Community(read.name("id"), read.text("name_zh"), read.text("name_en"))


def _grid_cell(
    read: _Reader, stations: tuple[Station, ...], communities: tuple[Community, ...], zones: tuple[Zone, ...]
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
