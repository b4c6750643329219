"""D7: holes in coverage, per kind of unit, told when they open and when they close."""

import pytest

from fengqiao.contracts import commands, orders
from fengqiao.contracts.standing_by import CoverageEvent, CoverageLost, CoverageRestored
from services.dispatch.domain.plans import Hours
from services.dispatch.domain.standby_plan import CoverageRule
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.views import area_document
from tests.unit.dispatch.area import START, Area, assignment
from tests.unit.dispatch.standing import NEAR, moved, standing_area

ENOUGH = CoverageRule("volunteers", ("volunteer",), at_least=2)


def holes(area: Area) -> list[tuple[str, tuple[str, ...]]]:
    """(rule, cells) of what is told, lost ones with a minus."""
    told = []
    for event in area.events:
        if isinstance(event, CoverageEvent):
            told.append(("-" if isinstance(event, CoverageLost) else "+", event.grid_cells))
    return told


def test_D7_before_anybody_signs_on_the_force_says_so_and_no_hole_does() -> None:
    assert standing_area(NEAR).tick().told() == []
    assert standing_area(NEAR).on_duty("V1").tick().told() == []


def test_D7_cells_that_no_free_patrol_reaches_in_time_are_a_hole() -> None:
    area = standing_area(NEAR, at={"P1": 0.0}).on_duty("P1").tick()
    (lost,) = [event for event in area.events if isinstance(event, CoverageLost)]
    assert (lost.rule, lost.kinds, lost.grid_cells, lost.free) == ("patrol", ("patrol",), ("G3", "G4"), 1)
    assert (lost.within_seconds, lost.at_least, lost.zone) == (400.0, None, None)
    assert holes(area.tick(seconds=600)) == []
    area = moved(area, P1=300.0).tick(seconds=601)
    assert holes(area) == [("+", ("G3",))]
    assert area_document("testarea", area.board)["holes"] == [{"rule": "patrol", "place": "G4", "since": START}]


def test_D7_when_the_last_free_patrol_is_sent_the_hole_is_told_at_once() -> None:
    area = standing_area(NEAR, at={"P1": 300.0, "P2": 600.0}).on_duty("P1", "P2").tick()
    assert holes(area) == []
    area = area.reported("a").tick(seconds=1)
    assert len(holes(area)) == 1
    area = area.reported("b").tick(seconds=1)
    assert {cell for _, cells in holes(area) for cell in cells} <= {"G1", "G2", "G3", "G4"}
    assert all(hole.open for hole in area.board.holes.values())
    assert len(area.board.holes) == 4
    area = area.cleared(assignment("a")).cleared(assignment("b"))
    assert holes(area.tick(seconds=30)) == []
    restored = area.tick(seconds=61)
    assert {cell for _, cells in holes(restored) for cell in cells} == {"G1", "G2", "G3", "G4"}
    assert {type(event) for event in restored.events if isinstance(event, CoverageEvent)} == {CoverageRestored}


def test_D7_a_unit_on_the_edge_rings_nobody_twice() -> None:
    area = standing_area(NEAR, at={"P1": 400.0}).on_duty("P1").tick()
    assert holes(area) == [("-", ("G4",))]
    told = 0
    for second in range(200):
        # From 499 to 501 and back: 401 to 399 seconds from the last cell.
        area = moved(area, P1=499.0 if second % 2 else 501.0).tick(seconds=1)
        told += len([cells for _, cells in holes(area) if "G4" in cells])
    assert told == 0
    area = moved(area, P1=545.0).tick(seconds=61)
    assert ("+", ("G4",)) in holes(area)


def test_D7_who_is_busy_silent_or_in_need_covers_nothing() -> None:
    area = standing_area(NEAR, at={"P1": 450.0}).on_duty("P1").tick().ask(orders.CallEmergency, unit="P1")
    area = area.tick(seconds=61)
    assert {cell for _, cells in holes(area) for cell in cells} == {"G1", "G2", "G3", "G4"} - {"G1", "G4"}
    area = standing_area(NEAR, at={"P1": 450.0}).on_duty("P1").tick()
    area = area.ask(commands.SetDuty, unit="P1", on=False).tick(seconds=61)
    assert {cell for _, cells in holes(area) for cell in cells} == {"G2", "G3"}


def test_D7_so_many_have_to_be_free() -> None:
    area = standing_area(ENOUGH).on_duty("V1").tick()
    (lost,) = area.events
    assert isinstance(lost, CoverageLost)
    assert (lost.grid_cells, lost.zone, lost.at_least, lost.free) == ((), None, 2, 1)
    area = area.on_duty("V2").tick(seconds=61)
    (restored,) = area.events
    assert isinstance(restored, CoverageRestored)
    assert area_document("testarea", area.board)["holes"] == []


def test_D7_holes_survive_a_snapshot() -> None:
    board = standing_area(NEAR, at={"P1": 0.0}).on_duty("P1").tick().board
    assert len(board.holes) == 2
    assert board.placed is not None
    assert from_json(to_json(board)) == board


@pytest.mark.parametrize("minutes", [0, 600])
def test_D7_a_rule_holds_in_its_hours(minutes: int) -> None:
    rule = CoverageRule("night", ("patrol",), within_seconds=400, hours=Hours(22 * 60, 2 * 60))
    area = standing_area(rule).on_duty("P1").after(minutes=minutes)
    assert bool(holes(area.tick())) == (minutes == 600)


def test_D7_after_its_hours_a_rule_has_no_holes() -> None:
    rule = CoverageRule("day", ("patrol",), within_seconds=400, hours=Hours(6 * 60, 21 * 60))
    lost = standing_area(rule, at={"P1": 0.0}).on_duty("P1").tick()
    assert area_document("testarea", lost.board)["holes"]
    over = lost.tick(hours=7)
    assert [type(event) for event in over.events if isinstance(event, CoverageEvent)] == [CoverageRestored]
    assert area_document("testarea", over.board)["holes"] == []
    assert [event for event in over.tick(hours=1).events if isinstance(event, CoverageEvent)] == []
