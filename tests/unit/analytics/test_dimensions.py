"""Any combination of up to three dimensions, each against a count made from the events themselves (A1)."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from itertools import chain, combinations
from typing import Any

from fengqiao.contracts import dispatch as said
from services.analytics.domain.dimensions import ASKABLE, MOST_AT_ONCE, OF_THE_DAY, months_do, projection, set_for
from services.analytics.domain.merging import merge
from tests.unit.analytics.evening import NIGHT, RULES, folded_whole, life, log_of, numbered, on_duty

SHIFTS = {"YY": "night", "P3": None}
DAY = timedelta(days=1)
EVENTS: list[said.DispatchEvent] = [
    on_duty("YY", "night"),
    *life("a", (10, 40, 160)),
    *life("b", (20, 110, 200), received=NIGHT + timedelta(minutes=97), code="020405", priority=3),
    *life("c", (30, 60, 120), received=NIGHT + DAY, code="0804", priority=3, cell="G08", unit="P3"),
    *life("d", (30, 60, 300), received=NIGHT + 2 * DAY, code="0804", priority=1, cell=None, unit="P3"),
    *life("e", (30, 90, 900), received=NIGHT + 3 * DAY, code="08", priority=4, station=None, unit="P3"),
    *life("f", (5, 15, 60), received=NIGHT + 30 * DAY, code="020301"),
]


def marks(event: said.AssignmentEvent) -> dict[str, Any]:
    """What a reader would say of it, by dimension."""
    received, code = event.times.received_at.astimezone(RULES.timezone), event.category.code
    return {
        "station": event.location.station,
        "grid_cell": event.location.grid_cell,
        "category": code,
        "priority": event.priority,
        "hour": received.hour,
        "shift": SHIFTS[event.unit],
        "unit": event.unit,
        "source": event.source,
        "category_level_1": code[:2],
        "category_level_2": code[:4],
        "category_level_3": code[:6],
        "weekday": received.isoweekday(),
        "day": received.date().isoformat(),
        "month": f"{received:%Y-%m}",
    }


def test_A1_every_combination_of_up_to_three_dimensions_equals_a_count_by_hand() -> None:
    rollups, _ = folded_whole(log_of(numbered(EVENTS)))
    arrived = [event for event in EVENTS if isinstance(event, said.AssignmentOnScene)]
    seconds = [(marks(one), (one.at - one.times.received_at).total_seconds()) for one in arrived]
    asked = 0
    for by in chain.from_iterable(combinations(ASKABLE, many) for many in range(MOST_AT_ONCE + 1)):
        expected = defaultdict[tuple[Any, ...], list[float]](list)
        for mark, took in seconds:
            expected[tuple(mark[one] for one in by)].append(took)
        length = len("2024-10") if months_do(by) else len("2024-10-30")
        chosen = [
            one
            for address, one in rollups.items()
            if (address.kept, address.segment) == (set_for(by), "received_to_on_scene") and len(address.day) == length
        ]
        found = merge(chosen, projection(set_for(by), by), len(EVENTS), by_period=bool(set(by) & set(OF_THE_DAY)))
        assert {row.key: (row.count, row.mean) for row in found} == {
            key: (len(times), sum(times) / len(times)) for key, times in expected.items()
        }, by
        asked += 1
    assert asked == 1 + 14 + 91 + 364
