"""Ways along the road network: where somebody is at each moment of a journey that takes the network's own seconds.

Dispatch counts the seconds only; whoever drives, or is followed on a map, needs the places in between.
"""

import heapq
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from fengqiao.geo.roads import OFF_ROAD_MPS, Mode, RoadNetwork

LonLat = tuple[float, float]


class NoWay(Exception):
    """No road leads there; the text says from where to where."""


@dataclass(frozen=True, slots=True)
class Way:
    """A journey. places: WGS-84 (lon, lat), from its beginning to its goal. reached: seconds after setting off at
    which each is passed, rising from 0."""

    places: tuple[LonLat, ...]
    reached: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return self.reached[-1]

    def at(self, seconds: float) -> LonLat:
        """Where one is so many seconds after setting off: at the beginning before it, at the goal after it."""
        if seconds <= 0.0:
            return self.places[0]
        if seconds >= self.seconds:
            return self.places[-1]
        after = bisect_right(self.reached, seconds)
        began, ends = self.reached[after - 1], self.reached[after]
        (x0, y0), (x1, y1) = self.places[after - 1], self.places[after]
        share = (seconds - began) / (ends - began)
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share


class Ways:
    """Finds ways on one network. Immutable after construction."""

    def __init__(self, roads: RoadNetwork) -> None:
        self._roads = roads
        self._leaving: dict[Mode, list[list[tuple[int, float]]]] = {}
        for mode in Mode:
            arcs = roads.arcs(mode)
            leaving: list[list[tuple[int, float]]] = [[] for _ in range(arcs.nodes)]
            for tail, head, cost in zip(
                arcs.tail.tolist(), arcs.head.tolist(), arcs.milliseconds.tolist(), strict=True
            ):
                leaving[tail].append((head, cost / 1000.0))
            self._leaving[mode] = leaving

    def way(self, begin: LonLat, goal: LonLat, mode: Mode = Mode.DRIVE, speed_factor: float = 1.0) -> Way:
        """The quickest way, the pieces to and from the nearest nodes included, as dispatch counts them: seconds on
        the road divided by `speed_factor`, off it at OFF_ROAD_MPS. Raises NoWay."""
        (first, last), off = self._roads.nearest_nodes([begin, goal])
        nodes, seconds = self._quickest(int(first), int(last), mode, begin, goal)
        to_road, from_road = (float(metres) / OFF_ROAD_MPS[mode] for metres in off)
        lon, lat = self._roads.lon, self._roads.lat
        places = [begin, *((float(lon[node]), float(lat[node])) for node in nodes), goal]
        on_road = [to_road + since / speed_factor for since in seconds]
        return Way(tuple(places), (0.0, *on_road, on_road[-1] + from_road))

    def redirected(
        self, way: Way, since: float, goal: LonLat, mode: Mode = Mode.DRIVE, speed_factor: float = 1.0
    ) -> Way:
        """Whoever has been on `way` for so many seconds goes to another goal: on to the next place of it, for nobody
        turns between two crossings, and from there the quickest way. Raises NoWay."""
        if since >= way.seconds:
            return self.way(way.places[-1], goal, mode, speed_factor)
        following = bisect_right(way.reached, max(since, 0.0))
        onward = self.way(way.places[following], goal, mode, speed_factor)
        left = way.reached[following] - max(since, 0.0)
        return Way((way.at(since), *onward.places), (0.0, *(left + reached for reached in onward.reached)))

    def _quickest(
        self, first: int, last: int, mode: Mode, begin: LonLat, goal: LonLat
    ) -> tuple[Sequence[int], Sequence[float]]:
        """Nodes from `first` to `last` and the seconds at each (Dijkstra)."""
        leaving = self._leaving[mode]
        best: dict[int, float] = {first: 0.0}
        before: dict[int, int] = {}
        waiting = [(0.0, first)]
        while waiting:
            since, node = heapq.heappop(waiting)
            if node == last:
                break
            if since > best[node]:
                continue
            for head, cost in leaving[node]:
                there = since + cost
                if there < best.get(head, inf):
                    best[head], before[head] = there, node
                    heapq.heappush(waiting, (there, head))
        if last not in best:
            raise NoWay(f"No road leads from {begin} to {goal}.")
        nodes = [last]
        while nodes[-1] != first:
            nodes.append(before[nodes[-1]])
        nodes.reverse()
        return nodes, [best[node] for node in nodes]
