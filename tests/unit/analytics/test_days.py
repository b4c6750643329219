"""Ranges, local days over a change of summer time, targets of a day, gaps of a stream."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fengqiao.geo.errors import InvalidArea
from services.analytics.area_rules import load_targets
from services.analytics.day_range import InvalidRange, day_range
from services.analytics.domain.streams import Gap, Stream
from services.analytics.domain.targets import Target, Targets
from tests.unit.analytics.evening import NIGHT, RULES, folded_whole, life, log_of, numbered

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def test_A1_days_are_whole_and_both_ends_belong_to_the_range() -> None:
    found = day_range("2024-10-30", "2024-10-31", SHANGHAI)
    assert (found.first, found.last, found.widened) == (date(2024, 10, 30), date(2024, 10, 31), False)
    assert found.days() == [date(2024, 10, 30), date(2024, 10, 31)]


def test_A1_instants_at_local_midnight_are_exact_and_inside_a_day_are_widened() -> None:
    exact = day_range("2024-10-30T00:00:00+08:00", "2024-10-30T16:00:00Z", SHANGHAI)
    assert (exact.days(), exact.widened) == ([date(2024, 10, 30)], False)
    inside = day_range("2024-10-30T21:00:00+08:00", "2024-10-31T06:00:00+08:00", SHANGHAI)
    assert (len(inside.days()), inside.widened) == (2, True)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2024-10-31", "2024-10-30", "to"),
        ("2024-10-30T10:00:00Z", "2024-10-30T09:00:00Z", "to"),
        ("2024-10-30T10:00:00Z", "2024-10-30T10:00:00Z", "to"),
        ("2024-01-01", "2025-02-05", "to"),
        ("2024-10-30T10:00:00", "2024-10-31", "from"),
        ("2024-13-01", "2024-10-31", "from"),
        ("2024-10-30", "yesterday", "to"),
        ("2024-10-30", "2024-10-31T00:00:00 08:00", "to"),
        ("0001-01-01T00:00:00+14:00", "2024-10-31", "from"),
        ("2024-10-30", "9999-12-31T23:00:00-12:00", "to"),
    ],
)
def test_A1_a_wrong_range_names_its_field(since: str, until: str, field: str) -> None:
    with pytest.raises(InvalidRange) as caught:
        day_range(since, until, SHANGHAI)
    assert caught.value.field == field


def test_A1_a_range_is_its_whole_months_and_the_days_at_its_ends() -> None:
    assert day_range("2024-01-30", "2024-04-02", SHANGHAI).periods() == [
        "2024-01-30",
        "2024-01-31",
        "2024-02",
        "2024-03",
        "2024-04-01",
        "2024-04-02",
    ]
    assert day_range("2023-12-01", "2024-11-30", SHANGHAI).periods()[::11] == ["2023-12", "2024-11"]


def test_A1_four_hundred_days_are_the_most() -> None:
    assert len(day_range("2024-01-01", "2025-02-03", SHANGHAI).days()) == 400


def test_A1_summer_time_days_are_the_areas_local_days() -> None:
    # 27 October 2024 has 25 hours in Berlin, 02:xx twice; 31 March has 23 and no 02:xx.
    rules = replace(RULES, timezone=BERLIN)
    autumn = datetime(2024, 10, 27, 0, 30, tzinfo=UTC)
    calls = [autumn - timedelta(hours=3), autumn, autumn + timedelta(hours=1), autumn + timedelta(hours=22.5)]
    spring = datetime(2024, 3, 31, 0, 30, tzinfo=UTC)
    calls += [spring, spring + timedelta(hours=1)]
    events = [event for n, at in enumerate(calls) for event in life(str(n), (10,), received=at)]
    rollups, _ = folded_whole(log_of(numbered(events)), rules)
    found = {
        (address.day, key): int(total["count"])
        for address, rollup in rollups.items()
        if address.kept == "hour" and len(address.day) == 10
        for key, total in zip(rollup.keys, rollup.totals, strict=True)
    }
    assert found == {
        ("2024-10-26", "23"): 1,
        ("2024-10-27", "02"): 2,
        ("2024-10-28", "00"): 1,
        ("2024-03-31", "01"): 1,
        ("2024-03-31", "03"): 1,
    }
    range_of_day = day_range("2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00", BERLIN)
    assert (range_of_day.days(), range_of_day.widened) == ([date(2024, 10, 27)], False)


def test_A1_all_of_an_incident_lies_on_the_day_it_was_received() -> None:
    before_midnight = NIGHT + timedelta(hours=1, minutes=36)  # 23:59
    rollups, _ = folded_whole(log_of(numbered(life("a", (10, 40, 160, 400), received=before_midnight))))
    assert {address.day for address in rollups} == {"2024-10-30", "2024-10"}
    assert {rollup.keys for address, rollup in rollups.items() if address.kept == "hour"} == {("23",)}


def test_A1_a_later_target_leaves_earlier_days_as_they_were() -> None:
    segment = "received_to_on_scene"
    targets = Targets(
        [
            Target(segment, 600),
            Target(segment, 300, priorities=(1,)),
            Target(segment, 240, priorities=(1,), since=date(2024, 7, 1)),
            Target(segment, None, priorities=(4,), since=date(2024, 7, 1)),
        ]
    )
    june, july = date(2024, 6, 30), date(2024, 7, 1)
    assert [targets.milliseconds(segment, priority, june) for priority in (1, 2, 4)] == [300_000, 600_000, 600_000]
    assert [targets.milliseconds(segment, priority, july) for priority in (1, 2, 4)] == [240_000, 600_000, None]
    assert targets.milliseconds("received_to_cleared", 1, july) is None


def test_A1_a_targets_file_is_read_or_refused_with_the_field(tmp_path: Path) -> None:
    file = tmp_path / "targets.json"
    assert load_targets(file).milliseconds("received_to_on_scene", 1, date(2024, 1, 1)) == 180_000
    row = {"segment": "received_to_on_scene", "seconds": 480, "priorities": [1], "since": "2024-01-01"}
    file.write_text(json.dumps({"targets": [row]}))
    assert load_targets(file).milliseconds("received_to_on_scene", 1, date(2024, 1, 1)) == 480_000
    assert load_targets(file).milliseconds("received_to_cleared", 1, date(2024, 1, 1)) is None
    file.write_text(json.dumps({"targets": [row | {"segment": "received_to_tea"}]}))
    with pytest.raises(InvalidArea, match=r"targets\.json line 1: targets\[0\]\.segment: "):
        load_targets(file)


def test_A1_a_gap_is_kept_and_shrinks_when_its_events_come() -> None:
    stream = Stream("dispatch", "gaoqiao", 0)
    assert [stream.see(sequence, NIGHT) for sequence in (1, 2, 2, 7, 8)] == ["new", "new", "repeat", "gap", "new"]
    assert list(stream.gaps) == [Gap(3, 6, NIGHT)]
    assert [stream.see(sequence, NIGHT) for sequence in (4, 4, 3, 6)] == ["new", "repeat", "new", "new"]
    assert list(stream.gaps) == [Gap(5, 5, NIGHT)]
    assert stream.see(5, NIGHT) == "new"
    assert list(stream.gaps) == []
    assert stream.last == 8
