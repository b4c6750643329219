"""Feedback forms (D13) and small cases (D11), each as: given what has happened, when this comes, then that happens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import CommandRejected, IncidentClosed, IncidentEscalated, TimerWarned
from fengqiao.contracts.model import Actor
from fengqiao.contracts.ordered import (
    IncidentFeedbackDue,
    IncidentFeedbackGiven,
    SmallCaseOpened,
    SmallCaseOverdue,
    SmallCaseSolved,
)
from fengqiao.contracts.plans import Targets
from services.dispatch.domain.messages import Tick
from services.dispatch.domain.plans import TargetRule, When
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.views import incident_state
from tests.unit.dispatch.area import START, Area, assignment, incident
from tests.unit.dispatch.ordering import area_with_rules, category, form, on_board, only

THEFT: dict[str, Any] = {"incident_id": incident("theft")}
PHONE: dict[str, Any] = {"incident_id": incident("phone")}
P1, P2 = (Actor(client="terminal", role="crew", unit=unit) for unit in ("P1", "P2"))


@pytest.fixture
def area() -> Area:
    return area_with_rules()


def there(area: Area, name: str, code: str) -> Area:
    return area.on_duty("P1").reported(name, code).step(commands.OnScene, assignment(name))


def cleared(area: Area, name: str, disposition: str, **more: object) -> Area:
    return area.step(commands.Clear, assignment(name), disposition=disposition, **more)


def test_D13_an_incident_whose_form_is_due_is_not_closed_without_it_and_its_units_are_free(area: Area) -> None:
    then = cleared(there(area, "theft", "020405"), "theft", "受理案件")
    assert then.told() == ["assignment.cleared P1", "incident.feedback-due"]
    assert only(then, IncidentFeedbackDue).require == ("losses.lost_yuan", "described")
    assert on_board(then, "theft").status == "awaiting_feedback"
    assert then.board.units["P1"].assignments == ()
    assert then.ask(commands.CancelIncident, **THEFT).told() == ["command.rejected"]
    process = then.ask(orders.GiveFeedback, **THEFT, form=form("process", None))
    assert process.told() == ["incident.feedback-given"]
    final = form(lost=1200.0, described=True, people={"victim": 1})
    closed = process.ask(orders.GiveFeedback, by=P1, **THEFT, form=final)
    assert closed.told() == ["incident.feedback-given", "incident.closed"]
    assert only(closed, IncidentFeedbackGiven).form == final
    assert only(closed, IncidentFeedbackGiven).by == P1
    assert only(closed, IncidentClosed).disposition == "受理案件"
    state = incident_state("testarea", on_board(closed, "theft"))
    assert [(one.kind, one.result) for one in state.feedback] == [("process", None), ("final", "受理案件")]


def test_D13_an_incomplete_form_is_refused_with_what_is_missing_and_some_results_are_exempt(area: Area) -> None:
    due = cleared(there(area, "theft", "020405"), "theft", "受理案件")
    refused = only(due.ask(orders.GiveFeedback, **THEFT, form=form(described=True)), CommandRejected)
    assert refused.status == 409
    assert "losses.lost_yuan" in refused.detail
    assert "described" not in refused.detail
    assert "result" in only(due.ask(orders.GiveFeedback, **THEFT, form=form(result=None)), CommandRejected).detail
    assert "incident.closed" in due.ask(orders.GiveFeedback, **THEFT, form=form(result="未发现")).told()
    # Cleared with such a result, no form is due.
    assert cleared(there(area, "theft", "020405"), "theft", "未发现").told()[-1] == "incident.closed"


def test_D13_a_form_given_with_or_before_the_clear_closes_it_at_once(area: Area) -> None:
    at_scene = there(area, "theft", "020405")
    final = form(lost=0, described=True)
    assert cleared(at_scene, "theft", "受理案件", feedback=final).told() == [
        "assignment.cleared P1",
        "incident.feedback-given",
        "incident.closed",
    ]
    before = at_scene.ask(orders.GiveFeedback, **THEFT, form=final)
    assert cleared(before, "theft", "受理案件").told() == ["assignment.cleared P1", "incident.closed"]
    assert cleared(at_scene, "theft", "受理案件", feedback=form()).told() == ["command.rejected"]


def test_D13_categories_without_a_rule_close_on_clear_and_take_a_form_later(area: Area) -> None:
    closed = cleared(there(area, "quarrel", "08"), "quarrel", "当场调解")
    assert closed.told() == ["assignment.cleared P1", "incident.closed"]
    late = closed.ask(orders.GiveFeedback, incident_id=incident("quarrel"), form=form())
    assert late.told() == ["incident.feedback-given"]


def test_D13_I6_a_crew_fills_in_its_own_incidents_form_and_confirms_the_category(area: Area) -> None:
    given = there(area, "theft", "020405")
    confirmed = given.ask(orders.GiveFeedback, by=P1, **THEFT, form=form("arrival"), confirmed=category("0610"))
    assert confirmed.told() == ["incident.feedback-given", "incident.categorised"]
    assert on_board(confirmed, "theft").order.confirmed == category("0610")
    refused = only(given.ask(orders.GiveFeedback, by=P2, **THEFT, form=form("arrival")), CommandRejected)
    assert refused.status == 403


def test_D13_reopened_while_the_form_is_due_it_is_due_again(area: Area) -> None:
    due = cleared(there(area, "theft", "020405"), "theft", "受理案件")
    again = due.ask(orders.Reopen, **THEFT)
    assert again.told() == ["incident.reopened", "assignment.assigned P1"]
    second = again.step(commands.OnScene, assignment("theft", 2))
    assert second.step(commands.Clear, assignment("theft", 2), disposition="受理案件").told()[-1] == (
        "incident.feedback-due"
    )


def test_D11_S10_a_lost_phone_has_an_owner_and_is_watched_until_it_is_solved_in_5_hours(area: Area) -> None:
    then = cleared(there(area, "phone", "0610"), "phone", "受理案件")
    assert then.told() == ["assignment.cleared P1", "incident.closed", "small-case.opened"]
    opened = only(then, SmallCaseOpened)
    assert (opened.owner, opened.due_at) == ("P1", START + timedelta(hours=24))
    owned = then.ask(orders.OwnSmallCase, **PHONE, owner="officer-17")
    assert owned.told() == ["small-case.owned"]
    assert owned.ask(orders.OwnSmallCase, **PHONE, owner="officer-17").events == ()
    assert owned.after(hours=4).when(Tick()).events == ()
    solved = owned.after(hours=5).ask(orders.SolveSmallCase, **PHONE, result="当场调解")
    said = only(solved, SmallCaseSolved)
    assert (said.owner, said.in_time, said.at - said.opened_at) == ("officer-17", True, timedelta(hours=5))
    assert solved.ask(orders.SolveSmallCase, **PHONE, result="当场调解").events == ()
    assert only(solved.ask(orders.OwnSmallCase, **PHONE, owner="x"), CommandRejected).status == 409
    assert solved.after(hours=23).when(Tick()).told() == ["private.end-forgotten"]
    assert solved.after(hours=24).when(Tick()).told() == ["private.end-forgotten", "private.retired"]


def test_D11_an_overdue_case_is_told_once_and_stays_on_the_board_through_a_restart(area: Area) -> None:
    given = cleared(there(area, "phone", "0610"), "phone", "受理案件")
    restarted = Area(board=from_json(to_json(given.board)), now=given.now, forces=given.forces)
    overdue = restarted.after(hours=24, seconds=1).when(Tick())
    assert overdue.told() == ["private.end-forgotten", "small-case.overdue"]
    assert only(overdue, SmallCaseOverdue).owner == "P1"
    assert overdue.when(Tick()).events == ()
    state = incident_state("testarea", on_board(overdue, "phone"))
    assert state.small_case is not None
    assert state.small_case.status == "overdue"
    week = overdue.after(days=7)
    assert week.when(Tick()).events == ()
    solved = week.ask(orders.SolveSmallCase, by=P1, **PHONE, result="当场调解")
    assert not only(solved, SmallCaseSolved).in_time
    assert solved.after(hours=25).when(Tick()).told() == ["private.retired"]


def test_D11_I6_a_call_that_turns_out_to_be_a_small_one_after_its_end_is_watched_too(area: Area) -> None:
    closed = cleared(there(area, "phone", "08"), "phone", "受理案件")
    assert closed.told() == ["assignment.cleared P1", "incident.closed"]
    reviewed = closed.after(hours=1).ask(orders.SetCategory, **PHONE, version="corrected", category=category("0610"))
    assert reviewed.told() == ["incident.categorised", "small-case.opened"]
    opened = only(reviewed, SmallCaseOpened)
    assert (opened.owner, opened.due_at) == ("P1", START + timedelta(hours=25))
    solved = cleared(there(area, "phone", "08"), "phone", "当场调解")
    assert solved.ask(orders.SetCategory, **PHONE, version="corrected", category=category("0610")).told() == [
        "incident.categorised"
    ]


def test_D11_what_was_solved_on_the_spot_is_no_small_case_and_a_crew_solves_its_own(area: Area) -> None:
    solved = cleared(there(area, "phone", "0610"), "phone", "当场调解")
    assert solved.told() == ["assignment.cleared P1", "incident.closed"]
    assert only(solved.ask(orders.SolveSmallCase, **PHONE, result="x"), CommandRejected).status == 404
    given = cleared(there(area, "phone", "0610"), "phone", "受理案件")
    assert only(given.ask(orders.SolveSmallCase, by=P2, **PHONE, result="x"), CommandRejected).status == 403


def test_D12_D13_a_form_that_is_not_given_in_time_is_rung_for_and_then_told_above(area: Area) -> None:
    rules = replace(area.forces.target_rules[0], targets=Targets(handled=600, feedback=1800))
    area = replace(area, forces=replace(area.forces, target_rules=(rules,)))
    due = cleared(there(area, "theft", "020405").after(minutes=20), "theft", "受理案件")
    # What was late before is told no more: the crew is done, only its form is missing.
    assert due.tick(minutes=29).events == ()
    rung = due.tick(minutes=30)
    assert only(rung, TimerWarned).timer == "feedback"
    told = rung.tick(minutes=5)
    assert only(told, IncidentEscalated).timer == "feedback"
    assert told.tick(hours=3).events == ()
    closed = told.ask(orders.GiveFeedback, **THEFT, form=form(lost=1, described=True))
    state = incident_state("testarea", on_board(closed, "theft"))
    assert [(one.state, one.due_at) for one in state.timers if one.what == "feedback"] == [
        ("late", due.now + timedelta(minutes=30))
    ]
    assert [(one.clock, one.met) for one in state.clocks if one.clock == "FKSJ"] == [("FKSJ", False)]
    in_time = due.ask(orders.GiveFeedback, **THEFT, form=form(lost=1, described=True))
    assert in_time.tick(hours=1).events == ()


def test_D10_D12_D13_the_form_of_a_reopened_incident_is_rung_for_again(area: Area) -> None:
    limits = replace(area.forces, target_rules=(TargetRule("all", When(), Targets(feedback=600)),))
    given = cleared(there(replace(area, forces=limits), "theft", "020405"), "theft", "受理案件")
    given = given.ask(orders.GiveFeedback, incident_id=incident("theft"), form=form(lost=1.0, described=True))
    again = given.ask(orders.Reopen, incident_id=incident("theft")).after(minutes=5)
    again = again.step(commands.OnScene, assignment("theft", 2))
    due = again.step(commands.Clear, assignment("theft", 2), disposition="受理案件")
    assert on_board(due, "theft").status == "awaiting_feedback"
    assert due.tick(seconds=599).events == ()
    assert [type(event) for event in due.tick(seconds=600).events] == [TimerWarned]
