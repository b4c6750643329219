"""area.json: the stations, communities, zones and grid cells of the synthetic ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from deploy.areas.generator.places import Row
from deploy.areas.generator.plane import Plane
from deploy.areas.generator.sheet import ENGLISH, Ground, Sheet
from deploy.areas.generator.streets import Streets

MARGIN: Final = 120.0
"""Metres of ground beyond the outermost roads: a fix beside the ring road still lies in the area."""


def area_document(sheet: Sheet, plane: Plane, streets: Streets, places: Sequence[Row]) -> dict[str, Any]:
    """What area.json says. `streets` decides nothing here but is counted under facts."""
    doors = {row.name_zh: row.at for row in places if row.kind == "police_station"}
    return {
        "id": sheet.id,
        "name_zh": sheet.name_zh,
        "name_en": sheet.name_en,
        "timezone": "Asia/Shanghai",
        "partition": sheet.partition,
        "stations": [
            {"id": site.id, "name_zh": site.name_zh, "name_en": site.name_en, "at": list(doors[site.name_zh])}
            for site in sheet.stations
        ],
        "zones": [
            {"id": zone.id, "name_zh": zone.name_zh, "name_en": zone.name_en, "station": zone.station}
            | ({"backs": list(zone.backs)} if zone.backs else {})
            for zone in sheet.zones
        ],
        "communities": [
            {"id": g.id, "name_zh": g.name_zh, "name_en": f"{g.name_en} {ENGLISH[g.kind]}"} for g in sheet.grounds
        ],
        "grid_cells": [_cell(sheet, plane, ground) for ground in sheet.grounds],
        "boundary": _ring(sheet, plane, 0, 0, sheet.columns - 1, sheet.rows - 1),
        **sheet.extras,
        "facts": {
            **sheet.facts,
            "road_nodes": len(streets.nodes),
            "road_arcs": len(streets.arcs),
            "synthetic": True,
        },
    }


def _cell(sheet: Sheet, plane: Plane, ground: Ground) -> dict[str, Any]:
    return {
        "id": sheet.cell_of(ground),
        "name_zh": f"{ground.stem}警格",
        "name_en": f"{ground.name_en} grid cell",
        "community": ground.id,
        "station": sheet.zone_of(ground).station,
        "zone": ground.zone,
        "polygon": _ring(sheet, plane, ground.west, ground.south, ground.east, ground.north),
    }


def _ring(sheet: Sheet, plane: Plane, west: int, south: int, east: int, north: int) -> list[list[float]]:
    """A closed ring, counter-clockwise, with a corner at every second grid line.

    Neighbours have the same corners on their common side, so that no gap opens between bent lines.
    """
    across, upward = range(west, east + 1, 2), range(south, north + 1, 2)
    corners = [(c, south) for c in across] + [(east, r) for r in upward][1:]
    corners += [(c, north) for c in reversed(across)][1:] + [(west, r) for r in reversed(upward)][1:]
    return [
        list(plane.at(_out(c, sheet.columns - 1, sheet.step), _out(r, sheet.rows - 1, sheet.step))) for c, r in corners
    ]


def _out(line: int, last: int, step: int) -> float:
    return -MARGIN if line == 0 else last * step + MARGIN if line == last else float(line * step)
