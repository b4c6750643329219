"""Hazards go through their stages by one table (M14)."""

from datetime import timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.mediation.domain.errors import NotAllowed
from services.mediation.domain.hazards import (
    TRANSITIONS,
    Checked,
    Ended,
    Found,
    Hazard,
    HazardForgotten,
    HazardHappened,
    Ordered,
    Overdue,
    decide_hazard,
    evolve_hazard,
    hazard_allowed,
)
from tests.unit.mediation.cases import MEDIATOR, NIGHT, PAPER

FOUND = Found(
    at=NIGHT, by=MEDIATOR, hazard_id="gaoqiao-" + "a" * 26 + ".hazard", area="gaoqiao", kind="wiring", found_at=NIGHT
)
ORDER = Ordered(at=NIGHT, by=MEDIATOR, order=PAPER, due_at=NIGHT + timedelta(days=3))
RIGHT = Checked(at=NIGHT, by=MEDIATOR, rectified=True)
WRONG = Checked(at=NIGHT, by=MEDIATOR, rectified=False)
DONE = Ended(at=NIGHT, by=MEDIATOR, result="rectified", forget_at=NIGHT + timedelta(days=1095))
OVERDUE = Overdue(at=NIGHT + timedelta(days=3), due_at=NIGHT + timedelta(days=3))
FORGOTTEN = HazardForgotten(at=NIGHT + timedelta(days=1095))


def after(*events: HazardHappened) -> Hazard:
    hazard = evolve_hazard(None, FOUND)
    for event in events:
        hazard = evolve_hazard(hazard, event)
    return hazard


def test_M14_found_ordered_checked_closed() -> None:
    stages = [after(*(ORDER, RIGHT, DONE)[:n]).stage for n in range(4)]
    assert stages == ["found", "ordered", "checked", "closed"]
    assert hazard_allowed(after(ORDER, RIGHT, DONE)) == ()


def test_M14_nothing_is_closed_as_put_right_before_somebody_has_looked() -> None:
    for hazard in (after(), after(ORDER), after(ORDER, WRONG), after(ORDER, RIGHT, ORDER)):
        with pytest.raises(NotAllowed, match="has not been checked"):
            decide_hazard(hazard, DONE)
    assert decide_hazard(after(), Ended(at=NIGHT, result="unfounded"))


def test_M14_an_order_has_a_date_to_come_and_is_overdue_once() -> None:
    with pytest.raises(NotAllowed, match="has passed"):
        decide_hazard(after(), ORDER.model_copy(update={"due_at": NIGHT - timedelta(days=1)}))
    ordered = after(ORDER)
    assert ordered.next_due == ORDER.due_at
    assert after(ORDER, OVERDUE).next_due is None
    assert after(ORDER, OVERDUE, ORDER).next_due == ORDER.due_at, "a new order begins anew"
    assert after(ORDER, RIGHT).next_due is None


def test_M14_its_papers_are_forgotten_when_their_time_is_over() -> None:
    closed = after(ORDER, RIGHT, DONE)
    assert closed.next_due == DONE.forget_at
    assert after(ORDER, RIGHT, DONE, FORGOTTEN).next_due is None


@for_all(st.lists(st.sampled_from([ORDER, RIGHT, WRONG, DONE, OVERDUE, FORGOTTEN]), max_size=12))
def test_M14_only_what_the_table_has_can_happen(events: list[HazardHappened]) -> None:
    hazard = after()
    for event in events:
        expected = TRANSITIONS.get((hazard.stage, event.TYPE))
        if expected is None:
            with pytest.raises(ValueError, match="cannot follow"):
                evolve_hazard(hazard, event)
        else:
            hazard = evolve_hazard(hazard, event)
            assert hazard.stage == expected
