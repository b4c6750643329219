"""Where so many units wait best: vertex substitution for the p-median (Teitz and Bart 1968), begun where they stand.

The p-median puts p units so that the weighted seconds to the nearest of them are least. Moving one unit at a time, the
best move first, and only while a move saves enough, keeps whoever stands well where he is: each move makes the sum
smaller, so nobody is ever sent to and fro. Pure numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
NO_ROAD_COUNTS: Final = 3600.0
"""Seconds that a point counts as away which no unit can reach."""


@dataclass(frozen=True, slots=True)
class Placement:
    """moves: unit (by number) → point. before, after: expected seconds to a call, weighted."""

    moves: dict[int, int]
    before: float
    after: float


def place(
    standing: Matrix,
    way: Matrix,
    options: Sequence[Matrix],
    weights: Matrix,
    saves_seconds: float,
    saves_share: float,
    under_way: Collection[int] = (),
) -> Placement:
    """Move units while the best move saves `saves_seconds`, and `saves_share` of what there is.

    standing: seconds from where each unit stands (or will) to each point, shape (p, n). way: what each would have to go
    from where it is now, shape (p, n); infinite where it is not to go. options: per unit [stands at][to], shape
    (n, n). weights: of the points, shape (n,), any unit. A unit is moved once at most.
    under_way: units (by number) that were sent somewhere before: moving one of these has to save `saves_seconds` more
    than moving another.
    """
    total = float(weights.sum())
    if not len(standing) or total <= 0:
        return Placement({}, 0.0, 0.0)
    share = weights / total
    now = np.minimum(standing, NO_ROAD_COUNTS)
    chances = [np.minimum(one, NO_ROAD_COUNTS) for one in options]
    moves: dict[int, int] = {}
    before = cost = float(now.min(axis=0) @ share)
    while len(moves) < len(now):
        best: tuple[float, float, int, int] | None = None
        for unit in range(len(now)):
            if unit in moves:
                continue
            others = np.delete(now, unit, axis=0)
            left = others.min(axis=0) if len(others) else np.full(len(share), NO_ROAD_COUNTS)
            costs = np.minimum(left, chances[unit]) @ share
            # Of points as good as each other the one that is nearer, so that equal boards choose alike.
            costs[way[unit] == np.inf] = np.inf
            point = int(np.lexsort((way[unit], np.round(costs, 6)))[0])
            counts = float(costs[point]) + (saves_seconds if unit in under_way else 0.0)
            found = round(counts, 6), float(way[unit][point]), unit, point
            if best is None or found < best:
                best = found
        if best is None or cost - best[0] < max(saves_seconds, saves_share * cost):
            break
        _, _, unit, point = best
        moves[unit] = point
        now[unit] = chances[unit][point]
        cost = float(now.min(axis=0) @ share)
    return Placement(moves, before, cost)
