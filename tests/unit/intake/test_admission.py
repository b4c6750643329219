"""I1 under a flood: a bucket for each client, places for all, and a lane that emergencies have to themselves."""

from __future__ import annotations

from contextlib import ExitStack
from heapq import heappop, heappush
from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.runtime.problems import TooManyRequests, Unavailable
from services.intake.admission import Admission, is_emergency
from services.intake.domain.buckets import Buckets
from services.intake.domain.turns import Turns


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


@given(st.lists(st.floats(0, 3), min_size=1, max_size=400))
def test_I1_those_who_are_refused_come_again_one_after_another(pauses: list[float]) -> None:
    turns = Turns(per_second=10.0, soonest=2.0, latest=20.0)
    now, comes = 0.0, list[float]()
    for pause in pauses:
        now += pause
        comes.append(now + turns.next(now))
        assert now + 2.0 <= comes[-1] <= now + 20.0 + 1e-6
    for first, second in pairwise(comes):
        assert second >= first + 0.1 - 1e-6 or second <= first - 18.0 + 0.1 + 1e-6  # in order, or a new round


def test_I1_an_outage_does_not_gather_a_crowd_that_comes_at_once() -> None:
    turns, due, attempts = Turns(per_second=150.0, soonest=2.0, latest=20.0), list[float](), list[float]()
    calls = iter([n / 20 for n in range(120 * 20)])
    arriving = next(calls, None)
    while arriving is not None or (due and due[0] < 120):
        if arriving is not None and (not due or arriving <= due[0]):
            now, arriving = arriving, next(calls, None)
        else:
            now = heappop(due)
        attempts.append(now)
        heappush(due, now + ceil(turns.next(now)))  # Retry-After is in whole seconds
    worst = max(sum(1 for at in attempts if second <= at < second + 1) for second in range(120))
    assert worst <= 2 * 150 + 20
