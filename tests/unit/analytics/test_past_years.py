"""The demo area's past: the same days from the same seed, with the trend of its report (A2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from services.analytics.past_mapping import load_mapping
from services.analytics.past_rows import Reading, read_past
from services.analytics.profile_file import category_codes
from simulation.city.ground import Ground, load_ground
from simulation.past.__main__ import area_rules, written
from simulation.past.years import ANCHOR, Mix, PastCall, Years

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
MAPPING = Path(__file__).parents[3] / "simulation" / "past" / "mapping.json"


@cache
def ground() -> Ground:
    return load_ground(AREAS, "gaoqiao")


def years(seed: int = 1, per_year: float = 18_000) -> Years:
    return Years(ground(), area_rules(AREAS / "gaoqiao"), seed, per_year)


def share(calls: Iterable[PastCall], prefix: str) -> float:
    codes = Counter(ground().matters[one.category].code.startswith(prefix) for one in calls)
    return codes[True] / codes.total()


def test_A2_a_day_of_the_demo_past_is_the_same_whenever_it_is_made() -> None:
    alone = list(years().day(ANCHOR))
    before = [one for one in years().days(ANCHOR - timedelta(days=1), ANCHOR) if one.id.startswith("20241030")]
    assert alone == before
    assert alone != list(years(seed=2).day(ANCHOR))
    assert 25 < len(alone) < 90
    assert all(one.received.date() == ANCHOR for one in alone)
    assert all(one.received < one.assigned < one.acknowledged < one.on_scene < one.cleared for one in alone)


def test_A2_the_demo_past_has_the_trend_of_the_areas_report() -> None:
    mix = Mix.of(ground().matters, ground().area.facts)
    now, before = mix.shares(0.0), mix.shares(-1.0)

    def change(*aliases: str) -> float:
        return sum(now[one] for one in aliases) * mix.calls / sum(before[one] for one in aliases) - 1

    assert sum(now.values()) == pytest.approx(1)
    assert sum(before.values()) == pytest.approx(1)
    assert mix.calls - 1 == pytest.approx(-0.0668)
    assert change("crime") == pytest.approx(-0.3252)
    assert change("theft") == pytest.approx(-0.4517)
    order = ("disorder", "brawl", "domestic_violence", "fraud", "theft")
    assert sum(now[one] for one in order) - sum(before[one] for one in order) < 0
    assert change(*(one for one in now if one in ("noise", "refund", "debt"))) == pytest.approx(-0.0526)


def test_A2_the_demo_file_is_read_to_the_last_row(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    first = date(2024, 10, 1)
    count = written(file, ground(), area_rules(AREAS / "gaoqiao"), first, first + timedelta(days=2), 1, 18_000)
    reading = Reading()
    codes = category_codes(AREAS / "gaoqiao")
    found = list(read_past(file, load_mapping(MAPPING), ground().area.tz, codes, lambda lon, lat: None, reading))
    assert (reading.rows, reading.wrong, reading.faults, reading.outside) == (count, 0, [], count)
    assert found == [], "nothing is inside of nowhere"
