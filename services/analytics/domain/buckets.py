"""The bucket rule of the histograms: DDSketch's, with relative error α = 1 %.

Source: Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
PVLDB 12 (2019), section 2.1. With γ = (1 + α) / (1 − α) = 101/99, a value x of at least 1 ms lies in the bucket
i = ⌈log_γ x⌉, which covers (γ^(i−1), γ^i] and is answered as 2γ^i / (γ + 1): at most α away from every value in it.
Bucket numbers here are i + 1; number 0 is exactly 0 ms.

Values are whole milliseconds, so the edges are kept as ⌊γ^i⌋ in exact integers: the same bucket on every machine,
whatever its logarithm says about a value that lies on an edge.
"""

from bisect import bisect_left
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

ALPHA: Final = 0.01
_OVER: Final = 101
_UNDER: Final = 99
LONGEST_MS: Final = 2**48
"""Longer times count as this (8,900 years); it keeps the bucket's number below `BUCKETS`."""
BUCKETS: Final = 2048


def _edges() -> tuple[int, ...]:
    edges: list[int] = []
    over, under = 1, 1
    while not edges or edges[-1] < LONGEST_MS:
        edges.append(over // under)
        over, under = over * _OVER, under * _UNDER
    return tuple(edges)


EDGES: Final = _edges()
"""⌊γ^i⌋ for i = 0, 1, 2 …"""
_GAMMA: Final = _OVER / _UNDER
ESTIMATE_MS: Final[npt.NDArray[np.float64]] = np.concatenate(
    ([0.0], 2 * _GAMMA ** np.arange(BUCKETS - 1, dtype=np.float64) / (_GAMMA + 1))
)
"""What a value of each bucket is answered as, in milliseconds, shape (BUCKETS,)."""


# Each observation is put into every set's histogram: the same few times are asked for again and again.
@lru_cache(maxsize=65_536)
def bucket(ms: int) -> int:
    """The bucket's number of a time in whole milliseconds, from 0."""
    return 0 if ms <= 0 else 1 + bisect_left(EDGES, min(ms, LONGEST_MS))
