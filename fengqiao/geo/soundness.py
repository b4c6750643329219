"""Whether a road network hangs together: which of its nodes a vehicle cannot reach, or cannot leave again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fengqiao.geo.roads import Ints, RoadNetwork

_TRIES = 8
Mask = NDArray[np.bool_]


def cut_off(roads: RoadNetwork) -> Mask:
    """For each node, whether it lies outside the network's main part, shape (n,).

    In the main part everything can be driven to from everything. It is looked for from the node with the most arcs,
    then from the best connected of those that are left, until one has half of the nodes.
    """
    degree = np.bincount(roads.tail, minlength=roads.node_count) + np.bincount(roads.head, minlength=roads.node_count)
    best: Mask = np.zeros(roads.node_count, dtype=bool)
    tried = best.copy()
    for _ in range(_TRIES):
        start = int(np.argmax(np.where(tried, -1, degree)))
        part = _reached(roads.tail, roads.head, start, roads.node_count)
        part &= _reached(roads.head, roads.tail, start, roads.node_count)
        if part.sum() > best.sum():
            best = part
        tried |= part
        if 2 * best.sum() >= roads.node_count or tried.all():
            break
    return ~best


def _reached(tail: Ints, head: Ints, start: int, nodes: int) -> Mask:
    """The nodes to which arcs lead from `start`: in waves, each over all arcs that leave the one before it."""
    order = np.argsort(tail, kind="stable")
    ends = head[order]
    first = np.searchsorted(tail[order], np.arange(nodes + 1))
    seen: Mask = np.zeros(nodes, dtype=bool)
    seen[start] = True
    wave = np.array([start])
    while len(wave):
        counts = first[wave + 1] - first[wave]
        # The arcs of all nodes of the wave: each one's first, and so many after it.
        steps = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        ahead = np.unique(ends[np.repeat(first[wave], counts) + steps])
        wave = ahead[~seen[ahead]]
        seen[wave] = True
    return seen
