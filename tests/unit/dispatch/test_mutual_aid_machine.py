"""Random histories of three areas whose messages are lost, doubled and reordered: one loan, one return (D8)."""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from fengqiao.contracts import aid, commands, ids
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import fold
from services.dispatch.domain.messages import AidHeard
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.neighbours import UNITS, Neighbours, forces, incident_of

AREAS = ("east", "north", "south")
areas = st.sampled_from(AREAS)
names = st.sampled_from("abcd")
FORWARD = (commands.Acknowledge, commands.EnRoute, commands.OnScene, commands.Clear, commands.Clear)


def three() -> Neighbours:
    ways = {"east": ("north", "south"), "north": ("east", "south"), "south": ("east", "north")}
    return Neighbours.of(*(forces(area, *((other, 600.0) for other in others)) for area, others in ways.items()))


class LossyNeighbours(RuleBasedStateMachine):
    """Calls and crews in three areas; what they say to each other comes when, and as often as, it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.world = three()
        for area in AREAS:
            self.world.on_duty(area, *UNITS)

    def teardown(self) -> None:
        self.settle()
        self.check_at_rest()

    # --- what happens

    @rule(area=areas, name=names, category=st.sampled_from(("02", "0203")), priority=st.integers(1, 4))
    def report(self, area: str, name: str, category: str, priority: int) -> None:
        self.world.report(area, name, category, priority)
        self.check(area)

    @rule(area=areas, unit=st.sampled_from(UNITS), on=st.booleans())
    def duty(self, area: str, unit: str, on: bool) -> None:
        self.world.ask(area, commands.SetDuty, unit=unit, on=on)
        self.check(area)

    @rule(area=areas, data=st.data(), verb=st.sampled_from((*FORWARD, commands.Decline, commands.CancelAssignment)))
    def step(self, area: str, data: st.DataObject, verb: type[commands.AssignmentCommand]) -> None:
        held = sorted(one for state in self.world.boards[area].units.values() for one in state.assignments)
        if held:
            more: dict[str, Any] = {"disposition": "x"} if verb is commands.Clear else {}
            self.world.step(verb, data.draw(st.sampled_from(held)), **more)
            self.check(area)

    @rule(area=areas, name=names)
    def cancel(self, area: str, name: str) -> None:
        self.world.ask(area, commands.CancelIncident, incident_id=incident_of(area, name))
        self.check(area)

    @rule(area=areas, unit=st.sampled_from(UNITS))
    def recall(self, area: str, unit: str) -> None:
        self.world.ask(area, aid.RecallUnit, unit=unit)
        self.check(area)

    @rule(seconds=st.sampled_from((1, 1, 21, 301, 90_000)))
    def wait(self, seconds: int) -> None:
        self.world.tick(seconds=seconds)
        for area in AREAS:
            self.check(area)

    # --- the way of the messages

    @precondition(lambda self: self.world.on_the_way)
    @rule(data=st.data())
    def one_arrives(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, min(len(self.world.on_the_way), 4) - 1))
        area = self.world.on_the_way[index].to_area
        self.world.arrive(index)
        self.check(area)

    @precondition(lambda self: self.world.on_the_way)
    @rule()
    def one_is_lost(self) -> None:
        self.world.on_the_way.pop(0)

    @precondition(lambda self: self.world.sent)
    @rule(data=st.data())
    def an_area_restarts_and_says_again_what_it_is_not_sure_of(self, data: st.DataObject) -> None:
        area = data.draw(areas)
        said = [message for message in self.world.sent if message.area == area]
        self.world.on_the_way += said[-data.draw(st.integers(1, 6)) :]
        board = self.world.boards[area]
        self.world.boards[area] = from_json(to_json(board))

    # --- what must hold

    def check(self, area: str) -> None:
        """Of the area whose board has just changed."""
        board = self.world.boards[area]
        assert from_json(to_json(board)) == board
        lent = Counter(loan.unit for loan in board.aid.loans.values())
        assert all(count == 1 for count in lent.values())
        for unit, state in board.units.items():
            assert (state.lent_to is not None) == (unit in lent)
            assert not (state.lent_to and state.assignments)
            assert not state.lent_to or state.on
        for name, borrowed in board.aid.borrowed.items():
            assert ids.guest_name(borrowed.home_area, borrowed.lent.unit) == name
            assert len(board.units[name].assignments) == 1
            # Its home has not taken it back: it cannot have been lent to anybody else.
            assert self.world.boards[borrowed.home_area].aid.loans[borrowed.aid_id].unit == borrowed.lent.unit
        assert {unit for unit in board.units if "-" in unit} == set(board.aid.borrowed)

    def settle(self) -> None:
        """Everything is heard in the end, in any number of repeats, and every crew finishes."""
        for _ in range(60):
            before = [to_json(board) for board in self.world.boards.values()]
            for message in list(self.world.sent):
                self.world.when(message.to_area, AidHeard(message))
            self.world.tick(seconds=30)
            for area in AREAS:
                for held in sorted(one for unit in self.world.boards[area].units.values() for one in unit.assignments):
                    if self.world.boards[ids.area_of(held)].assignment(held)[1].active:  # type: ignore[index]
                        self.world.cleared(held)
            if before == [to_json(board) for board in self.world.boards.values()]:
                return

    def check_at_rest(self) -> None:
        for area in AREAS:
            board = self.world.boards[area]
            self.check(area)
            assert not len(board.aid.loans), "a unit was lost"
            assert not len(board.aid.borrowed)
            assert to_json(fold(Board(area), iter(self.world.every[area]))) == to_json(board)
        every = [event for events in self.world.every.values() for event in events]
        granted = Counter(event.aid_id for event in every if isinstance(event, aid.AidGranted))
        returned = Counter(event.aid_id for event in every if isinstance(event, aid.AidReturned))
        ended = Counter(event.aid_id for event in every if isinstance(event, aid.AidEnded))
        assert set(granted.values()) <= {1}
        assert granted == returned == ended
        for area in AREAS:
            for other in AREAS:
                numbers = [one.message for one in self.world.sent if (one.area, one.to_area) == (area, other)]
                assert numbers == list(range(1, len(numbers) + 1))
                assert self.world.boards[other].aid.heard.get(area, 0) == len(numbers)


TestD8LossyNeighbours = LossyNeighbours.TestCase
TestD8LossyNeighbours.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
