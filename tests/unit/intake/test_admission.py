"""I1 under a flood: a bucket for each client, places for all, and a lane that emergencies have to themselves."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.runtime.problems import TooManyRequests, Unavailable
from services.intake.admission import Admission, is_emergency
from services.intake.domain.buckets import Buckets


def test_I1_a_client_over_its_limit_is_told_when_to_come_back() -> None:
    now = 100.0
    admission = Admission(3, at_once=10, seconds=lambda: now)
    for _ in range(3):
        with admission.enter("flood", emergency=False):
            pass
    with pytest.raises(TooManyRequests) as refused, admission.enter("flood", emergency=False):
        pass
    assert int(refused.value.headers["Retry-After"]) >= 1
    with admission.enter("other", emergency=False), admission.enter("flood", emergency=True):
        pass
    now += 0.34
    with admission.enter("flood", emergency=False):
        pass


def test_I1_trifles_leave_the_emergency_lane_free() -> None:
    admission = Admission(100, at_once=2)
    with ExitStack() as under_way:
        for _ in range(2):
            under_way.enter_context(admission.enter("a", emergency=False))
        with pytest.raises(Unavailable), admission.enter("b", emergency=False):
            pass
        with admission.enter("b", emergency=True):
            pass
    with admission.enter("b", emergency=False):
        pass


def test_I1_what_is_an_emergency() -> None:
    assert is_emergency("110", 4)
    assert is_emergency("tracker", 1)
    assert not is_emergency("tracker", 2)


@given(st.lists(st.floats(0, 2), max_size=60), st.integers(1, 5))
def test_I1_a_bucket_never_gives_more_than_burst_and_rate(pauses: list[float], burst: int) -> None:
    buckets = Buckets(per_second=2.0, burst=burst)
    now = given_away = 0.0
    for pause in pauses:
        now += pause
        wait = buckets.take(("x",), now)
        given_away += wait == 0.0
        assert given_away <= burst + 2.0 * now + 1e-6
        if wait:
            assert Buckets.take(buckets, ("x",), now + wait + 1e-9) == 0.0
            now += wait + 1e-9
            given_away += 1
