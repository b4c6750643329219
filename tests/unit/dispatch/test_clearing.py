"""When steps count that came late, and what a clear may say: given what has happened, when this arrives, then that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fengqiao.contracts import commands, ids, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, AssignmentCleared, CommandRejected
from services.dispatch.domain.decide import happenings
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import Asked
from tests.unit.dispatch.area import DESK, START, Area, assignment, incident
from tests.unit.dispatch.ordering import only


@pytest.fixture
def area() -> Area:
    return Area()


def test_D4_D12_a_step_is_never_taken_before_the_one_before_it(area: Area) -> None:
    """The machine that took the request may be behind."""
    sent = area.on_duty("P1", "P2").reported("theft").after(seconds=10)
    behind = replace(sent, now=sent.now - timedelta(hours=1)).step(commands.Acknowledge, assignment("theft"))
    times = behind.board.incidents[incident("theft")].assignments[0].times
    assert times.acknowledged_at == times.assigned_at == START
    assert replace(behind, now=sent.now).tick(seconds=60).events == ()


def test_D4_D12_what_waited_for_dispatch_sends_others_when_it_is_decided(area: Area) -> None:
    given = area.on_duty("P1").reported("first").step(commands.OnScene, assignment("first")).reported("second")
    cleared, decided_at = START + timedelta(minutes=5), START + timedelta(hours=2)
    command = commands.Clear(
        command_id=ids.command_id("test", "late"),
        area="testarea",
        by=DESK,
        received_at=cleared,
        assignment_id=assignment("first"),
        disposition="当场调解",
    )
    then = happenings(given.board, Asked(command), Context(cleared, given.forces, given.travel, decided_at=decided_at))
    told = {type(event): event for event in then.events}
    done, sent = told[AssignmentCleared], told[AssignmentAssigned]
    assert isinstance(done, AssignmentCleared)
    assert isinstance(sent, AssignmentAssigned)
    assert (done.at, done.times.cleared_at) == (cleared, cleared)
    assert (sent.at, sent.times.assigned_at) == (decided_at, decided_at)


def test_D4_a_second_clear_that_says_something_else_is_refused(area: Area) -> None:
    done = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    assert done.step(commands.Clear, assignment("theft"), disposition="当场调解").events == ()
    quarrel = commands.DisputeFound(kind="0801")
    for other in ({"disposition": "移交"}, {"disposition": "当场调解", "dispute": quarrel}):
        refused = done.step(commands.Clear, assignment("theft"), **other)
        assert [type(event) for event in refused.events] == [CommandRejected]
        assert only(refused, CommandRejected).detail == "the assignment is cleared already: 当场调解"


def test_D4_M1_a_quarrel_that_flares_up_after_a_reopening_is_a_case_of_its_own(area: Area) -> None:
    quarrel = {"dispute": commands.DisputeFound(kind="0801", settled_on_scene=True)}
    first = area.on_duty("P1").reported("quarrel").cleared(assignment("quarrel"), **quarrel)
    again = first.ask(orders.Reopen, incident_id=incident("quarrel")).cleared(assignment("quarrel", 2), **quarrel)
    once_more = again.ask(orders.Reopen, incident_id=incident("quarrel")).cleared(assignment("quarrel", 3), **quarrel)
    cases = [one.case_id for one in once_more.board.incidents[incident("quarrel")].assignments]
    assert cases[0] == ids.case_id(incident("quarrel"))
    assert len(set(cases)) == 3
    assert all(one is not None and ids.is_case_id(one) and ids.area_of(one) == "testarea" for one in cases)
