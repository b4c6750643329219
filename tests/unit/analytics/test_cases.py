"""Mediation's cases as their log tells them: outcomes, and what is overdue (A6, A7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fengqiao.contracts import mediation as told
from services.analytics.domain.cases import Case, CaseRecord, count_cases, fold_cases, overdue, read_case

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


def log(events: list[told.CaseEvent], start: int = 0) -> list[CaseRecord]:
    return [CaseRecord(CASE, "gaoqiao", 3, start + n, start + n + 1, one.at, one) for n, one in enumerate(events)]


def folded(events: list[told.CaseEvent]) -> Case:
    changed, _, _ = fold_cases(log(events), {})
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


@given(st.lists(st.integers(1, 4), max_size=12), st.lists(st.integers(0, 9), max_size=6))
def test_A7_a_case_is_equal_bit_for_bit_whatever_the_batches_and_repeats(sizes: list[int], repeats: list[int]) -> None:
    numbered = [(n + 1, one) for n, one in enumerate(LIFE)]
    numbered += [numbered[n] for n in repeats]
    records = [CaseRecord(CASE, "gaoqiao", 3, n, number, one.at, one) for n, (number, one) in enumerate(numbered)]
    whole, found, _ = fold_cases(records, {})
    assert found == len(repeats)
    shelf: dict[str, dict[str, Any]] = {}
    position = 0
    for size in [*sizes, len(records)]:
        batch = records[max(0, position - 1) : position + size]  # each begins with one that was folded before
        changed, _, _ = fold_cases(batch, {id: read_case(one) for id, one in shelf.items()})
        shelf |= {id: one.document() for id, one in changed.items()}
        position += size
    assert shelf == {id: one.document() for id, one in whole.items()}


def test_A7_a_type_that_is_not_known_takes_its_number_only() -> None:
    records = log(LIFE[:2])
    unknown = CaseRecord(CASE, "gaoqiao", 3, 2, 3, OPENED, None)
    changed, repeats, gaps = fold_cases([*records, unknown], {})
    assert (changed[CASE].stage, changed[CASE].stream.last, repeats, gaps) == ("assessed", 3, 0, 0)
