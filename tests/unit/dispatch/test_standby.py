"""D6: idle units wait where the next calls are expected; orders are events, and nobody is sent to and fro."""

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.contracts import commands, ids, orders
from fengqiao.contracts.aid import AidGranted, LentUnit
from fengqiao.contracts.standing_by import StandbyOrdered
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.placing import Matrix, place
from services.dispatch.domain.standby_plan import Advice
from tests.unit.dispatch.area import START, Area, assignment
from tests.unit.dispatch.standing import PLAN, VEHICLES, moved, standing_area


def ordered(area: Area) -> dict[str, str]:
    """unit → point, of the last message's orders."""
    return {event.unit: event.point for event in area.events if isinstance(event, StandbyOrdered)}


def test_D6_one_idle_patrol_waits_in_the_middle_of_the_demand() -> None:
    area = standing_area().on_duty("P1").tick()
    assert area.told() == ["standby.ordered P1", "private.units-placed"]
    order = area.events[0]
    assert isinstance(order, StandbyOrdered)
    # From 0 the four points are 450 s away on average; from 300 or 600 it is 300 s, and 300 is nearer.
    assert (order.point, order.seconds, order.saves_seconds) == ("S1", 300.0, 150.0)
    assert (order.why, order.advice, order.squad) == ("units_changed", "plan", "vehicles")
    assert order.place.grid_cell == "G2"
    assert order.until == START.replace(hour=21, minute=0, second=0)
    held = area.board.units["P1"].standby
    assert held is not None
    assert held.point == "S1"


def test_D6_two_patrols_share_the_road_and_the_nearer_one_goes_to_each_place() -> None:
    area = standing_area(at={"P1": 900.0, "P2": 0.0}).on_duty("P1", "P2").tick()
    # Both stand at an end already: 150 s on average, and no single move saves anything.
    assert ordered(area) == {}
    area = standing_area(at={"P1": 600.0, "P2": 600.0}).on_duty("P1", "P2").tick()
    assert len(ordered(area)) == 1
    assert set(ordered(area).values()) <= {"S0", "S1"}


def test_D6_a_quiet_board_stays_quiet() -> None:
    area = standing_area().on_duty("P1", "P2").tick()
    assert ordered(area)
    for _ in range(30):
        area = area.tick(seconds=61)
        assert area.told() == []


def test_D6_a_unit_with_an_assignment_loses_its_order_and_gets_another_when_it_is_free() -> None:
    area = standing_area().on_duty("P1").tick().reported("a")
    assert area.board.units["P1"].standby is None
    area = moved(area, P1=0.0).cleared(assignment("a"))
    assert ordered(area.tick(seconds=1)) == {}
    assert ordered(area.tick(seconds=61)) == {"P1": "S1"}


def test_D6_units_are_placed_at_most_once_a_minute() -> None:
    area = standing_area().on_duty("P1").tick().on_duty("P2").tick(seconds=1)
    assert area.told() == []
    area = area.tick(seconds=60)
    assert ordered(area).keys() == {"P2"}


def test_D6_nobody_is_moved_for_a_trifle() -> None:
    # At 298 the sum is nearly that of the best point: 2 s away, less than what a move has to save.
    assert ordered(standing_area(at={"P1": 298.0}).on_duty("P1").tick()) == {}


def test_D6_the_night_plan_is_another_one_on_foot_too() -> None:
    area = standing_area().on_duty("P1", "F1").tick()
    assert ordered(area) == {"P1": "S1"}
    area = replace(area, now=START.replace(hour=21, minute=0)).tick()
    assert ordered(area) == {"P1": "S3", "F1": "S3"}
    assert {event.why for event in area.events if isinstance(event, StandbyOrdered)} == {"hours_changed"}
    assert {event.until - event.at for event in area.events if isinstance(event, StandbyOrdered)} == {
        timedelta(hours=9)
    }


def test_D6_A5_what_analytics_advises_counts_before_the_plan() -> None:
    area = standing_area().on_duty("P1").tick()
    advised = replace(area, advice=Advice("insights", "2024-10-30", {"S3": 1.0})).tick(seconds=61)
    (order,) = [event for event in advised.events if isinstance(event, StandbyOrdered)]
    assert (order.unit, order.point, order.why, order.advice) == ("P1", "S3", "advice_changed", "insights")
    assert advised.tick(seconds=61).told() == []


def test_D6_who_is_in_need_silent_or_off_duty_is_not_sent_to_wait() -> None:
    area = standing_area().on_duty("P1", "P2", "YY").ask(orders.CallEmergency, unit="P1").tick()
    assert "P1" not in ordered(area)
    area = standing_area().on_duty("P1").tick().ask(commands.SetDuty, unit="P1", on=False)
    assert area.board.units["P1"].standby is None
    assert area.tick(seconds=61).told() == []


def test_D6_a_unit_that_never_went_counts_where_it_is() -> None:
    area = standing_area(at={"P1": 0.0, "P2": 900.0}).on_duty("P1").tick()
    assert ordered(area) == {"P1": "S1"}
    # It should have been there after 2 × 300 s and five minutes; it still stands at 0 when another comes.
    late = area.after(minutes=20).on_duty("P2").tick(seconds=1)
    early = area.after(minutes=2).on_duty("P2").tick(seconds=1)
    assert ordered(late) == {}
    assert ordered(early) == {}
    # What differs is what they are reckoned to save.
    assert late.told() == early.told() == ["private.units-placed"]


def test_D6_an_area_without_a_plan_orders_nobody() -> None:
    assert Area().on_duty("P1").tick(seconds=61).told() == []


def test_D6_nobody_is_sent_further_to_wait_than_his_squad_goes() -> None:
    near = replace(
        PLAN, bands=tuple(replace(band, squads=(replace(VEHICLES, most_seconds=200.0),)) for band in PLAN.bands)
    )
    assert ordered(standing_area(plan=near, at={"P1": 50.0}).on_duty("P1").tick()) == {}
    assert ordered(standing_area(plan=near, at={"P1": 120.0}).on_duty("P1").tick()) == {"P1": "S1"}


@st.composite
def _networks(draw: st.DrawFn) -> tuple[Matrix, Matrix, Matrix]:
    points = draw(st.integers(1, 6))
    units = draw(st.integers(1, 4))
    seconds = st.floats(0, 1000, allow_nan=False)
    between = np.array(
        draw(st.lists(st.lists(seconds, min_size=points, max_size=points), min_size=points, max_size=points))
    )
    np.fill_diagonal(between, 0.0)
    standing = np.array(
        draw(st.lists(st.lists(seconds, min_size=points, max_size=points), min_size=units, max_size=units))
    )
    weights = np.array(draw(st.lists(st.floats(0.1, 10), min_size=points, max_size=points)))
    return between, standing, weights


@given(_networks())
@settings(max_examples=200, deadline=None)
def test_D6_placing_saves_what_it_says_and_no_single_move_would_save_more(
    network: tuple[Matrix, Matrix, Matrix],
) -> None:
    between, standing, weights = network
    found = place(standing, standing, [between] * len(standing), weights, 3.0, 0.03)
    share = weights / weights.sum()
    after = standing.copy()
    for unit, point in found.moves.items():
        after[unit] = between[point]
    assert abs(float(after.min(axis=0) @ share) - found.after) < 1e-3
    assert found.before - found.after >= 3.0 * len(found.moves) - 1e-3
    for unit in set(range(len(standing))) - found.moves.keys():
        for point in range(len(weights)):
            other = after.copy()
            other[unit] = between[point]
            saved = found.after - float(other.min(axis=0) @ share)
            assert saved < max(3.0, 0.03 * found.after) + 1e-3


def test_D6_from_home_it_comes_close_to_the_best_of_all_placings() -> None:
    """On a road with 12 points, against every way to place three units."""
    marks = np.linspace(0, 1100, 12)
    between = np.abs(marks[:, None] - marks[None, :])
    weights = np.array([3, 1, 1, 8, 1, 1, 1, 6, 1, 1, 1, 4.0])
    share = weights / weights.sum()
    best = min(float(between[list(chosen)].min(axis=0) @ share) for chosen in combinations(range(12), 3))
    home = np.tile(between[0], (3, 1))
    found = place(home, home, [between] * 3, weights, 3.0, 0.03)
    assert found.after <= 1.15 * best


def test_D6_D8_whoever_is_lent_is_not_sent_to_wait_at_home() -> None:
    area = standing_area().on_duty("P1", "P2")
    there = f"north-{ids.digest('there')}"
    granted = AidGranted(
        area="testarea",
        at=area.now,
        to_area="north",
        message=1,
        aid_id=f"{there}.aid1",
        for_incident=there,
        for_number="7",
        unit="P1",
        unit_kind="patrol",
        lent=LentUnit(
            unit="P1", kind="patrol", call_sign="P1", name_zh="巡", name_en="Patrol", police=True, home=(113.0, 28.0)
        ),
        travel_seconds=600,
    )
    lent = replace(area, board=evolve(area.board, granted))
    assert set(ordered(lent.tick())) == {"P2"}
