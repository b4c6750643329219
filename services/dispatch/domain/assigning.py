"""Sharing units out among calls with the least seconds in all: the assignment problem.

Solved by scipy's `linear_sum_assignment` (Crouse 2016, shortest augmenting paths). It is imported with this module, not
at the first call: half a second of importing must not fall into a decision.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

NO_WAY: Final = 1e9
"""What a pair without a road costs: any other pair is better."""


def least_total(seconds: Sequence[Sequence[float]]) -> list[int | None]:
    """Per row the column that it gets, each column once; None where it gets none. `inf` pairs nothing.

    seconds: n rows of m numbers. As many rows as possible get a column, and of all ways to do that the one with the
    least sum is taken.
    """
    found: list[int | None] = [None] * len(seconds)
    if not seconds or not seconds[0]:
        return found
    costs = np.array(seconds, dtype=np.float64)
    for row, column in zip(*linear_sum_assignment(np.minimum(costs, NO_WAY)), strict=True):
        if costs[row, column] != np.inf:
            found[int(row)] = int(column)
    return found
