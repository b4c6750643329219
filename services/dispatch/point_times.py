"""How far the units are from the points of the area's standby plan: a table of the network, made once, then looked up.

A tick asks about every point and every free unit. One search a point gives the seconds from all nodes of the network;
from then on a unit's are those of its node: microseconds, whatever moves. Four bytes a node and point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fengqiao.geo.roads import NEAR_ENOUGH_M, OFF_ROAD_MPS, Mode, RoadNetwork
from services.dispatch.domain.standby_plan import Matrix, StandbyPlan

if TYPE_CHECKING:
    from services.dispatch.positions import Fleet


class PointTable:
    """`standby_plan.PointTimes` over the fleets of one area, which are changed in place when a unit moves."""

    def __init__(self, plan: StandbyPlan, roads: RoadNetwork, fleet_of: Mapping[str, Fleet]) -> None:
        self._roads = roads
        self._fleet_of = fleet_of
        self._nodes, self._metres = roads.nearest_nodes([(one.place.lon, one.place.lat) for one in plan.points])
        self._tables: dict[Mode, NDArray[np.float32]] = {}
        self._between: dict[tuple[Mode, float], Matrix] = {}

    def between(self, unit: str) -> Matrix:
        fleet = self._fleet_of[unit]
        speed = float(fleet.speed[fleet.place[unit]])
        known = self._between.get((fleet.mode, speed))
        if known is None:
            off = self._off_road(fleet.mode)
            known = self._table(fleet.mode)[:, self._nodes].T / speed + off[:, None] + off[None, :]
            np.fill_diagonal(known, 0.0)
            self._between[fleet.mode, speed] = known
        return known

    def reach(self, units: Sequence[str]) -> Matrix:
        found = np.empty((len(units), len(self._nodes)))
        for fleet in {id(self._fleet_of[unit]): self._fleet_of[unit] for unit in units}.values():
            rows = [row for row, unit in enumerate(units) if self._fleet_of[unit] is fleet]
            numbers = np.array([fleet.place[units[row]] for row in rows], dtype=np.intp)
            by_road = self._table(fleet.mode)[:, fleet.sources[numbers]].T / fleet.speed[numbers][:, None]
            found[rows] = by_road + fleet.off_road[numbers][:, None] + self._off_road(fleet.mode)[None, :]
        return found

    def _off_road(self, mode: Mode) -> Matrix:
        return np.where(self._metres > NEAR_ENOUGH_M, np.inf, self._metres / OFF_ROAD_MPS[mode])

    def _table(self, mode: Mode) -> NDArray[np.float32]:
        """Seconds from each node to each point, shape (points, nodes)."""
        known = self._tables.get(mode)
        if known is None:
            every = np.arange(self._roads.node_count, dtype=np.int32)
            known = np.stack([self._roads.travel_seconds(every, int(node), mode) for node in self._nodes])
            known[np.arange(len(self._nodes)), self._nodes] = 0.0
            self._tables[mode] = known
        return known
