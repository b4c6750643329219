"""What is learnt later (I5), each as: given what has happened, when this comes, then that happens."""

from typing import Any

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, IncidentCorrected
from fengqiao.contracts.incidents import IncidentUpdated
from services.dispatch.domain.messages import Heard
from tests.unit.dispatch.area import START, Area, assignment, incident
from tests.unit.dispatch.ordering import area_with_rules, category, on_board, only


def update(**changes: Any) -> Heard:
    changes = {"incident_id": incident("noise"), "area": "testarea", "received_at": START, **changes}
    return Heard(IncidentUpdated.model_validate(changes), 2)


def test_I5_D2_what_turns_out_to_be_a_brawl_gets_what_a_brawl_gets_and_crews_are_told() -> None:
    given = Area().on_duty("P1", "YY", "V1").with_travel(P1=10).reported("noise", "02", 3)
    assert [one.unit for one in on_board(given, "noise").active] == ["P1"]
    then = given.when(update(category=category("020301"), priority=1))
    assert then.told() == [
        "incident.corrected",
        "assignment.assigned YY",
        "assignment.assigned V1",
        "private.stream-read",
    ]
    corrected = only(then, IncidentCorrected)
    assert (corrected.crews, corrected.plan) == (("P1",), "brawl")
    # The patrol that is on its way already is the patrol that the brawl wants.
    assert [one.role for one in then.events if isinstance(one, AssignmentAssigned)] == ["primary", "first_response"]


def test_I5_what_turns_out_to_be_less_takes_nobody_off() -> None:
    given = Area().on_duty("P1", "YY", "V1").reported("noise", "020301", 1)
    then = given.when(update(category=category("02"), priority=4))
    assert then.told() == ["incident.corrected", "private.stream-read"]
    assert len(on_board(then, "noise").active) == 3


def test_I5_a_new_place_is_told_to_the_crews_and_while_only_the_form_is_due_nobody_is_sent() -> None:
    area = area_with_rules().on_duty("P1").reported("noise", "020405", 3)
    place = {"lon": 113.02, "lat": 28.02, "grid_cell": "G2"}
    moved = only(area.when(update(location=place)), IncidentCorrected)
    assert (moved.crews, moved.changed, moved.location.grid_cell) == (("P1",), ("location",), "G2")
    due = area.step(commands.OnScene, assignment("noise"))
    due = due.step(commands.Clear, assignment("noise"), disposition="受理案件")
    later = due.on_duty("YY", "V1").when(update(category=category("020301"), priority=1))
    assert later.told() == ["incident.corrected", "private.stream-read"]


def test_I5_I6_a_confirmed_category_that_wants_more_sends_more() -> None:
    given = Area().on_duty("P1", "YY", "V1").with_travel(P1=10).reported("noise", "02", 3)
    then = given.ask(
        orders.SetCategory, incident_id=incident("noise"), version="confirmed", category=category("020301")
    )
    assert then.told() == [
        "incident.categorised",
        "incident.corrected",
        "assignment.assigned YY",
        "assignment.assigned V1",
    ]
