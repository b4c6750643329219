"""Given two areas, when one cannot help itself, then the other lends: once, and gets its unit back once (D8)."""

from dataclasses import replace
from typing import TypeVar

from fengqiao.contracts import aid, commands, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, CommandRejected
from fengqiao.contracts.model import Event
from services.dispatch import views
from services.dispatch.domain.messages import AidHeard
from services.dispatch.domain.mutual_aid_borrowing import ANSWER_SECONDS
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.area import Area, incident
from tests.unit.dispatch.neighbours import Neighbours, crew_of, forces, incident_of, two

E = TypeVar("E", bound=Event)


def only(world: Neighbours, kind: type[E]) -> E:
    (found,) = [event for event in world.told if isinstance(event, kind)]
    return found


def rejected(world: Neighbours) -> str:
    return only(world, CommandRejected).detail


def borrowed() -> tuple[Neighbours, str]:
    """The north has borrowed a patrol for a second call; the assignment of it."""
    world = two()
    world.report("north", "second", priority=2)
    world.tick(seconds=1)
    world.all_arrive()
    return world, f"{incident_of('north', 'second')}.1"


def test_D8_a_grave_call_that_nobody_here_can_take_is_asked_for_at_the_next_tick() -> None:
    world = two()
    assert "incident.queued" in world.report("north", "second", priority=2)[-1].TYPE
    world.tick(seconds=1)
    (asked,) = world.on_the_way
    assert isinstance(asked, aid.AidAsked)
    assert (asked.area, asked.to_area, asked.message) == ("north", "south", 1)
    assert (asked.incident_id, asked.kinds, asked.priority) == (incident_of("north", "second"), ("patrol",), 2)
    assert asked.aid_id == f"{asked.incident_id}.aid1"
    world.tick(seconds=1)
    assert len(world.on_the_way) == 1  # one request at a time


def test_D8_a_lesser_call_is_asked_for_once_it_has_waited_beyond_its_target() -> None:
    world = two()
    world.report("north", "second", priority=3)
    world.tick(seconds=299)
    assert not world.on_the_way
    world.tick(seconds=2)
    assert [message.TYPE for message in world.on_the_way] == ["fengqiao.aid.asked.v1"]


def test_D8_the_neighbour_lends_what_stands_free_and_its_unit_is_held_there() -> None:
    world = two()
    world.report("north", "second")
    world.tick(seconds=1)
    world.arrive()
    assert world.words() == ["aid.granted P1"]
    granted = only(world, aid.AidGranted)
    assert (granted.travel_seconds, granted.lent.kind, granted.for_number) == (600.0, "patrol", "1002")
    south = world.boards["south"]
    state = views.unit_state("south", world.forces["south"].units["P1"], south.units["P1"])
    assert (state.status, state.lent_to, state.lent_for) == ("not_available", "north", incident_of("north", "second"))
    assert from_json(to_json(south)) == south
    # It is sent nowhere at home, and cannot sign off there.
    world.report("south", "own")
    assert world.words()[-1] == "assignment.assigned P2"
    assert only(world, AssignmentAssigned).reason.ruled_out == {"lent": 1}
    world.ask("south", commands.Assign, incident_id=incident_of("south", "own"), units=("P1",))
    assert rejected(world) == "P1 is lent to north: recall it first"
    world.ask("south", commands.SetDuty, unit="P1", on=False)
    assert rejected(world) == "P1 is lent to north: recall it first"
    world.ask("south", commands.SetDuty, unit="P1", on=True, shift="night")
    assert world.boards["south"].units["P1"].lent_to == "north"


def test_D8_the_lent_unit_is_sent_and_its_life_runs_where_it_helps() -> None:
    world, assignment = borrowed()
    assert world.words() == ["aid.answered south-P1", "assignment.assigned south-P1"]
    sent = only(world, AssignmentAssigned)
    assert (sent.reason.lent_by, sent.reason.travel_seconds, sent.role) == ("south", 600.0, "primary")
    north = world.boards["north"]
    assert views.state_of_unit(north, world.forces["north"], "south-P1").home_unit == "P1"  # type: ignore[union-attr]
    # Its crew commands it by the name that it has here; another south unit does not.
    world.step(commands.Acknowledge, assignment, by=crew_of("south-P2"))
    assert rejected(world) == "the assignment is south-P1's, not south-P2's"
    world.step(commands.Acknowledge, assignment, by=crew_of("south-P1"))
    assert world.words() == ["assignment.acknowledged south-P1"]
    # The borrowed unit is for this call: nobody else here is given it.
    world.report("north", "third", priority=1)
    assert "assignment.assigned south-P1" not in world.words()
    assert "assignment.diverted south-P1" not in world.words()


def test_D8_when_it_is_free_it_goes_home_in_the_same_entry_and_is_sent_again_there() -> None:
    world, assignment = borrowed()
    world.cleared(assignment)
    assert world.words() == ["assignment.cleared south-P1", "incident.closed", "aid.returned south-P1"]
    assert "south-P1" not in world.boards["north"].units
    gone = views.state_of_unit(world.boards["north"], world.forces["north"], "south-P1")
    assert gone is not None
    assert (gone.status, gone.sequence, gone.assignments) == ("off_duty", world.boards["north"].sequence, ())
    world.all_arrive()
    assert world.words() == ["aid.ended P1"]
    assert world.boards["south"].units["P1"].lent_to is None
    assert not len(world.boards["south"].aid.loans)


def test_D8_the_freed_unit_takes_what_waits_at_home() -> None:
    world, assignment = borrowed()
    for name in ("a", "b", "c"):
        world.report("south", name, priority=3)
    world.cleared(assignment)
    world.all_arrive()
    assert world.words() == ["aid.ended P1", "assignment.assigned P1"]


def test_D8_the_last_free_one_stays_and_a_grave_call_at_home_goes_before() -> None:
    world = two()
    world.report("south", "a")
    world.report("south", "b")
    world.report("north", "second")
    world.tick(seconds=1)
    world.arrive()
    assert only(world, aid.AidRefused).why == "coverage"
    world.all_arrive()
    answered = only(world, aid.AidAnswered)
    assert (answered.answer, answered.why, answered.from_area) == ("refused", "coverage", "south")
    world.tick(seconds=200)
    assert not world.on_the_way  # it is not asked again so soon
    world.report("south", "c")
    world.report("south", "d", priority=1)
    world.tick(seconds=101)
    world.all_arrive()
    refusals = [one.why for one in world.sent if isinstance(one, aid.AidRefused) and one.area == "south"]
    assert refusals == ["coverage", "own_calls_wait"]


def test_D8_what_is_not_lent_is_refused_and_a_late_request_too() -> None:
    world = two()
    world.report("north", "second")
    world.tick(seconds=1)
    world.now = world.now.replace(minute=world.now.minute + 1)
    world.arrive()
    assert only(world, aid.AidRefused).why == "too_late"
    asked = next(one for one in world.sent if isinstance(one, aid.AidAsked))
    world.when("south", AidHeard(asked.model_copy(update={"message": 2, "kinds": ("post",), "answer_by": world.now})))
    assert only(world, aid.AidRefused).why == "not_lent"


def test_D8_without_an_answer_the_next_neighbour_is_asked() -> None:
    north = forces("north", ("south", 600.0), ("west", 900.0))
    world = Neighbours.of(north, forces("south", ("north", 600.0)), forces("west", ("north", 900.0)))
    world.on_duty("west", "P1", "P2")
    world.report("north", "only")
    world.tick(seconds=1)
    assert [one.to_area for one in world.on_the_way] == ["south"]
    world.tick(seconds=ANSWER_SECONDS - 1)
    assert [one.to_area for one in world.on_the_way] == ["south"]
    world.tick(seconds=1)
    assert [one.to_area for one in world.on_the_way] == ["south", "west"]
    world.arrive(1)
    world.all_arrive()
    sent = world.boards["north"].incidents[incident_of("north", "only")].active
    assert [one.unit for one in sent] == ["west-P1"]


def test_D8_a_grant_that_comes_too_late_goes_straight_back() -> None:
    world = two()
    world.report("north", "second")
    world.tick(seconds=1)
    world.arrive()
    world.ask("north", commands.CancelIncident, incident_id=incident_of("north", "second"))
    world.arrive()
    assert world.words() == ["aid.answered", "aid.returned south-P1"]
    assert only(world, aid.AidReturned).why == "late"
    world.all_arrive()
    assert world.words() == ["aid.ended P1"]


def test_D8_a_grant_after_the_wait_is_used_where_it_is_still_needed() -> None:
    world = two()
    world.report("north", "second")
    world.tick(seconds=1)
    world.arrive()
    world.tick(seconds=ANSWER_SECONDS)
    world.all_arrive()
    assert world.words() == ["aid.answered south-P1", "assignment.assigned south-P1"]


def test_D8_repeats_change_nothing_and_a_gap_waits() -> None:
    world, assignment = borrowed()
    world.cleared(assignment)
    world.all_arrive()
    before = dict(world.boards)
    for message in [*world.sent, *reversed(world.sent)]:
        assert world.when(message.to_area, AidHeard(message)) == []
    assert world.boards == before
    other = two()
    other.report("north", "second")
    other.report("north", "third")
    other.tick(seconds=1)
    assert len(other.on_the_way) == 2
    other.arrive(1)
    assert other.words() == []
    assert len(other.boards["south"].aid.early) == 1
    assert from_json(to_json(other.boards["south"])) == other.boards["south"]
    other.arrive()
    assert other.words() == ["aid.granted P1", "aid.granted P2"]
    assert not len(other.boards["south"].aid.early)


def test_D8_a_dispatcher_asks_by_hand_for_what_no_rule_asks_for() -> None:
    world = two()
    world.report("north", "second", priority=4)
    second = incident_of("north", "second")
    world.ask("north", aid.AskAid, incident_id=second, to_area="west")
    assert rejected(world) == "west is no neighbour that lends to north"
    world.ask("north", aid.AskAid, incident_id=second, to_area="south", kinds=("post",))
    assert "waits for nobody that south lends (patrol)" in rejected(world)
    world.ask("north", aid.AskAid, incident_id=second, to_area="south")
    assert world.words() == ["aid.asked"]
    world.ask("north", aid.AskAid, incident_id=second, to_area="south")
    assert world.words() == []
    world.ask("north", aid.AskAid, incident_id=incident_of("north", "first"), to_area="south")
    assert "waits for nobody" in rejected(world)
    world.all_arrive()
    assert world.words() == ["aid.answered south-P1", "assignment.assigned south-P1"]


def test_D8_a_recalled_unit_is_taken_off_and_comes_home_unless_it_is_on_the_scene() -> None:
    world, _ = borrowed()
    world.ask("south", aid.RecallUnit, unit="P2")
    assert rejected(world) == "P2 is not lent"
    world.ask("south", aid.RecallUnit, unit="P1")
    assert world.words() == ["aid.recalled P1"]
    world.ask("south", aid.RecallUnit, unit="P1")
    assert world.words() == []
    world.arrive()
    assert world.words()[0] == "assignment.cancelled south-P1"
    assert world.words()[-1] == "aid.returned south-P1"
    assert world.boards["north"].incidents[incident_of("north", "second")].status == "queued"
    world.all_arrive()
    assert world.boards["south"].units["P1"].lent_to is None
    there, assignment = borrowed()
    there.step(commands.OnScene, assignment)
    there.ask("south", aid.RecallUnit, unit="P1")
    there.all_arrive()
    assert there.words() == []
    there.step(commands.Clear, assignment, disposition="当场调解")
    assert there.words()[-1] == "aid.returned south-P1"


def test_D8_a_merge_takes_the_borrowed_unit_with_it() -> None:
    world, assignment = borrowed()
    world.step(commands.OnScene, assignment)
    second, first = incident_of("north", "second"), incident_of("north", "first")
    world.ask("north", orders.Merge, incident_id=second, into=first)
    assert "assignment.assigned south-P1" in world.words()
    assert "aid.returned south-P1" not in world.words()
    world.step(commands.Clear, world.boards["north"].units["south-P1"].assignments[0], disposition="当场调解")
    assert world.words()[-1] == "aid.returned south-P1"


def test_D8_an_officer_in_need_is_helped_by_neighbours_and_takes_no_borrowed_unit_off() -> None:
    world, assignment = borrowed()
    world.ask("north", orders.CallEmergency, unit="P1")
    assert "assignment.diverted south-P1" not in world.words()
    assert world.boards["north"].assignment(assignment)[1].active  # type: ignore[index]
    world.tick(seconds=1)
    (asked,) = world.on_the_way
    assert isinstance(asked, aid.AidAsked)
    assert asked.source == "crew_emergency"


def test_D8_the_backing_zones_units_count_as_its_own_when_its_own_are_busy() -> None:
    own = Area()
    zones = {"P1": "north", "P2": "south", "V1": None}
    units = {
        id: replace(unit, zone=zones.get(id, "west"))
        for id, unit in own.forces.units.items()
        if unit.kind.kind != "post"
    }
    area = Area(forces=replace(own.forces, units=units, backing={"north": ("south",), "south": ("north",)}))
    area = area.on_duty("P1", "P2")
    area = area.reported("a", place={"zone": "north"})
    first = area.events[-1]
    assert isinstance(first, AssignmentAssigned)
    assert (first.unit, first.reason.backs) == ("P1", None)
    area = area.reported("b", place={"zone": "north"})
    (second,) = area.board.incidents[incident("b")].active
    assert (second.unit, second.reason.backs) == ("P2", "south")


def test_D8_a_backing_zone_goes_before_a_third_one_that_is_as_near() -> None:
    own = Area().forces
    zones = {"P1": "aside", "P2": "south"}
    units = {id: replace(own.units[id], zone=zones[id]) for id in zones}
    for backing, chosen in (({"north": ("south",)}, "P2"), ({}, "P1")):
        area = Area(forces=replace(own, units=units, backing=backing)).on_duty("P1", "P2")
        area = area.reported("a", place={"zone": "north"})
        assert [one.unit for one in area.board.incidents[incident("a")].active] == [chosen]


def test_D8_a_unit_that_was_taken_off_the_list_meanwhile_still_comes_home() -> None:
    world, assignment = borrowed()
    world.cleared(assignment)
    south = world.forces["south"]
    left = replace(south, units={id: unit for id, unit in south.units.items() if id != "P1"})
    world.forces = {**world.forces, "south": left}
    world.ask("south", aid.RecallUnit, unit="P1")
    assert only(world, aid.AidRecalled).unit_kind == "patrol"
    world.all_arrive()
    assert not len(world.boards["south"].aid.loans)
    world.ask("south", aid.RecallUnit, unit="P1")
    assert rejected(world) == "there is no unit P1"
