"""What no single file of an area's folder can tell: do units, standby points and roads fit each other.

Runs at start and for `fengqiao doctor` (`python -m services.dispatch check`). The files have been read by
`area_folder` before, so here only what they say together is looked at.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from fengqiao.contracts.ids import AREA_PATTERN
from fengqiao.contracts.topics import AREA_PARTITIONS
from fengqiao.geo.areas import Area
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_file import wrong
from fengqiao.geo.roads import RoadNetwork, load_roads
from fengqiao.geo.soundness import cut_off
from services.dispatch.domain.forces import Forces

CUT_OFF_SHARE: Final = 0.01
"""Real networks have a courtyard or two that no road leads out of; more than this is a mistake."""
OFF_ROAD_M: Final = 500.0
"""A unit's home lies no further than this from the main part of the network."""


def checked_roads(folder: Path, areas: Mapping[str, Area], forces: Mapping[str, Forces]) -> dict[str, RoadNetwork]:
    """The road networks of the areas below `folder`, when all that their files say together holds.

    Raises InvalidArea and InvalidRoads.
    """
    return {name: _check(folder / name, area, forces[name]) for name, area in areas.items()}


def _check(folder: Path, area: Area, forces: Forces) -> RoadNetwork:
    if not re.match(AREA_PATTERN, area.id):
        raise wrong(area.file, "id", f"is {area.id!r}, which no event can carry: it must match {AREA_PATTERN}")
    if area.partition >= AREA_PARTITIONS:
        raise wrong(area.file, "partition", f"is {area.partition}; the topics have 0 to {AREA_PARTITIONS - 1}")
    roads = load_roads(folder)
    _check_roads(folder, roads, forces)
    return roads


def _check_roads(folder: Path, roads: RoadNetwork, forces: Forces) -> None:
    lost = cut_off(roads)
    if lost.sum() > CUT_OFF_SHARE * roads.node_count:
        first = int(lost.argmax())
        raise InvalidArea(
            folder / "roads" / "arcs.csv",
            "",
            f"{lost.sum()} of {roads.node_count} nodes cannot be driven to and left again, the first is node {first} "
            f"(line {first + 2} of nodes.csv): add the missing directions",
        )
    nodes, metres = roads.nearest_nodes([unit.home for unit in forces.units.values()])
    for n, (node, off) in enumerate(zip(nodes, metres, strict=True)):
        if off > OFF_ROAD_M:
            problem = f"the nearest road is {off:.0f} m away: check the order, lon before lat"
            raise wrong(folder / "units.json", f"units[{n}].home", problem)
        if lost[node]:
            problem = f"lies at node {node}, from which the other roads cannot be reached"
            raise wrong(folder / "units.json", f"units[{n}].home", problem)
    points = forces.standby.points if forces.standby else ()
    nodes, metres = roads.nearest_nodes([(point.place.lon, point.place.lat) for point in points])
    for n, (node, off) in enumerate(zip(nodes, metres, strict=True)):
        if off > OFF_ROAD_M or lost[node]:
            problem = "no road leads there: check lon before lat"
            raise wrong(folder / "standby.json", f"points[{n}].at", problem)
