"""What an area's folder says of what is counted: read or refused with the field (A2 … A9)."""

from __future__ import annotations

import json
import shutil
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from fengqiao.geo.areas import load_areas
from fengqiao.geo.errors import InvalidArea
from services.analytics.domain.profile import Profile
from services.analytics.profile_file import load_profile, load_profiles

AREAS = Path(__file__).parents[3] / "deploy" / "areas"


def profile(folder: Path, written: dict[str, Any]) -> Profile:
    """Of Gaoqiao with this `analytics.json`."""
    area = folder / "gaoqiao"
    shutil.copytree(AREAS / "gaoqiao", area, ignore=shutil.ignore_patterns("roads"), dirs_exist_ok=True)
    (area / "analytics.json").write_text(json.dumps(written), encoding="utf-8")
    return load_profile(area, load_areas(AREAS)["gaoqiao"])


def test_A2_every_ready_made_area_has_the_groups_of_its_report_whatever_its_codes() -> None:
    profiles = load_profiles(AREAS, load_areas(AREAS).values())
    for area, found in profiles.items():
        assert {"criminal", "public_order", "dispute", "theft", "fraud"} <= {group.id for group in found.groups}, area
        assert all((found.fraud, found.points, found.bands)), area
    assert profiles["gaoqiao"].groups[0].prefixes == ("01",)
    assert profiles["shilipu"].groups[0].prefixes == ("10",)


def test_A6_A9_an_area_may_say_its_own_buckets_schedule_and_goals(tmp_path: Path) -> None:
    found = profile(
        tmp_path,
        {
            "buckets": {"sign": [20, 40]},
            "bulletins": [{"kind": "friday", "at": "16:30", "weekday": 4}],
            "goals": {"received_to_on_scene": 0.8},
            "watching": {"weekly_false_alarms": 0.1},
            "stage_days": {"screened": 1},
        },
    )
    assert {clock.id: clock.buckets for clock in found.clocks}["sign"] == (20.0, 40.0)
    assert [(one.kind, one.at, one.weekday) for one in found.schedule] == [("friday", time(16, 30), 4)]
    assert (found.goals, found.watching.weekly_false_alarms) == ({"received_to_on_scene": 0.8}, 0.1)
    assert (found.stage_days["screened"], found.stage_days["assessed"]) == (1, 3)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"buckets": {"noon": [1]}}, r"buckets\.noon: is none of"),
        ({"buckets": {"sign": [60, 30]}}, r"buckets\.sign"),
        ({"goals": {"received_to_tea": 0.5}}, r"goals\.received_to_tea: is none of"),
        ({"fraud": ["alchemy"]}, "fraud: categories.json has no alchemy"),
        (
            {"groups": [{"id": "x", "name_zh": "x", "name_en": "x", "categories": ["nope"]}]},
            r"groups\[0\]\.categories \(x\): ",
        ),
        ({"bulletins": [{"kind": "yearly", "at": "08:00"}]}, r"bulletins\[0\]\.kind \(yearly\): "),
        ({"colour": 1}, "colour: is not known"),
    ],
)
def test_A6_a_wrong_file_names_its_field(tmp_path: Path, written: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidArea, match=rf"analytics\.json line 1: {says}"):
        profile(tmp_path, written)
