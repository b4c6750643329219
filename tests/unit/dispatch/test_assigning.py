"""Sharing units out among calls: as good as trying every way (D1)."""

from itertools import permutations
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain.assigning import least_total

numbers = st.one_of(st.integers(0, 1000).map(float), st.integers(0, 10_000_000).map(float), st.just(inf))


@st.composite
def tables(draw: st.DrawFn) -> list[list[float]]:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return [[draw(numbers) for _ in range(columns)] for _ in range(rows)]


def _ways(table: list[list[float]]) -> list[tuple[int, float]]:
    """(rows that get nothing, sum) of every way."""
    rows, columns = len(table), len(table[0])
    slots: list[int | None] = [*range(columns), *([None] * rows)]
    ways = []
    for given_to in set(permutations(slots, rows)):
        pairs = [table[row][column] for row, column in enumerate(given_to) if column is not None]
        if inf not in pairs:
            ways.append((rows - len(pairs), sum(pairs)))
    return ways


@given(tables())
@settings(max_examples=300, deadline=None)
def test_D1_no_other_way_serves_more_calls_or_needs_fewer_seconds(table: list[list[float]]) -> None:
    given_to = least_total(table)
    pairs = [table[row][column] for row, column in enumerate(given_to) if column is not None]
    used = [column for column in given_to if column is not None]
    assert len(used) == len(set(used))
    assert inf not in pairs
    assert (len(table) - len(pairs), sum(pairs)) == min(_ways(table))


def test_D1_nothing_to_share_is_nothing() -> None:
    assert least_total([]) == []
    assert least_total([[], []]) == [None, None]


def test_D1_of_equals_the_first_is_served() -> None:
    assert least_total([[60.0], [60.0], [60.0]]) == [0, None, None]
    assert least_total([[inf, 60.0], [60.0, 60.0], [60.0, 60.0]]) == [1, 0, None]
