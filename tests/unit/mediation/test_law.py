"""The legal gate, working days, guardians, the month, oral agreements and 司法确认 (M11, M12)."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from fengqiao.geo.areas import load_area
from services.mediation.area_rules import load_rules, years_missing
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case
from services.mediation.domain.context import Party
from services.mediation.domain.decide import decide
from services.mediation.domain.errors import NotAllowed, PartWrong
from services.mediation.domain.evolve import fold
from services.mediation.domain.happenings import Disposed
from services.mediation.domain.hindrances import allowed
from services.mediation.domain.law import BARS, LegalFacts, gate
from services.mediation.domain.workdays import Calendar, Year, working_days_after
from tests.unit.mediation.cases import (
    AGREE,
    ASSESS,
    FAIL,
    NIGHT,
    PAPER,
    REFER,
    SETTLE,
    TALK,
    context,
    dispute,
    given,
    signed,
)

CHANGSHA = ZoneInfo("Asia/Shanghai")
AREAS = Path(__file__).parents[3] / "deploy" / "areas"
GAOQIAO = load_rules(AREAS / "gaoqiao", load_area(AREAS / "gaoqiao"))
BRAWL = LegalFacts(public_order_case=True, from_civil_dispute=True, consent=True)
PUBLIC: tuple[wish.Command, ...] = (
    wish.Assess("yellow", PAPER, law=BRAWL),
    wish.Refer(("m-li",), "three-offices-one-court", "public_order"),
)


def barred(**facts: Any) -> dict[str, tuple[str, ...]]:
    told = {"public_order_case": True, "from_civil_dispute": True, "consent": True, **facts}
    return {barrier.mode: barrier.why for barrier in gate(LegalFacts(**told))}


def test_M11_a_minor_public_order_case_of_a_civil_dispute_may_be_mediated_either_way() -> None:
    assert barred() == {}


def test_M11_a_purely_civil_dispute_goes_to_the_people_or_to_court() -> None:
    assert barred(public_order_case=False) == {"public_order": ("not_public_order",)}


@pytest.mark.parametrize("bar", BARS)
def test_M11_what_has_to_be_punished_is_mediated_in_neither_way(bar: str) -> None:
    assert barred(bars=(bar,)) == {"public_order": (bar,), "people": (bar,)}


def test_M11_nobody_is_mediated_with_against_his_will_and_no_crime_is() -> None:
    assert set(barred(consent=False)) == {"public_order", "people"}
    assert set(barred(crime=True)) == {"public_order", "people"}
    assert barred(minor_harm=False) == {"public_order": ("not_minor",)}


def test_M11_a_barred_way_is_refused_with_its_reasons() -> None:
    gang = given(wish.Assess("yellow", PAPER, law=LegalFacts(True, True, True, bars=("gang",))))
    for mode, name in (("public_order", "治安调解"), ("people", "人民调解")):
        with pytest.raises(NotAllowed, match=f"{name} is not allowed: gang assault") as refused:
            decide(gang, wish.Refer(("m",), None, mode), context())  # type: ignore[arg-type]  # both are modes
        assert "dispose" in refused.value.allowed
    with pytest.raises(NotAllowed, match="is not known"):
        decide(given(ASSESS), wish.Refer(("m",), None, "public_order"), context())


def test_M11_working_days_pass_over_weekends_holidays_and_count_make_up_days() -> None:
    year = GAOQIAO.calendar

    def after(day: str, count: int) -> str:
        return year.after(date.fromisoformat(day), count).isoformat()

    assert after("2024-10-30", 3) == "2024-11-04", "Wednesday, over a weekend"
    assert after("2024-09-27", 3) == "2024-10-08", "Sunday the 29th is worked, the 1st to the 7th are off"
    assert after("2024-10-10", 2) == "2024-10-12", "a Saturday that is worked"
    assert after("2025-01-24", 1) == "2025-01-26", "a Sunday that is worked before the Spring Festival"
    assert after("2026-02-13", 3) == "2026-02-25", "Saturday the 14th is worked, the 15th to the 23rd are off"
    assert after("2026-09-18", 1) == "2026-09-20", "a Sunday that is worked before National Day"
    assert year.unknown(date(2026, 12, 30), date(2028, 1, 2)) == (2027, 2028)
    assert year.after(date(2031, 1, 3), 1) == date(2031, 1, 6), "of an unknown year the weekends are known"


def test_M11_a_limit_that_counts_over_a_year_without_holidays_says_so() -> None:
    facts = {"reported_at": datetime(2026, 12, 30, 2, tzinfo=UTC)}
    when = context(after=datetime(2026, 12, 30, 3, tzinfo=UTC) - NIGHT, rules=GAOQIAO)
    case = given(**facts)
    for command in PUBLIC:
        case = fold(decide(case, command, when), case)
    [item] = [item for item in case.agenda if item.key == "public_order"]
    assert (item.due_at, item.holidays_unknown) == (datetime(2027, 1, 4, 16, tzinfo=UTC), (2027,))
    late = context(after=datetime(2027, 1, 10, tzinfo=UTC) - NIGHT, rules=GAOQIAO)
    with pytest.raises(NotAllowed, match="of 2027 no holidays are known, only weekends"):
        decide(case, TALK, late)
    failed = fold(decide(case, FAIL, when), case)
    assert [item.holidays_unknown for item in failed.agenda if item.key == "public_order"] == [(2027,)]
    known = fold(decide(given(PUBLIC[0]), PUBLIC[1], context(rules=GAOQIAO)), given(PUBLIC[0]))
    assert [item.holidays_unknown for item in known.agenda if item.key == "public_order"] == [None]


def test_M11_a_year_that_is_missing_is_said_sixty_days_before_it_begins() -> None:
    assert years_missing("gaoqiao", GAOQIAO, datetime(2026, 10, 31, tzinfo=UTC)) is None
    soon = years_missing("gaoqiao", GAOQIAO, datetime(2026, 11, 24, tzinfo=UTC))
    assert soon is not None
    assert soon.startswith("gaoqiao: calendar.json has no holidays for 2027: working days leave out weekends only.")
    assert "2027 and 2028" in (years_missing("gaoqiao", GAOQIAO, datetime(2027, 12, 1, tzinfo=UTC)) or "")


@for_all(st.dates(date(2024, 1, 1), date(2026, 12, 1)), st.integers(1, 10), st.integers(1, 5))
def test_M11_working_days_add_up_and_end_on_one(day: date, few: int, more: int) -> None:
    calendar = GAOQIAO.calendar
    assert calendar.is_working(calendar.after(day, few))
    assert calendar.after(calendar.after(day, few), more) == calendar.after(day, few + more)


def test_M11_a_day_of_the_calendar_ends_at_local_midnight() -> None:
    calendar = Calendar({2024: Year(frozenset(), frozenset())})
    end = working_days_after(calendar, NIGHT, 1, CHANGSHA)
    assert end == datetime(2024, 10, 31, 16, tzinfo=UTC), "Thursday is over in Changsha"


def test_M11_two_public_order_mediations_within_three_and_seven_working_days() -> None:
    first = given(*PUBLIC)
    due = {item.key: item.due_at for item in first.agenda}
    assert due["public_order"] == datetime(2024, 11, 4, 16, tzinfo=UTC), "Monday is over"
    failed = given(*PUBLIC, FAIL)
    assert failed.sessions[0].mode == "public_order"
    second = {item.key: item.due_at for item in failed.agenda}["public_order"]
    assert second == datetime(2024, 11, 8, 16, tzinfo=UTC) or second > due["public_order"]
    twice = given(*PUBLIC, FAIL, FAIL)
    assert twice.tier == 1, "a third is not held at a higher tier either"
    assert "public_order" not in {item.kind for item in twice.agenda}
    with pytest.raises(NotAllowed, match="2 times at most"):
        decide(twice, FAIL, context())
    with pytest.raises(NotAllowed, match="2 public-order mediations already"):
        decide(twice, wish.Refer(("m",), None, "public_order"), context())
    # The people's mediation is still open.
    assert fold(decide(twice, wish.Refer(("m",), None, "people"), context()), twice).mode == "people"


def test_M11_a_public_order_mediation_that_comes_too_late_is_refused() -> None:
    with pytest.raises(NotAllowed, match="had to be held before 2024-11-05 00:00"):
        decide(given(*PUBLIC), TALK, context(after=timedelta(days=6)))
    # It counts from the injury report, where the case waited for one.
    report = LegalFacts(True, True, True, accepted_at=NIGHT + timedelta(days=5))
    waited = given(wish.Assess("yellow", PAPER, law=report), PUBLIC[1])
    assert decide(waited, TALK, context(after=timedelta(days=6)))


def minors(*, guardian: bool) -> tuple[Party, ...]:
    named = (Party("p1", minor=True), Party("p2"))
    return (*named, Party("p3", "guardian", guardian_of="p1")) if guardian else named


def test_M11_a_minor_is_not_mediated_with_without_a_guardian_who_signs() -> None:
    referred = given(ASSESS, REFER)
    with pytest.raises(NotAllowed, match="p1 is a minor: name a guardian"):
        decide(referred, TALK, context(named=minors(guardian=False)))
    able = context(named=minors(guardian=True))
    held = fold(decide(referred, TALK, able), referred)
    with pytest.raises(PartWrong, match="p3 for p1 is missing"):
        decide(held, AGREE, able)
    by_guardian = wish.Agree(PAPER, AGREE.duties, AGREE.deadline, signatures=signed("p2", "p3"))
    assert decide(held, by_guardian, able)


def test_M11_settled_on_the_scene_is_kept_in_the_short_form() -> None:
    case = given(settled_on_scene=True)
    assert (case.stage, case.outcome, case.settled_on_scene) == ("closed", "settled_on_scene", True)
    assert dispute(settled_on_scene=True).settled_on_scene


def test_M12_the_peoples_mediation_has_a_month_unless_all_consent_to_more() -> None:
    referred = given(ASSESS, REFER)
    month = datetime(2024, 11, 30, 16, tzinfo=UTC)  # referred on the 31st: the 30th is over
    assert referred.people_until == month
    assert {item.key: item.due_at for item in referred.agenda}["people"] == month
    assert decide(referred, TALK, context(after=timedelta(days=31)))
    late = context(after=timedelta(days=31, hours=2))
    with pytest.raises(NotAllowed, match="month of 人民调解 is over"):
        decide(referred, TALK, late)
    more = NIGHT + timedelta(days=60)
    with pytest.raises(PartWrong, match="p2 is missing") as wrong:
        decide(referred, wish.Extend(more, ("p1",)), context())
    assert wrong.value.pointer == "/consent_of"
    with pytest.raises(PartWrong, match="already"):
        decide(referred, wish.Extend(NIGHT + timedelta(days=2), ("p1", "p2")), context())
    longer = given(ASSESS, REFER, wish.Extend(more, ("p1", "p2")))
    assert longer.people_until == more
    assert decide(longer, TALK, late)


def test_M12_an_oral_agreement_is_valid_when_recorded_a_written_one_when_signed_and_sealed() -> None:
    oral = given(ASSESS, REFER, TALK, wish.Agree(PAPER, (wish.Promise(),), NIGHT, oral=True)).agreement
    assert oral is not None
    assert (oral.oral, oral.signatures, oral.seal) == (True, (), None)
    nowhere = given(ASSESS, wish.Refer(("m",)), TALK)
    with pytest.raises(PartWrong) as wrong:
        decide(nowhere, AGREE, context())
    assert wrong.value.pointer == "/seal"
    written = given(ASSESS, REFER, TALK, AGREE).agreement
    assert written is not None
    assert written.seal == "rule-of-law-gaoqiao"


def _asked(case: Case, days: int, *parties: str) -> Case:
    return fold(decide(case, wish.Confirm("asked", parties), context(after=timedelta(days=days))), case)


def test_M12_both_ask_the_court_within_30_days() -> None:
    settled = given(ASSESS, REFER, TALK, AGREE, SETTLE)
    assert settled.agreement is not None
    # Agreed on the 31st: the 30th day is 30 November, and counts whole.
    assert settled.agreement.confirm_by == datetime(2024, 11, 30, 16, tzinfo=UTC)
    with pytest.raises(PartWrong, match="p2 is missing"):
        _asked(settled, 3, "p1")
    with pytest.raises(NotAllowed, match="The 30 days for asking the court ended on 2024-11-30"):
        _asked(settled, 32, "p1", "p2")
    with pytest.raises(NotAllowed, match="Nobody has asked"):
        decide(settled, wish.Confirm("confirmed"), context())
    asked = _asked(settled, 31, "p1", "p2")
    confirmed = fold(decide(asked, wish.Confirm("confirmed"), context()), asked)
    assert confirmed.agreement is not None
    assert confirmed.agreement.confirmed is True
    assert "confirmation" not in allowed(confirmed)


def test_M12_no_court_confirms_a_public_order_mediation() -> None:
    settled = given(*PUBLIC, TALK, AGREE)
    assert settled.agreement is not None
    assert settled.agreement.confirm_by is None
    assert "confirmation" not in allowed(settled)


@pytest.mark.parametrize(
    ("kind", "open_to"),
    [
        ("brawl", ("litigation", "arbitration")),
        ("unpaid_wages", ("arbitration", "litigation")),
        ("0811", ("administrative_ruling", "litigation")),
    ],
)
def test_M12_on_failure_the_parties_are_told_what_is_open_to_them(kind: str, open_to: tuple[str, ...]) -> None:
    failed = given(ASSESS, REFER, FAIL, kind=kind)
    [disposed] = decide(failed, wish.Dispose("failed"), context(rules=GAOQIAO))
    assert isinstance(disposed, Disposed)
    assert disposed.open_to == open_to


def test_M12_a_public_order_case_that_cannot_be_mediated_is_decided() -> None:
    case = given(*PUBLIC, FAIL, FAIL, wish.Dispose("failed"))
    assert case.open_to == ("penalty", "litigation")


def test_M12_danger_of_worse_is_told_to_the_superior() -> None:
    events = decide(given(ASSESS, REFER), wish.HoldSession("failed", danger=True), context())
    assert [event.TYPE for event in events] == ["session-held", "notified"]
    events = decide(given(ASSESS, REFER, FAIL), wish.Dispose("failed", danger=True), context())
    assert [event.TYPE for event in events] == ["disposed", "notified"]
