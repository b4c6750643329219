"""Early warning keeps its promise where nothing is unusual, and finds what is (A4). In full: tests/data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from services.analytics.domain.profile import Cell, Name
from services.analytics.domain.rising import _drawn_at_least, level, repeated, rising
from services.analytics.domain.scanning import _gumbel, _ratios, circles
from services.analytics.domain.warning import Finding, findings, first_day, moment
from tests.unit.analytics.autumn import PROFILE, SHANGHAI
from tests.unit.analytics.quiet import Quiet, table

WEEKLY = 0.05
CELLS = tuple(
    Cell(f"D{n + 1:02}", Name(f"{n}", f"{n}"), "gaoqiao-station", (113.00 + 0.012 * (n % 3), 28.19 + 0.012 * (n // 3)))
    for n in range(6)
)
AREA = replace(PROFILE, cells=CELLS)
LAST = date(2024, 10, 30)


def most_false_alarms(weeks: int, weekly: float = WEEKLY) -> int:
    """So many weeks with a warning are not exceeded but once in a thousand times, if the promise holds."""
    return int(binom.ppf(1 - 1e-3, weeks, weekly))


def test_A4_quiet_weeks_bring_no_more_clusters_than_promised() -> None:
    quiet = Quiet(seed=11)
    weeks = 60
    # The looks at the end of a day have nine tenths of the false alarms; `make check-data` has them all.
    assert sum(quiet.warned_in_a_week(WEEKLY, (4,)) for _ in range(weeks)) <= most_false_alarms(weeks)


def test_A4_a_cell_with_three_times_its_calls_is_found_within_a_day() -> None:
    quiet = Quiet(seed=5)
    found = sum(quiet.found_within_a_day(3.0, cell=3, weekly=WEEKLY) for _ in range(200))
    assert found >= 160, found


def test_A4_quiet_weeks_bring_no_more_rising_categories_and_repeats_than_promised() -> None:
    rng = np.random.default_rng(3)
    weeks = 400
    categories = repeats = 0
    for _ in range(weeks):
        # One look stands for a week of seven here: each has a seventh of the week's chance.
        daily = {f"{n:04}": rng.poisson(0.3 + n / 2, 7 * 60) for n in range(20)}
        categories += any(one.chance <= level(WEEKLY) for one in rising(daily, 7))
        places = [str(n) for n in rng.zipf(1.7, 1500) % 400]
        repeats += any(one.chance <= level(WEEKLY) for one in repeated(places[:115], places[115:], 3))
    assert categories <= most_false_alarms(weeks, WEEKLY / 7)
    assert repeats <= most_false_alarms(weeks, WEEKLY / 7)


def test_A4_golden_ratio_of_a_cylinder() -> None:
    # 27 seen where 9 of 1,000 were expected: 27 ln 3 + 973 ln(973 / 991).
    assert float(_ratios(np.array(27.0), np.array(9.0), 1000)) == pytest.approx(
        27 * np.log(3) + 973 * np.log(973 / 991)
    )
    assert float(_ratios(np.array(5.0), np.array(9.0), 1000)) == 0.0


def test_A4_golden_gumbel_by_moments() -> None:
    middle, spread = _gumbel(np.array([2.0, 4.0, 6.0, 8.0]))
    assert spread == pytest.approx(np.std([2, 4, 6, 8], ddof=1) * np.sqrt(6) / np.pi)
    assert middle == pytest.approx(5 - 0.5772156649 * spread)


def test_A4_golden_chances_of_a_category_and_of_an_address() -> None:
    # 6 thefts this week, none in eight weeks: all six fall into the one week of nine by (1/9)^6.
    [theft] = rising({"0204": np.array([0] * 56 + [6] + [0] * 6)}, 7)
    assert (theft.seen, theft.expected) == (6, 0.0)
    assert theft.chance == pytest.approx((1 / 9) ** 6)
    # 3 of an address's 3 incidents in the last 4 of 12: (4·3·2) / (12·11·10), and there are two addresses.
    [bar, *_] = repeated(["bar", "bar", "bar", "inn"], ["inn"] * 8, 3)
    assert (bar.key, bar.seen) == ("bar", 3)
    assert bar.chance == pytest.approx(2 * 24 / 1320)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 200), st.integers(1, 60))
def test_A4_the_chance_of_an_address_is_that_of_fishers_exact_test(
    marked: int, drawn: int, others: int, seen: int
) -> None:
    total = marked + others
    drawn = min(drawn, total)
    expected = float(hypergeom.sf(seen - 1, total, marked, drawn))
    assert _drawn_at_least(seen, marked, drawn, total) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_A4_circles_are_each_cell_with_its_nearest_up_to_half_of_all() -> None:
    found = circles([(113.00, 28.0), (113.01, 28.0), (113.02, 28.0), (113.10, 28.0)])
    assert {one.cells for one in found} == {(0,), (1,), (2,), (3,), (0, 1), (1, 2), (2, 3)}
    assert circles([]) == []


@pytest.mark.parametrize(
    ("now", "id", "ends"),
    [
        ("2024-10-30T12:30+08:00", "2024-10-30q2", "2024-10-30T12:00+08:00"),
        ("2024-10-30T23:59+08:00", "2024-10-30q3", "2024-10-30T18:00+08:00"),
        ("2024-10-31T00:10+08:00", "2024-10-30q4", "2024-10-31T00:00+08:00"),
    ],
)
def test_A4_a_look_is_at_the_quarters_that_are_over(now: str, id: str, ends: str) -> None:
    found = moment(datetime.fromisoformat(now).astimezone(UTC), SHANGHAI)
    assert (found.id, found.ends) == (id, datetime.fromisoformat(ends))


def looked(planted: list[tuple[int, str, str, int]]) -> tuple[list[Finding], list[str]]:
    """What is found on LAST after a quiet year, with (cell, category, place, how many) more on it; and their ids."""
    quiet = Quiet(seed=4)
    at = moment(datetime(2024, 10, 31, 0, 30, tzinfo=SHANGHAI), SHANGHAI)
    first = first_day(AREA, at)
    registers = quiet.registers(LAST, (LAST - first).days + 1, AREA)
    ids = [
        quiet.put(registers[-1], LAST, 22, cell, code, AREA, name)
        for cell, code, name, many in planted
        for _ in range(many)
    ]
    return findings(table(registers), AREA, at, first), ids


def test_A4_a_cluster_says_where_when_expected_seen_how_sure_and_which_incidents() -> None:
    found, ids = looked([(3, "0804", "", 30)])
    clusters = [one for one in found if one.what == "cluster"]
    assert [one.key for one in clusters] == ["D04"]
    [cluster] = clusters
    assert cluster.cells == ("D04",)
    assert cluster.begins >= datetime(2024, 10, 30, tzinfo=SHANGHAI)
    assert cluster.ends == datetime(2024, 10, 31, tzinfo=SHANGHAI)
    assert cluster.seen == len(cluster.incidents) >= 30
    assert cluster.expected < 12
    assert cluster.chance < 0.001
    assert set(ids) <= {one["incident_id"] for one in cluster.incidents}


def test_A4_a_rising_category_and_a_repeat_address_are_found_and_a_quiet_day_is_not() -> None:
    assert looked([])[0] == []
    found, _ = looked([(n % 6, "020407", "", 5) for n in range(6)])
    assert "020407" in {one.key for one in found if one.what == "rising_category"}
    found, ids = looked([(1, "0804", "夜来香酒吧", 5)])
    [bar] = [one for one in found if one.what == "repeat_address"]
    assert (bar.place_name, bar.seen) == ("夜来香酒吧", 5)
    assert {one["incident_id"] for one in bar.incidents} == set(ids)


def test_A4_with_a_short_history_nothing_is_warned_of() -> None:
    quiet = Quiet(seed=4)
    at = moment(datetime(2024, 10, 31, 0, 30, tzinfo=SHANGHAI), SHANGHAI)
    registers = quiet.registers(LAST, 40, AREA)
    for _ in range(60):
        quiet.put(registers[-1], LAST, 22, 3, "0804", AREA)
    assert findings(table(registers), AREA, at, LAST - timedelta(days=39)) == []
    assert findings(table([]), AREA, at, None) == []
