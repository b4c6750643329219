"""area.json: the station, communities, zones and grid cells of the synthetic ground."""

from __future__ import annotations

from typing import Any, Final

from deploy.areas.generator.gaoqiao import FACTS, GROUNDS, Ground
from deploy.areas.generator.plane import LonLat, Plane
from deploy.areas.generator.streets import STEP, Streets

MARGIN: Final = 120.0
"""Metres of ground beyond the outermost roads: a fix beside the ring road still lies in the area."""
STATION: Final = "gaoqiao-station"


def zone_of(ground: Ground) -> str:
    """The ten communities stand in two rows: the lower one is the southern zone."""
    return "south" if ground.south == 0 else "north"


def cell_of(ground: Ground) -> str:
    """One grid cell a community, G01 … G10."""
    return f"G{GROUNDS.index(ground) + 1:02d}"


def area_document(
    area: str, partition: int, plane: Plane, columns: int, rows: int, streets: Streets, station: LonLat
) -> dict[str, Any]:
    """What area.json says. `streets` decides nothing here but is counted under facts."""
    return {
        "id": area,
        "name_zh": "高桥" if area == "gaoqiao" else f"高桥（{area}）",
        "name_en": "Gaoqiao" if area == "gaoqiao" else f"Gaoqiao ({area})",
        "timezone": "Asia/Shanghai",
        "partition": partition,
        "stations": [
            {"id": STATION, "name_zh": "高桥派出所", "name_en": "Gaoqiao Police Station", "at": list(station)}
        ],
        "zones": [
            {"id": "north", "name_zh": "北防区", "name_en": "Northern zone", "station": STATION},
            {"id": "south", "name_zh": "南防区", "name_en": "Southern zone", "station": STATION},
        ],
        "communities": [{"id": g.id, "name_zh": g.name_zh, "name_en": f"{g.name_en} Community"} for g in GROUNDS],
        "grid_cells": [
            {
                "id": cell_of(g),
                "name_zh": g.name_zh.replace("社区", "警格"),
                "name_en": f"{g.name_en} grid cell",
                "community": g.id,
                "station": STATION,
                "zone": zone_of(g),
                "polygon": _ring(plane, columns, rows, g.west, g.south, g.east, g.north),
            }
            for g in GROUNDS
        ],
        "boundary": _ring(plane, columns, rows, 0, 0, columns - 1, rows - 1),
        "facts": {
            **FACTS,
            "road_nodes": len(streets.nodes),
            "road_arcs": len(streets.arcs),
            "synthetic": True,
        },
    }


def _ring(plane: Plane, columns: int, rows: int, west: int, south: int, east: int, north: int) -> list[list[float]]:
    """A closed ring, counter-clockwise, with a corner at every second grid line.

    Neighbours have the same corners on their common side, so that no gap opens between bent lines.
    """
    across, upward = range(west, east + 1, 2), range(south, north + 1, 2)
    corners = [(c, south) for c in across] + [(east, r) for r in upward][1:]
    corners += [(c, north) for c in reversed(across)][1:] + [(west, r) for r in reversed(upward)][1:]
    return [list(plane.at(_out(c, columns - 1), _out(r, rows - 1))) for c, r in corners]


def _out(line: int, last: int) -> float:
    return -MARGIN if line == 0 else last * STEP + MARGIN if line == last else float(line * STEP)
