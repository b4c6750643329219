"""An officer needs help (D10), each as: given what has happened, when this comes, then that happens."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, CommandRejected, IncidentOpened, NotificationRequested
from fengqiao.contracts.model import Actor
from fengqiao.contracts.ordered import UnitEmergency
from services.dispatch import requests
from services.dispatch.area_folder import load_forces
from services.dispatch.domain.handling import Emergency
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.views import unit_state
from tests.unit.dispatch.area import FORCES, START, Area, assignment, incident
from tests.unit.dispatch.ordering import only

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
P1 = Actor(client="terminal", role="crew", unit="P1")


@pytest.fixture
def area() -> Area:
    return Area()


def test_D10_the_nearest_two_police_units_go_to_an_officer_in_need_at_once(area: Area) -> None:
    on = area.on_duty("P1", "P2", "YY", "R1", "V1").with_travel(P2=50, YY=20, R1=80, V1=1)
    then = on.ask(orders.CallEmergency, by=P1, unit="P1")
    assert then.told() == [
        "incident.opened",
        "unit.emergency P1",
        "assignment.assigned YY",
        "assignment.assigned P2",
    ]
    opened, told = only(then, IncidentOpened), only(then, UnitEmergency)
    assert (opened.priority, opened.category.code, opened.source, opened.number) == (
        1,
        "9801",
        "crew_emergency",
        "1001",
    )
    assert (opened.location.lon, opened.location) == (113.001, told.location)
    assert (told.incident_id, told.by) == (opened.incident_id, P1)
    assert {one.role for one in then.events if isinstance(one, AssignmentAssigned)} == {"back_up"}
    # Pressed again while it lasts, it changes nothing.
    assert then.ask(orders.CallEmergency, by=P1, unit="P1").events == ()


def test_D10_those_on_their_way_to_something_lesser_are_called_off_nearest_first(area: Area) -> None:
    given = area.on_duty("P1", "P2", "R1").with_travel(P1=10, P2=40, R1=60)
    given = given.reported("theft", priority=1).reported("noise", "080501", 4)
    then = given.ask(orders.CallEmergency, unit="P2")
    assert then.told() == [
        "incident.opened",
        "unit.emergency P2",
        "assignment.assigned R1",
        "assignment.diverted P1",
        "assignment.assigned P1",
        "plan.shortfall",
        "incident.queued",
    ]
    help_sent = [one.unit for one in then.events if isinstance(one, AssignmentAssigned)]
    assert sorted(help_sent) == ["P1", "R1"]
    # The lesser call is not forgotten: it waits where it is seen.
    assert then.board.incidents[incident("theft")].status == "queued"


def test_D10_whoever_stands_at_a_scene_is_not_called_off_and_the_emergency_waits_before_everybody(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").step(commands.OnScene, assignment("theft"))
    given = given.reported("fight", priority=1).after(seconds=10)
    then = given.ask(orders.CallEmergency, unit="P2")
    assert then.told() == ["incident.opened", "unit.emergency P2", "plan.shortfall", "incident.queued"]
    freed = then.step(commands.Clear, assignment("theft"), disposition="x")
    sent = only(freed, AssignmentAssigned)
    assert (sent.unit, sent.priority, sent.source) == ("P1", 1, "crew_emergency")


def test_D10_a_unit_in_need_is_shown_and_not_sent_until_a_dispatcher_stands_it_down(area: Area) -> None:
    given = area.on_duty("P1").ask(orders.CallEmergency, unit="P1")
    after_restart = Area(board=from_json(to_json(given.board)), now=given.now, commands_given=given.commands_given)
    state = unit_state("testarea", FORCES.units["P1"], after_restart.board.units["P1"])
    assert (state.status, state.emergency) == ("not_available", only(given, UnitEmergency).incident_id)
    waits = after_restart.reported("theft")
    assert "assignment.assigned P1" not in waits.told()
    refused = only(waits.ask(commands.Assign, incident_id=incident("theft"), units=("P1",)), CommandRejected)
    assert "P1 is in need" in refused.detail
    then = waits.ask(orders.EndEmergency, unit="P1")
    assert then.told()[0] == "unit.emergency-ended P1"
    assert "assignment.assigned P1" in then.told()
    assert then.ask(orders.EndEmergency, unit="P1").events == ()


def test_D10_whoever_presses_the_button_is_heard_on_duty_or_not(area: Area) -> None:
    then = area.on_duty("P2").ask(orders.CallEmergency, unit="P1")
    assert then.told()[:3] == ["incident.opened", "unit.emergency P1", "assignment.assigned P2"]
    assert not then.board.units["P1"].on
    assert then.on_duty("P1").board.units["P1"].emergency is not None
    assert only(area.ask(orders.CallEmergency, unit="X9"), CommandRejected).status == 404


def test_D10_whoever_the_area_lists_is_told_that_an_officer_needs_help(area: Area) -> None:
    handling = replace(FORCES.handling, emergency=Emergency(notify=("command_room", "superior")))
    given = replace(area, forces=replace(FORCES, handling=handling)).on_duty("P1", "P2")
    then = given.ask(orders.CallEmergency, unit="P1")
    asked = [one for one in then.events if isinstance(one, NotificationRequested)]
    assert [(one.to, one.what, one.due_at) for one in asked] == [
        ("command_room", "officer_needs_help", START),
        ("superior", "officer_needs_help", START),
    ]
    assert {one.incident_id for one in asked} == {only(then, UnitEmergency).incident_id}
    assert load_forces(AREAS / "shilipu", "shilipu").handling.emergency.notify == (
        "command_room",
        "station_duty",
        "superior",
    )


def test_D10_D12_it_counts_from_when_it_was_heard_whatever_the_terminals_clock_says(area: Area) -> None:
    ahead = START.replace(year=START.year + 70)
    then = area.on_duty("P2").ask(orders.CallEmergency, by=P1, unit="P1", at=ahead)
    opened = only(then, IncidentOpened)
    assert (opened.reported_at, opened.received_at, opened.device_at, opened.device_apart) == (
        START,
        START,
        ahead,
        True,
    )


def test_D10_D12_nobody_says_a_time_at_the_end_of_the_calendar() -> None:
    for at in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2201-01-01T00:00:00Z"):
        with pytest.raises(ValidationError, match="between the years 1900 and 2200"):
            requests.Emergency.model_validate({"at": at})
        with pytest.raises(ValidationError, match="between the years 1900 and 2200"):
            orders.CallEmergency.read(orjson.dumps({"at": at}))
