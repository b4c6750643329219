"""The rules of dispatch, each as: given what has happened, when this arrives, then that happens."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from fengqiao.contracts import commands, incidents
from fengqiao.contracts import dispatch as said
from fengqiao.contracts.dispatch import AssignmentAssigned, AssignmentCleared, CommandRejected, IncidentOpened
from fengqiao.contracts.model import Actor, Event
from services.dispatch.domain.messages import AllHeard, Asked, Heard, NotHeard, Tick
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.area import DESK, START, Area, assignment, incident


def only(area: Area, kind: type[Event]) -> Event:
    found = [event for event in area.events if isinstance(event, kind)]
    assert len(found) == 1, area.told()
    return found[0]


@pytest.fixture
def area() -> Area:
    return Area()


def test_D1_the_nearest_free_unit_is_sent_with_runner_up_and_seconds_saved(area: Area) -> None:
    then = area.with_travel(P1=94, P2=52, YY=300).on_duty("P1", "P2").reported("theft")
    assert then.told() == ["incident.opened", "assignment.assigned P2"]
    reason = only(then, AssignmentAssigned)
    assert isinstance(reason, AssignmentAssigned)
    assert reason.reason.travel_seconds == 52
    assert reason.reason.runner_up is not None
    assert (reason.reason.runner_up.unit, reason.reason.seconds_saved) == ("P1", 42)
    assert reason.reason.ruled_out == {"off_duty": 1}
    assert reason.first
    assert reason.times.received_at == START


def test_D1_equal_travel_times_always_give_the_same_unit(area: Area) -> None:
    for order in (("P1", "P2"), ("P2", "P1")):
        assert area.on_duty(*order).reported("theft").told()[-1] == "assignment.assigned P1"


def test_D1_a_unit_without_a_road_goes_only_when_nobody_has_one(area: Area) -> None:
    on = area.on_duty("P1", "P2").with_travel(P1=float("inf"))
    assert on.reported("theft").told()[-1] == "assignment.assigned P2"
    assert on.with_travel(P2=float("inf")).reported("theft").told()[-1] == "assignment.assigned P1"


def test_D2_D3_a_brawl_gets_post_volunteers_and_patrol(area: Area) -> None:
    then = area.on_duty("YY", "P1", "P2", "V1", "V2").with_travel(V2=30, P2=50).reported("brawl", "020301", 1)
    assert then.told() == [
        "incident.opened",
        "assignment.assigned YY",
        "assignment.assigned V2",
        "assignment.assigned P2",
    ]
    assigned = [event for event in then.events if isinstance(event, AssignmentAssigned)]
    assert [event.role for event in assigned] == ["primary", "first_response", "support"]
    assert [event.police for event in assigned] == [True, False, True]
    assert [event.first for event in assigned] == [True, False, False]
    assert then.board.incidents[incident("brawl")].status == "resources_assigned"


def test_D2_missing_helpers_are_told_and_do_not_keep_it_waiting(area: Area) -> None:
    then = area.on_duty("YY", "P1").reported("brawl", "020301", 1)
    assert then.told() == [
        "incident.opened",
        "assignment.assigned YY",
        "plan.shortfall",
        "assignment.assigned P1",
    ]
    assert not len(then.board.queue)


def test_D2_the_room_that_covers_the_place_goes_before_a_nearer_one(area: Area) -> None:
    on = area.on_duty("R1", "R2").with_travel(R1=200, R2=20)
    sent = only(on.reported("debt", "080501", place={"grid_cell": "G1"}), AssignmentAssigned)
    assert isinstance(sent, AssignmentAssigned)
    assert (sent.unit, sent.reason.rule) == ("R1", "covering")


def test_D5_when_nobody_is_free_it_waits_and_the_freed_unit_takes_the_gravest(area: Area) -> None:
    given = area.on_duty("P1").reported("noise").after(seconds=1).reported("theft", priority=3)
    assert given.told() == ["incident.opened", "plan.shortfall", "incident.queued"]
    given = given.step(commands.OnScene, assignment("noise")).after(seconds=1).reported("fight", priority=1)
    then = given.cleared(assignment("noise"))
    assert then.told() == ["assignment.cleared P1", "incident.closed", "assignment.assigned P1"]
    assert then.events[-1].incident_id == incident("fight")  # type: ignore[attr-defined]
    assert sorted(then.board.queue) == [incident("theft")]


def test_D5_a_unit_that_signs_on_takes_what_waits(area: Area) -> None:
    assert area.reported("theft").on_duty("P1").told() == ["unit.on-duty P1", "assignment.assigned P1"]


def test_D4_a_declined_assignment_goes_to_the_next_unit(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=10).reported("theft")
    then = given.step(commands.Decline, assignment("theft"))
    assert then.told() == ["assignment.declined P1", "assignment.assigned P2"]
    again = then.step(commands.Decline, assignment("theft", 2))
    assert again.told() == ["assignment.declined P2", "plan.shortfall", "incident.queued"]
    assert again.board.incidents[incident("theft")].status == "queued"


def test_D4_a_step_that_the_table_does_not_allow_is_refused_with_what_is(area: Area) -> None:
    then = area.on_duty("P1").reported("theft").step(commands.Clear, assignment("theft"), disposition="x")
    refused = only(then, CommandRejected)
    assert isinstance(refused, CommandRejected)
    assert refused.status == 409
    assert "on_scene" in refused.allowed
    assert then.told() == ["command.rejected"]


def test_D4_saying_the_same_again_changes_nothing(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").step(commands.EnRoute, assignment("theft"))
    assert given.step(commands.EnRoute, assignment("theft")).events == ()


def test_D4_a_crew_reports_for_its_own_unit_only(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    other = Actor(client="terminal", role="crew", unit="P2")
    refused = only(given.step(commands.Acknowledge, assignment("theft"), by=other), CommandRejected)
    assert isinstance(refused, CommandRejected)
    assert refused.status == 403


def test_D4_the_last_police_to_clear_closes_it_even_while_help_was_still_wanted(area: Area) -> None:
    given = area.on_duty("YY").reported("brawl", "020301", 1)
    assert incident("brawl") in given.board.queue
    then = given.cleared(assignment("brawl"))
    assert then.board.incidents[incident("brawl")].status == "closed"
    assert not len(then.board.queue)


def test_D4_volunteers_who_leave_do_not_close_what_police_are_wanted_for(area: Area) -> None:
    given = area.on_duty("V1").reported("brawl", "020301", 1)
    then = given.cleared(assignment("brawl"))
    assert then.board.incidents[incident("brawl")].status == "queued"


@pytest.mark.parametrize("ends", ["declined", "cancelled", "timed-out"])
def test_D4_when_police_are_done_the_last_helper_to_fall_away_ends_it(ends: str) -> None:
    given = Area().on_duty("YY", "P1", "V1", "V2").reported("a", "020301", 1)
    for number, unit in ((1, "YY"), (3, "P1")):
        sent = next(one for one in given.board.incidents[incident("a")].assignments if one.unit == unit)
        assert sent.id == assignment("a", number)
        given = given.cleared(sent.id)
    assert given.board.incidents[incident("a")].open
    match ends:
        case "declined":
            then = given.step(commands.Decline, assignment("a", 2))
        case "cancelled":
            then = given.step(commands.CancelAssignment, assignment("a", 2))
        case _:
            then = given.tick(seconds=60).tick(seconds=60).tick(seconds=60)
    assert then.told()[:2] == [f"assignment.{ends} V1", "incident.closed"]
    closed = only(then, said.IncidentClosed)
    assert isinstance(closed, said.IncidentClosed)
    assert closed.disposition == "当场调解"
    # Nobody is sent in its place, and a helper that never came is no reason to leave a call open.
    assert not any(isinstance(event, AssignmentAssigned) for event in then.events)


def test_M1_clearing_with_a_dispute_names_its_case(area: Area) -> None:
    given = area.on_duty("P1").reported("quarrel")
    cleared = only(given.cleared(assignment("quarrel"), dispute=commands.DisputeFound(kind="brawl")), AssignmentCleared)
    assert isinstance(cleared, AssignmentCleared)
    assert cleared.case_id == f"{incident('quarrel')}.case"


def test_D10_a_dispatcher_sends_all_units_or_none(area: Area) -> None:
    given = area.on_duty("P1", "P2").with_travel(P1=10).reported("theft")
    refused = given.ask(commands.Assign, incident_id=incident("theft"), units=("P2", "YY"))
    assert refused.told() == ["command.rejected"]
    assert given.ask(commands.Assign, incident_id=incident("theft"), units=("P2",)).told() == ["assignment.assigned P2"]


def test_D10_cancelling_stands_everybody_down_and_serves_the_queue(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").reported("noise", priority=4)
    then = given.ask(commands.CancelIncident, incident_id=incident("theft"), why="false_alarm")
    assert then.told() == ["assignment.cancelled P1", "incident.cancelled", "assignment.assigned P1"]


def test_D17_a_unit_that_holds_an_assignment_cannot_sign_off(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    refused = only(given.ask(commands.SetDuty, unit="P1", on=False), CommandRejected)
    assert isinstance(refused, CommandRejected)
    assert "1001" in refused.detail


def test_I1_a_report_heard_twice_opens_one_incident(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    assert given.reported("theft").events == ()


def test_I1_a_report_of_what_was_over_long_ago_opens_nothing(area: Area) -> None:
    message = Heard(area.reported("theft").events[0], 1)  # type: ignore[arg-type]
    then = area.when(message, retired=frozenset({incident("theft")}))
    assert then.events == ()


def _update(name: str, **changes: object) -> incidents.IncidentUpdated:
    return incidents.IncidentUpdated.model_validate(
        {"incident_id": incident(name), "area": "testarea", "received_at": START, **changes}
    )


def test_I5_a_correction_reaches_the_crews_on_their_way(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    then = given.when(Heard(_update("theft", priority=1), 2))
    assert then.told() == ["incident.corrected", "private.stream-read"]
    assert then.events[0].crews == ("P1",)  # type: ignore[attr-defined]
    assert then.board.incidents[incident("theft")].priority == 1


def test_I5_a_gap_sets_only_that_incidents_later_events_aside(area: Area) -> None:
    given = area.on_duty("P1", "P2").reported("theft")
    later = given.when(Heard(_update("theft", priority=1), 3))
    assert later.told() == ["private.set-aside"]
    assert later.board.incidents[incident("theft")].priority == 2
    assert later.reported("noise").told()[0] == "incident.opened"
    healed = later.when(Heard(_update("theft", weapon=True), 2))
    assert healed.told() == [
        "incident.corrected",
        "private.stream-read",
        "private.taken-up",
        "incident.corrected",
        "private.stream-read",
    ]
    assert healed.board.incidents[incident("theft")].priority == 1
    assert not len(healed.board.aside)


def test_I5_the_source_cancels_while_nobody_is_there_yet(area: Area) -> None:
    cancel = incidents.IncidentCancelled(
        incident_id=incident("theft"), area="testarea", received_at=START, reason="false_alarm"
    )
    given = area.on_duty("P1").reported("theft")
    assert given.when(Heard(cancel, 2)).told() == [
        "assignment.cancelled P1",
        "incident.cancelled",
        "private.stream-read",
    ]
    there = given.step(commands.OnScene, assignment("theft"))
    assert there.when(Heard(cancel, 2)).told() == ["incident.corrected", "private.stream-read"]


def test_I1_an_unreadable_record_is_still_a_call_and_counts_as_seen(area: Area) -> None:
    given = area.on_duty("P1").reported("theft")
    unreadable = NotHeard(incident("theft"), 2, "incidents", 0, 17, "not JSON")
    then = given.when(unreadable)
    assert then.told() == ["incident.unreadable", "private.stream-read"]
    assert then.when(Heard(_update("theft", priority=1), 3)).told()[0] == "incident.corrected"


def test_a_command_before_its_incident_waits_for_it(area: Area) -> None:
    early = area.on_duty("P1").step(commands.Acknowledge, assignment("theft"))
    assert early.told() == ["private.set-aside"]
    then = early.reported("theft")
    assert then.told() == [
        "incident.opened",
        "assignment.assigned P1",
        "private.taken-up",
        "assignment.acknowledged P1",
    ]


@pytest.mark.parametrize("restored", [False, True])
def test_D4_commands_before_their_incident_are_taken_up_in_the_order_in_which_they_came(
    area: Area, restored: bool
) -> None:
    early = area.on_duty("P1")
    for number in range(5):
        early = early.step(commands.Acknowledge, assignment(f"other {number}"))
    for verb in (commands.Acknowledge, commands.EnRoute, commands.OnScene, commands.Clear):
        more = {"disposition": "settled"} if verb is commands.Clear else {}
        early = early.step(verb, assignment("theft"), **more)
    if restored:
        early = replace(early, board=from_json(to_json(early.board)))
    then = early.reported("theft")
    assert [one for one in then.told() if one.startswith("assignment.")] == [
        "assignment.assigned P1",
        "assignment.acknowledged P1",
        "assignment.en-route P1",
        "assignment.on-scene P1",
        "assignment.cleared P1",
    ]
    assert len(then.board.early) == 5
    assert from_json(to_json(then.board)) == then.board


def test_a_command_for_an_incident_that_nobody_reported_is_refused_once_all_was_read(area: Area) -> None:
    early = area.step(commands.Acknowledge, assignment("ghost"))
    (command_id,) = early.board.aside
    refused = only(early.when(AllHeard(command_id)), CommandRejected)
    assert isinstance(refused, CommandRejected)
    assert (refused.status, refused.command_id) == (404, command_id)


def test_an_ended_incident_leaves_the_board_after_a_day(area: Area) -> None:
    given = area.on_duty("P1").reported("theft").cleared(assignment("theft"))
    assert given.after(hours=23).when(Tick()).events == ()
    then = given.after(hours=24).when(Tick())
    assert then.told() == ["private.retired"]
    assert not len(then.board.incidents)
    assert then.when(Tick()).events == ()


def test_D4_numbers_count_on_per_area(area: Area) -> None:
    opened = [event for event in area.reported("a").reported("b").every if isinstance(event, IncidentOpened)]
    assert [event.number for event in opened] == ["1001", "1002"]


def test_D4_the_devices_time_is_kept_beside_the_servers_and_marked_where_it_is_far_apart() -> None:
    given = Area().on_duty("P1").reported("a")
    at = given.now - timedelta(seconds=20)
    then = given.step(commands.Acknowledge, assignment("a"), at=at)
    (told,) = then.events
    assert isinstance(told, said.AssignmentAcknowledged)
    assert (told.at, told.times.acknowledged_at, told.device_at, told.device_apart) == (given.now, given.now, at, None)
    late = then.step(commands.EnRoute, assignment("a"), at=given.now - timedelta(minutes=10))
    (kept_back,) = late.events
    assert isinstance(kept_back, said.AssignmentEnRoute)
    assert (kept_back.times.en_route_at, kept_back.device_apart) == (given.now, True)
    refused = late.step(commands.Acknowledge, assignment("a"), at=at).events[0]
    assert isinstance(refused, said.CommandRejected)
    assert refused.device_at == at
    (unsaid,) = late.step(commands.OnScene, assignment("a")).events
    assert b"device" not in unsaid.wire()


THIRD = Actor(client="terminal", role="crew", unit="P2")


@pytest.mark.parametrize(
    ("kind", "what", "by", "status"),
    [
        (commands.Acknowledge, {"assignment_id": assignment("open", 9)}, DESK, 404),
        (commands.StepDone, {"incident_id": incident("open"), "step": "none"}, DESK, 404),
        (commands.SetDuty, {"unit": "X9", "on": True}, DESK, 404),
        (commands.Acknowledge, {"assignment_id": assignment("open")}, THIRD, 403),
        (commands.Acknowledge, {"assignment_id": assignment("done")}, DESK, 409),
        (commands.Clear, {"assignment_id": assignment("open"), "disposition": "x"}, DESK, 409),
        (commands.Assign, {"incident_id": incident("done"), "units": ("P2",)}, DESK, 409),
        (commands.CancelIncident, {"incident_id": incident("done")}, DESK, 409),
        (commands.Acknowledge, {"assignment_id": assignment("yesterday")}, DESK, 409),
        (commands.CancelIncident, {"incident_id": incident("yesterday")}, DESK, 409),
    ],
)
def test_D4_an_unknown_foreign_finished_or_late_command_is_refused_with_a_reason_and_changes_nothing(
    kind: type[commands.Command], what: dict[str, Any], by: Actor, status: int
) -> None:
    given = Area().on_duty("P1").reported("done").cleared(assignment("done")).reported("open")
    command = kind(command_id="c-" + "a" * 26, area="testarea", by=by, received_at=given.now, **what)
    then = given.when(Asked(command), retired=frozenset({incident("yesterday")}))
    refused = only(then, CommandRejected)
    assert isinstance(refused, CommandRejected)
    assert refused.status == status
    assert refused.detail
    assert replace(then.board, sequence=given.board.sequence) == given.board


def test_I1_D4_a_report_that_nobody_could_read_is_opened_when_it_comes_mended(area: Area) -> None:
    broken = area.on_duty("P1").when(NotHeard(incident("x"), 1, "incidents", 0, 7, "priority: 5"))
    corrected = broken.updated("x", sequence=2, priority=1)
    mended = corrected.reported("x")
    assert mended.told()[:2] == ["incident.opened", "assignment.assigned P1"]
    assert mended.board.read(incident("x")) == 2
    assert mended.reported("x").events == ()
    assert mended.updated("x", sequence=3, priority=1).told()[:1] == ["incident.corrected"]
