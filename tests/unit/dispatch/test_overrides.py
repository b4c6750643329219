"""What dispatchers order (D10, I6), each as: given what has happened, when this is ordered, then that happens."""

from datetime import timedelta
from typing import Any

import pytest

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, AssignmentCancelled, CommandRejected
from fengqiao.contracts.ordered import IncidentHeld, IncidentNoted, IncidentReleased, IncidentReopened
from services.dispatch.domain import incident_status
from services.dispatch.domain.messages import Tick
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.area import DESK, START, Area, assignment, incident
from tests.unit.dispatch.ordering import PAPER, category, on_board, only

THEFT: dict[str, Any] = {"incident_id": incident("theft")}


@pytest.fixture
def area() -> Area:
    return Area()


def test_D10_reassign_takes_the_old_units_off_and_sends_the_new_in_one_step(area: Area) -> None:
    given = area.on_duty("P1", "P2", "YY").with_travel(P1=10).reported("theft")
    then = given.ask(orders.Reassign, **THEFT, units=("P2",), reason=PAPER)
    assert then.told() == ["assignment.cancelled P1", "assignment.assigned P2"]
    off, on = only(then, AssignmentCancelled), only(then, AssignmentAssigned)
    assert (off.wanted_again, off.reason, off.by) == (False, PAPER, DESK)
    assert (on.role, on.reason.rule, on.by) == ("primary", "chosen", DESK)
    assert [one.unit for one in on_board(then, "theft").active] == ["P2"]


def test_D10_reassign_leaves_those_alone_who_stay_and_does_all_or_nothing(area: Area) -> None:
    given = area.on_duty("P1", "P2", "YY").with_travel(P1=10).reported("theft").reported("noise")
    assert given.ask(orders.Reassign, **THEFT, units=("P1", "YY")).told() == ["assignment.assigned YY"]
    for units, status in ((("P1", "P2"), 409), (("YY", "X9"), 404)):
        refused = only(given.ask(orders.Reassign, **THEFT, units=units), CommandRejected)
        assert refused.status == status
        assert refused.verb == "reassign"


def test_D10_a_held_incident_waits_until_its_time_and_is_then_served(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    held = given.ask(orders.Hold, **THEFT, until=START + timedelta(minutes=10), reason=PAPER)
    assert held.told() == ["assignment.cancelled P1", "incident.held"]
    assert only(held, IncidentHeld).reason == PAPER
    assert on_board(held, "theft").status == "held"
    assert incident("theft") not in held.board.queue
    # A unit that comes free does not go there.
    assert held.on_duty("P2").told() == ["unit.on-duty P2"]
    assert held.after(minutes=9).when(Tick()).events == ()
    # It survives a restart.
    after_restart = Area(board=from_json(to_json(held.board)), now=held.now)
    then = after_restart.after(minutes=10).when(Tick())
    assert then.told() == ["incident.released", "assignment.assigned P1"]
    assert only(then, IncidentReleased).why == "due"
    assert on_board(then, "theft").status == "resources_assigned"
    assert not len(then.board.held)


def test_D10_a_held_incident_is_released_by_order_or_by_being_assigned(area: Area) -> None:
    held = area.on_duty("P1").reported("theft").ask(orders.Hold, **THEFT, until=START + timedelta(hours=1))
    then = held.ask(orders.Release, **THEFT)
    assert then.told() == ["incident.released", "assignment.assigned P1"]
    assert then.ask(orders.Release, **THEFT).events == ()
    sent = held.ask(commands.Assign, **THEFT, units=("P1",))
    assert sent.told() == ["incident.released", "assignment.assigned P1"]
    assert held.ask(orders.Hold, **THEFT, until=START + timedelta(hours=1)).events == ()
    longer = held.ask(orders.Hold, **THEFT, until=START + timedelta(hours=2))
    assert longer.told() == ["incident.held"]
    assert dict(longer.board.held.items()) == {incident("theft"): START + timedelta(hours=2)}


def test_D10_nothing_is_held_while_somebody_stands_there(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").step(commands.OnScene, assignment("theft"))
    refused = only(given.ask(orders.Hold, **THEFT, until=START + timedelta(hours=1)), CommandRejected)
    assert refused.status == 409
    assert "P1 is on the scene" in refused.detail


def test_D10_I5_a_graver_priority_ends_the_hold(area: Area) -> None:
    from fengqiao.contracts.incidents import IncidentUpdated
    from services.dispatch.domain.messages import Heard

    held = area.on_duty("P1").reported("theft").ask(orders.Hold, **THEFT, until=START + timedelta(hours=1))
    update = IncidentUpdated(**THEFT, area="testarea", received_at=START, priority=1)
    then = held.when(Heard(update, 2))
    assert then.told()[:3] == ["incident.corrected", "incident.released", "assignment.assigned P1"]


def test_D10_a_closed_incident_is_reopened_with_its_history_and_the_same_unit_may_go(area: Area) -> None:
    closed = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    then = closed.ask(orders.Reopen, **THEFT, reason=PAPER)
    assert then.told() == ["incident.reopened", "assignment.assigned P1"]
    assert only(then, IncidentReopened).reason == PAPER
    reopened = on_board(then, "theft")
    assert [one.status for one in reopened.assignments] == ["cleared", "assigned"]
    assert reopened.assignments[0] == on_board(closed, "theft").assignments[0]
    assert reopened.ended_at is None
    # The first end is forgotten, the second one counts.
    day_after = then.after(hours=25).when(Tick()).told()
    assert day_after[0] == "private.end-forgotten"
    assert "private.retired" not in day_after
    again = then.after(hours=1).cleared(assignment("theft", 2))
    assert again.told() == ["assignment.cleared P1", "incident.closed"]
    assert again.after(hours=23, minutes=30).when(Tick()).told() == ["private.end-forgotten"]
    assert again.after(hours=24).when(Tick()).told() == ["private.end-forgotten", "private.retired"]


def test_D10_a_cancelled_incident_is_reopened_and_an_open_one_is_not(area: Area) -> None:
    cancelled = area.on_duty("P1").reported("theft").ask(commands.CancelIncident, **THEFT, reason=PAPER)
    assert cancelled.events[0].reason == PAPER  # type: ignore[attr-defined]
    assert cancelled.ask(orders.Reopen, **THEFT).told() == ["incident.reopened", "assignment.assigned P1"]
    refused = only(area.reported("theft").ask(orders.Reopen, **THEFT), CommandRejected)
    assert refused.status == 409
    assert "hold" in refused.allowed
    assert "reopen" not in refused.allowed


def test_D10_a_note_is_kept_by_reference_at_any_time(area: Area) -> None:
    closed = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    noted = only(closed.ask(orders.TakeNote, **THEFT, reason=PAPER), IncidentNoted)
    assert (noted.paper, noted.by, noted.number) == (PAPER, DESK, "1001")


def test_I6_four_versions_of_a_category_are_kept_and_the_last_word_counts(area: Area) -> None:
    from fengqiao.contracts.incidents import IncidentUpdated
    from services.dispatch.domain.messages import Heard

    given = area.on_duty("P1").reported("theft", "02")
    update = IncidentUpdated(**THEFT, area="testarea", received_at=START, category=category("0204"))
    desk = given.when(Heard(update, 2))
    crew = desk.ask(orders.SetCategory, **THEFT, version="confirmed", category=category("020405"))
    assert crew.told() == ["incident.categorised"]
    review = crew.ask(orders.SetCategory, **THEFT, version="corrected", category=category("0610"), reason=PAPER)
    order = on_board(review, "theft").order
    codes = [one.code for one in (order.initial, order.original, order.confirmed, order.corrected) if one is not None]
    assert codes == ["02", "0204", "020405", "0610"]
    assert on_board(review, "theft").category.code == "0610"
    # What the crew says after the review is kept and does not count.
    late = review.ask(orders.SetCategory, **THEFT, version="confirmed", category=category("03"))
    assert on_board(late, "theft").category.code == "0610"
    assert late.ask(orders.SetCategory, **THEFT, version="confirmed", category=category("03")).events == ()


def test_D10_every_order_is_refused_where_the_table_says_so_and_told_what_is_allowed(area: Area) -> None:
    given = area.on_duty("P1", "P2").reported("theft").reported("other")
    states = {
        "working": given,
        "held": given.ask(orders.Hold, **THEFT, until=START + timedelta(hours=1)),
        "closed": given.cleared(assignment("theft")),
        "cancelled": given.ask(commands.CancelIncident, **THEFT),
        "merged": given.ask(orders.Merge, **THEFT, into=incident("other")),
    }
    ask: dict[str, tuple[type[commands.Command], dict[str, Any]]] = {
        "assign": (commands.Assign, {"units": ("YY",)}),
        "reassign": (orders.Reassign, {"units": ("P1",)}),
        "hold": (orders.Hold, {"until": START + timedelta(hours=2)}),
        "reopen": (orders.Reopen, {}),
        "merge": (orders.Merge, {"into": incident("other")}),
        "unmerge": (orders.Unmerge, {}),
        "urge": (orders.Urge, {}),
        "note": (orders.TakeNote, {"reason": PAPER}),
    }
    for status, board in states.items():
        board = board.on_duty("YY")
        for order, (kind, more) in ask.items():
            if (status, order) == ("merged", "merge"):
                continue  # it is merged into that one: the wish is true
            then = board.ask(kind, **THEFT, **more)
            refused = [event for event in then.events if isinstance(event, CommandRejected)]
            may = incident_status.after(status if status != "working" else "active", order) is not None
            assert (refused == []) == may, (status, order, then.told())
            if refused:
                assert set(refused[0].allowed) == set(incident_status.allowed(on_board(board, "theft").status))


def test_D10_the_table_of_incidents_leads_out_of_every_state_and_ends_are_left_only_by_order() -> None:
    states = {state for state, _ in incident_status.TRANSITIONS} - {"-"}
    assert states == {"working", "held", "awaiting_feedback", *incident_status.ENDED}
    for (state, order), after in incident_status.TRANSITIONS.items():
        if state in incident_status.ENDED and after != state:
            assert order in ("reopen", "unmerge")
    assert {after for after in incident_status.TRANSITIONS.values()} == states


def test_D10_sending_one_to_a_held_incident_sends_the_others_that_it_wants_as_well(area: Area) -> None:
    given = area.on_duty("YY", "P1").reported("theft", category="020301")
    held = given.ask(orders.Hold, **THEFT, until=START + timedelta(hours=1))
    then = held.ask(commands.Assign, **THEFT, units=("YY",))
    assert then.told() == ["incident.released", "assignment.assigned YY", "assignment.assigned P1"]


def test_D5_D10_who_is_freed_serves_also_the_call_that_waits_for_more_than_one_kind(area: Area) -> None:
    """The first kind it waits for goes to a graver call; the other is free all the same."""
    given = area.on_duty("P1", "YY").reported("theft", "020301", 1).reported("lesser", "020301", 2)
    freed = given.reported("graver", "020301", 1).ask(commands.CancelIncident, **THEFT)
    assert freed.told()[-2:] == ["assignment.assigned P1", "assignment.assigned YY"]
    assert [one.unit for one in on_board(freed, "graver").active] == ["YY", "P1"]
    assert [one.unit for one in on_board(freed, "lesser").active] == ["YY"]
