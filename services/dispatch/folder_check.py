"""What no single file of an area's folder can tell: do units, roads, plans, shifts and categories fit each other.

Runs at start and for `fengqiao doctor` (`python -m services.dispatch check`). The files have been read by
`area_folder` before, so here only what they say together is looked at.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from fengqiao.contracts.ids import AREA_PATTERN, UNIT_PATTERN
from fengqiao.contracts.topics import AREA_PARTITIONS
from fengqiao.geo.areas import Area
from fengqiao.geo.roads import Mode, RoadNetwork, load_roads
from fengqiao.geo.soundness import cut_off
from services.dispatch.area_folder import InvalidForces

CUT_OFF_SHARE: Final = 0.01
"""Real networks have a courtyard or two that no road leads out of; more than this is a mistake."""
OFF_ROAD_M: Final = 500.0
"""A unit's home lies no further than this from the main part of the network."""


def checked_roads(folder: Path, areas: Mapping[str, Area]) -> dict[str, RoadNetwork]:
    """The road networks of the areas below `folder`, when all that their files say together holds.

    Raises InvalidForces, and fengqiao.geo's InvalidRoads.
    """
    return {name: _check(folder / name, area) for name, area in areas.items()}


def _check(folder: Path, area: Area) -> RoadNetwork:
    file = folder / "area.json"
    if not re.match(AREA_PATTERN, area.id):
        raise InvalidForces(f"{file}: id: is {area.id!r}, which no event can carry: it must match {AREA_PATTERN}")
    if area.partition >= AREA_PARTITIONS:
        raise InvalidForces(f"{file}: partition: is {area.partition}; the topics have 0 to {AREA_PARTITIONS - 1}")
    kinds = _rows(folder / "kinds.json", "kinds")
    units = _rows(folder / "units.json", "units")
    _check_kinds(folder / "kinds.json", kinds)
    _check_units(folder / "units.json", units, area)
    _check_duties(file, area, kinds, units)
    _check_plans(folder, kinds)
    roads = load_roads(folder)
    _check_roads(folder, roads, units)
    _check_points(folder, roads)
    return roads


def _rows(file: Path, key: str) -> list[dict[str, Any]]:
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))[key]
    except (OSError, ValueError, KeyError) as error:
        raise InvalidForces(f"{file} cannot be used: {error}") from error
    return rows


def _once(file: Path, what: str, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InvalidForces(f"{file}: {what}: {twice[0]} is there twice")


def _check_kinds(file: Path, kinds: list[dict[str, Any]]) -> None:
    _once(file, "kind", [row["kind"] for row in kinds])
    for n, row in enumerate(kinds):
        if row["mode"] not in set(Mode):
            raise InvalidForces(f"{file}: kinds.{n}.mode: is {row['mode']!r}, which is none of {', '.join(Mode)}")


def _check_units(file: Path, units: list[dict[str, Any]], area: Area) -> None:
    _once(file, "id", [row["id"] for row in units])
    cells = {cell.id: cell for cell in area.grid_cells}
    zones = {zone.id: zone for zone in area.zones}
    for n, row in enumerate(units):
        where = f"{file}: units.{n} ({row['id']})"
        if not re.match(UNIT_PATTERN, row["id"]):
            raise InvalidForces(f"{where}: id: has Latin letters, digits, - and _, at most 32")
        if row["station"] not in {station.id for station in area.stations}:
            raise InvalidForces(f"{where}: station: there is no station {row['station']}")
        if row["zone"] not in zones or zones[row["zone"]].station != row["station"]:
            raise InvalidForces(f"{where}: zone: there is no zone {row['zone']} of {row['station']}")
        if row["grid_cell"] not in cells:
            raise InvalidForces(f"{where}: grid_cell: there is no grid cell {row['grid_cell']}")


def _check_duties(file: Path, area: Area, kinds: list[dict[str, Any]], units: list[dict[str, Any]]) -> None:
    known = {row["kind"] for row in kinds}
    for kind, field in area.duties.kinds_named.items():
        if kind not in known:
            raise InvalidForces(f"{file}: {field}: names {kind}, which is no kind of kinds.json")
    there = Counter(row["kind"] for row in units)
    for n, shift in enumerate(area.duties.shifts):
        for kind, planned in shift.planned.items():
            if planned > there[kind]:
                raise InvalidForces(
                    f"{file}: shifts[{n}].planned.{kind}: is {planned}, but units.json has {there[kind]}"
                )


def _check_plans(folder: Path, kinds: list[dict[str, Any]]) -> None:
    file = folder / "plans.json"
    plans = _rows(file, "plans")
    _once(file, "id", [plan["id"] for plan in plans])
    codes = {row["code"] for row in _rows(folder / "categories.json", "categories")}
    for n, plan in enumerate(plans):
        for code in plan.get("when", {}).get("categories") or ():
            if code not in codes:
                raise InvalidForces(
                    f"{file}: plans.{n}.when.categories ({plan['id']}): categories.json has no category {code}"
                )


def _check_roads(folder: Path, roads: RoadNetwork, units: list[dict[str, Any]]) -> None:
    lost = cut_off(roads)
    if lost.sum() > CUT_OFF_SHARE * roads.node_count:
        first = int(lost.argmax())
        raise InvalidForces(
            f"{folder / 'roads' / 'arcs.csv'}: {lost.sum()} of {roads.node_count} nodes cannot be driven to and left "
            f"again, the first is node {first} (line {first + 2} of nodes.csv): add the missing directions"
        )
    nodes, metres = roads.nearest_nodes([(row["home"][0], row["home"][1]) for row in units])
    for n, (row, node, off) in enumerate(zip(units, nodes, metres, strict=True)):
        where = f"{folder / 'units.json'}: units.{n}.home ({row['id']})"
        if off > OFF_ROAD_M:
            raise InvalidForces(f"{where}: the nearest road is {off:.0f} m away: check the order, lon before lat")
        if lost[node]:
            raise InvalidForces(f"{where}: lies at node {node}, from which the other roads cannot be reached")


def _check_points(folder: Path, roads: RoadNetwork) -> None:
    """Points of standby.json, where there is one, can be driven to."""
    file = folder / "standby.json"
    if not file.exists():
        return
    points = _rows(file, "points")
    lost = cut_off(roads)
    nodes, metres = roads.nearest_nodes([(row["at"][0], row["at"][1]) for row in points])
    for n, (row, node, off) in enumerate(zip(points, nodes, metres, strict=True)):
        if off > OFF_ROAD_M or lost[node]:
            raise InvalidForces(f"{file}: points.{n}.at ({row['id']}): no road leads there: check lon before lat")
