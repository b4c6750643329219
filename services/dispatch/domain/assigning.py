"""Sharing units out among calls with the least seconds in all: the assignment problem.

Solved by `lap` (Jonker and Volgenant 1987, shortest augmenting paths). scipy's solver gives the same sums, but half a
second of every start went into importing it.
"""

from collections.abc import Sequence
from math import ceil, log2
from typing import Final

import lap
import numpy as np

_MOST_BITS: Final = 16
"""`lap` takes costs of a million and more for no cost at all, so all are brought below 2 to the power of this."""
_TURN_S: Final = 1e-6
"""What a row costs more than the one before it: of equals, whoever stands first is served."""


def least_total(seconds: Sequence[Sequence[float]]) -> list[int | None]:
    """Per row the column that it gets, each column once; None where it gets none. `inf` pairs nothing.

    seconds: n rows of m numbers. As many rows as possible get a column, and of all ways to do that the one with the
    least sum is taken; of equally good ones the one that serves the first rows.
    """
    if not seconds or not seconds[0]:
        return [None] * len(seconds)
    costs = np.array(seconds, dtype=np.float64)
    costs += np.arange(len(seconds))[:, None] * _TURN_S
    ways = np.isfinite(costs)
    if not ways.any():
        return [None] * len(seconds)
    # A pair without a way costs more than all other pairs of any sharing together. Scaling by a power of two is exact.
    no_way = (costs[ways].max() + 1.0) * min(costs.shape)
    scale = 2.0 ** min(0, _MOST_BITS - ceil(log2(no_way)))
    columns, _ = lap.lapjv(np.where(ways, costs, no_way) * scale, extend_cost=True, return_cost=False)
    return [int(column) if column >= 0 and ways[row, column] else None for row, column in enumerate(columns)]
