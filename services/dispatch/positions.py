"""Where the units are, and how long they need by road: what a decision's context takes from `unit-positions`.

A unit without a position stands at its home. An old position still counts, and its age is said with the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fengqiao.contracts.model import Location
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.areas import AreaIndex
from fengqiao.geo.roads import NEAR_ENOUGH_M, OFF_ROAD_MPS, Mode, RoadNetwork
from fengqiao.runtime.metrics import POSITIONS_IGNORED
from services.dispatch.domain.forces import Forces
from services.dispatch.point_times import PointTable

MOST_SETS: Final = 256
"""Sets of units whose places in the fleets are kept."""


class Fleet:
    """All units of one area that move alike, as arrays of shape (n,), changed in place when one of them moves.

    Every decision asks about the same sources, so that a search keeps them ready, and the roles of one plan share
    the answer for their place.
    """

    def __init__(self, mode: Mode, units: Sequence[str], speed: Sequence[float]) -> None:
        self.mode = mode
        self.place = {unit: number for number, unit in enumerate(units)}
        self.speed = np.array(speed)
        self.sources = np.zeros(len(units), dtype=np.int32)
        self.off_road = np.zeros(len(units))
        self._answer: tuple[int, float, NDArray[np.float64]] | None = None

    def stands(self, unit: str, node: int, metres: float) -> None:
        number = self.place[unit]
        self.sources[number] = node
        self.off_road[number] = inf if metres > NEAR_ENOUGH_M else metres / OFF_ROAD_MPS[self.mode]
        self._answer = None

    def seconds(self, roads: RoadNetwork, target: int, metres: float) -> NDArray[np.float64]:
        """Of every unit of the fleet to the target, `metres` off the road."""
        answer = self._answer
        if answer is not None and answer[:2] == (target, metres):
            return answer[2]
        # The search keeps the bytes of what it was asked about: it must not see the array that changes.
        by_road = roads.travel_seconds(self.sources.copy(), target, self.mode).astype(np.float64)
        by_road[self.sources == target] = 0.0
        total: NDArray[np.float64] = by_road / self.speed + self.off_road + metres / OFF_ROAD_MPS[self.mode]
        self._answer = target, metres, total
        return total


AWAY_M: Final = 30_000.0
"""From every area: so far away a crew has no business, and a terminal that says so is wrong."""
AHEAD: Final = timedelta(seconds=30)
"""So far may a device's clock be ahead of the server's."""


class Positions:
    """The latest position of each unit of one area, snapped to the road network once, when it arrives."""

    def __init__(self, forces: Forces, roads: RoadNetwork, ground: AreaIndex | None = None) -> None:
        """ground: what places belong to, for incidents that are opened where a unit is."""
        self._ground = ground
        self._forces = forces
        self._last: dict[str, tuple[float, float]] = {}
        self._guests: dict[str, tuple[int, float, datetime]] = {}
        """Units of neighbours that help here: node, metres off the road, and when that was."""
        self._roads = roads
        self._at: dict[str, datetime | None] = {unit: None for unit in forces.units}
        self._fleets = [
            Fleet(mode, [unit.id for unit in some], [unit.kind.speed_factor for unit in some])
            for mode in Mode
            if (some := [unit for unit in forces.units.values() if unit.kind.on_foot == (mode is Mode.FOOT)])
        ]
        self._fleet_of = {unit: fleet for fleet in self._fleets for unit in fleet.place}
        self._sets: dict[tuple[str, ...], list[tuple[Fleet, list[int], NDArray[np.intp]]]] = {}
        nodes, metres = roads.nearest_nodes([unit.home for unit in forces.units.values()])
        for unit, node, off in zip(forces.units, nodes, metres, strict=True):
            self._fleet_of[unit].stands(unit, int(node), float(off))
        for fleet in self._fleets:
            roads.warm_up(fleet.mode)
        self.points = None if forces.standby is None else PointTable(forces.standby, roads, self._fleet_of)
        """Seconds to the points of the area's standby plan."""

    def moved(self, position: UnitPosition) -> bool:
        """Take a position in. False, and counted, when it is older than the last one of the unit, ahead of the time at
        which it was received, or far from every area; False for a unit that is not of this area."""
        nodes, metres = self._roads.nearest_nodes([(position.lon, position.lat)])
        node, off_road = int(nodes[0]), float(metres[0])
        own = position.unit in self._at
        guest = self._guests.get(position.unit)
        last = self._at[position.unit] if own else None if guest is None else guest[2]
        if reason := self._wrong(position, last, off_road):
            POSITIONS_IGNORED.labels(reason).inc()
            return False
        if not own:
            self._guests[position.unit] = node, off_road, position.at
            return False
        self._fleet_of[position.unit].stands(position.unit, node, off_road)
        self._at[position.unit] = position.at
        self._last[position.unit] = (position.lon, position.lat)
        return True

    def _wrong(self, position: UnitPosition, last: datetime | None, off_road: float) -> str:
        """last: when the unit's latest position was taken."""
        if last is not None and position.at <= last:
            return "older"
        if position.at > position.received_at + AHEAD:
            return "future"  # it would make all that come until then look old
        # One that helps a neighbour is far from the roads here, on that one's ground or on its way.
        if self._ground is None or off_road <= NEAR_ENOUGH_M:
            return ""
        return "" if self._ground.within(position.lon, position.lat, AWAY_M) else "outside"

    def at(self, now: datetime) -> TravelAt:
        """Travel times and ages as of `now`."""
        return TravelAt(self, now)

    def seconds(self, units: Sequence[str], place: Location) -> list[float]:
        """Seconds by road from each of the units to the place; infinite where no road leads."""
        nodes, metres = self._roads.nearest_nodes([(place.lon, place.lat)])
        target, off = int(nodes[0]), float(metres[0])
        if off > NEAR_ENOUGH_M:
            return [inf] * len(units)
        if len(units) == 1 and units[0] not in self._at:
            return [self._guest_seconds(units[0], target, off)]
        parts = self._parts(tuple(units))
        if len(parts) == 1:
            fleet, _, numbers = parts[0]
            found: list[float] = fleet.seconds(self._roads, target, off)[numbers].tolist()
            return found
        found = [inf] * len(units)
        for fleet, asked, numbers in parts:
            some = fleet.seconds(self._roads, target, off)[numbers].tolist()
            for index, seconds in zip(asked, some, strict=True):
                found[index] = seconds
        return found

    def age(self, unit: str, now: datetime) -> float | None:
        """Seconds since the unit's position was taken; None when its home stands for it."""
        taken = self._at.get(unit)
        return None if taken is None else max((now - taken).total_seconds(), 0.0)

    def _guest_seconds(self, unit: str, target: int, off: float) -> float:
        """Of a neighbour's unit, as a vehicle; infinite until it is near a road of this area."""
        node, metres, _ = self._guests.get(unit, (0, inf, None))
        if metres > NEAR_ENOUGH_M:
            return inf
        if node == target:
            return off / OFF_ROAD_MPS[Mode.DRIVE]
        by_road = self._roads.travel_seconds(np.array([node], dtype=np.int32), target, Mode.DRIVE)
        return float(by_road[0]) + (metres + off) / OFF_ROAD_MPS[Mode.DRIVE]

    def _parts(self, units: tuple[str, ...]) -> Sequence[tuple[Fleet, list[int], NDArray[np.intp]]]:
        """Which of the units are in which fleet, and where in it. The sets asked about are mostly the same ones."""
        parts = self._sets.get(units)
        if parts is None:
            if len(self._sets) > MOST_SETS:
                self._sets.clear()
            parts = []
            for fleet in self._fleets:
                asked = [index for index, unit in enumerate(units) if unit in fleet.place]
                if asked:
                    numbers = np.array([fleet.place[units[index]] for index in asked], dtype=np.intp)
                    parts.append((fleet, asked, numbers))
            self._sets[units] = parts
        return parts

    def where(self, unit: str) -> Location:
        """Where the unit was last, or its home, with what the place belongs to where that is known."""
        lon, lat = self._last.get(unit, self._forces.units[unit].home)
        ground = None if self._ground is None else self._ground.locate(lon, lat)
        if ground is None or ground.area != self._forces.area:
            cell = None if unit in self._last else self._forces.units[unit].grid_cell
            return Location(lon=lon, lat=lat, grid_cell=cell)
        return Location.of({"lon": lon, "lat": lat, **ground.divisions()})


@dataclass(frozen=True, slots=True)
class TravelAt:
    """`matching.Travel` at one moment."""

    positions: Positions
    now: datetime

    def seconds(self, units: Sequence[str], place: Location) -> Sequence[float]:
        return self.positions.seconds(units, place)

    def age(self, unit: str) -> float | None:
        return self.positions.age(unit, self.now)

    def where(self, unit: str) -> Location:
        return self.positions.where(unit)
