"""A street network: every eighth grid line is an arterial, every second a street, lanes lie between them.

Lanes are thinned out and some are one-way, in a way that provably keeps every node reachable from every
other: arterials and streets stay whole and two-way, and each crossing of two lanes keeps at least one
two-way lane to a street.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, hypot, radians
from random import Random
from typing import Final

from deploy.areas.generator.plane import METRES_PER_DEGREE, LonLat, Plane

ARTERIAL, STREET, LANE = "arterial", "street", "lane"
SPEED_MPS: Final = {ARTERIAL: 40 / 3.6, STREET: 25 / 3.6, LANE: 12 / 3.6}
"""What a patrol car keeps up among e-bikes and stalls, not the speed limit."""
CROSSING_S: Final = {ARTERIAL: 4.0, STREET: 1.5, LANE: 0.5}
"""Slowing down before the crossing an arc leads into, by the widest road there."""
LANES_LOST: Final = 0.30
ONE_WAY: Final = 0.35

Crossing = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Arc:
    tail: int
    head: int
    metres: float
    seconds: float
    name: str


@dataclass(frozen=True, slots=True)
class Streets:
    """Nodes in the order of their ids; `crossings[n]` is the column and row of node n."""

    crossings: list[Crossing]
    nodes: list[LonLat]
    arcs: list[Arc]

    def node_at(self, column: int, row: int) -> int:
        """The node at a crossing, or the nearest one to it where that crossing is gone."""
        return min(
            range(len(self.nodes)),
            key=lambda n: (abs(self.crossings[n][0] - column) + abs(self.crossings[n][1] - row), n),
        )

    def middle_of(self, name: str) -> int:
        """The node half way along the street of that name."""
        nodes = sorted({end for arc in self.arcs if arc.name == name for end in (arc.tail, arc.head)})
        return nodes[len(nodes) // 2]

    def names(self) -> list[str]:
        """Every street's name, once, in the order of arcs."""
        return list(dict.fromkeys(arc.name for arc in self.arcs))


def rank(line: int) -> str:
    """What kind of road the grid's line of that number is."""
    return ARTERIAL if line % 8 == 0 else STREET if line % 2 == 0 else LANE


def metres_between(one: LonLat, other: LonLat) -> float:
    east = (other[0] - one[0]) * cos(radians((one[1] + other[1]) / 2))
    return hypot(east, other[1] - one[1]) * METRES_PER_DEGREE


def lay_streets(
    plane: Plane,
    columns: int,
    rows: int,
    step: int,
    name: Callable[[bool, int, Crossing], str],
    keep: Callable[[str], bool],
    random: Random,
) -> Streets:
    """The network of `columns` × `rows` grid lines, `step` metres apart.

    name(vertical, line, crossing) names the piece of a line that begins at a crossing; a lane for whose name
    keep() holds loses no piece and stays two-way.
    """
    edges = _edges(columns, rows, name, keep, random)
    used = sorted({crossing for edge in edges for crossing in edge[:2]}, key=lambda c: (c[1], c[0]))
    ids = {crossing: n for n, crossing in enumerate(used)}
    nodes = [_jittered(plane, crossing, step, random) for crossing in used]
    arcs: list[Arc] = []
    for start, end, kind, street, one_way in edges:
        tail, head = ids[start], ids[end]
        metres = round(metres_between(nodes[tail], nodes[head]), 1)
        arcs.append(_arc(tail, head, metres, kind, end, street))
        if not one_way:
            arcs.append(_arc(head, tail, metres, kind, start, street))
    return Streets(used, nodes, arcs)


_Edge = tuple[Crossing, Crossing, str, str, bool]


def _edges(
    columns: int,
    rows: int,
    name: Callable[[bool, int, Crossing], str],
    keep: Callable[[str], bool],
    random: Random,
) -> list[_Edge]:
    edges: list[_Edge] = []
    lanes_at: dict[Crossing, list[_Edge]] = {}
    for row in range(rows):
        for column in range(columns):
            here = (column, row)
            for vertical, there in ((False, (column + 1, row)), (True, (column, row + 1))):
                if there[0] >= columns or there[1] >= rows:
                    continue
                line = column if vertical else row
                edge = (here, there, rank(line), name(vertical, line, here), False)
                if edge[2] != LANE:
                    edges.append(edge)
                else:
                    # Every lane piece has one end on a street and the other where two lanes cross.
                    lanes_at.setdefault(here if here[0] % 2 and here[1] % 2 else there, []).append(edge)
    for lanes in lanes_at.values():
        kept = [lane for lane in lanes if keep(lane[3]) or random.random() >= LANES_LOST]
        free = [n for n, lane in enumerate(kept) if not keep(lane[3])]
        if len(kept) >= 2 and free and random.random() < ONE_WAY:
            n = free[int(random.random() * len(free))]
            start, end, kind, street, _ = kept[n]
            kept[n] = (start, end, kind, street, True) if random.random() < 0.5 else (end, start, kind, street, True)
        edges.extend(kept)
    return edges


def _jittered(plane: Plane, crossing: Crossing, step: int, random: Random) -> LonLat:
    # Big roads run smoothly; a lane wanders.
    wander = 12.0 if LANE in (rank(crossing[0]), rank(crossing[1])) else 3.0
    x = crossing[0] * step + (2 * random.random() - 1) * wander
    y = crossing[1] * step + (2 * random.random() - 1) * wander
    return plane.at(x, y)


def _arc(tail: int, head: int, metres: float, kind: str, end: Crossing, name: str) -> Arc:
    widest = min(rank(end[0]), rank(end[1]), key=(ARTERIAL, STREET, LANE).index)
    return Arc(tail, head, metres, round(metres / SPEED_MPS[kind] + CROSSING_S[widest], 2), name)
