"""A log that a reader can add up by hand, and what the answers say of it.

Three calls on the evening of 30 October 2024 (Asia/Shanghai), received at 22:23, 22:40 and 23:10:

    call  category  cell  unit (shift)   assigned  acknowledged  on scene  cleared   (seconds after received)
    a     020301    G07   YY (night)     10        40            160       400
    b     020301    G07   YY (night)     20        110           200       500
    c     0804      G08   P3 (none)      30        60            120       -
"""

from datetime import timedelta

import pytest

from fengqiao.contracts import dispatch as said
from services.analytics.domain.dimensions import months_do, projection, set_for
from services.analytics.domain.merging import Row, merge
from tests.unit.analytics.evening import NIGHT, folded_whole, life, log_of, numbered, on_duty

EVENTS: list[said.DispatchEvent] = [
    on_duty("YY", "night"),
    *life("a", (10, 40, 160, 400)),
    *life("b", (20, 110, 200, 500), received=NIGHT + timedelta(minutes=17)),
    *life("c", (30, 60, 120), received=NIGHT + timedelta(minutes=47), code="0804", priority=3, cell="G08", unit="P3"),
]


def rows(segment: str, *by: str) -> list[Row]:
    rollups, _ = folded_whole(log_of(numbered(EVENTS)))
    kept = set_for(by)
    length = len("2024-10") if months_do(by) else len("2024-10-30")
    there = [(address, one) for address, one in rollups.items() if len(address.day) == length]
    chosen = [one for address, one in there if (address.kept, address.segment) == (kept, segment)]
    return merge(chosen, projection(kept, by), true_up_to=len(EVENTS))


def test_A1_golden_all_segments() -> None:
    counts = {
        "received_to_assigned": (3, (10 + 20 + 30) / 3),
        "assigned_to_acknowledged": (3, (30 + 90 + 30) / 3),
        "acknowledged_to_on_scene": (3, (120 + 90 + 60) / 3),
        "received_to_on_scene": (3, (160 + 200 + 120) / 3),
        "on_scene_to_cleared": (2, (240 + 300) / 2),
        "received_to_cleared": (2, (400 + 500) / 2),
    }
    for segment, (count, mean) in counts.items():
        [row] = rows(segment)
        assert row.count == count, segment
        assert row.mean == pytest.approx(mean, rel=1e-12), segment


def test_A1_golden_share_within_target_is_exact() -> None:
    [answered] = rows("assigned_to_acknowledged")  # ≤ 60 s: 30 and 30, not 90
    [arrived] = rows("received_to_on_scene")  # ≤ 180 s: 160 and 120, not 200
    [handled] = rows("received_to_cleared")  # ≤ 300 s: none
    [assigned] = rows("received_to_assigned")  # has no target
    assert answered.within_target == arrived.within_target == 2 / 3
    assert handled.within_target == 0
    assert assigned.within_target is None


def test_A1_golden_quantiles_are_the_nearest_rank_to_one_percent() -> None:
    [row] = rows("received_to_on_scene")  # 120, 160, 200: the second is the median, the third is p90 and p99
    assert row.quantiles == pytest.approx((160, 200, 200), rel=0.01)


def test_A1_golden_by_each_dimension() -> None:
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "station")] == [(("gaoqiao-station",), 3)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "grid_cell")] == [(("G07",), 2), (("G08",), 1)]
    assert [(row.key, row.mean) for row in rows("received_to_on_scene", "category")] == [
        (("020301",), 180.0),
        (("0804",), 120.0),
    ]
    assert [row.key for row in rows("received_to_on_scene", "category_level_1")] == [("02",), ("08",)]
    assert [row.key for row in rows("received_to_on_scene", "category_level_2")] == [("0203",), ("0804",)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "priority")] == [((2,), 2), ((3,), 1)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "hour")] == [((22,), 2), ((23,), 1)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "shift")] == [(("night",), 2), ((None,), 1)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "unit")] == [(("P3",), 1), (("YY",), 2)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "source")] == [(("110",), 3)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "weekday")] == [((3,), 3)]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "day", "unit")] == [
        (("2024-10-30", "P3"), 1),
        (("2024-10-30", "YY"), 2),
    ]
    assert [(row.key, row.count) for row in rows("received_to_on_scene", "month")] == [(("2024-10",), 3)]


def test_A1_golden_by_three_dimensions() -> None:
    assert [(row.key, row.count, row.mean) for row in rows("received_to_on_scene", "hour", "shift", "category")] == [
        ((22, "night", "020301"), 2, 180.0),
        ((23, None, "0804"), 1, 120.0),
    ]


def test_A1_only_the_first_police_step_counts() -> None:
    helpers = life("a", (5, 6, 7, 8))
    later = [event.model_copy(update={"first": False}) for event in helpers]
    assert folded_whole(log_of(numbered(later)))[0] == {}
