"""The promise of early warning in full: a thousand quiet weeks with every look (A4)."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from services.analytics.domain.rising import level, repeated, rising
from tests.unit.analytics.quiet import CATEGORIES, Quiet
from tests.unit.analytics.test_early_warning import WEEKLY, most_false_alarms

WEEKS = 1000
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
