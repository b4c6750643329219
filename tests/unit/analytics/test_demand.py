"""Where to stand by and when to patrol, added up by hand (A5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from services.analytics.domain.demand import HALF_LIFE_DAYS, Advice, advise, band_at, hours_of, in_order
from services.analytics.domain.profile import Band, Name, StandbyPoint
from services.analytics.domain.register import Register
from services.analytics.domain.table import Table
from tests.unit.analytics.autumn import PROFILE, SHANGHAI

NIGHT = Band("night", Name("夜间", "Night"), 21 * 60, 6 * 60)
DAY = Band("day", Name("白天", "Day"), 6 * 60, 21 * 60)
AREA = replace(
    PROFILE,
    points=(
        StandbyPoint("S1", Name("美食城", "Food Court"), (113.01, 28.19), "G07"),
        StandbyPoint("S2", Name("市场", "Market"), (113.03, 28.19), "G08"),
    ),
    bands=(NIGHT, DAY),
)
TONIGHT = date(2024, 10, 30)
WEEKS = 8
BETWEEN = np.array([[0.0, 300.0], [300.0, 0.0]])
NEAREST = {(113_010, 28_190): 0, (113_030, 28_190): 1}


def nights(days: int = 7 * WEEKS, hour: int = 22) -> Table:
    """One call near the food court at this hour of each day before tonight."""
    found = []
    for n in range(1, days + 1):
        day = TONIGHT - timedelta(days=n)
        register = Register("gaoqiao", day.isoformat(), 0)
        place = register.added(f"i{n}", str(n), datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI))
        row = register.rows[place]
        row["hour"], row["category"] = hour, register.word("020301")
        row["x"], row["y"] = 113_010, 28_190
        found.append(register)
    return Table(reversed(found))


def tonight(table: Table, since: date = TONIGHT - timedelta(days=7 * WEEKS)) -> Advice | None:
    return advise(table, AREA, NIGHT, TONIGHT, SHANGHAI, NEAREST, BETWEEN, since)


def test_A5_golden_expected_calls_order_and_seconds() -> None:
    advice = tonight(nights())
    assert advice is not None
    # A call each night, and all weekdays alike: one is expected, and what is spread evenly comes on top: one call of
    # the whole history, half at each point. The history's nights count as many as their weights.
    weighed = sum(0.5 ** (n / HALF_LIFE_DAYS) for n in range(1, 7 * WEEKS + 1))
    assert advice.weights == {
        "S1": pytest.approx((weighed + 0.5) / weighed, abs=1e-4),
        "S2": pytest.approx(0.5 / weighed, abs=1e-4),
    }
    assert advice.order == ("S1", "S2")
    share = advice.weights["S2"] / sum(advice.weights.values())
    assert list(advice.mean_seconds) == pytest.approx([300 * share, 0.0], abs=0.1)
    assert advice.begins == datetime(2024, 10, 30, 21, tzinfo=SHANGHAI)
    assert advice.ends == datetime(2024, 10, 31, 6, tzinfo=SHANGHAI)


def test_A5_golden_patrols_are_where_and_when_the_calls_come() -> None:
    advice = tonight(nights())
    assert advice is not None
    fullest = max(advice.patrols, key=lambda one: one.expected)
    assert fullest.point == "S1"
    assert fullest.begins <= datetime(2024, 10, 30, 22, tzinfo=SHANGHAI) < fullest.ends
    assert {one.point for one in advice.patrols} == {"S1", "S2"}, "no point twice"


def test_A5_the_recent_counts_more_than_the_old() -> None:
    advice = tonight(nights(28))  # of eight weeks the later four had a call each night
    assert advice is not None
    assert 0.52 < advice.weights["S1"] < 0.65


def test_A5_without_points_or_with_a_short_history_there_is_no_advice() -> None:
    assert tonight(nights(), TONIGHT - timedelta(days=27)) is None
    assert tonight(nights(), TONIGHT - timedelta(days=28)) is not None
    bare = replace(AREA, points=())
    assert advise(nights(), bare, NIGHT, TONIGHT, SHANGHAI, {}, np.zeros((0, 0)), TONIGHT - timedelta(days=60)) is None


def test_A5_a_call_by_day_is_nothing_to_the_night() -> None:
    advice = tonight(nights(hour=14))
    assert advice is not None
    assert advice.weights["S1"] == advice.weights["S2"] < 0.1


def test_A5_golden_order_takes_the_point_that_saves_most_beside_those_before() -> None:
    # Three on a line, 100 s from one to the next; the middle one first, then the heavier end.
    between = np.array([[0.0, 100.0, 200.0], [100.0, 0.0, 100.0], [200.0, 100.0, 0.0]])
    order, mean = in_order(np.array([3.0, 2.0, 5.0]), between, 3)
    assert order == [1, 2, 0]
    assert mean == pytest.approx([80.0, 30.0, 0.0])


def test_A5_the_night_belongs_to_the_day_on_which_it_began() -> None:
    assert band_at(AREA.bands, datetime(2024, 10, 31, 5, 59, tzinfo=SHANGHAI)) == (NIGHT, TONIGHT)
    assert band_at(AREA.bands, datetime(2024, 10, 30, 21, 0, tzinfo=SHANGHAI)) == (NIGHT, TONIGHT)
    assert band_at(AREA.bands, datetime(2024, 10, 31, 6, 0, tzinfo=SHANGHAI)) == (DAY, date(2024, 10, 31))
    begins, ends = hours_of(NIGHT, TONIGHT, SHANGHAI)
    assert (ends - begins, begins.astimezone(UTC).hour) == (timedelta(hours=9), 13)
