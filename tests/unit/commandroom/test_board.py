"""The board: the latest of everything, by area."""

from datetime import UTC, datetime
from typing import Any

import orjson

from fengqiao.runtime.cloudevents import CloudEvent
from services.commandroom.board import (
    CASE,
    INCIDENT_STATE,
    MOST_UNREADABLE,
    UNIT_POSITION,
    UNIT_STATE,
    UNREADABLE,
    LiveBoard,
)

NOW = datetime(2024, 10, 30, 14, 20, tzinfo=UTC)


def event(kind: str, subject: str, sequence: int, /, **data: Any) -> CloudEvent:
    return CloudEvent(kind, "dispatch", subject, sequence, NOW, orjson.dumps(data))


def shown(board: LiveBoard, areas: set[str] | None = None) -> Any:
    return orjson.loads(orjson.dumps(board.snapshot(areas)))


def test_C3_the_newest_state_stays_and_older_ones_are_skipped() -> None:
    board = LiveBoard()
    assert board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 5, status="queued"))
    assert not board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 4, status="active"))
    assert not board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 5, status="again"))
    assert board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 6, status="closed"))
    assert shown(board)["gaoqiao"]["incidents"] == [{"status": "closed"}]


def test_C3_units_positions_and_cases_have_their_own_numbers() -> None:
    board = LiveBoard()
    board.apply(event(UNIT_POSITION, "gaoqiao/P3", 1_730_000_000_000, lon=113.0))
    assert board.apply(event(UNIT_STATE, "gaoqiao/P3", 2, status="available"))
    board.apply(event(f"{CASE}opened.v1", "gaoqiao-x.case", 1, stage="screened"))
    area = shown(board)["gaoqiao"]
    assert (area["units"], area["positions"]) == ([{"status": "available"}], [{"lon": 113.0}])
    assert area["cases"] == [{"stage": "screened"}]
    board.apply(event(f"{CASE}closed.v1", "gaoqiao-x.case", 2))
    assert shown(board)["gaoqiao"]["cases"] == []


def test_C3_a_case_that_is_closed_stays_away_whatever_is_told_of_it_later() -> None:
    board = LiveBoard()
    board.apply(event(f"{CASE}opened.v1", "gaoqiao-x.case", 1, stage="screened"))
    board.apply(event(f"{CASE}closed.v1", "gaoqiao-x.case", 2, stage="closed"))
    for sequence, later in enumerate(("repeated", "forgotten"), start=3):
        board.apply(event(f"{CASE}{later}.v1", "gaoqiao-x.case", sequence, stage="closed"))
        assert shown(board)["gaoqiao"]["cases"] == []
    # Also where the end itself was not read: a start reads the last records only.
    board.apply(event(f"{CASE}forgotten.v1", "gaoqiao-y.case", 9, stage="closed"))
    assert shown(board)["gaoqiao"]["cases"] == []


def test_C3_a_snapshot_has_the_areas_that_were_asked_for_and_no_other() -> None:
    board = LiveBoard()
    board.apply(event(UNIT_STATE, "gaoqiao/P3", 1))
    board.apply(event(UNIT_STATE, "elsewhere/P3", 1))
    assert list(shown(board)) == ["elsewhere", "gaoqiao"]
    assert list(shown(board, {"gaoqiao"})) == ["gaoqiao"]
    assert shown(board, {"nowhere"}) == {}


def test_C3_a_tombstone_takes_an_incident_off_and_it_stays_known() -> None:
    board = LiveBoard()
    board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 5))
    board.removed("gaoqiao/gaoqiao-x")
    assert shown(board)["gaoqiao"]["incidents"] == []
    assert board.knows("gaoqiao", "gaoqiao-x")
    assert not board.knows("gaoqiao", "gaoqiao-y")
    board.clear()
    assert not board.knows("gaoqiao", "gaoqiao-x")


def test_C3_I1_a_call_that_nobody_can_read_stays_in_sight_until_it_is_there() -> None:
    board = LiveBoard()
    where = {"topic": "incidents", "partition": 0}
    board.apply(event(UNREADABLE, "gaoqiao", 1, subject="gaoqiao-x", offset=7, **where))
    board.apply(event(UNREADABLE, "gaoqiao", 2, offset=8, **where))
    board.apply(event(UNREADABLE, "elsewhere", 1, offset=9, **where))
    assert [one["offset"] for one in shown(board)["gaoqiao"]["unreadable"]] == [7, 8]
    board.apply(event(INCIDENT_STATE, "gaoqiao/gaoqiao-x", 3, status="active"))
    assert [one["offset"] for one in shown(board)["gaoqiao"]["unreadable"]] == [8]
    board.apply(event(UNREADABLE, "gaoqiao", 4, subject="gaoqiao-x", offset=10, **where))
    for number in range(MOST_UNREADABLE):
        board.apply(event(UNREADABLE, "gaoqiao", 5 + number, offset=100 + number, **where))
    offsets = [one["offset"] for one in shown(board)["gaoqiao"]["unreadable"]]
    assert offsets == list(range(100, 100 + MOST_UNREADABLE))
