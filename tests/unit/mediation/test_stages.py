"""The stages of a case: one table, walked (M2)."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from fengqiao.contracts.mediation import Stage
from services.mediation.domain import commands as wish
from services.mediation.domain import transitions
from services.mediation.domain.decide import allowed, decide
from services.mediation.domain.errors import NotAllowed, PartWrong, UnknownVisit
from services.mediation.domain.evolve import evolve, fold
from services.mediation.domain.happenings import Escalated
from tests.unit.mediation.cases import (
    AGREE,
    ASSESS,
    BOTH,
    CLOSE,
    CONTROL,
    FAIL,
    MEDIATOR,
    NIGHT,
    PAPER,
    PERFORMED,
    REFER,
    S1,
    SETTLE,
    TALK,
    VISITS,
    context,
    given,
    history,
    signed,
)

EVERY: tuple[wish.Command, ...] = (
    ASSESS,
    REFER,
    TALK,
    AGREE,
    SETTLE,
    PERFORMED,
    CONTROL,
    VISITS[0],
    wish.Escalate(PAPER),
    CLOSE,
)
REACHED: dict[str, tuple[wish.Command, ...]] = {
    "screened": (),
    "assessed": (ASSESS,),
    "referred": (ASSESS, REFER),
    "in_resolution": (ASSESS, REFER, TALK),
    "disposed": (ASSESS, REFER, TALK, AGREE, SETTLE),
    "in_control": (ASSESS, REFER, TALK, AGREE, SETTLE, PERFORMED, CONTROL),
    "followed_up": S1[:-1],
    "closed": S1,
}


def test_M2_S1_walks_all_seven_stages_to_the_end() -> None:
    stages = [evolve_to.stage for evolve_to in (fold(history(S1)[:n]) for n in range(1, len(S1) + 2))]
    assert list(dict.fromkeys(stages)) == list(get_args(Stage))
    case = given(*S1)
    assert case.outcome == "settled"
    assert case.closed_at is not None
    assert case.agreement is not None
    assert case.agreement.performed is True


def test_M2_every_stage_is_reached_and_left_by_the_table() -> None:
    stages = set(get_args(Stage))
    assert set(REACHED) == stages
    assert {after for after in transitions.TRANSITIONS.values()} == stages
    assert {before for before, _ in transitions.TRANSITIONS} == {transitions.START, *stages}
    # What is over stays over: nothing leads out of `closed`.
    assert {after for (before, _), after in transitions.TRANSITIONS.items() if before == "closed"} == {"closed"}
    assert transitions.possible("closed") == ()


@pytest.mark.parametrize("stage", REACHED)
def test_M2_what_the_table_does_not_allow_is_refused_with_what_is_allowed(stage: str) -> None:
    case = given(*REACHED[stage])
    assert case.stage == stage
    for command in EVERY:
        name = wish.NAMES[type(command)]
        if name in transitions.possible(stage):
            continue
        with pytest.raises(NotAllowed) as refused:
            decide(case, command, context())
        assert refused.value.allowed == allowed(case)


@pytest.mark.parametrize("stage", REACHED)
def test_M2_nothing_that_is_not_in_the_table_can_be_folded(stage: str) -> None:
    case = given(*REACHED[stage])
    for event in (*history(S1), Escalated(at=NIGHT, tier=2, reason=PAPER)):
        if transitions.after(stage, event.TYPE) is None:
            with pytest.raises(ValueError, match="cannot follow"):
                evolve(case, event)


@pytest.mark.parametrize("stage", REACHED)
def test_M2_all_that_is_said_to_be_allowed_can_be_done(stage: str) -> None:
    case = given(*REACHED[stage])
    able: dict[type, wish.Command] = {
        wish.Dispose: wish.Dispose("withdrawn") if case.agreement is None else SETTLE,
        wish.RecordVisit: wish.RecordVisit(case.open_visits[0].visit, True) if case.open_visits else VISITS[0],
    }
    for command in EVERY:
        if wish.NAMES[type(command)] in allowed(case):
            assert decide(case, able.get(type(command), command), context())


def test_M1_a_dispute_settled_on_the_scene_is_recorded_and_closed_at_once() -> None:
    events = history((), settled_on_scene=True)
    assert [event.TYPE for event in events] == ["opened", "disposed", "closed"]
    case = fold(events)
    assert (case.stage, case.outcome, case.closed_at) == ("closed", "settled_on_scene", NIGHT)


def test_M3_the_grade_decides_the_tier_and_never_lowers_it() -> None:
    assert given(ASSESS).tier == 1
    assert given(wish.Assess("orange", PAPER)).tier == 2
    assert given(wish.Assess("red", PAPER), ASSESS).tier == 3
    assert given(wish.Assess("yellow", PAPER, tier=2)).tier == 2


def test_M6_no_agreement_before_a_session_has_ended_in_one() -> None:
    for before in ((ASSESS, REFER, FAIL), (ASSESS, REFER, wish.HoldSession("adjourned"))):
        with pytest.raises(NotAllowed, match="No session has ended in agreement") as refused:
            decide(given(*before), AGREE, context())
        assert "sessions" in refused.value.allowed
        assert "agreement" not in refused.value.allowed


@pytest.mark.parametrize(
    ("change", "parties", "pointer"),
    [
        ({}, frozenset({"p1"}), "/parties"),
        ({"signatures": signed("p1")}, BOTH, "/signatures"),
        ({"signatures": ()}, BOTH, "/signatures"),
        ({"signatures": signed("p1", "p2", "p9")}, BOTH, "/signatures/2/party"),
        ({"duties": (wish.Promise("p1"), wish.Promise("p7"))}, BOTH, "/duties/1/party"),
    ],
)
def test_M6_an_agreement_without_a_required_part_is_refused_by_its_name(
    change: dict[str, object], parties: frozenset[str], pointer: str
) -> None:
    parts = {name: getattr(AGREE, name) for name in ("words", "duties", "deadline", "oral", "signatures")}
    with pytest.raises(PartWrong) as wrong:
        decide(given(ASSESS, REFER, TALK), wish.Agree(**{**parts, **change}), context(parties=parties))
    assert wrong.value.pointer == pointer


def test_M6_an_oral_agreement_needs_no_signature() -> None:
    oral = wish.Agree(PAPER, (wish.Promise(),), NIGHT, oral=True)
    assert given(ASSESS, REFER, TALK, oral).agreement is not None


def test_M6_performance_is_tracked_duty_by_duty() -> None:
    settled = (ASSESS, REFER, TALK, AGREE, SETTLE)
    one = given(*settled, wish.RecordPerformance(True, duty=1))
    assert one.agreement is not None
    assert one.agreement.performed is None
    both = given(*settled, wish.RecordPerformance(True, duty=1), wish.RecordPerformance(False, duty=2))
    assert both.agreement is not None
    assert both.agreement.performed is False
    with pytest.raises(PartWrong, match="no duty 3"):
        decide(one, wish.RecordPerformance(True, duty=3), context())


def test_M6_a_session_in_the_future_is_not_recorded() -> None:
    with pytest.raises(PartWrong) as wrong:
        decide(given(ASSESS, REFER), wish.HoldSession("agreed", NIGHT + timedelta(days=2)), context())
    assert wrong.value.pointer == "/held_at"


@pytest.mark.parametrize(
    ("before", "outcome"),
    [
        ((ASSESS, REFER, TALK), "settled"),
        ((ASSESS, REFER, TALK), "failed"),
        ((ASSESS, REFER), "settled_on_scene"),
        ((ASSESS, REFER, TALK, AGREE), "withdrawn"),
    ],
)
def test_M9_an_outcome_must_be_what_happened(before: tuple[wish.Command, ...], outcome: str) -> None:
    with pytest.raises(NotAllowed):
        decide(given(*before), wish.Dispose(outcome), context())  # type: ignore[arg-type]  # one of the table's


def test_M2_a_settled_case_is_not_closed_before_it_was_followed_up() -> None:
    with pytest.raises(NotAllowed, match="followed up"):
        decide(given(ASSESS, REFER, TALK, AGREE, SETTLE, PERFORMED), CLOSE, context())
    without_performance: tuple[wish.Command, ...] = (ASSESS, REFER, TALK, AGREE, SETTLE, CONTROL, *VISITS)
    with pytest.raises(NotAllowed, match="performed"):
        decide(given(*without_performance), CLOSE, context())
    restless: tuple[wish.Command, ...] = (*VISITS[:2], wish.RecordVisit("3m", False))
    with pytest.raises(NotAllowed, match="no calm"):
        decide(given(ASSESS, REFER, TALK, AGREE, SETTLE, PERFORMED, CONTROL, *restless), CLOSE, context())


def test_M2_a_failed_or_withdrawn_case_can_be_closed() -> None:
    assert given(ASSESS, REFER, FAIL, wish.Dispose("failed"), CLOSE).outcome == "failed"
    assert given(wish.Dispose("withdrawn"), CLOSE).outcome == "withdrawn"


def test_M4_escalation_begins_a_new_round_one_tier_higher() -> None:
    again = given(*REACHED["in_control"], wish.Escalate(PAPER))
    assert (again.stage, again.tier, again.round) == ("assessed", 2, 2)
    assert (again.agreement, again.visits, again.mediators) == (None, (), ())
    # The session of the first round ended in agreement; that does not count in the second.
    with pytest.raises(NotAllowed, match="No session"):
        decide(given(*REACHED["in_control"], wish.Escalate(PAPER), REFER, FAIL), AGREE, context())
    with pytest.raises(NotAllowed, match="highest tier"):
        decide(given(wish.Assess("red", PAPER)), wish.Escalate(PAPER), context())


def test_M7_visits_fall_due_after_3_days_30_days_and_3_months_at_the_same_local_hour() -> None:
    case = given(*REACHED["in_control"])
    begun = NIGHT + timedelta(hours=7)  # 06:00 on 31 October in Changsha
    assert begun == datetime(2024, 10, 30, 22, tzinfo=UTC)
    assert {visit.visit: visit.due_at for visit in case.visits} == {
        "3d": datetime(2024, 11, 2, 22, tzinfo=UTC),
        "30d": datetime(2024, 11, 29, 22, tzinfo=UTC),
        "3m": datetime(2025, 1, 30, 22, tzinfo=UTC),
    }


def test_M7_a_visit_is_recorded_once_and_only_if_it_was_ordered() -> None:
    case = given(*REACHED["in_control"], VISITS[1])
    assert [visit.visit for visit in case.open_visits] == ["3d", "3m"]
    with pytest.raises(NotAllowed, match="recorded already"):
        decide(case, VISITS[1], context())
    with pytest.raises(UnknownVisit, match="3d, 30d, 3m"):
        decide(case, wish.RecordVisit("1y", True), context())


def test_who_and_when_is_said_of_everything() -> None:
    for hour, event in enumerate(history(S1)[1:], 1):
        assert event.by == MEDIATOR
        assert event.at == NIGHT + timedelta(hours=hour)
