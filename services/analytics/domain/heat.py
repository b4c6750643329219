"""The heat map 平安热力图 (A3): how many incidents in each square, by the hour, by the category."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.analytics.domain.profile import Profile
from services.analytics.domain.register import SQUARE_DEGREES, UNKNOWN_SQUARE
from services.analytics.domain.table import Table

SIZES: Final = (1, 2, 5, 10)
"""Squares of 0.001° put together, along each side: about 100, 200, 500 m, 1 km."""
MOST_SQUARES: Final = 5000


@dataclass(frozen=True, slots=True)
class Square:
    """lon, lat: of its middle. by_hour: of the local day, 24 numbers."""

    lon: float
    lat: float
    count: int
    by_hour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """squares: the fullest first. unplaced: incidents of which nobody knows where they were."""

    squares: tuple[Square, ...]
    counted: int
    unplaced: int
    cut: bool


def heat(table: Table, profile: Profile, size: int, categories: Sequence[str], hours: Sequence[int]) -> Heat:
    """categories: code prefixes, none: all; hours: of the local day, none: all."""
    mask = table.valid(profile.void)
    if categories:
        mask &= table.matching("category", categories)
    if hours:
        mask &= np.isin(table["hour"], list(hours))
    placed = mask & (table["x"] != UNKNOWN_SQUARE)
    x, y = table["x"][placed] // size, table["y"][placed] // size
    squares, inverse = np.unique(np.stack((x, y), axis=1), axis=0, return_inverse=True)
    hour_counts = np.zeros((len(squares), 24), np.int64)
    np.add.at(hour_counts, (inverse.reshape(-1), table["hour"][placed]), 1)
    counts = hour_counts.sum(axis=1)
    order = np.lexsort((squares[:, 1], squares[:, 0], -counts)) if len(squares) else np.zeros(0, np.int64)
    side = size * SQUARE_DEGREES
    found = tuple(
        Square(
            round(float((squares[n, 0] + 0.5) * side), 5),
            round(float((squares[n, 1] + 0.5) * side), 5),
            int(counts[n]),
            tuple(hour_counts[n].tolist()),
        )
        for n in order[:MOST_SQUARES].tolist()
    )
    return Heat(found, int(placed.sum()), int(mask.sum() - placed.sum()), len(order) > MOST_SQUARES)
