"""D6, D7: laws of standing by and coverage, on histories that Hypothesis makes up."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.contracts.commands import SetDuty
from fengqiao.contracts.standing_by import CoverageEvent, StandbyOrdered
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import fold
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.standby_plan import CoverageRule
from services.dispatch.domain.stored_board import to_json
from services.dispatch.entries import numbered
from tests.checker import Record
from tests.folded import fold as fold_records
from tests.unit.dispatch.area import Area
from tests.unit.dispatch.invariants import check
from tests.unit.dispatch.standing import MARKS, NEAR, moved, standing_area
from tests.unit.dispatch.test_laws import acts, play

UNITS = ("P1", "P2", "F1", "F2")
ENOUGH = CoverageRule("volunteers", ("volunteer",), at_least=1)
moves = st.tuples(st.sampled_from(UNITS), st.sampled_from((*MARKS, 150.0, float("inf"))))
histories = st.lists(
    st.one_of(acts(), acts(), st.tuples(st.just("move"), moves), st.tuples(st.just("tick"), st.just(61))), max_size=60
)


def played(history: list[tuple[str, Any]]) -> tuple[Area, list[tuple[Board, Area]]]:
    """The area after the history, and each turn with the board before it."""
    area = standing_area(NEAR, ENOUGH).on_duty("P1", "P2", "F1", "F2", "V1")
    turns = []
    for act in history:
        before = area.board
        area = moved(area, **{act[1][0]: act[1][1]}) if act[0] == "move" else play(area, act)
        turns.append((before, area if act[0] != "move" else replace(area, events=())))
    return area, turns


@given(histories)
@settings(max_examples=120, deadline=None)
def test_D6_who_is_ordered_to_wait_was_idle_and_an_order_ends_with_an_assignment(
    history: list[tuple[str, Any]],
) -> None:
    _, turns = played(history)
    for before, area in turns:
        check(before, area)
        board = before
        for event in area.events:
            if isinstance(event, StandbyOrdered):
                unit = board.units[event.unit]
                assert unit.on
                assert not unit.assignments
                assert unit.emergency is None
                assert not unit.silent
            board = evolve(board, event)
        for unit in area.board.units.values():
            assert unit.standby is None or (unit.on and not unit.assignments and unit.emergency is None)


@given(histories)
@settings(max_examples=120, deadline=None)
def test_D6_D7_when_nothing_happens_any_more_nobody_is_ordered_about(history: list[tuple[str, Any]]) -> None:
    area, _ = played(history)
    # Whatever waits (timers, held calls) is over after a day; then every unit is where it is.
    for _ in range(12):
        area = area.tick(hours=2)
    area = area.tick(seconds=61).tick(seconds=61)
    for _ in range(5):
        area = area.tick(seconds=61)
        assert not [event for event in area.events if isinstance(event, StandbyOrdered | CoverageEvent)]


@given(histories)
@settings(max_examples=100, deadline=None)
def test_D6_D7_the_journal_from_its_start_gives_the_same_board_and_the_topic_the_same_points(
    history: list[tuple[str, Any]],
) -> None:
    area, _ = played(history)
    assert to_json(fold(Board("testarea"), iter(area.every))) == to_json(area.board)
    records = [
        Record("dispatch", 0, one.sequence, "testarea", one.event.wire().decode(), one.event.TYPE, "d", "t")
        for one in numbered(0, area.every, None)
        if one.sequence is not None
    ]
    folded = fold_records([replace(record, sequence=record.offset) for record in records])
    for unit, duty in area.board.units.items():
        seen = folded.units[f"testarea/{unit}"]
        assert seen.standby == (None if duty.standby is None else duty.standby.point)
        assert seen.sequence == duty.sequence


@given(st.lists(st.tuples(st.sampled_from(UNITS[:2]), st.booleans(), st.sampled_from(MARKS)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_D7_what_was_told_of_a_place_stands_for_a_minute(changes: list[tuple[str, bool, float]]) -> None:
    area = standing_area(NEAR).on_duty("P1").tick()
    told: dict[str, Any] = {}
    for unit, on, mark in changes:
        area = moved(area.ask(SetDuty, unit=unit, on=on), **{unit: mark}).tick(seconds=20)
        for event in area.events:
            if isinstance(event, CoverageEvent):
                for cell in event.grid_cells:
                    kind, at = told.get(cell, (None, None))
                    assert kind is not type(event)
                    assert at is None or (event.at - at).total_seconds() >= 60
                    told[cell] = type(event), event.at
