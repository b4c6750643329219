"""The promise of early warning in full: a thousand quiet weeks with every look (A4)."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
from scipy.stats import poisson

from services.analytics.domain.rising import level, repeated, rising
from services.analytics.domain.scanning import END_OF_DAY
from tests.unit.analytics.quiet import CATEGORIES, Quiet
from tests.unit.analytics.test_early_warning import WEEKLY, most_false_alarms

WEEKS = 1000
RUNS = 200
pytestmark = [pytest.mark.data, pytest.mark.timeout(900)]


def test_A4_a_thousand_quiet_weeks_bring_no_more_clusters_than_promised() -> None:
    quiet = Quiet(seed=1)
    warned = sum(quiet.warned_in_a_week(WEEKLY) for _ in range(WEEKS))
    print(f"{warned} of {WEEKS} quiet weeks had a warning of a cluster")
    assert warned <= most_false_alarms(WEEKS)


def test_A4_a_thousand_quiet_weeks_bring_no_more_rising_categories_than_promised() -> None:
    rng = np.random.default_rng(2)
    warned = 0
    for _ in range(WEEKS):
        daily = {code: rng.poisson(55 * share, 7 * 61) for code, share in CATEGORIES.items()}
        looks = (rising({code: counts[: 7 * 60 + day] for code, counts in daily.items()}, 7) for day in range(1, 8))
        warned += any(one.chance <= level(WEEKLY) for look in looks for one in look)
    print(f"{warned} of {WEEKS} quiet weeks had a warning of a rising category")
    assert warned <= most_false_alarms(WEEKS)


def test_A4_a_thousand_quiet_weeks_bring_no_more_repeat_addresses_than_promised() -> None:
    rng = np.random.default_rng(3)
    warned = 0
    for _ in range(WEEKS):
        # Some addresses have many calls, most have few: the counts of each day are Poisson's.
        rates = rng.gamma(0.3, 0.3, 300)
        daily = [np.repeat(np.arange(300), rng.poisson(rates)).astype(str).tolist() for _ in range(120 + 7)]
        for day in range(7):
            now = list(chain.from_iterable(daily[day + 92 : day + 120]))
            before = list(chain.from_iterable(daily[day : day + 92]))
            if any(one.chance <= level(WEEKLY) for one in repeated(now, before, 3)):
                warned += 1
                break
    print(f"{warned} of {WEEKS} quiet weeks had a warning of a repeat address")
    assert warned <= most_false_alarms(WEEKS)


def most_that_can_be_found(share: float, places: int) -> float:
    """The chance with which any test can find three times its calls on one day in a cell with this share, when it looks
    at `places` places with the false alarms that are promised: the exact test of a count, with its share of them."""
    calls = Quiet().rate * share
    least = int(poisson.isf(WEEKLY * END_OF_DAY / 7 / places, calls)) + 1
    return float(poisson.sf(least - 1, 3 * calls))


@pytest.mark.parametrize("cell", range(6))
def test_A4_three_times_the_calls_are_found_as_well_as_the_promise_lets_them(cell: int) -> None:
    quiet = Quiet(seed=100 + cell)
    share, places = quiet.shares[cell], len(quiet.scan.circles)
    days = [quiet.found_on_day(3.0, cell, WEEKLY, 2) for _ in range(RUNS)]
    first, second = days.count(1) / RUNS, (days.count(1) + days.count(2)) / RUNS
    knowing, looking = most_that_can_be_found(share, 1), most_that_can_be_found(share, places)
    print(
        f"share {share:.3f}, {quiet.rate * share:.1f} calls a day: found on the first day {first:.0%}, by the second "
        f"{second:.0%}; at most {looking:.0%} by looking at {places} places, {knowing:.0%} by knowing which"
    )
    assert first >= looking - 0.15
    assert second >= 0.8
    if share >= 1 / len(quiet.shares) - 1e-9:
        assert first >= 0.8
