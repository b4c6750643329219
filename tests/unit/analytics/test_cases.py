"""Mediation's cases as their log tells them: outcomes, and what is overdue (A6, A7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fengqiao.contracts import hazards as spotted
from fengqiao.contracts import ids
from fengqiao.contracts import mediation as told
from fengqiao.contracts.model import PaperReference
from services.analytics.domain.cases import Case, count_cases, overdue, read_case
from services.analytics.domain.dossiers import DossierRecord, fold_dossiers
from services.analytics.domain.hazards import Hazard, count_hazards, overdue_hazards, read_hazard

OPENED = datetime(2024, 10, 1, 2, 0, tzinfo=UTC)
CASE = "gaoqiao-mzxw6ytboi3dgnbvgy3tqojq2a.case"
STAGE_DAYS = {"screened": 3, "assessed": 3, "referred": 7, "in_resolution": 30}


def event(kind: type[told.CaseEvent], days: float, stage: str, **more: Any) -> told.CaseEvent:
    at = OPENED + timedelta(days=days)
    marks: dict[str, Any] = {"case_id": CASE, "area": "gaoqiao", "kind": "noise", "grade": "orange"}
    return kind(at=at, stage=stage, opened_at=OPENED, **marks, **more)


LIFE = [
    event(told.CaseOpened, 0, "screened", origin="intake", number="1042", grid_cell="G07"),
    event(told.CaseAssessed, 1, "assessed", tier=1),
    event(told.CaseReferred, 2, "referred", mediators=("studio-fan",)),
    event(told.CaseSessionHeld, 5, "in_resolution", session=1, outcome="agreed"),
    event(told.CaseAgreed, 5, "in_resolution", oral=False, duties=2, perform_by=OPENED + timedelta(days=15)),
    event(told.CaseDisposed, 6, "disposed", outcome="settled"),
    event(told.CasePerformed, 10, "disposed", performed=True, duty=1),
    event(told.CasePerformed, 12, "disposed", performed=True, duty=2),
    event(told.CaseControlled, 13, "in_control", visits=[OPENED + timedelta(days=16), OPENED + timedelta(days=43)]),
    event(told.CaseVisited, 16, "in_control", visit="day-3", calm=True),
]


def log(events: list[told.CaseEvent], start: int = 0) -> list[DossierRecord]:
    return [DossierRecord(CASE, "gaoqiao", 3, start + n, start + n + 1, one.at, one) for n, one in enumerate(events)]


def folded(events: list[told.CaseEvent]) -> Case:
    changed, _, _ = fold_dossiers(log(events), {}, Case)
    return changed[CASE]


def late(days: float, events: list[told.CaseEvent]) -> list[tuple[str, float]]:
    found = overdue([folded(events)], OPENED + timedelta(days=days), STAGE_DAYS)
    return [(one.what, (one.since - OPENED) / timedelta(days=1)) for one in found]


def test_A6_golden_a_case_that_nobody_assesses_is_overdue_after_three_days() -> None:
    assert late(2.9, LIFE[:1]) == []
    assert late(3.1, LIFE[:1]) == [("stage", 3.0)]


def test_A6_golden_performance_and_visits_are_overdue_from_their_days_on() -> None:
    assert late(14, LIFE[:6]) == []
    assert late(16, LIFE[:6]) == [("performance", 15.0)]
    assert late(17, LIFE[:9]) == [("visit", 16.0)]
    assert late(17, LIFE) == []
    assert late(44, LIFE) == [("visit", 43.0)]
    assert late(99, [*LIFE, event(told.CaseClosed, 50, "closed", outcome="settled")]) == []


def test_A7_golden_outcomes_of_cases() -> None:
    counts = count_cases([folded(LIFE), folded(LIFE[:1]), folded(LIFE[:8])])
    assert (counts.opened, counts.ended, counts.settled) == (3, 2, 2)
    assert (counts.mediated, counts.first_settled) == (2, 2)
    assert (counts.to_perform, counts.performed) == (2, 2)
    assert (counts.visits, counts.calm_visits) == (1, 1)
    assert count_cases([folded(LIFE[:7])]).to_perform == 0, "one of two duties is performed: not known yet"
    broken = [*LIFE[:7], event(told.CasePerformed, 12, "disposed", performed=False, duty=2)]
    assert (count_cases([folded(broken)]).to_perform, count_cases([folded(broken)]).performed) == (1, 0)


AGAIN = [
    event(told.CaseVisited, 20, "in_control", visit="day-30", calm=False, due_at=OPENED + timedelta(days=43)),
    event(told.CaseEscalated, 21, "assessed", tier=2),
]
"""It flares up."""


def test_A7_golden_an_escalated_case_begins_again_and_what_was_done_in_it_was_done() -> None:
    life = [*LIFE[:5], event(told.CaseDisposed, 6, "disposed", outcome="settled", prevented=("fight",)), *LIFE[8:]]
    again = [*life, *AGAIN]
    before, after = count_cases([folded(life)]), count_cases([folded(again)])
    assert (before.settled, before.ended, before.prevented) == (1, 1, 1)
    assert (after.settled, after.ended, after.prevented, after.to_perform) == (0, 0, 0, 0)
    assert (after.visits, after.calm_visits) == (2, 1)
    assert folded(again).mediators == ()
    assert late(20.5, [*life, AGAIN[0]]) == [("performance", 15.0)]
    assert late(23.5, again) == [], "nothing of the void agreement, and no visit of the round before"
    second = event(told.CaseControlled, 30, "in_control", visits=[OPENED + timedelta(days=33)])
    counts = count_cases([folded([*again, second])])
    assert (counts.visits, counts.calm_visits) == (2, 1)
    assert late(34, [*again, second]) == [("visit", 33.0)]


def test_A7_golden_agreements_are_performed_duty_by_duty() -> None:
    def performed(*rows: tuple[bool, int | None]) -> bool | None:
        told_of = [event(told.CasePerformed, 7 + n, "disposed", performed=yes, duty=duty)
                   for n, (yes, duty) in enumerate(rows)]  # fmt: skip
        return folded([*LIFE[:6], *told_of]).performed

    assert performed((True, 1), (True, 1)) is None, "one of two, said twice"
    assert performed((True, 1), (True, 2)) is True
    assert performed((False, 1), (True, 2)) is False
    assert performed((False, 1), (True, 1), (True, 2)) is True, "put right"
    assert performed((False, None), (True, 1)) is False
    assert performed((False, None), (True, None)) is True
    assert performed((True, None), (False, 2)) is False


def test_A7_what_the_end_says_of_the_agreement_is_so() -> None:
    broken = [*LIFE[:6], event(told.CasePerformed, 7, "disposed", performed=False, duty=1)]
    marks: dict[str, Any] = {"outcome": "settled"}
    assert folded([*broken, event(told.CaseClosed, 9, "closed", **marks)]).performed is False
    assert folded([*broken, event(told.CaseClosed, 9, "closed", performed=True, **marks)]).performed is True


def test_A7_cases_that_were_stored_with_their_duties_counted_are_read() -> None:
    def as_before(case: Case, visits: int, duties_done: int) -> dict[str, Any]:
        document = case.document()
        del document["kept"], document["broken"]
        days = [OPENED + timedelta(days=n) for n in (16, 43)]
        return document | {"duties_done": duties_done, "visits": [at.isoformat() for at in days[:visits]]}

    for events, visits, done in ((LIFE[:6], 0, 0), (LIFE[:7], 0, 1), (LIFE[:8], 0, 2), (LIFE[:9], 2, 2), (LIFE, 2, 2)):
        case = folded(events)
        assert read_case(as_before(case, visits, done)).document() == case.document()
    broken = folded([*LIFE[:7], event(told.CasePerformed, 12, "disposed", performed=False, duty=2)])
    read = read_case(as_before(broken, 0, 1))
    assert read.performed is False
    read.take(event(told.CasePerformed, 13, "disposed", performed=True, duty=2))
    assert read.performed is False, "which one it was, was not kept"
    read.take(event(told.CasePerformed, 14, "disposed", performed=True))
    assert read.performed is True


@given(st.lists(st.integers(1, 4), max_size=12), st.lists(st.integers(0, 9), max_size=6))
def test_A7_a_case_is_equal_bit_for_bit_whatever_the_batches_and_repeats(sizes: list[int], repeats: list[int]) -> None:
    numbered = [(n + 1, one) for n, one in enumerate([*LIFE, *AGAIN])]
    numbered += [numbered[n] for n in repeats]
    records = [DossierRecord(CASE, "gaoqiao", 3, n, number, one.at, one) for n, (number, one) in enumerate(numbered)]
    whole, found, _ = fold_dossiers(records, {}, Case)
    assert found == len(repeats)
    shelf: dict[str, dict[str, Any]] = {}
    position = 0
    for size in [*sizes, len(records)]:
        batch = records[max(0, position - 1) : position + size]  # each begins with one that was folded before
        changed, _, _ = fold_dossiers(batch, {id: read_case(one) for id, one in shelf.items()}, Case)
        shelf |= {id: one.document() for id, one in changed.items()}
        position += size
    assert shelf == {id: one.document() for id, one in whole.items()}


def test_A7_a_type_that_is_not_known_takes_its_number_only() -> None:
    records = log(LIFE[:2])
    unknown = DossierRecord(CASE, "gaoqiao", 3, 2, 3, OPENED, None)
    changed, repeats, gaps = fold_dossiers([*records, unknown], {}, Case)
    assert (changed[CASE].stage, changed[CASE].stream.last, repeats, gaps) == ("assessed", 3, 0, 0)


PLAN = PaperReference(paper_id="gaoqiao-plan", sha256="0" * 64)


def test_A6_golden_a_red_case_without_a_plan_and_a_month_that_is_over_are_overdue() -> None:
    due = OPENED + timedelta(days=2)
    passed = event(told.CaseDeadlinePassed, 2, "assessed", what="plan", due_at=due)
    assert ("plan", 2.0) in late(2.5, [*LIFE[:2], passed])
    assert late(2.5, [*LIFE[:2], passed, event(told.CasePlanned, 2.2, "assessed", owner="zhang", paper=PLAN)]) == []
    month = event(told.CaseDeadlinePassed, 30, "in_resolution", what="people", due_at=OPENED + timedelta(days=30))
    assert ("mediation", 30.0) in late(31, [*LIFE[:3], month])
    longer = event(told.CaseExtended, 30, "in_resolution", until=OPENED + timedelta(days=60))
    assert ("mediation", 30.0) not in late(31, [*LIFE[:3], month, longer])
    # What mediation itself waits for no more is not overdue here.
    referred = event(told.CaseReferred, 30, "referred", mediators=("studio-fan",))
    held = event(told.CaseSessionHeld, 30, "in_resolution", session=1, outcome="adjourned", mode="public_order")
    for after in (referred, held):
        assert ("mediation", 30.0) not in late(31, [*LIFE[:3], month, after])
    settled = event(told.CaseDisposed, 2.2, "disposed", outcome="settled")
    assert late(2.5, [*LIFE[:2], passed, settled]) == []


def test_A7_golden_satisfaction_plans_screening_and_what_was_prevented() -> None:
    life = [
        event(told.CaseOpened, 0, "screened", origin="screening", found_by="check_in"),
        event(told.CaseAssessed, 1, "assessed", tier=3),
        event(told.CasePlanned, 1, "assessed", owner="zhang", paper=PLAN),
        event(told.CaseDisposed, 6, "disposed", outcome="settled", prevented=("fight",)),
        event(told.CaseVisited, 16, "in_control", visit="day-3", calm=True, satisfied=True),
        event(told.CaseVisited, 36, "in_control", visit="day-30", calm=False, satisfied=False),
        event(told.CaseVisited, 96, "in_control", visit="month-3", calm=True),
    ]
    red = [one.model_copy(update={"grade": "red"}) for one in life]
    counts = count_cases([folded(red), folded(LIFE)])
    assert (counts.asked, counts.satisfied) == (2, 1)
    assert (counts.red, counts.red_planned) == (1, 1)
    assert (counts.screened, counts.prevented) == (1, 1)
    assert (counts.visits, counts.calm_visits) == (4, 3)


def test_A7_a_forgotten_case_is_counted_and_nothing_leads_to_it() -> None:
    incident = ids.incident_id("gaoqiao", ids.digest("110", "a"))
    whole = [one.model_copy(update={"incident_id": incident}) for one in LIFE]
    ended = event(told.CaseClosed, 100, "closed", outcome="settled", incident_id=incident)
    before = folded([*whole, ended])
    after = folded([*whole, ended, event(told.CaseForgotten, 800, "closed", incident_id=incident)])
    assert count_cases([after]) == count_cases([before])
    text = str(after.document())
    for told_once in (incident, "1042", "studio-fan", "'visits': ['"):
        assert (told_once in str(before.document()), told_once in text) == (True, False), told_once
    assert after.opened_at is not None
    assert (after.opened_at.minute, after.opened_at.date()) == (0, OPENED.date())
    assert read_case(after.document()).document() == after.document()


HAZARD = ids.hazard_id("gaoqiao", ids.digest("desk", "1"))


def hazard(kind: type[spotted.HazardEvent], days: float, **more: Any) -> spotted.HazardEvent:
    at = OPENED + timedelta(days=days)
    marks: dict[str, Any] = {"hazard_id": HAZARD, "area": "gaoqiao", "kind": "wiring", "grid_cell": "G07"}
    return kind(at=at, found_at=OPENED, **marks, **more)


def hazards(events: list[spotted.HazardEvent]) -> Hazard:
    records = [DossierRecord(HAZARD, "gaoqiao", 1, n, n + 1, one.at, one) for n, one in enumerate(events)]
    return fold_dossiers(records, {}, Hazard)[0][HAZARD]


HAZARD_LIFE = [
    hazard(spotted.HazardFound, 0),
    hazard(spotted.HazardOrdered, 1, due_at=OPENED + timedelta(days=8), order=PLAN),
    hazard(spotted.HazardOverdue, 8, due_at=OPENED + timedelta(days=8)),
    hazard(spotted.HazardChecked, 9, rectified=True),
    hazard(spotted.HazardClosed, 9, result="rectified"),
]


def test_A7_golden_orders_to_put_hazards_right() -> None:
    counts = count_hazards([hazards(HAZARD_LIFE), hazards(HAZARD_LIFE[:2]), hazards(HAZARD_LIFE[:1])])
    assert (counts.found, counts.closed) == (3, 1)
    assert (counts.ordered, counts.carried_out, counts.late) == (2, 1, 1)


def test_A6_golden_hazards_that_are_not_put_right_in_time() -> None:
    now = OPENED + timedelta(days=8, hours=1)
    assert [one.id for one in overdue_hazards([hazards(HAZARD_LIFE[:2])], now)] == [HAZARD]
    assert overdue_hazards([hazards(HAZARD_LIFE[:2])], OPENED + timedelta(days=7)) == []
    assert overdue_hazards([hazards(HAZARD_LIFE)], now) == []
    again = read_hazard(hazards(HAZARD_LIFE).document())
    assert again.document() == hazards(HAZARD_LIFE).document()
