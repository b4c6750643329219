"""Quantiles against sorted lists, and where stepping back ends."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.merging import Row, merge, most_counted, reachable
from services.analytics.domain.rollups import KEPT_RECENT, Address, Contribution, advance, empty, read

PLACE = Address("gaoqiao", "2024-10-30", "hour", "received_to_on_scene")


@given(
    st.lists(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(0, 10**7)), max_size=40), min_size=1, max_size=5)
)
def test_A1_merged_quantiles_are_at_most_one_percent_away(days: list[list[tuple[str, int]]]) -> None:
    rollups = []
    for number, times in enumerate(days):
        address = PLACE._replace(day=f"2024-10-{number + 1:02}")
        rollups.append(
            advance(empty(address, 0), [Contribution(n, key, ms, None) for n, (key, ms) in enumerate(times)])
        )
    rows = {row.key[0]: row for row in merge(rollups, lambda _, key: (key,), 1000)}
    for key in "xyz":
        values = sorted(ms for times in days for found, ms in times if found == key)
        assert (key in rows) == bool(values)
        if not values:
            continue
        exact = [values[math.ceil(len(values) * percent / 100) - 1] / 1000 for percent in (50, 90, 99)]
        assert rows[key].count == len(values)
        assert rows[key].mean == sum(values) / len(values) / 1000
        assert rows[key].quantiles == pytest.approx(exact, rel=0.01 + 1e-9)


def test_A1_a_rollup_survives_its_document() -> None:
    rollup = advance(empty(PLACE, 3), [Contribution(7, "22", 61_000, False), Contribution(9, "23", 5, True)])
    again = read(rollup.document())
    assert again.document() == rollup.document()
    assert (again.applied, again.partition, again.keys) == (9, 3, ("22", "23"))


def test_A1_an_offset_that_is_applied_is_skipped() -> None:
    once = advance(empty(PLACE, 0), [Contribution(7, "22", 61_000, False)])
    assert advance(once, [Contribution(7, "22", 61_000, False)]) is once
    more = advance(once, [Contribution(7, "22", 61_000, False), Contribution(8, "22", 1000, True)])
    assert more.totals["count"].tolist() == [2]
    assert more.totals["within"].tolist() == [1]


def test_A1_what_cannot_be_stepped_back_over_is_said() -> None:
    rollup = empty(PLACE, 0)
    for offset in range(2 * KEPT_RECENT):
        rollup = advance(rollup, [Contribution(offset, "22", 1000, None)])
    assert reachable(rollup, KEPT_RECENT - 1)
    assert not reachable(rollup, KEPT_RECENT - 2)
    assert merge([rollup], lambda _, key: (key,), KEPT_RECENT - 1)[0].count == KEPT_RECENT
    whole = advance(empty(PLACE, 0), [Contribution(n, "22", 1000, None) for n in range(100)])
    assert reachable(whole, 3), "the last write can always be stepped back over"


def test_A1_rows_that_are_cut_are_those_with_the_fewest() -> None:
    rows = [Row((n,), count, 1.0, (1.0, 1.0, 1.0), None) for n, count in enumerate((5, 1, 9, 7))]
    assert [row.key for row in most_counted(rows, 3)] == [(0,), (2,), (3,)]
    assert most_counted(rows, 4) == rows
