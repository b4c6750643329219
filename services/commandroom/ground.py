"""What the page's map is drawn of: the area's own roads, cells, zones, stations and standby points, as GeoJSON.

Read from the area's folder once, when somebody first looks; dispatch and intake have checked the folder before they
started, so what is wrong in it is their refusal to start, not ours.
"""

import csv
import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from fengqiao.geo.areas import Area
from fengqiao.geo.json_file import contents

_DIGITS: Final = 6
Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ground:
    """As it is sent: JSON, the same packed, and the mark by which a browser knows that it has it."""

    plain: bytes
    packed: bytes
    etag: str


def read_ground(folder: Path, area: Area) -> Ground:
    """Of the area in `folder`. Takes a moment (pinyin, shapely): call it in a thread."""
    told = {
        "area": area.id,
        "bounds": _bounds(area),
        "roads": _collection(_roads(folder / "roads")),
        "cells": _collection(
            _feature("Polygon", [list(cell.polygon)], {"id": cell.id, "name_zh": cell.name_zh, "name_en": cell.name_en})
            for cell in area.grid_cells
        ),
        "zones": _collection(_zones(area)),
        "stations": _collection(
            _feature("Point", one.at, {"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en})
            for one in area.stations
        ),
        "standby": _collection(_standby(folder / "standby.json")),
        "lenders": _lenders(folder),
        "place_names": {row["name_zh"]: row["name_en"] for row in _csv(folder / "places.csv") if row["name_en"]},
        "unit_initials": _initials(_rows(folder / "units.json", "units"), "id"),
        "category_initials": _initials(_rows(folder / "categories.json", "categories"), "code"),
    }
    plain = orjson.dumps(told)
    return Ground(plain, gzip.compress(plain, 6), f'"{hashlib.sha256(plain).hexdigest()[:24]}"')


def read_kinds(folder: Path) -> dict[str, dict[str, str]]:
    """What the area's categories are called, by code, by alias, and as a kind of dispute; an officer's call too."""
    rows = _rows(folder / "categories.json", "categories")
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        for name in (*row.get("aliases", ()), row["code"]):
            found[name] = _names(row)
    # A kind wins over an alias of the same word: cases have kinds.
    found |= {row["dispute_kind"]: _names(row) for row in rows if row.get("dispute_kind")}
    handling = folder / "handling.json"
    emergency = contents(handling).get("emergency") if handling.is_file() else None
    if emergency is not None:
        found[emergency["code"]] = _names(emergency)
    return found


def _names(row: Mapping[str, Any]) -> dict[str, str]:
    return {"name_zh": row["name_zh"], "name_en": row["name_en"]}


def _feature(kind: str, coordinates: Any, properties: Mapping[str, Any]) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": dict(properties),
    }


def _collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _bounds(area: Area) -> tuple[float, float, float, float]:
    """West, south, east, north of its ground."""
    lons, lats = zip(*(corner for cell in area.grid_cells for corner in cell.polygon), strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _roads(folder: Path) -> list[Feature]:
    """One feature a street name; both directions of a street are one line."""
    nodes = {row["id"]: (float(row["lon"]), float(row["lat"])) for row in _csv(folder / "nodes.csv")}
    lines: dict[str, list[list[tuple[float, float]]]] = {}
    seen: set[tuple[str, str]] = set()
    for row in _csv(folder / "arcs.csv"):
        ends = (min(row["from"], row["to"]), max(row["from"], row["to"]))
        if ends in seen:
            continue
        seen.add(ends)
        lines.setdefault(row.get("name") or "", []).append([nodes[row["from"]], nodes[row["to"]]])
    return [
        _feature("MultiLineString", _chained(parts), {"name": name} if name else {}) for name, parts in lines.items()
    ]


def _chained(parts: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    """Segments of one street put end to end where they meet: a name is written along a line, not along a segment."""
    by_end: dict[tuple[float, float], list[int]] = {}
    for n, part in enumerate(parts):
        for end in part:
            by_end.setdefault(end, []).append(n)
    used = [False] * len(parts)
    chains = []
    # Begin where a street ends, so that a whole one becomes one line.
    for begin in sorted(range(len(parts)), key=lambda n: min(len(by_end[end]) for end in parts[n])):
        if used[begin]:
            continue
        used[begin] = True
        # The loose end, if it has one, comes first: the line grows from the other.
        chain = sorted(parts[begin], key=lambda end: len(by_end[end]))
        while True:
            following = [n for n in by_end[chain[-1]] if not used[n]]
            if not following:
                break
            used[following[0]] = True
            first, second = parts[following[0]]
            chain.append(second if first == chain[-1] else first)
        chains.append(chain)
    return chains


def _lenders(folder: Path) -> list[dict[str, str]]:
    """The neighbours that lend units to the area, as their own folders say; the nearest first."""
    found = []
    for file in sorted(folder.parent.glob("*/area.json")):
        other = contents(file)
        for neighbour in other.get("neighbours", ()):
            if neighbour["area"] == folder.name and neighbour.get("lends"):
                names = {"id": other["id"], "name_zh": other["name_zh"], "name_en": other["name_en"]}
                found.append((neighbour["seconds"], names))
    return [names for _, names in sorted(found, key=lambda one: (one[0], one[1]["id"]))]


def _zones(area: Area) -> list[Feature]:
    """Each zone's outline: its cells put together."""
    import shapely

    found = []
    for zone in area.zones:
        whole = shapely.union_all(
            [shapely.Polygon(cell.polygon) for cell in area.grid_cells if cell.zone == zone.id], grid_size=10**-_DIGITS
        )
        shape = shapely.geometry.mapping(whole)
        names = {"id": zone.id, "name_zh": zone.name_zh, "name_en": zone.name_en}
        found.append({"type": "Feature", "geometry": shape, "properties": names})
    return found


def _standby(file: Path) -> list[Feature]:
    return [
        _feature("Point", one["at"], {"id": one["id"], "name_zh": one["name_zh"], "name_en": one["name_en"]})
        for one in _rows(file, "points")
    ]


def _initials(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, str]:
    """The first letter of each syllable of the Chinese name: 怡园警务点 is yyjwd."""
    # Imported here: its dictionaries take longer to load than everything else in this service.
    from pypinyin import lazy_pinyin

    return {row[key]: "".join(one[0] for one in lazy_pinyin(row["name_zh"])).casefold() for row in rows}


def _rows(file: Path, name: str) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    found: list[dict[str, Any]] = contents(file).get(name, [])
    return found


def _csv(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))
