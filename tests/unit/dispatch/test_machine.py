"""Random histories of a whole board, held against the invariants after every message."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from fengqiao.contracts import commands
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import fold
from services.dispatch.domain.messages import Tick
from services.dispatch.domain.stored_board import to_json
from tests.unit.dispatch.area import FORCES, Area, assignment, incident
from tests.unit.dispatch.invariants import check

NAMES = tuple("abcdefgh")
names = st.sampled_from(NAMES)
units = st.sampled_from(sorted(FORCES.units))
places = st.sampled_from(({}, {"name": "market"}, {"name": "bridge", "grid_cell": "G2"}))
WAYS = {"P1@market": 900.0, "P2@market": 20.0, "YY@market": 400.0, "P1@bridge": 10.0, "P1": 50.0, "P2": 700.0}
FORWARD = (commands.Received, commands.Acknowledge, commands.EnRoute, commands.OnScene, commands.Clear)
BACK = (commands.Decline, commands.CancelAssignment)


class WholeBoard(RuleBasedStateMachine):
    """Calls, crews, dispatchers and time, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.area = Area(seconds=WAYS)
        self.sequences: dict[str, int] = {}

    def turn(self, after: Area) -> None:
        before, self.area = self.area.board, after
        check(before, after)

    @rule(name=names, category=st.sampled_from(("020301", "02", "080501", "0604")), priority=st.integers(1, 4))
    def report(self, name: str, category: str, priority: int) -> None:
        self.sequences.setdefault(name, 1)
        self.turn(self.area.reported(name, category, priority))

    @rule(unit=units, on=st.sampled_from((True, True, True, False)))
    def duty(self, unit: str, on: bool) -> None:
        self.turn(self.area.ask(commands.SetDuty, unit=unit, on=on))

    @rule(data=st.data(), verb=st.sampled_from((*FORWARD, *FORWARD, *BACK)))
    def step(self, data: st.DataObject, verb: type[commands.AssignmentCommand]) -> None:
        known = [one.id for incident in self.area.board.incidents.values() for one in incident.assignments]
        held = [one for state in self.area.board.units.values() for one in state.assignments]
        which = data.draw(st.sampled_from([*sorted(held), *sorted(known), assignment("a")]))
        more: dict[str, Any] = {"disposition": "x"} if verb is commands.Clear else {}
        self.turn(self.area.step(verb, which, **more))

    @rule(name=names, unit=units)
    def assign(self, name: str, unit: str) -> None:
        self.turn(self.area.ask(commands.Assign, incident_id=incident(name), units=(unit,)))

    @rule(name=names, changes=st.sampled_from(({"priority": 1}, {"priority": 3}, {"weapon": True}, {})), place=places)
    def correct(self, name: str, changes: dict[str, Any], place: dict[str, Any]) -> None:
        sequence = self.sequences.get(name, 0) + 1
        if sequence == 1:
            return  # a correction before its report: test_decide has it
        self.sequences[name] = sequence
        self.turn(self.area.updated(name, sequence, **changes, place=place))

    @rule(name=names, asked=st.sampled_from((commands.CancelIncident, commands.Recommend, commands.StepDone)))
    def ask(self, name: str, asked: type[commands.Command]) -> None:
        more: dict[str, Any] = {"step": "broadcast"} if asked is commands.StepDone else {}
        self.turn(self.area.ask(asked, incident_id=incident(name), **more))

    @rule(seconds=st.sampled_from((1, 15, 61, 121, 301, 4000, 90_000)))
    def wait(self, seconds: int) -> None:
        self.turn(self.area.after(seconds=seconds).when(Tick()))

    def teardown(self) -> None:
        """The journal from its start gives the running board, byte for byte."""
        assert to_json(fold(Board("testarea"), iter(self.area.every))) == to_json(self.area.board)


TestD4D5WholeBoard = WholeBoard.TestCase
TestD4D5WholeBoard.settings = settings(max_examples=120, stateful_step_count=50, deadline=None)
