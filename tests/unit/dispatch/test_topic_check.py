"""`verify` against the topics: what is said of events that are missing, doubled, out of place or changed."""

import pytest

from fengqiao.contracts.dispatch import IncidentUnreadable
from services.dispatch.topic_check import Decided, Published, digest, last_words
from services.dispatch.views import incident_state, state_of_unit, timeline, timeline_row
from tests.unit.dispatch.area import START, Area, incident


def busy() -> Area:
    return Area(seconds={"P1@market": 60.0}).on_duty("P1").reported("a", "020301")


READ = [  # numbers on the topic of 1, 2, 3; changed: the number that says something else
    ([1, 2, 3], None, ""),
    ([1, 2, 1, 2, 3], None, ""),
    ([2, 3], None, ""),  # retention took the first away
    ([1, 3], None, "event 3 is on the topic where 2 is due"),
    ([1, 2], None, "event 3 of the journal's 3 is not on the topic"),
    ([1, 2, 3, 2], 2, "event 2 says on the topic what the journal does not"),
]


@pytest.mark.parametrize(("numbers", "changed", "wrong"), READ)
def test_D4_verify_finds_events_that_the_topic_does_not_have_as_the_journal_has(
    numbers: list[int], changed: int | None, wrong: str
) -> None:
    area = busy()
    published = Published()
    events = area.every[:3]
    for event in events:
        published.journal(event)
    found = []
    for at, number in enumerate(numbers):
        event = events[number - 1]
        value = b"{}" if number == changed and at == len(numbers) - 1 else event.wire()
        found += list(published.read(number, digest(event.TYPE, value)))
    found += list(published.missing(all_read=True))
    assert found[:1] == ([wrong] if wrong else [])


def test_D4_verify_finds_last_states_that_are_not_the_boards() -> None:
    area = busy()
    board = area.board
    incidents: dict[str, bytes | None] = {
        f"{board.area}/{id}": incident_state(board.area, one).wire() for id, one in board.incidents.items()
    }
    units: dict[str, bytes | None] = {}
    for unit in board.units:
        state = state_of_unit(board, area.forces, unit)
        assert state is not None
        units[f"{board.area}/{unit}"] = state.wire()
    assert not list(last_words(board, area.forces, incidents, units))
    key = next(iter(incidents))
    assert list(last_words(board, area.forces, incidents | {key: None}, units)) == [
        "the last state of incident 1001 is not the journal's"
    ]
    assert list(last_words(board, area.forces, incidents | {f"{board.area}/gone": b"{}"}, units)) == [
        f"the topic has a state of {board.area}/gone, which has left the board"
    ]
    assert list(last_words(board, area.forces, incidents, {})) == ["the last state of unit P1 is not the journal's"]


def test_D4_a_timeline_tells_each_event_once_though_two_writers_added_it() -> None:
    rows = [timeline_row(number, event.TYPE, event.wire()) for number, event in enumerate(busy().every[:3], 1)]
    assert [row["sequence"] for row in timeline([*rows[:2], *rows])] == [1, 2, 3]


def test_D4_verify_finds_a_call_that_was_read_and_not_decided_and_one_that_was_decided_twice() -> None:
    decided = Decided()
    (opened,) = [event for event in busy().every if event.TYPE == "fengqiao.incident.opened.v1"]
    assert list(decided.journal(opened)) == []
    assert list(decided.reported(incident("a"), 7)) == []
    assert "offset 8) and never opened" in next(decided.reported(incident("lost"), 8))
    alarm = IncidentUnreadable(
        area="testarea", at=START, subject=incident("lost"), topic="incidents", partition=0, offset=8, why="not JSON"
    )
    assert list(decided.journal(alarm)) == []
    assert list(decided.reported(incident("lost"), 8)) == []
    assert "is opened a second time" in next(decided.journal(opened))
