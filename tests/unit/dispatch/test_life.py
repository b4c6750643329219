"""Timers, diversion, turns in the queue, corrections, clocks: given what has happened, when this arrives, then that."""

from datetime import timedelta
from math import inf
from typing import TypeVar

import pytest

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import (
    AssignmentAssigned,
    AssignmentDiverted,
    AssignmentTimedOut,
    CommandRejected,
    IncidentClosed,
    IncidentEscalated,
    NotificationRequested,
    TimerWarned,
)
from fengqiao.contracts.model import Event
from services.dispatch.domain.messages import Recommended, Tick
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.views import incident_state
from tests.unit.dispatch.area import START, Area, assignment, incident

E = TypeVar("E", bound=Event)


@pytest.fixture
def area() -> Area:
    return Area()


def all_of(area: Area, kind: type[E]) -> list[E]:
    return [event for event in area.events if isinstance(event, kind)]


def timers(area: Area, name: str) -> dict[str, str]:
    state = incident_state("testarea", area.board.incidents[incident(name)])
    return {timer.what: timer.state for timer in state.timers}


# --- timers (D4)


def test_D4_a_crew_that_does_not_answer_is_rung_then_told_of_then_replaced(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=10).reported("theft")
    assert given.tick(seconds=59).events == ()
    warned = given.tick(seconds=60)
    assert warned.told() == ["timer.warned P1"]
    assert all_of(warned, TimerWarned)[0].due_at == START + timedelta(seconds=60)
    assert timers(warned, "theft")["acknowledge"] == "warned"
    assert warned.when(Tick()).events == ()  # told once
    escalated = warned.tick(seconds=60)
    assert escalated.told() == ["incident.escalated P1"]
    assert all_of(escalated, IncidentEscalated)[0].to == "shift_leader"
    replaced = escalated.tick(seconds=60)
    assert replaced.told() == ["assignment.timed-out P1", "assignment.assigned P2"]
    assert all_of(replaced, AssignmentTimedOut)[0].timer == "acknowledge"
    assert replaced.board.units["P1"].silent
    assert replaced.board.units["P1"].assignments == ()


def test_D4_an_answer_in_time_stops_the_timer(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").after(seconds=50).step(commands.Acknowledge, assignment("theft"))
    assert given.tick(seconds=60).events == ()
    assert given.tick(seconds=120).told() == ["timer.warned P1"]  # it has not set off


def test_D4_after_an_absence_of_dispatch_a_crew_is_warned_before_it_is_replaced(area: Area) -> None:
    given = area.on_duty("P1", "P2").reported("theft").step(commands.Acknowledge, assignment("theft"))
    back = given.tick(hours=1)
    assert "assignment.timed-out P1" not in back.told()
    assert "timer.warned P1" in back.told()
    assert "incident.escalated P1" not in back.told()


def test_D4_whoever_is_late_on_its_way_is_replaced_only_by_one_that_is_nearer(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=100, P2=150).reported("theft")
    under_way = given.step(commands.EnRoute, assignment("theft"))
    late = under_way.tick(seconds=300).tick(seconds=300)
    assert "incident.escalated P1" in late.told()
    stays = late.with_travel(P1=20).tick(seconds=300)
    assert "assignment.timed-out P1" not in stays.told()
    assert stays.tick(seconds=300).told() == []
    goes = late.with_travel(P1=400).tick(seconds=300)
    assert goes.told()[:2] == ["assignment.timed-out P1", "assignment.assigned P2"]


def test_D4_a_crew_with_a_long_way_has_the_time_for_it(area: Area) -> None:
    given = area.on_duty("P1").with_travel(P1=600).reported("theft").step(commands.EnRoute, assignment("theft"))
    assert [event.timer for event in all_of(given.tick(seconds=899), TimerWarned)] == ["on_scene"]
    assert [event.timer for event in all_of(given.tick(seconds=900), TimerWarned)] == ["on_scene", "arrive"]


def test_D4_a_silent_unit_goes_only_where_nobody_else_can_until_it_is_heard_of(area: Area) -> None:
    silent = area.on_duty("P1").reported("theft").tick(seconds=60).tick(seconds=60).tick(seconds=60)
    assert silent.told() == ["assignment.timed-out P1", "plan.shortfall", "incident.queued"]
    other = silent.on_duty("P2").with_travel(P1=1).reported("noise", priority=4)
    assert other.told()[-1] == "assignment.assigned P1"  # P2 took the theft; nobody else is left
    assert all_of(other, AssignmentAssigned)[0].reason.silent
    assert silent.on_duty("P1").told() == ["unit.on-duty P1", "assignment.assigned P1"]


def test_D4_a_waiting_call_warns_and_escalates_too(area: Area) -> None:
    given = area.reported("theft").tick(seconds=60)
    assert [event.timer for event in all_of(given, TimerWarned)] == ["assigned"]
    assert [event.timer for event in all_of(given.tick(seconds=60), IncidentEscalated)] == ["assigned"]


def test_D4_timers_end_with_the_incident(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    assert given.tick(hours=2).events == ()
    assert timers(given, "theft") == {"assigned": "met", "on_scene": "met", "handled": "met"}
    cancelled = area.reported("noise").ask(commands.CancelIncident, incident_id=incident("noise"))
    assert set(timers(cancelled, "noise").values()) == {"stood_down"}
    assert not len(given.board.due)


def test_D4_D10_a_reopened_call_is_timed_from_then_on(area: Area) -> None:
    closed = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    given = closed.ask(commands.SetDuty, unit="P1", on=False).after(hours=3)
    reopened = given.ask(orders.Reopen, incident_id=incident("theft"))
    assert timers(reopened, "theft") == {"assigned": "running", "on_scene": "running", "handled": "running"}
    assert reopened.tick(seconds=59).events == ()
    # Nobody is free: that somebody was once sent does not keep it quiet.
    late = reopened.tick(seconds=60)
    assert [event.timer for event in all_of(late, TimerWarned)] == ["assigned"]
    assert [event.timer for event in all_of(late.tick(seconds=60), IncidentEscalated)] == ["assigned"]
    served = late.after(seconds=1).on_duty("P1").cleared(assignment("theft", 2))
    assert timers(served, "theft") == {"assigned": "late", "on_scene": "met", "handled": "met"}


def test_D4_D10_a_held_call_is_timed_from_its_release_on(area: Area) -> None:
    until = area.now + timedelta(hours=2)
    held = area.reported("noise").tick(seconds=60).ask(orders.Hold, incident_id=incident("noise"), until=until)
    assert held.tick(minutes=90).events == ()
    released = held.tick(hours=2)
    assert [event.timer for event in all_of(released, TimerWarned)] == []
    assert [event.timer for event in all_of(released.tick(seconds=60), TimerWarned)] == ["assigned"]


def test_D4_timers_are_the_same_after_a_restart(area: Area) -> None:
    given = area.on_duty("P1", "P2").reported("theft").tick(seconds=60)
    again = Area(board=from_json(to_json(given.board)), now=given.now)
    assert again.board == given.board
    assert again.tick(seconds=60).events == given.tick(seconds=60).events


def test_D4_a_tick_looks_only_at_what_is_due(area: Area) -> None:
    for number in range(300):
        area = area.reported(f"call {number}", place={"name": None})
    assert len(area.tick(seconds=59).events) == 0
    first = area.tick(seconds=60)
    assert len(first.events) == 200  # the others come with the next tick, a second later
    assert len(first.tick(seconds=1).events) == 100


# --- the plan's steps and notifications (D2, D3)


def test_D2_a_missing_child_starts_three_things_and_is_stood_down_when_found(area: Area) -> None:
    given = area.on_duty("YY", "P1").reported("child", "060401", 1)
    asked = all_of(given, NotificationRequested)
    assert [(one.to, one.what, one.step) for one in asked] == [
        ("superior", "report_up", None),
        ("merchants", "broadcast", "broadcast"),
    ]
    assert {one.due_at for one in asked} == {START + timedelta(seconds=300)}
    assert [one.notification_id for one in asked] == [f"{incident('child')}.n{number}" for number in (1, 2)]
    assert timers(given, "child") == {
        "assigned": "met",
        "on_scene": "running",
        "handled": "running",
        "role:sweep": "running",
        "step:broadcast": "running",
        "step:sweep": "running",
        "acknowledge": "running",
    }
    sweeping = given.step(commands.OnScene, assignment("child", 2))
    assert sweeping.told() == ["assignment.on-scene P1", "incident.step-done"]
    told = sweeping.ask(commands.StepDone, incident_id=incident("child"), step="broadcast")
    assert told.told() == ["incident.step-done"]
    assert told.ask(commands.StepDone, incident_id=incident("child"), step="broadcast").events == ()
    assert timers(told, "child")["step:broadcast"] == "met"
    late = given.tick(seconds=300)
    assert {"step:broadcast", "step:sweep", "role:sweep"} <= {one.timer for one in all_of(late, TimerWarned)}
    found = given.cleared(assignment("child"))
    found = found.step(commands.OnScene, assignment("child", 2))
    found = found.step(commands.Clear, assignment("child", 2), disposition="x")
    assert timers(found, "child")["step:broadcast"] == "stood_down"
    over = found.ask(commands.StepDone, incident_id=incident("child"), step="broadcast")
    assert all_of(over, CommandRejected)[0].status == 409


def test_D2_an_unknown_step_is_refused(area: Area) -> None:
    given = area.reported("theft").ask(commands.StepDone, incident_id=incident("theft"), step="broadcast")
    assert all_of(given, CommandRejected)[0].status == 404


# --- choosing (D1)


def test_D1_an_old_position_counts_as_further_away_and_is_said(area: Area) -> None:
    on = area.on_duty("P1", "P2").with_travel(P1=50, P2=100)
    (fresh,) = all_of(on.with_ages(P1=300).reported("theft"), AssignmentAssigned)
    assert (fresh.unit, fresh.reason.position_stale) == ("P1", None)
    (other,) = all_of(on.with_ages(P1=301).reported("theft"), AssignmentAssigned)
    assert (other.unit, other.reason.seconds_saved) == ("P2", -50)
    (only,) = all_of(area.on_duty("P1").with_ages(P1=3600).reported("theft"), AssignmentAssigned)
    assert (only.unit, only.reason.position_stale, only.reason.position_age_seconds) == ("P1", True, 3600)


def test_D1_the_recommendation_is_the_choice_and_decides_nothing(area: Area) -> None:
    given = area.on_duty("P1").reported("theft", priority=4).on_duty("P2", "YY").with_travel(P2=30, YY=200)
    then = given.ask(commands.Recommend, incident_id=incident("theft"))
    (answer,) = all_of(then, Recommended)
    (role,) = answer.roles
    assert (role.role, role.missing, [one.unit for one in role.units]) == ("primary", 0, ["P2", "YY"])
    assert then.board == given.board
    waiting = area.reported("fight", priority=1)
    (empty,) = all_of(waiting.ask(commands.Recommend, incident_id=incident("fight")), Recommended)
    assert (empty.roles[0].missing, empty.roles[0].units) == (1, ())
    ended = given.ask(commands.CancelIncident, incident_id=incident("theft"))
    refused = ended.ask(commands.Recommend, incident_id=incident("theft"))
    assert all_of(refused, CommandRejected)[0].status == 409


def test_D1_D5_calls_of_one_turn_get_the_free_units_with_the_least_seconds_in_all(area: Area) -> None:
    # One report frees two units at once; two thefts wait. The older one would take P1 and leave P2 with 900 s.
    given = area.on_duty("P1", "P2").reported("fight", "0203", 1)
    given = given.ask(commands.Assign, incident_id=incident("fight"), units=("P2",))
    given = given.reported("a", priority=3, place={"name": "A"}).after(seconds=5)
    given = given.reported("b", priority=3, place={"name": "B"})
    given = given.with_way("A", P1=50, P2=60).with_way("B", P1=40, P2=900)
    then = given.ask(commands.CancelIncident, incident_id=incident("fight"))
    sent = {one.incident_id: one.unit for one in all_of(then, AssignmentAssigned)}
    assert sent == {incident("a"): "P2", incident("b"): "P1"}
    assert {one.reason.weighed_together for one in all_of(then, AssignmentAssigned)} == {2}


def test_D1_a_grave_call_never_gives_its_nearest_unit_for_the_sum(area: Area) -> None:
    given = area.on_duty("P1", "P2").reported("fight", "0203", 1)
    given = given.ask(commands.Assign, incident_id=incident("fight"), units=("P2",))
    given = given.reported("a", priority=1, place={"name": "A"}).reported("b", priority=1, place={"name": "B"})
    given = given.with_way("A", P1=50, P2=60).with_way("B", P1=40, P2=900)
    then = given.ask(commands.CancelIncident, incident_id=incident("fight"))
    sent = {one.incident_id: one.unit for one in all_of(then, AssignmentAssigned)}
    nearest_first = min((incident("a"), incident("b")))  # both were received at the same moment
    assert sent[nearest_first] == "P1"


# --- the queue (D5)


def turns(area: Area) -> list[str]:
    """Who waits, the next to be served first."""
    return [incident_id for _, incident_id in area.board.in_turn]


def test_D5_age_counts_and_two_calls_never_change_places(area: Area) -> None:
    given = area.reported("noise", priority=4).after(minutes=89).reported("fight", priority=1)
    assert turns(given) == [incident("fight"), incident("noise")]
    later = given.after(minutes=2).reported("attack", priority=1)
    assert turns(later) == [incident("fight"), incident("noise"), incident("attack")]
    assert turns(later.tick(hours=9)) == [incident("fight"), incident("noise"), incident("attack")]


# --- diversion (D5)


def test_D5_a_unit_on_its_way_to_less_is_diverted_to_the_graver_call(area: Area) -> None:
    given = area.on_duty("P1").reported("noise", priority=4).step(commands.EnRoute, assignment("noise"))
    then = given.reported("fight", priority=1)
    assert then.told() == [
        "incident.opened",
        "assignment.diverted P1",
        "assignment.assigned P1",
        "plan.shortfall",
        "incident.queued",
    ]
    (diverted,) = all_of(then, AssignmentDiverted)
    assert (diverted.to_incident, diverted.to_number) == (incident("fight"), "1002")
    (sent,) = all_of(then, AssignmentAssigned)
    assert sent.reason.diverted_from == incident("noise")
    assert sorted(then.board.queue) == [incident("noise")]
    assert then.board.queue[incident("noise")] == (4, START)
    # Its unit comes back to it, for nobody has declined it.
    assert then.cleared(assignment("fight")).told()[-1] == "assignment.assigned P1"


@pytest.mark.parametrize(("saved", "diverted"), [(119.9, False), (120.0, True)])
def test_D5_diversion_has_to_save_two_minutes_over_the_best_free_unit(area: Area, saved: float, diverted: bool) -> None:
    given = area.on_duty("P1").reported("noise", priority=4).on_duty("P2").with_travel(P1=30, P2=30 + saved)
    then = given.reported("fight", priority=1)
    assert ("assignment.diverted P1" in then.told()) == diverted
    if diverted:
        assert then.told()[-1] == "assignment.assigned P2"  # the lesser call gets the other one at once


@pytest.mark.parametrize(("lesser", "graver"), [(1, 1), (2, 2), (4, 3), (3, 3)])
def test_D5_nobody_is_diverted_for_what_is_not_graver_or_not_grave(area: Area, lesser: int, graver: int) -> None:
    given = area.on_duty("P1").reported("one", priority=lesser)
    assert "assignment.diverted P1" not in given.reported("two", priority=graver).told()


def test_D5_nobody_is_diverted_from_the_scene_or_from_a_dispatchers_choice(area: Area) -> None:
    there = area.on_duty("P1").reported("noise", priority=4).step(commands.OnScene, assignment("noise"))
    assert there.reported("fight", priority=1).told()[-1] == "incident.queued"
    chosen = area.on_duty("P1").reported("other", priority=4).cleared(assignment("other"))
    chosen = chosen.ask(commands.SetDuty, unit="P1", on=False).reported("noise", "080501", 4).on_duty("P1")
    chosen = chosen.ask(commands.Assign, incident_id=incident("noise"), units=("P1",))
    assert chosen.reported("fight", priority=1).told()[-1] == "incident.queued"


def test_D5_a_call_loses_units_twice_at_most(area: Area) -> None:
    given = area.on_duty("P1").reported("noise", priority=4)
    for number in (1, 2):
        given = given.reported(f"fight {number}", priority=1)
        assert "assignment.diverted P1" in given.told()
        given = given.cleared(assignment(f"fight {number}"))
        assert given.told()[-1] == "assignment.assigned P1"
    assert given.reported("fight 3", priority=1).told()[-1] == "incident.queued"


def test_D5_a_call_that_becomes_graver_may_divert(area: Area) -> None:
    given = area.on_duty("P1").reported("noise", priority=4).reported("quarrel", priority=4)
    then = given.updated("quarrel", priority=1)
    assert then.told()[:3] == ["incident.corrected", "assignment.diverted P1", "assignment.assigned P1"]


# --- corrections (I5, S7)


def test_I5_D2_a_weapon_calls_for_the_plan_with_more_units(area: Area) -> None:
    given = area.on_duty("YY", "P1", "P2").reported("brawl", "020301", 2)
    then = given.updated("brawl", weapon=True)
    assert then.told() == ["incident.corrected", "private.stream-read"]  # post and patrol fill the two places
    assert then.board.incidents[incident("brawl")].plan == "armed"
    alone = area.on_duty("YY").reported("brawl", "020301", 2).updated("brawl", weapon=True)
    assert alone.told()[0] == "incident.corrected"
    assert {"plan.shortfall", "incident.queued"} <= set(alone.told())


def test_S7_the_nearest_unit_is_chosen_again_as_the_vehicle_moves(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=50, P2=200).reported("bike").with_way("bridge", P1=300, P2=40)
    then = given.step(commands.EnRoute, assignment("bike")).updated("bike", place={"name": "bridge"})
    assert then.told()[:3] == ["incident.corrected", "assignment.cancelled P1", "assignment.assigned P2"]
    assert not len(then.board.queue)
    back = then.with_way("market", P1=30, P2=600).updated("bike", 3, place={"name": "market"})
    assert back.told()[1:3] == ["assignment.cancelled P2", "assignment.assigned P1"]


@pytest.mark.parametrize(("old", "new"), [(100.0, 41.0), (1000.0, 751.0), (50.0, inf)])
def test_S7_nobody_is_turned_round_for_a_trifle(area: Area, old: float, new: float) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=10).reported("bike").with_way("bridge", P1=old, P2=new)
    assert given.updated("bike", place={"name": "bridge"}).told() == ["incident.corrected", "private.stream-read"]


def test_S7_whoever_is_there_stays(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=10).reported("bike").step(commands.OnScene, assignment("bike"))
    moved = given.with_way("bridge", P1=900, P2=1).updated("bike", place={"name": "bridge"})
    assert moved.told() == ["incident.corrected", "private.stream-read"]


# --- clocks (D12)


def test_D12_the_ten_clocks_strike_each_with_its_limit(area: Area) -> None:
    given = area.on_duty("P1").reported("theft", answered_at=START).after(seconds=5)
    given = given.step(commands.Received, assignment("theft")).after(seconds=60)
    assert given.told() == ["assignment.received P1"]
    given = given.step(commands.Acknowledge, assignment("theft")).after(seconds=20)
    given = given.step(commands.EnRoute, assignment("theft")).after(seconds=90)
    given = given.step(commands.OnScene, assignment("theft")).after(seconds=600)
    then = given.step(commands.Clear, assignment("theft"), disposition="x")
    state = incident_state("testarea", then.board.incidents[incident("theft")])
    struck = {one.clock: ((one.at or START) - START).total_seconds() for one in state.clocks}
    assert struck == {
        "BJSJ": 0, "JJSJ": 0, "JJWCSJ": 0, "PJSJ": 0, "XTZDDDSJ": 5, "PDQSSJ": 65, "CJSJ": 85, "DDXCSJ": 175,
        "XCCLWBSJ": 775,
    }  # fmt: skip
    assert {one.clock: one.met for one in state.clocks if one.met is not None} == {
        "PJSJ": True,
        "PDQSSJ": False,
        "CJSJ": True,
        "DDXCSJ": True,
        "XCCLWBSJ": True,
    }
    (closed,) = all_of(then, IncidentClosed)
    assert closed.clocks is not None
    assert closed.clocks.ddxcsj == START + timedelta(seconds=175)


def test_D12_a_terminal_says_once_that_it_has_it(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").step(commands.Received, assignment("theft"))
    assert given.step(commands.Received, assignment("theft")).events == ()
    assert given.board.incidents[incident("theft")].assignments[0].status == "assigned"
    acknowledged = given.step(commands.Acknowledge, assignment("theft"))
    assert acknowledged.step(commands.Received, assignment("theft")).events == ()
