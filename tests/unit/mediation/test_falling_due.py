"""What falls due on a case is told once, and what follows from it (M3, M4, M7)."""

from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case
from services.mediation.domain.evolve import fold
from services.mediation.domain.falling_due import fallen_due
from services.mediation.domain.happenings import Escalated, FellDue, Happened, Notified, Visited
from services.mediation.domain.rules import Rules, later
from services.mediation.domain.telling import tell
from tests.unit.mediation.cases import ASSESS, NIGHT, PAPER, REFER, RULES, S1, context, given, history

UNDER_CONTROL = S1[:7]


def due(case: Case, after: timedelta) -> list[Happened]:
    return fallen_due(case, context(after=after))


def what(events: list[Happened]) -> list[str]:
    return [event.key if isinstance(event, FellDue) else event.TYPE for event in events]


def test_M7_visits_are_told_once_each_in_their_order_and_what_is_not_made_escalates() -> None:
    case = given(*UNDER_CONTROL)
    assert due(case, timedelta(days=3)) == []
    first = due(case, timedelta(days=3, hours=8))
    assert what(first) == ["visit:3d"]
    case = fold(first, case)
    assert due(case, timedelta(days=4)) == []
    overdue = due(case, timedelta(days=6))
    assert what(overdue) == ["visit_overdue:3d", "notified"]
    told = overdue[1]
    assert isinstance(told, Notified)
    assert told.what == "visit_overdue"
    case = fold(overdue, case)
    made = fold(history((*UNDER_CONTROL, S1[7])))
    assert "visit_overdue:3d" not in what(due(made, timedelta(days=200)))


def test_M7_after_an_absence_all_that_was_due_is_told_late_and_none_is_skipped() -> None:
    case = given(*UNDER_CONTROL)
    events = due(case, timedelta(days=100))
    fell = [event for event in events if isinstance(event, FellDue)]
    assert [event.key for event in fell if event.kind == "visit"] == ["visit:3d", "visit:30d", "visit:3m"]
    assert [event.due_at for event in fell] == sorted(event.due_at for event in fell)
    assert all(event.late for event in fell)
    just = due(case, timedelta(days=3, hours=7, seconds=1))
    assert [event.late for event in just if isinstance(event, FellDue)] == [False]


def test_M7_a_visit_told_says_so_on_the_topic() -> None:
    case = given(*UNDER_CONTROL)
    [fell] = due(case, timedelta(days=3, hours=8))
    [told] = tell(fold([fell], case), fell)
    assert told.TYPE == "fengqiao.case.visit-due.v1"
    assert told.model_dump(include={"visit", "late", "stage"}) == {"visit": "3d", "late": True, "stage": "in_control"}


def test_M7_a_restless_visit_is_told_above() -> None:
    restless = history((*UNDER_CONTROL, wish.RecordVisit("3d", False)))
    assert [event.TYPE for event in restless[-2:]] == ["visited", "notified"]
    assert isinstance(restless[-2], Visited)


def test_M7_N_departments_go_along() -> None:
    case = given(*S1[:6], wish.Control(departments=("subdistrict", "justice-office")))
    assert {visit.departments for visit in case.visits} == {("subdistrict", "justice-office")}


def test_M4_a_case_that_is_not_settled_in_time_goes_one_tier_higher_and_in_the_end_above() -> None:
    case = given(ASSESS, REFER)
    for tier, days in ((2, 8), (3, 40)):
        events = due(case, timedelta(days=days))
        [escalated] = [event for event in events if isinstance(event, Escalated)]
        assert (escalated.tier, escalated.why) == (tier, "time")
        case = fold(events, case)
        assert (case.stage, case.round) == ("assessed", tier)
    last = due(case, timedelta(days=200))
    assert [event.what for event in last if isinstance(event, Notified)] == ["unsettled"]


def test_M4_one_that_nobody_has_looked_at_is_told_above() -> None:
    events = due(given(), timedelta(days=8))
    assert what(events) == ["tier", "notified"]
    assert fold(events, given()).stage == "screened"


def test_M3_the_plan_of_a_red_dispute_is_missed_and_an_orange_one_reported() -> None:
    missing = due(given(wish.Assess("red", PAPER)), timedelta(hours=26))
    assert what(missing) == ["plan", "notified"]
    reported = due(given(wish.Assess("orange", PAPER)), timedelta(hours=20))
    assert what(reported) == ["report", "notified"]
    told = reported[1]
    assert isinstance(told, Notified)
    assert told.what == "orange_dispute"


def test_M6_a_duty_that_is_not_performed_by_its_deadline_is_told() -> None:
    case = given(*S1[:5])
    events = due(case, timedelta(days=8))
    assert what(events) == ["duty:1", "duty:2"]
    assert [item.key for item in fold(events, case).to_do] == ["duty:1", "duty:2"], "they stay until they are recorded"
    assert fold(history((*S1[:5], wish.RecordPerformance(True, 1)))).to_do[0].key == "duty:2"


def test_parties_are_forgotten_when_the_area_no_longer_needs_them() -> None:
    case = given(*S1)
    [item] = [item for item in case.agenda if item.kind == "retention"]
    assert case.closed_at is not None
    assert item.due_at == later(case.closed_at, RULES.timezone, RULES.retention_days)
    events = due(case, timedelta(days=1200))
    assert what(events)[-2:] == ["retention", "forgotten"]
    assert fold(events, case).forgotten_at is not None


@pytest.mark.parametrize("steps", range(len(S1) + 1))
def test_M7_nothing_is_told_twice_however_often_it_is_looked(steps: int) -> None:
    case = given(*S1[:steps])
    seen: list[str] = []
    for day in range(0, 1400, 7):
        events = due(case, timedelta(days=day))
        case = fold(events, case)
        seen += [f"{event.key}@{event.due_at}" for event in events if isinstance(event, FellDue)]
    assert len(seen) == len(set(seen))
    assert case.next_due is None


@for_all(st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_M7_it_makes_no_difference_when_it_is_looked(days: list[int]) -> None:
    """What was due is told once each, whether somebody looked every day or once at the end."""
    case = given(*UNDER_CONTROL)
    seen: list[str] = []
    for day in sorted(days):
        events = due(case, timedelta(days=day))
        case = fold(events, case)
        seen += [event.key for event in events if isinstance(event, FellDue)]
    at_once = [
        event.key for event in due(given(*UNDER_CONTROL), timedelta(days=max(days))) if isinstance(event, FellDue)
    ]
    assert seen == at_once


def test_M7_a_month_on_the_last_day_of_january_is_the_last_of_february() -> None:
    begun = NIGHT.replace(year=2025, month=1, day=31, hour=4)
    assert later(begun, RULES.timezone, months=1).day == 28
    assert Rules(RULES.timezone).visits[2].months == 3
