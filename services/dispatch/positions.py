"""Where the units are, and how long they need by road: what a decision's context takes from `unit-positions`.

A unit without a position stands at its home. An old position still counts, and its age is said with the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fengqiao.contracts.model import Location
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.roads import NEAR_ENOUGH_M, OFF_ROAD_MPS, Mode, RoadNetwork
from services.dispatch.domain.forces import Forces

MOST_GROUPS: Final = 256
"""Sets of units kept ready at a time."""


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
        # The units asked about are mostly the same ones; what is known of them is kept in arrays.
        self._groups: dict[tuple[str, ...], list[_Group]] = {}
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

    def at(self, now: datetime) -> TravelAt:
        """Travel times and ages as of `now`."""
        return TravelAt(self, now)

    def seconds(self, units: Sequence[str], place: Location) -> list[float]:
        """Seconds by road from each of the units to the place; infinite where no road leads."""
        nodes, metres = self._roads.nearest_nodes([(place.lon, place.lat)])
        target, off = int(nodes[0]), float(metres[0])
        if off > NEAR_ENOUGH_M:
            return [inf] * len(units)
        found: dict[str, float] = {}
        for group in self._grouped(tuple(units)):
            by_road = self._roads.travel_seconds(group.sources, target, group.mode)
            by_road[group.sources == target] = 0.0
            total = by_road / group.speed + group.off_road + off / OFF_ROAD_MPS[group.mode]
            found.update(zip(group.units, total.tolist(), strict=True))
        return [found[unit] for unit in units]

    def age(self, unit: str, now: datetime) -> float | None:
        """Seconds since the unit's position was taken; None when its home stands for it."""
        taken = self._standing[unit].at
        return None if taken is None else max((now - taken).total_seconds(), 0.0)

    def _grouped(self, units: tuple[str, ...]) -> Sequence[_Group]:
        groups = self._groups.get(units)
        if groups is None:
            if len(self._groups) > MOST_GROUPS:
                self._groups.clear()
            groups = self._groups[units] = [
                self._group(mode, some)
                for mode in Mode
                if (some := [unit for unit in units if self._forces.units[unit].kind.on_foot == (mode is Mode.FOOT)])
            ]
        return groups

    def _group(self, mode: Mode, units: list[str]) -> _Group:
        standing = [self._standing[unit] for unit in units]
        off = np.array([one.off_road for one in standing])
        return _Group(
            mode=mode,
            units=units,
            sources=np.array([one.node for one in standing], dtype=np.int32),
            off_road=np.where(off > NEAR_ENOUGH_M, inf, off / OFF_ROAD_MPS[mode]),
            speed=np.array([self._forces.units[unit].kind.speed_factor for unit in units]),
        )


@dataclass(frozen=True, slots=True)
class _Group:
    """Units that move alike, ready for one search: arrays of shape (n,)."""

    mode: Mode
    units: list[str]
    sources: NDArray[np.int32]
    off_road: NDArray[np.float64]
    speed: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TravelAt:
    """`matching.Travel` at one moment."""

    positions: Positions
    now: datetime

    def seconds(self, units: Sequence[str], place: Location) -> Sequence[float]:
        return self.positions.seconds(units, place)

    def age(self, unit: str) -> float | None:
        return self.positions.age(unit, self.now)
