"""The histogram's rule: at most 1 % away, the same bucket everywhere."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.domain.buckets import ALPHA, BUCKETS, EDGES, ESTIMATE_MS, LONGEST_MS, bucket

TIMES = st.one_of(st.integers(1, 5000), st.integers(1, LONGEST_MS), st.sampled_from(EDGES[:-1]))


@given(TIMES)
def test_A1_bucket_is_at_most_one_percent_away(ms: int) -> None:
    estimate = float(ESTIMATE_MS[bucket(ms)])
    assert abs(estimate - ms) <= ALPHA * ms * (1 + 1e-9)


@given(TIMES, TIMES)
def test_A1_buckets_keep_the_order_of_times(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert bucket(low) <= bucket(high)


def test_A1_edges_are_exact_powers() -> None:
    # 700 steps: a value of about 20 minutes, where a floating-point logarithm may fall on either side.
    gamma = Fraction(101, 99)
    for place in (0, 1, 2, 35, 700):
        assert EDGES[place] == int(gamma**place)
        assert bucket(EDGES[place] + 1) > bucket(EDGES[place])


def test_A1_zero_and_the_longest_have_a_bucket() -> None:
    assert bucket(0) == 0
    assert ESTIMATE_MS[0] == 0
    assert bucket(1) == 1
    assert bucket(LONGEST_MS * 1000) == bucket(LONGEST_MS) < BUCKETS
