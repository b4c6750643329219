"""A few days of an area that a reader can add up by hand: what A2, A3, A7, A8 and A9 are held against.

All times are of Changsha. Incidents of October 2024, their year-on-year partners of October 2023 and one of September:

    key   received          category         where    ended
    o1    30 Oct 22:23      020301 brawl     G07      closed 当场调解, final form, nobody lost anything
    o2    30 Oct 22:40      020407 fraud     G07      closed 刑事立案, final form: 8,000 lost, 3,000 back, 500 prevented
    o3    31 Oct 09:00      0804 → 020405    G08      first taken for noise, a theft for the crew; 2 vehicles, 1 back
    o4    31 Oct 09:30      1205 silent      G08      void: no valid incident
    o5    31 Oct 10:00      0804 noise       G08      cancelled: no valid incident
    o6    31 Oct 23:50      0804 noise       G07      still open
    s1    15 Sep 12:00      0804 noise       G07      closed
    y1    12 Oct 2023       020407 fraud     G07      closed, 20,000 lost
    y2    13 Oct 2023       0804 noise       G07      closed
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.feedback import FeedbackCounts
from services.analytics.domain.profile import Cell, Group, Name, Profile
from services.analytics.domain.register import Register
from services.analytics.domain.table import Table
from tests.unit.analytics.evening import (
    cancelled,
    categorised,
    closed,
    feedback,
    life,
    log_of,
    numbered,
    opened,
    registered_whole,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
PROFILE = Profile(
    area="gaoqiao",
    name=Name("高桥", "Gaoqiao"),
    categories={
        "01": Name("刑事", "Crime"),
        "02": Name("治安", "Public order"),
        "0204": Name("侵财", "Property"),
        "020405": Name("盗窃", "Theft"),
        "020407": Name("电诈", "Telecom fraud"),
        "08": Name("纠纷", "Dispute"),
        "0804": Name("噪音", "Noise"),
    },
    void=frozenset({"1205"}),
    groups=(
        Group("public_order", Name("治安警情", "Public order"), ("02",)),
        Group("dispute", Name("纠纷警情", "Disputes"), ("08",)),
        Group("fraud", Name("电诈警情", "Fraud"), ("020407",)),
    ),
    fraud=("020407",),
    vehicle_theft=("020405",),
    leads=("09", "98"),
    on_scene_results=frozenset({"当场调解", "劝离"}),
    exempt_results=frozenset({"未发现"}),
    stations={"gaoqiao-station": Name("高桥派出所", "Gaoqiao Station")},
    cells=(
        Cell("G07", Name("永定警格", "Yongding"), "gaoqiao-station", (113.01, 28.19)),
        Cell("G08", Name("荷花警格", "Hehua"), "gaoqiao-station", (113.02, 28.19)),
    ),
    reviewed_share=1.0,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def events() -> list[said.DispatchEvent]:
    o1: dict[str, Any] = {"received": at("2024-10-30T22:23"), "code": "020301"}
    o2: dict[str, Any] = {"received": at("2024-10-30T22:40"), "code": "020407"}
    o3: dict[str, Any] = {"received": at("2024-10-31T09:00"), "code": "0804", "cell": "G08"}
    o4: dict[str, Any] = {"received": at("2024-10-31T09:30"), "code": "1205", "cell": "G08"}
    o5: dict[str, Any] = {"received": at("2024-10-31T10:00"), "code": "0804", "cell": "G08"}
    o6: dict[str, Any] = {"received": at("2024-10-31T23:50"), "code": "0804"}
    s1: dict[str, Any] = {"received": at("2024-09-15T12:00"), "code": "0804"}
    y1: dict[str, Any] = {"received": at("2023-10-12T12:00"), "code": "020407"}
    y2: dict[str, Any] = {"received": at("2023-10-13T12:00"), "code": "0804"}
    vehicles = FeedbackCounts(vehicles_lost=2, vehicles_recovered=1)
    return [
        opened("y1", **y1),
        feedback("y1", lost_yuan=20_000, **y1),
        closed("y1", "刑事立案", **y1),
        opened("y2", **y2),
        closed("y2", "劝离", **y2),
        opened("s1", **s1),
        closed("s1", "劝离", **s1),
        opened("o1", **o1),
        *life("o1", (10, 40, 160, 400), unit="YY", **o1),
        categorised("o1", "confirmed", "020301", **o1),
        feedback("o1", **o1),
        closed("o1", "当场调解", **o1),
        opened("o2", **o2),
        *life("o2", (20, 110, 200, 500), unit="P3", **o2),
        feedback("o2", kind="arrival", lost_yuan=10_000, **o2),
        feedback("o2", lost_yuan=8_000, recovered_yuan=3_000, prevented_yuan=500, **o2),
        closed("o2", "刑事立案", **o2),
        opened("o3", **o3),
        *life("o3", (30, 90, 700, 900), unit="YY", **o3),
        categorised("o3", "confirmed", "020405", **o3),
        feedback("o3", counts=vehicles, **o3 | {"code": "020405"}),
        closed("o3", "劝离", **o3 | {"code": "020405"}),
        opened("o4", **o4),
        closed("o4", "未发现", **o4),
        opened("o5", **o5),
        cancelled("o5", **o5),
        opened("o6", **o6),
        *life("o6", (40,), unit="P3", **o6),
    ]


def registers() -> dict[str, Register]:
    return registered_whole(log_of(numbered(events())))


def table(month: str = "2024-10") -> Table:
    """Of the days of a month."""
    return Table(one for _, one in sorted(registers().items()) if one.day.startswith(month))
