"""Where the units are, and how long they need by road: what a decision's context takes from `unit-positions`.

A unit without a position stands at its home. An old position still counts, and its age is said with the choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fengqiao.contracts.model import Location
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.roads import NEAR_ENOUGH_M, OFF_ROAD_MPS, Mode, RoadNetwork
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import Travel


@dataclass(slots=True)
class _Standing:
    lon: float
    lat: float
    node: int
    off_road: float
    at: datetime | None


class Positions:
    """The latest position of each unit of one area, snapped to the road network once, when it arrives."""

    def __init__(self, forces: Forces, roads: RoadNetwork) -> None:
        self._forces = forces
        self._roads = roads
        self._standing: dict[str, _Standing] = {}
        # The units asked about are mostly the same ones; their nodes are kept in one array a group.
        self._groups: dict[tuple[str, ...], Any] = {}
        nodes, metres = roads.nearest_nodes([unit.home for unit in forces.units.values()])
        for unit, node, off in zip(forces.units.values(), nodes, metres, strict=True):
            self._standing[unit.id] = _Standing(*unit.home, int(node), float(off), None)
        roads.warm_up(Mode.DRIVE)
        if any(unit.kind.on_foot for unit in forces.units.values()):
            roads.warm_up(Mode.FOOT)

    def moved(self, position: UnitPosition) -> bool:
        """Take a position in; False when a newer one of the unit is known, or the unit is not of the area."""
        standing = self._standing.get(position.unit)
        if standing is None or (standing.at is not None and position.at <= standing.at):
            return False
        nodes, metres = self._roads.nearest_nodes([(position.lon, position.lat)])
        self._standing[position.unit] = _Standing(
            position.lon, position.lat, int(nodes[0]), float(metres[0]), position.at
        )
        self._groups.clear()
        return True

    def travel(self, now: datetime, units: Sequence[str], place: Location) -> Mapping[str, Travel]:
        """Seconds by road from each of the units to the place; those without a road are left out."""
        found: dict[str, Travel] = {}
        on_foot = [unit for unit in units if self._forces.units[unit].kind.on_foot]
        driving = [unit for unit in units if not self._forces.units[unit].kind.on_foot]
        nodes, metres = self._roads.nearest_nodes([(place.lon, place.lat)])
        for mode, group in ((Mode.DRIVE, driving), (Mode.FOOT, on_foot)):
            if group:
                self._by(mode, group, int(nodes[0]), float(metres[0]), place, now, found)
        return found

    def _by(
        self,
        mode: Mode,
        units: list[str],
        target: int,
        off_target: float,
        place: Location,
        now: datetime,
        found: dict[str, Travel],
    ) -> None:
        if off_target > NEAR_ENOUGH_M:
            return
        key = (mode.value, *units)
        sources = self._groups.get(key)
        if sources is None:
            sources = self._groups[key] = [self._standing[unit].node for unit in units]
        pace = OFF_ROAD_MPS[mode]
        for unit, seconds in zip(units, self._roads.travel_seconds(sources, target, mode).tolist(), strict=True):
            standing = self._standing[unit]
            if seconds == float("inf") or standing.off_road > NEAR_ENOUGH_M:
                continue
            if standing.node == target:
                seconds = 0.0
            kind = self._forces.units[unit].kind
            total = seconds / kind.speed_factor + (standing.off_road + off_target) / pace
            age = None if standing.at is None else max((now - standing.at).total_seconds(), 0.0)
            found[unit] = Travel(total, age)
