"""Advice from analytics holds for its hours, and only where it names points of the plan (D6, A5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fengqiao.contracts.insights import StandbyAdvised
from services.dispatch.advice import AdviceHeard

EVENING = datetime(2024, 10, 30, 13, 0, tzinfo=UTC)


def advised(begins: datetime, weights: dict[str, float], said: datetime | None = None) -> StandbyAdvised:
    return StandbyAdvised(
        area="gaoqiao",
        at=said or begins - timedelta(minutes=15),
        band="night",
        begins=begins,
        ends=begins + timedelta(hours=9),
        weights=weights,
        history_days=364,
    )


def test_D6_A5_advice_holds_from_its_hours_begin_to_their_end() -> None:
    heard = AdviceHeard(["S1", "S2"])
    heard.heard(advised(EVENING, {"S1": 2.0, "elsewhere": 9.0}))
    assert heard.at(EVENING - timedelta(seconds=1)) is None
    found = heard.at(EVENING)
    assert found is not None
    assert (found.source, found.weights) == ("insights", {"S1": 2.0})
    assert heard.at(EVENING + timedelta(hours=9)) is None


def test_D6_A5_the_later_word_for_the_same_hours_counts_and_a_repeat_changes_nothing() -> None:
    heard = AdviceHeard(["S1", "S2"])
    first = advised(EVENING, {"S1": 2.0})
    heard.heard(first)
    before = heard.at(EVENING)
    heard.heard(first)
    assert heard.at(EVENING) == before
    heard.heard(advised(EVENING, {"S2": 1.0}, said=EVENING + timedelta(hours=1)))
    heard.heard(first)
    found = heard.at(EVENING)
    assert found is not None
    assert found.weights == {"S2": 1.0}
    assert found.version != getattr(before, "version", None)


def test_D6_A5_advice_for_no_point_of_the_plan_leaves_the_plan_alone() -> None:
    heard = AdviceHeard(["S1"])
    heard.heard(advised(EVENING, {"elsewhere": 9.0}))
    heard.heard(advised(EVENING, {"S1": 0.0}))
    assert heard.at(EVENING) is None
