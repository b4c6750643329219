"""From rollups to the rows of an answer, true up to one offset.

Counts, means and shares within target are exact; quantiles are by nearest rank (the smallest value that at least
the share q of all values does not exceed), at most 1 % away (`buckets`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from services.analytics.domain.buckets import BUCKETS, ESTIMATE_MS, bucket
from services.analytics.domain.dimensions import Project, Value
from services.analytics.domain.rollups import Rollup, summed

QUANTILES: Final = (50, 90, 99)
"""Percent."""
_SUMMED: Final = ("count", "targeted", "within", "sum")
_DENSE_ROWS: Final = 256
"""4 MB of counters at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """Seconds. within_target: share of those that had a target; None where none had one."""

    key: tuple[Value, ...]
    count: int
    mean: float
    quantiles: tuple[float, ...]
    within_target: float | None


def reachable(rollup: Rollup, offset: int) -> bool:
    """Whether what the rollup was at `offset` can be told from what it is now."""
    return rollup.applied <= offset or rollup.recent_after <= offset


def merge(rollups: Iterable[Rollup], project: Project, true_up_to: int, *, by_period: bool = True) -> list[Row]:
    """The rows as they are at the offset `true_up_to`, sorted by key. Each rollup must be `reachable` there.

    by_period: whether `project` looks at the period; a key is projected once where it does not.
    """
    rows: dict[tuple[Value, ...], int] = {}
    row_of_key: dict[tuple[str, str], int] = {}

    def row(period: str, key: str) -> int:
        place = (period if by_period else "", key)
        found = row_of_key.get(place)
        if found is None:
            found = row_of_key[place] = rows.setdefault(project(period, key), len(rows))
        return found

    chosen = list(rollups)
    key_rows = np.fromiter((row(rollup.address.day, key) for rollup in chosen for key in rollup.keys), np.int64)
    if not len(key_rows):
        return []
    # Few calls over everything at once instead of several for each of 400 days.
    key_offsets = np.cumsum([0, *(len(rollup.keys) for rollup in chosen)])[:-1]
    code_lengths = [len(rollup.codes) for rollup in chosen]
    place, which = np.divmod(np.concatenate([rollup.codes for rollup in chosen]).astype(np.int64), BUCKETS)
    codes = [key_rows[place + np.repeat(key_offsets, code_lengths)] * BUCKETS + which]
    counts = [np.concatenate([rollup.counts for rollup in chosen]).astype(np.int64)]
    totals = np.concatenate([rollup.totals for rollup in chosen])
    summary = np.zeros((len(rows), len(_SUMMED)), np.int64)
    for column, name in enumerate(_SUMMED):
        np.add.at(summary[:, column], key_rows, totals[name].astype(np.int64))
    for rollup, offset in zip(chosen, key_offsets, strict=True):
        if rollup.applied > true_up_to:
            later = rollup.recent[rollup.recent["offset"] > true_up_to]
            back = key_rows[offset + later["key"].astype(np.int64)]
            codes.append(back * BUCKETS + np.fromiter(map(bucket, later["ms"].tolist()), np.int64, len(later)))
            counts.append(np.full(len(later), -1, np.int64))
            np.subtract.at(summary[:, 0], back, 1)
            for column, name in enumerate(("targeted", "within", "ms"), start=1):
                np.subtract.at(summary[:, column], back, later[name].astype(np.int64))
    code, count = _summed(np.concatenate(codes), np.concatenate(counts), len(rows))
    quantiles = _quantiles(code, count, summary[:, 0])
    sums, answered = summary.tolist(), quantiles.tolist()
    return sorted(
        (_row(key, sums[number], answered[number]) for key, number in rows.items() if sums[number][0]),
        key=lambda row: [(value is None, value) for value in row.key],
    )


def _summed(
    codes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], rows: int
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """As `summed`. Few rows are counted in place, which takes as long for ten times as many incidents."""
    if rows > _DENSE_ROWS:
        some, many = summed(codes, counts)
        return some, many.astype(np.int64)
    # Weights are floats: exact to 2**53.
    dense = np.bincount(codes, counts, rows * BUCKETS).astype(np.int64)
    code = np.flatnonzero(dense)
    return code, dense[code]


def _quantiles(
    code: npt.NDArray[Any], count: npt.NDArray[np.int64], per_row: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Seconds, shape (rows, quantiles). code: sorted, row × BUCKETS + bucket."""
    through = np.cumsum(count)
    before = np.cumsum(per_row) - per_row
    answered = np.zeros((len(per_row), len(QUANTILES)))
    if len(code):
        for column, percent in enumerate(QUANTILES):
            rank = (per_row * percent + 99) // 100
            found = np.minimum(np.searchsorted(through, before + rank), len(code) - 1)
            answered[:, column] = ESTIMATE_MS[code[found] % BUCKETS] / 1000
    return answered


def _row(key: tuple[Value, ...], summary: Sequence[int], quantiles: Sequence[float]) -> Row:
    count, targeted, within, total_ms = summary
    return Row(
        key=key,
        count=count,
        mean=total_ms / count / 1000,
        quantiles=tuple(quantiles),
        within_target=within / targeted if targeted else None,
    )


def most_counted(rows: Sequence[Row], limit: int) -> list[Row]:
    """All rows, or the `limit` with the most incidents, in the order they had."""
    if len(rows) <= limit:
        return list(rows)
    chosen = sorted(range(len(rows)), key=lambda place: -rows[place].count)[:limit]
    return [rows[place] for place in sorted(chosen)]
