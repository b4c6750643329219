"""Colours with their reasons, tiers, and what follows from them (M3, M4, M8)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from fengqiao.contracts.mediation import CaseRepeat
from services.mediation.domain import commands as wish
from services.mediation.domain.decide import allowed, decide, repeated
from services.mediation.domain.errors import NotAllowed, PartWrong
from services.mediation.domain.evolve import fold
from services.mediation.domain.grading import DEFAULT_SIGNS, ORDER, Grading, Seen, least_grade
from services.mediation.domain.happenings import Assessed, Escalated, Notified
from services.mediation.domain.kinds import Kinds
from services.mediation.domain.telling import tell
from tests.unit.mediation.cases import ASSESS, FAIL, NIGHT, PAPER, REFER, S1, context, given

KINDS = Kinds({"brawl": "020301", "demolition": "0811", "0811": "0811"})


def earlier(count: int, by: str = "parties") -> tuple[CaseRepeat, ...]:
    return tuple(CaseRepeat(case_id=f"gaoqiao-{chr(98 + n) * 26}.case", by=by) for n in range(count))


@pytest.mark.parametrize(
    ("seen", "grade", "reasons"),
    [
        (Seen("noise"), "yellow", ()),
        (Seen("brawl", ("injury",)), "yellow", ("sign:injury",)),
        (Seen("brawl", ("injury", "threat")), "orange", ("sign:threat",)),
        (Seen("brawl", ("weapon", "threat")), "red", ("sign:weapon",)),
        (Seen("debt", (), 120_000), "orange", ("money:100000",)),
        (Seen("debt", (), 1_000_000, 30), "red", ("money:1e+06", "people:30")),
        (Seen("debt", repeats=earlier(1)), "orange", ("parties:2",)),
        (Seen("debt", repeats=earlier(2)), "red", ("parties:3",)),
        (Seen("debt", repeats=earlier(2, "party")), "yellow", ()),
        (Seen("noise", repeats=earlier(2, "place")), "orange", ("place:3",)),
    ],
)
def test_M3_M8_the_rules_say_the_least_grade_and_which_of_them_ask_for_it(
    seen: Seen, grade: str, reasons: tuple[str, ...]
) -> None:
    assert least_grade(seen, Grading(), KINDS) == (grade, reasons)


def test_M3_a_kind_of_dispute_may_have_a_grade_of_its_own() -> None:
    grading = Grading(kinds={"demolition": "red"})
    assert least_grade(Seen("0811"), grading, KINDS) == ("red", ("kind:demolition",))
    assert least_grade(Seen("brawl"), grading, KINDS) == ("yellow", ())


@for_all(
    st.sets(st.sampled_from([sign.id for sign in DEFAULT_SIGNS])),
    st.sampled_from([sign.id for sign in DEFAULT_SIGNS]),
    st.floats(0, 2e6),
    st.integers(0, 4),
)
def test_M3_more_that_is_known_never_lowers_a_grade(signs: set[str], more: str, money: float, repeats: int) -> None:
    few = least_grade(Seen("debt", tuple(signs), money, None, earlier(repeats)), Grading(), KINDS)[0]
    many = least_grade(Seen("debt", (*signs, more), money * 2, 50, earlier(repeats + 1)), Grading(), KINDS)[0]
    assert ORDER[few] <= ORDER[many]


def test_M3_the_grade_may_be_left_to_the_rules_or_judged_higher_but_not_lower() -> None:
    assert given(wish.Assess(None, PAPER, signs=("threat",))).grade == "orange"
    judged = given(wish.Assess("red", PAPER, signs=("threat",)))
    assert (judged.grade, judged.grade_reasons) == ("red", ("judged",))
    with pytest.raises(PartWrong, match="at least orange") as wrong:
        decide(given(), wish.Assess("yellow", PAPER, signs=("threat",)), context())
    assert wrong.value.pointer == "/grade"
    with pytest.raises(PartWrong, match="no sign horns") as unknown:
        decide(given(), wish.Assess(None, PAPER, signs=("threat", "horns")), context())
    assert unknown.value.pointer == "/signs/1"


def test_M3_what_was_seen_before_still_counts_when_it_is_graded_again() -> None:
    again = given(wish.Assess(None, PAPER, signs=("threat",), money_yuan=500.0), wish.Assess(None, PAPER))
    assert (again.grade, again.signs, again.money_yuan) == ("orange", ("threat",), 500.0)


def test_M3_red_is_told_to_the_superior_at_once_and_once() -> None:
    events = decide(given(), wish.Assess("red", PAPER), context())
    assert [event.TYPE for event in events] == ["assessed", "notified"]
    told = events[1]
    assert isinstance(told, Notified)
    assert (told.what, told.to, told.within_seconds) == ("red_dispute", "superior", 60)
    again = decide(fold(events, given()), wish.Assess("red", PAPER), context())
    assert [event.TYPE for event in again] == ["assessed"]


def test_M3_orange_is_reported_the_same_day_and_yellow_is_not() -> None:
    # 23:00 in Changsha: the hour of the day's report is over, so it is due at once.
    [late] = decide(given(), wish.Assess("orange", PAPER), context(after=timedelta()))
    assert {item.key: item.due_at for item in late.due}["report"] == NIGHT
    morning = context(after=timedelta(hours=12))
    [graded] = decide(given(), wish.Assess("orange", PAPER), morning)
    due = {item.key: item.due_at for item in graded.due}
    assert due["report"] == datetime(2024, 10, 31, 10, tzinfo=UTC), "18:00 in Changsha"
    assert "report" not in {item.key for item in given(ASSESS).agenda}


def test_M3_a_red_dispute_has_a_plan_with_an_owner_before_it_is_referred() -> None:
    red = given(wish.Assess("red", PAPER))
    with pytest.raises(NotAllowed, match="named owner") as refused:
        decide(red, REFER, context())
    assert "plan" in refused.value.allowed
    planned = given(wish.Assess("red", PAPER), wish.MakePlan("officer-7", PAPER), REFER)
    assert planned.plan is not None
    assert (planned.stage, planned.plan.owner) == ("referred", "officer-7")
    assert "plan" not in {item.key for item in planned.agenda}


def test_M4_too_many_failed_sessions_lead_one_tier_higher() -> None:
    events = decide(given(ASSESS, REFER, FAIL), FAIL, context())
    assert [event.TYPE for event in events] == ["session-held", "escalated"]
    escalated = events[1]
    assert isinstance(escalated, Escalated)
    assert (escalated.tier, escalated.why, escalated.reason) == (2, "failure", None)
    top = given(wish.Assess("red", PAPER), wish.MakePlan("o", PAPER), REFER, FAIL, FAIL)
    assert (top.stage, top.tier) == ("in_resolution", 3)


def test_M8_what_is_found_after_a_case_was_graded_raises_its_grade_and_is_told() -> None:
    referred = given(ASSESS, REFER)
    found = repeated(referred, earlier(2), context())
    assert [event.TYPE for event in found] == ["repeated", "raised", "notified"]
    red = fold(found, referred)
    assert (red.stage, red.grade, red.tier, red.grade_reasons) == ("referred", "red", 3, ("parties:3",))
    assert {"plan", "tier"} <= {item.key for item in red.agenda}
    assert (red.red_reported, "plan" in allowed(red)) == (True, True)
    [told] = tell(red, found[1])
    assert told.TYPE == "fengqiao.case.assessed.v1"
    orange = repeated(referred, earlier(1), context())
    assert [event.TYPE for event in orange] == ["repeated", "raised"]
    assert "report" in {item.key for item in fold(orange, referred).agenda}
    # A name alone makes nothing graver, nor what is no graver than it was seen.
    assert [event.TYPE for event in repeated(referred, earlier(2, "party"), context())] == ["repeated"]
    judged = given(wish.Assess("red", PAPER))
    assert [event.TYPE for event in repeated(judged, earlier(2), context())] == ["repeated"]
    assert [event.TYPE for event in repeated(given(), earlier(2), context())] == ["repeated"], "not graded yet"


def test_M8_a_settled_quarrel_that_turns_out_to_be_a_repeat_is_told_and_stays_settled() -> None:
    settled = given(*S1[:7])
    found = repeated(settled, earlier(2), context())
    assert [event.TYPE for event in found] == ["repeated", "raised", "notified"]
    red = fold(found, settled)
    assert (red.stage, red.grade) == ("in_control", "red")
    assert not {"plan", "tier"} & {item.key for item in red.agenda}
    closed = given(*S1)
    assert [event.TYPE for event in repeated(closed, earlier(2), context())] == ["repeated"]


def test_M8_repeats_are_linked_once_and_raise_the_next_grade() -> None:
    case = given()
    found = repeated(case, earlier(1), context())
    assert [event.TYPE for event in found] == ["repeated"]
    linked = fold(found, case)
    assert repeated(linked, earlier(1), context()) == []
    [graded] = decide(linked, wish.Assess(None, PAPER), context())
    assert isinstance(graded, Assessed)
    assert (graded.grade, graded.reasons, graded.repeats) == ("orange", ("parties:2",), earlier(1))
    # What is found while it is graded counts before what was linked.
    [red, told] = decide(linked, wish.Assess(None, PAPER), context(repeats=earlier(2), marks=("m1", "m2")))
    assert isinstance(red, Assessed)
    assert (red.grade, red.marks, told.TYPE) == ("red", ("m1", "m2"), "notified")
