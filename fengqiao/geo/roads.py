"""Travel times by road from many places to one.

A network is two files of an area's folder, `roads/nodes.csv` (id,lon,lat; ids are 0, 1, 2 … in order) and
`roads/arcs.csv` (from,to,metres,seconds,name; one row a direction). Times are held in whole milliseconds.

Two ways of moving: DRIVE takes the arcs' seconds in the arcs' direction; FOOT takes the metres at FOOT_MPS
both ways, because one-way signs do not bind people on foot.
Two searches give the same answer behind one protocol: `ContractionHierarchy` (routingkit-cch, one backward
sweep serves all sources) and `Dijkstra` (scipy), the oracle of the tests and what is used where
routingkit-cch cannot be loaded (it needs glibc ≥ 2.34).

This module alone imports numpy, and scipy only where Dijkstra is used.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import cos, isfinite, radians
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from fengqiao.geo.distance import EARTH_RADIUS_M
from fengqiao.geo.errors import InvalidPlace, InvalidRoads, NoRoad, UnknownNode
from fengqiao.geo.nearest import NearestPoint

FOOT_MPS: Final = 1.6
"""A hurried walk, 5.8 km/h: Bohannon & Williams Andrews 2011 give 1.4 m/s as the usual pace."""
OFF_ROAD_MPS: Final = {"drive": 12 / 3.6, "foot": FOOT_MPS}
"""Between a place and its nearest node: in a vehicle the pace of a lane (12 km/h), else on foot."""
NEAR_ENOUGH_M: Final = 5_000.0
"""A place further than this from every node has no road; its travel time is inf."""
SNAPS_KEPT: Final = 8_192
MOST_PER_ARC: Final = 86_400.0
"""The longest arc, in metres or seconds. The search adds 32-bit milliseconds: over 24 days is no way."""

Ints = NDArray[np.int32]
Seconds = NDArray[np.float32]
LonLat = tuple[float, float]


class Mode(StrEnum):
    """How a unit moves."""

    DRIVE = "drive"
    FOOT = "foot"


@dataclass(frozen=True, slots=True)
class Snap:
    """The node nearest to a place, and how far off it is in metres."""

    node: int
    metres: float


class TravelTimes(Protocol):
    """Shortest times on one weighted network."""

    def seconds(self, sources: Ints, target: int) -> Seconds:
        """Seconds from each source (node ids, shape (n,)) to the target, float32; inf where there is no way.

        The ids must be valid; RoadNetwork checks them. Safe to call from several threads.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs of a network of `nodes` nodes: ends and milliseconds, each of shape (m,), int32."""

    nodes: int
    tail: Ints
    head: Ints
    milliseconds: Ints


class Dijkstra:
    """scipy's Dijkstra on the reversed network: exact, no preparation, a few ms on a city."""

    def __init__(self, arcs: Arcs) -> None:
        from scipy.sparse import csr_array

        # A sparse array adds up parallel arcs; only the quickest of them counts.
        order = np.lexsort((arcs.milliseconds, arcs.tail, arcs.head))
        tail, head, cost = arcs.tail[order], arcs.head[order], arcs.milliseconds[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        costs = cost[first].astype(np.float64)
        shape = (arcs.nodes, arcs.nodes)
        self._reversed = csr_array((costs, (head[first], tail[first])), shape=shape)

    def seconds(self, sources: Ints, target: int) -> Seconds:
        from scipy.sparse.csgraph import dijkstra

        milliseconds = dijkstra(self._reversed, directed=True, indices=np.array([target]))[0]
        seconds: Seconds = (milliseconds[sources] / 1000.0).astype(np.float32)
        return seconds


class ContractionHierarchy:
    """Customizable contraction hierarchy (Dibbelt, Strasser, Wagner 2016) through routingkit-cch.

    The library binds a query object to the thread that made it, so each thread has its own over the one
    metric; it keeps the sources it was last asked about, because pinning them costs as much as asking.
    """

    def __init__(self, arcs: Arcs, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> None:
        """Raises ImportError where routingkit-cch cannot be loaded."""
        import routingkit_cch as kit

        tail, head = arcs.tail.tolist(), arcs.head.tolist()
        order = kit.compute_order_inertial(arcs.nodes, tail, head, lat.tolist(), lon.tolist())
        self._hierarchy = kit.CCH(order, tail, head, False)
        self._metric = kit.CCHMetric(self._hierarchy, arcs.milliseconds.tolist())
        self._new_query = kit.CCHManyToOne
        self._own = threading.local()

    def seconds(self, sources: Ints, target: int) -> Seconds:
        if len(sources) == 0:
            return np.empty(0, dtype=np.float32)
        mark = sources.tobytes()
        own = self._own
        if getattr(own, "pinned", None) != mark:
            if hasattr(own, "query"):
                own.query.repin_sources(sources.tolist())
            else:
                own.query = self._new_query(self._metric, sources.tolist())
            own.pinned = mark
        found = own.query.distances_to(target)
        # None (no way) becomes nan in a float array, then inf.
        milliseconds = np.array(found, dtype=np.float64)
        milliseconds[np.isnan(milliseconds)] = np.inf
        return (milliseconds / 1000.0).astype(np.float32)


def quickest(arcs: Arcs, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> TravelTimes:
    """The contraction hierarchy, or Dijkstra on a machine that cannot load it."""
    try:
        return ContractionHierarchy(arcs, lon, lat)
    except ImportError:
        return Dijkstra(arcs)


class RoadNetwork:
    """Nodes, arcs and the searches on them. Immutable after construction; safe to share between threads."""

    def __init__(
        self,
        lon: Sequence[float] | NDArray[np.float64],
        lat: Sequence[float] | NDArray[np.float64],
        tail: Sequence[int] | Ints,
        head: Sequence[int] | Ints,
        metres: Sequence[float] | NDArray[np.float64],
        seconds: Sequence[float] | NDArray[np.float64],
        names: Sequence[str] = (),
        search: Callable[[Arcs, NDArray[np.float64], NDArray[np.float64]], TravelTimes] = quickest,
    ) -> None:
        """Node n lies at (lon[n], lat[n]); arc k leads from tail[k] to head[k]. Raises InvalidRoads."""
        self.lon, self.lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
        self.tail, self.head = np.asarray(tail, dtype=np.int32), np.asarray(head, dtype=np.int32)
        self.metres = np.asarray(metres, dtype=np.float64)
        self.names = tuple(names)
        costs = np.asarray(seconds, dtype=np.float64)
        self._check(costs)
        self._search = search
        self._costs = {
            Mode.DRIVE: self._arcs(self.tail, self.head, costs),
            Mode.FOOT: self._arcs(
                np.concatenate([self.tail, self.head]),
                np.concatenate([self.head, self.tail]),
                np.tile(self.metres / FOOT_MPS, 2),
            ),
        }
        self._searches: dict[Mode, TravelTimes] = {}
        self._building = threading.Lock()
        # A plane that touches the network's middle: exact to 0.1 % over a city.
        self._east = cos(radians(float(self.lat.mean()))) * radians(1.0) * EARTH_RADIUS_M
        self._north = radians(1.0) * EARTH_RADIUS_M
        nearest = NearestPoint((self.lon * self._east).tolist(), (self.lat * self._north).tolist())
        # Units stand still most of the time: what was asked for before is not looked for again.
        self._snap = lru_cache(maxsize=SNAPS_KEPT)(nearest.find)

    @property
    def node_count(self) -> int:
        return len(self.lon)

    @property
    def arc_count(self) -> int:
        return len(self.tail)

    def nearest_node(self, lon: float, lat: float, within_metres: float = NEAR_ENOUGH_M) -> Snap:
        """The node nearest to (lon, lat). Raises NoRoad when it is further away than `within_metres`."""
        nodes, metres = self.nearest_nodes([(lon, lat)])
        if metres[0] > within_metres:
            raise NoRoad(f"No road lies within {within_metres:.0f} m of ({lon}, {lat}).")
        return Snap(int(nodes[0]), float(metres[0]))

    def nearest_nodes(self, points: Iterable[LonLat]) -> tuple[Ints, NDArray[np.float64]]:
        """Nodes, shape (n,), int32, and metres, shape (n,), float64, for many places. Raises InvalidPlace."""
        east, north, snap = self._east, self._north, self._snap
        try:
            found = [snap(lon * east, lat * north) for lon, lat in points]
        except (ValueError, OverflowError) as error:
            raise InvalidPlace("A place is not a number: give lon and lat in degrees.") from error
        nodes = np.array([node for node, _ in found], dtype=np.int32)
        return nodes, np.array([metres for _, metres in found], dtype=np.float64)

    def travel_seconds(self, sources: Sequence[int] | Ints, target: int, mode: Mode = Mode.DRIVE) -> Seconds:
        """Travel time from each source to the target.

        sources: node ids, shape (n,), int32. target: a node id.
        Returns seconds, shape (n,), float32; inf where there is no way. Raises UnknownNode. Thread-safe.
        """
        nodes = np.asarray(sources, dtype=np.int32)
        known = 0 <= target < self.node_count
        if not known or (len(nodes) and not (int(nodes.min()) >= 0 and int(nodes.max()) < self.node_count)):
            raise UnknownNode(f"A node number is outside 0 … {self.node_count - 1} of this network.")
        return self._times(mode).seconds(nodes, int(target))

    def travel_from(self, points: Iterable[LonLat], target: LonLat, mode: Mode = Mode.DRIVE) -> Seconds:
        """Travel time from each (lon, lat) to `target`, the ways to and from the nearest nodes included.

        Those ways count at OFF_ROAD_MPS in a straight line; two places with the same nearest node are not
        sent over it when the straight line is shorter. Returns seconds, shape (n,), float32; inf where a
        place is more than NEAR_ENOUGH_M from every node or no road leads. Raises InvalidPlace. Thread-safe.
        """
        everything = [*points, target]
        nodes, off = self.nearest_nodes(everything)
        places = np.array(everything, dtype=np.float64).reshape(-1, 2) * (self._east, self._north)
        times = self.travel_seconds(nodes[:-1], int(nodes[-1]), mode)
        off_road = (off[:-1] + off[-1]) / OFF_ROAD_MPS[mode]
        off_road[(off[:-1] > NEAR_ENOUGH_M) | (off[-1] > NEAR_ENOUGH_M)] = np.inf
        straight = np.hypot(*(places[:-1] - places[-1]).T) / OFF_ROAD_MPS[mode]
        total = times + off_road
        total = np.where(nodes[:-1] == nodes[-1], np.minimum(total, straight), total)
        seconds: Seconds = total.astype(np.float32)
        return seconds

    def arcs(self, mode: Mode = Mode.DRIVE) -> Arcs:
        """What the searches of `mode` go by: for whoever needs the way itself and not only its time."""
        return self._costs[mode]

    def warm_up(self, mode: Mode = Mode.DRIVE) -> None:
        """Build the search of `mode` now rather than in the first call that needs it."""
        self._times(mode)

    def _times(self, mode: Mode) -> TravelTimes:
        found = self._searches.get(mode)
        if found is None:
            with self._building:
                found = self._searches.get(mode)
                if found is None:
                    found = self._searches[mode] = self._search(self._costs[mode], self.lon, self.lat)
        return found

    def _arcs(self, tail: Ints, head: Ints, seconds: NDArray[np.float64]) -> Arcs:
        # A sparse array drops arcs that cost nothing, so none costs less than a millisecond.
        milliseconds = np.maximum(np.rint(seconds * 1000.0), 1.0).astype(np.int32)
        return Arcs(self.node_count, tail.astype(np.int32), head.astype(np.int32), milliseconds)

    def _check(self, seconds: NDArray[np.float64]) -> None:
        n, m = len(self.lon), len(self.tail)
        if n == 0 or len(self.lat) != n or not (np.isfinite(self.lon).all() and np.isfinite(self.lat).all()):
            raise InvalidRoads("A network needs at least one node, each with a finite lon and lat.")
        if not (len(self.head) == len(self.metres) == len(seconds) == m and len(self.names) in (0, m)):
            raise InvalidRoads("Tails, heads, metres, seconds and names of the arcs differ in number.")
        if m == 0:
            return
        ends = np.concatenate([self.tail, self.head])
        if int(ends.min()) < 0 or int(ends.max()) >= n:
            raise InvalidRoads(f"An arc ends at a node outside 0 … {n - 1}.")
        for what, costs in (("metres", self.metres), ("seconds", seconds)):
            if not np.isfinite(costs).all() or float(costs.min()) < 0:
                raise InvalidRoads(f"The {what} of an arc are negative or not a number.")
            if float(costs.max()) > MOST_PER_ARC:
                raise InvalidRoads(f"The {what} of an arc are above {MOST_PER_ARC:.0f}.")


def load_roads(folder: Path) -> RoadNetwork:
    """The network of an area's folder: `folder`/roads/nodes.csv and arcs.csv. Raises InvalidRoads."""
    file = folder / "roads" / "nodes.csv"
    lon, lat = [], []
    for node, (line, row) in enumerate(_rows(file, ("id", "lon", "lat"))):
        if row[0] != str(node):
            raise InvalidRoads(f"{file} line {line}: the id must be {node}.")
        lon.append(_number(file, line, row[1]))
        lat.append(_number(file, line, row[2]))
    file = folder / "roads" / "arcs.csv"
    arcs = _rows(file, ("from", "to", "metres", "seconds", "name"))
    try:
        return RoadNetwork(
            lon,
            lat,
            [int(row[0]) for _, row in arcs],
            [int(row[1]) for _, row in arcs],
            [_number(file, line, row[2]) for line, row in arcs],
            [_number(file, line, row[3]) for line, row in arcs],
            [row[4] for _, row in arcs],
        )
    except (ValueError, OverflowError) as error:
        raise InvalidRoads(f"{file}: from and to must be node ids ({error}).") from error
    except InvalidRoads as error:
        raise InvalidRoads(f"{file}: {error}") from error


def _rows(file: Path, columns: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRoads(f"{file} cannot be read as UTF-8 ({error}).") from error
    if not rows or tuple(rows[0]) != columns:
        raise InvalidRoads(f"{file} line 1 must read {','.join(columns)}.")
    for line, row in enumerate(rows[1:], 2):
        if len(row) != len(columns):
            raise InvalidRoads(f"{file} line {line} has {len(row)} columns instead of {len(columns)}.")
    return list(enumerate(rows[1:], 2))


def _number(file: Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise InvalidRoads(f"{file} line {line}: {text!r} is not a number.")
    return value
