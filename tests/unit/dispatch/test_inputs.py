"""D4: in which order calls and commands are decided that Kafka holds on two topics."""

from datetime import UTC, datetime

from fengqiao.contracts import topics
from fengqiao.contracts.model import Actor
from fengqiao.contracts.orders import CallEmergency
from services.dispatch.domain.messages import Asked, Tick
from services.dispatch.inputs import A_STEP, BEHIND_S, Input, Inputs, Waiting

CALLS, COMMANDS = topics.INCIDENTS.name, topics.DISPATCH_COMMANDS.name
NOW = 1_000_000.0


class Topics:
    """Both topics, of which the test says what lies on them and what of that has been fetched."""

    def __init__(self) -> None:
        self.ends = {CALLS: 0, COMMANDS: 0}
        self.inputs = Inputs(self.ends.get)

    def fetched(self, topic: str, *ages: float) -> None:
        """One record after the other, each of so many seconds ago."""
        for age in ages:
            offset = self.inputs.position(topic)
            self.inputs.put(topic, Waiting(Input(Tick(), topic, offset), "testarea", NOW - age))
            self.ends[topic] = max(self.ends[topic], offset + 1)

    def lies(self, topic: str, more: int = 1) -> None:
        """So many more are there and not fetched."""
        self.ends[topic] += more

    def taken(self, limit: int = 100) -> list[tuple[str, int]]:
        return [(one.input.topic or "", one.input.offset) for one in self.inputs.take(limit, NOW)]


def test_D4_a_call_does_not_wait_behind_the_commands_that_came_before_it() -> None:
    on = Topics()
    on.fetched(COMMANDS, 0.3, 0.2)
    on.fetched(CALLS, 0.1)
    assert on.taken() == [(CALLS, 0)]
    assert on.taken() == [(COMMANDS, 0), (COMMANDS, 1)]
    assert on.taken() == []


def test_D4_a_step_takes_few_commands_so_that_the_next_call_waits_for_few() -> None:
    on = Topics()
    on.fetched(COMMANDS, *[0.5] * (A_STEP + 5))
    assert len(on.taken()) == A_STEP
    on.fetched(CALLS, 0.1)
    assert on.taken() == [(CALLS, 0)]
    assert len(on.taken(limit=3)) == 3
    assert len(on.taken()) == 2


def test_D4_commands_wait_for_a_call_that_is_not_fetched_yet() -> None:
    for age in (0.1, BEHIND_S + 1):
        on = Topics()
        on.fetched(COMMANDS, age)
        on.lies(CALLS, 2)
        on.inputs.put(CALLS, Waiting(Input(Tick(), CALLS, 0), "testarea", NOW - 0.2))
        assert on.taken() == [(CALLS, 0)]
        assert on.taken() == []
        on.fetched(CALLS, 0.1)
        assert (CALLS, 1) in on.taken()


def test_D4_a_call_does_not_wait_for_commands_that_are_not_fetched_yet() -> None:
    on = Topics()
    on.fetched(COMMANDS, 0.2)
    assert on.taken() == [(COMMANDS, 0)]
    on.lies(COMMANDS)
    on.fetched(CALLS, 0.1)
    assert on.taken() == [(CALLS, 0)]


def test_D4_a_backlog_is_decided_in_the_order_in_which_it_was_recorded() -> None:
    on = Topics()
    old = BEHIND_S + 10
    on.fetched(COMMANDS, old, old - 2)
    on.fetched(CALLS, old - 1)
    assert on.taken(2) == [(COMMANDS, 0), (CALLS, 0)]
    on.lies(CALLS)
    assert on.taken() == [], "what lies unread may be older than the command"
    on.fetched(CALLS, old - 3)
    assert on.taken() == [(COMMANDS, 1), (CALLS, 1)]


def test_D4_a_backlog_of_commands_does_not_hold_up_a_call_and_goes_with_it() -> None:
    on = Topics()
    on.fetched(COMMANDS, *[BEHIND_S + 10] * 150)
    on.lies(COMMANDS, 1000)
    on.fetched(CALLS, 0.2, 0.1)
    assert on.taken() == [(CALLS, 0), (CALLS, 1), *((COMMANDS, n) for n in range(98))]
    on.fetched(CALLS, 0.1)
    assert on.taken() == [(CALLS, 2), *((COMMANDS, n) for n in range(98, 150))]


def test_D4_a_call_that_has_waited_long_makes_it_a_backlog_of_both() -> None:
    on = Topics()
    old = BEHIND_S + 10
    on.fetched(COMMANDS, old)
    on.fetched(CALLS, old - 1)
    assert on.taken() == [(COMMANDS, 0), (CALLS, 0)]


def test_D4_until_the_ends_seen_at_the_start_are_reached_it_is_a_backlog() -> None:
    on = Topics()
    on.lies(CALLS, 2)
    on.inputs.reset(CALLS, 0, 2)
    on.fetched(COMMANDS, 0.3)
    on.fetched(CALLS, 0.1)
    assert on.taken() == [(COMMANDS, 0), (CALLS, 0)], "both are young, and more is known to lie there"


def test_D10_an_officer_who_needs_help_stands_in_no_line_and_comes_again_in_turn() -> None:
    on = Topics()
    on.fetched(COMMANDS, 9, 9)
    on.fetched(CALLS, 8)
    by = Actor(client="terminal", role="crew")
    call = CallEmergency(command_id="c-1", area="testarea", by=by, received_at=datetime.now(UTC), unit="P1")
    on.inputs.put(COMMANDS, Waiting(Input(Asked(call), COMMANDS, 2, "trace"), "testarea", NOW - 7))
    on.ends[COMMANDS] = 3
    (taken,) = on.inputs.take_emergencies()
    assert (taken.input, taken.area) == (Input(Asked(call), trace="trace"), "testarea")
    assert on.inputs.take_emergencies() == []
    assert on.inputs.decided_to(COMMANDS) == 0, "what stands before it is not decided"
    assert on.taken() == [(COMMANDS, 0), (COMMANDS, 1), (CALLS, 0), (COMMANDS, 2)]


def test_D10_what_is_read_again_brings_its_emergencies_again() -> None:
    on = Topics()
    by = Actor(client="terminal", role="crew")
    call = CallEmergency(command_id="c-1", area="testarea", by=by, received_at=datetime.now(UTC), unit="P1")
    on.inputs.put(COMMANDS, Waiting(Input(Asked(call), COMMANDS, 0), "testarea", NOW))
    on.inputs.reset(COMMANDS, 0, 1)
    assert on.inputs.take_emergencies() == []
    on.inputs.put(COMMANDS, Waiting(Input(Asked(call), COMMANDS, 0), "testarea", NOW))
    assert len(on.inputs.take_emergencies()) == 1
