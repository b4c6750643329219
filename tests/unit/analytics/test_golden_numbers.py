"""Comparisons, heat map, indicators, losses, rankings and reviews, against the days of `autumn` added up by hand."""

from __future__ import annotations

from datetime import date

import pytest

from fengqiao.contracts.dispatch import DispatchEvent
from services.analytics.domain.cases import CaseCounts
from services.analytics.domain.comparing import Change, Period, change, sheet
from services.analytics.domain.hazards import HazardCounts
from services.analytics.domain.heat import heat
from services.analytics.domain.indicators import indicators
from services.analytics.domain.losses import losses
from services.analytics.domain.periods import InvalidPeriod, Span, compared
from services.analytics.domain.profile import CLOCKS, Name
from services.analytics.domain.ranking import rank
from services.analytics.domain.reviewing import review
from services.analytics.domain.table import Table
from tests.unit.analytics.autumn import PROFILE, at, table
from tests.unit.analytics.evening import closed, log_of, numbered, opened, registered_whole

AGAINST = Name("去年同期", "the same period last year")


def october(by: str = "group", version: str = "current") -> dict[str, tuple[int, Change, Change]]:
    now, before, last_year = (Period(table(month), 31, 31) for month in ("2024-10", "2024-09", "2023-10"))
    lines = sheet(now, before, last_year, by, version, PROFILE)
    return {line.key: (line.count, line.on_period, line.on_year) for line in lines}


def test_A2_golden_groups_of_october_with_the_month_and_the_year_before() -> None:
    lines = october()
    assert {key: line[0] for key, line in lines.items()} == {"total": 4, "public_order": 3, "dispute": 1, "fraud": 1}
    assert {key: line[1].before for key, line in lines.items()} == {
        "total": 1,
        "public_order": 0,
        "dispute": 1,
        "fraud": 0,
    }
    assert lines["total"][2].share == 1.0  # 4 against 2
    assert lines["total"][2].text == Name("上升100.00%", "up 100.00%")
    assert lines["dispute"][2].share == 0.0  # 1 against 1
    assert lines["dispute"][2].text.zh == "持平"
    assert lines["fraud"][1].why == "zero_before"
    assert lines["fraud"][1].text.zh == "上期为0，本期1起"


def test_A2_golden_counts_say_which_version_of_the_category_they_use() -> None:
    assert {key: line[0] for key, line in october("category_level_1").items()} == {"total": 4, "02": 3, "08": 1}
    assert {key: line[0] for key, line in october("category_level_1", "original").items()} == {
        "total": 4,
        "02": 2,
        "08": 2,
    }
    assert {key: line[0] for key, line in october("grid_cell").items()} == {"total": 4, "G07": 3, "G08": 1}


@pytest.mark.parametrize(
    ("count", "before", "state", "share", "why", "zh"),
    [
        (93, 100, None, -0.07, None, "下降7.00%"),
        # The sheet of the Gaoqiao report: calls, criminal, public order.
        (9332, 10_000, None, -0.0668, None, "下降6.68%"),
        (6748, 10_000, None, -0.3252, None, "下降32.52%"),
        (7555, 10_000, None, -0.2445, None, "下降24.45%"),
        (100, 100, None, 0.0, None, "持平"),
        (5, 0, None, None, "zero_before", "去年同期为0，本期5起"),
        (0, 0, None, 0.0, None, "与去年同期均为0"),
        (5, 0, "no_data", None, "no_data", "去年同期无数据"),
        (5, 3, "partial_data", None, "partial_data", "去年同期数据不全"),
    ],
)
def test_A2_a_change_is_said_or_why_there_is_none(
    count: int, before: int, state: str | None, share: float | None, why: str | None, zh: str
) -> None:
    found = change(count, before, state, AGAINST)  # type: ignore[arg-type]  # the literal comes from the table above
    assert (found.share, found.why, found.text.zh) == (share, why, zh)


def test_A2_a_period_without_its_days_is_not_compared_with() -> None:
    assert Period(table("2022-10"), 31, 0).state == "no_data"
    assert Period(table(), 31, 20).state == "partial_data"
    assert Period(table(), 31, 30).state is None


def test_A2_periods_and_their_partners() -> None:
    today = date(2024, 11, 5)
    assert compared("month", "2024-10", today).before == Span(date(2024, 9, 1), date(2024, 9, 30))
    assert compared("month", "2024-10", today).last_year == Span(date(2023, 10, 1), date(2023, 10, 31))
    week = compared("week", "2024-W44", today)
    assert week.span == Span(date(2024, 10, 28), date(2024, 11, 3))
    assert week.last_year.first.isoweekday() == 1
    assert (week.span.first - week.last_year.first).days == 364
    year = compared("year", "2024", today)
    assert year.running
    assert (year.span.last, year.last_year.last) == (date(2024, 11, 4), date(2023, 11, 4))
    assert compared("day", "2024-02-29", today).last_year.first == date(2023, 2, 28)
    assert compared("quarter", "2024-Q3", today).before == Span(date(2024, 4, 1), date(2024, 6, 30))


@pytest.mark.parametrize(
    ("kind", "of", "field"),
    [("fortnight", "2024", "period"), ("month", "2024", "of"), ("week", "2024-W60", "of"), ("month", "2024-12", "of")],
)
def test_A2_a_wrong_period_names_what_would_do(kind: str, of: str, field: str) -> None:
    with pytest.raises(InvalidPeriod) as caught:
        compared(kind, of, date(2024, 11, 5))
    assert caught.value.field == field


def test_A3_golden_squares_hours_and_categories() -> None:
    found = heat(table(), PROFILE, 10, [], [])
    assert (found.counted, found.unplaced, found.cut) == (4, 0, False)
    [only] = found.squares  # all of them at 113.01, 28.19
    assert (only.lon, only.lat, only.count) == (113.015, 28.195, 4)
    assert {hour: count for hour, count in enumerate(only.by_hour) if count} == {9: 1, 22: 2, 23: 1}
    assert heat(table(), PROFILE, 1, ["02"], []).counted == 3
    assert heat(table(), PROFILE, 1, [], [22, 23]).counted == 3
    assert heat(table("2020-01"), PROFILE, 1, [], []).squares == ()


HAZARDS = HazardCounts(found=3, closed=1, ordered=2, carried_out=1, late=1)


def test_A7_golden_leads_are_tip_offs_and_warnings_that_were_closed_with_a_result() -> None:
    tips = [("t1", "09", "移交"), ("t2", "0901", None), ("t3", "98", "未发现")]
    log: list[DispatchEvent] = []
    for key, code, result in tips:
        log.append(opened(key, received=at("2024-10-30T10:00"), code=code))
        if result is not None:
            log.append(closed(key, result, received=at("2024-10-30T10:00"), code=code))
    kept = Table(registered_whole(log_of(numbered(log))).values())
    found = {one.id: (one.count, one.of) for one in indicators(kept, PROFILE, CaseCounts())}
    assert found["leads_handled"] == (2, 3)


def test_A7_golden_indicators() -> None:
    counts = CaseCounts(opened=5, ended=4, settled=3, mediated=4, first_settled=2, to_perform=2, performed=2)
    found = {one.id: (one.count, one.of) for one in indicators(table(), PROFILE, counts, HAZARDS)}
    assert found["valid"] == (4, 6)
    assert found["orders_signed"] == (3, 4)  # o6's crew has not answered
    assert found["orders_carried_out"] == (3, 4)  # o6's crew is on its way
    assert found["leads_handled"] == (0, 0)  # no tip-off and no warning came in
    assert found["hazard_orders_carried_out"] == (1, 2)
    assert found["closed_on_scene"] == (2, 3)  # o1 and o3; o2 became a case
    assert found["forms_complete"] == (3, 3)
    assert found["cases_settled"] == (3, 4)
    assert found["first_mediation"] == (2, 4)
    assert found["agreements_performed"] == (2, 2)
    assert {one.id: one.share for one in indicators(table("2020-01"), PROFILE, CaseCounts())}["valid"] is None


def test_A8_golden_losses_of_fraud_and_of_vehicles() -> None:
    [fraud] = losses(table(), PROFILE, "fraud")
    assert (fraud.count, fraud.with_form) == (1, 1)
    assert (fraud.lost_yuan, fraud.recovered_yuan, fraud.prevented_yuan) == (8000.0, 3000.0, 500.0)
    assert fraud.share_recovered == 0.375
    [vehicles] = losses(table(), PROFILE, "vehicle_theft")
    assert (vehicles.count, vehicles.vehicles_lost, vehicles.vehicles_recovered) == (1, 2, 1)
    assert [(one.key, one.lost_yuan) for one in losses(table("2023-10"), PROFILE, "fraud", "month")] == [
        ("2023-10", 20_000.0)
    ]
    [none] = losses(table("2020-01"), PROFILE, "fraud")
    assert (none.count, none.share_recovered) == (0, None)


def test_A9_golden_crews_and_stations_on_each_clock() -> None:
    clocks = {clock.id: clock for clock in CLOCKS}
    sign = rank(table(), PROFILE, clocks["sign"], "unit")  # YY after 30 and 60 s, P3 after 90 s
    assert sign is not None
    assert [(place.rank, place.key, place.count, place.mean_s) for place in sign.places] == [
        (1, "YY", 2, 45.0),
        (2, "P3", 1, 90.0),
    ]
    assert [(bucket.within_s, bucket.count) for bucket in sign.places[0].buckets] == [
        (30, 1),
        (60, 2),
        (120, 2),
        (180, 2),
    ]
    assert [one["day"] for one in sign.unfinished] == ["2024-10-31"]  # o6 has not been signed
    assert sign.worst is None, "nobody is named on so few"
    arrive = rank(table(), PROFILE, clocks["arrive"], "station")
    assert arrive is not None
    [station] = arrive.places
    assert (station.name.zh, station.count, station.median_s) == ("高桥派出所", 3, 200.0)
    assert [bucket.count for bucket in station.buckets] == [1, 2, 2, 3]
    assert rank(table(), PROFILE, clocks["answer"], "unit") is None


def test_A9_golden_review_says_what_records_lack() -> None:
    found = review(table(), PROFILE, "2024-W44")
    assert found.closed == 3
    assert sorted(one.findings for one in found.sample) == [(), (), ("not_confirmed",)]
    assert found.sound == 2
    assert review(table(), PROFILE, "2024-W44") == found
    assert review(table("2020-01"), PROFILE, "2024-W44").sample == ()
