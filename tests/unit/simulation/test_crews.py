"""Crews follow what the states say: begun once, redirected, stopped; a unit that somebody else signs on is theirs."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fengqiao.client import Addresses
from fengqiao.runtime.clock import ManualClock
from simulation.city.crew import STANDBY_SPEED, Crew, Mover
from simulation.city.crews import Crews, Tally
from simulation.city.ground import Ground, load_ground
from simulation.city.handling import Rules
from simulation.city.people import People

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
NOW = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)
HERE, THERE = (113.01734, 28.19699), (113.031614, 28.172273)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return load_ground(AREAS, "gaoqiao")


@pytest.fixture
def crews(ground: Ground, tmp_path: Path) -> Crews:
    """On a clock that stands still: nobody takes a step. YY and P2 are on duty."""
    people = People(Addresses(), tmp_path, "gaoqiao", "city")
    crews = Crews(ground, people, ManualClock(NOW), Rules((), (), ()), 1, 1.0, Tally())
    for unit in ("YY", "P2"):
        crews.on[unit] = Crew(ground.teams[unit], crews.mover(ground.teams[unit]))
    return crews


def state(*assignments: tuple[str, str, str], at: tuple[float, float] = HERE) -> dict[str, Any]:
    """assignments: id, unit, status."""
    return {
        "incident_id": "gaoqiao-x",
        "category": {"code": "020301"},
        "location": {"lon": at[0], "lat": at[1]},
        "assignments": [
            {"id": id, "unit": unit, "status": status, "role": "primary", "assigned_at": NOW.isoformat()}
            for id, unit, status in assignments
        ],
    }


def waiting(unit: str, sequence: int, at: tuple[float, float] | None, *, minutes: float = 600) -> dict[str, Any]:
    """The unit's state: told to wait there for so long, or nowhere."""
    told: dict[str, Any] = {"unit": unit, "sequence": sequence}
    if at is not None:
        until = (NOW + timedelta(minutes=minutes)).isoformat()
        told["standby"] = {"point": "S01", "place": {"lon": at[0], "lat": at[1]}, "until": until}
    return told


def later(crews: Crews, seconds: float) -> None:
    assert isinstance(crews.clock, ManualClock)
    crews.clock.advance(seconds)


def there(crews: Crews, unit: str) -> tuple[float, float]:
    """Where the unit is when its way is over."""
    later(crews, crews.on[unit].mover.left() + 0.001)
    return crews.on[unit].mover.place()


def jobs(crews: Crews, unit: str) -> list[str]:
    return list(crews.on[unit].jobs)


async def test_an_assignment_is_begun_once_and_stopped_when_it_is_over(crews: Crews) -> None:
    crews.state(state(("x.1", "YY", "assigned"), ("x.2", "P9", "assigned")))
    crews.state(state(("x.1", "YY", "assigned")))
    assert (jobs(crews, "YY"), jobs(crews, "P2")) == (["x.1"], [])
    crews.state(state(("x.1", "YY", "cancelled"), ("x.2", "P2", "assigned")))
    assert (jobs(crews, "YY"), jobs(crews, "P2")) == ([], ["x.2"])


async def test_a_unit_that_may_hold_two_sends_a_party_to_each(crews: Crews) -> None:
    crews.state(state(("x.1", "YY", "assigned"), ("x.2", "YY", "en_route")))
    one, other = (job for job, _ in crews.on["YY"].jobs.values())
    assert one.mover is crews.on["YY"].mover
    assert other.mover is not one.mover


async def test_S7_who_is_on_the_way_follows_an_incident_that_moves(crews: Crews) -> None:
    crews.state(state(("x.1", "P2", "en_route")))
    await asyncio.sleep(0)  # the crew's turn
    there = crews.on["P2"].mover.left()
    crews.state(state(("x.1", "P2", "en_route"), at=THERE))
    assert crews.on["P2"].jobs["x.1"][0].task.goal == THERE
    assert crews.on["P2"].mover.left() > there + 60


async def test_a_unit_that_somebody_else_signs_on_is_theirs(crews: Crews) -> None:
    crews.state(state(("x.1", "YY", "assigned")))
    (_, working) = crews.on["YY"].jobs["x.1"]
    crews.taken_by("YY", "city-dispatcher")
    assert "YY" in crews.on, "the city's own sign-on changes nothing"
    crews.taken_by("YY", "story-dispatcher")
    await asyncio.gather(working, return_exceptions=True)
    assert ("YY" in crews.on, "YY" in crews.released, working.cancelled()) == (False, True, True)


def test_D6_a_unit_drives_to_where_it_is_told_to_wait_and_stays_until_the_order_ends(crews: Crews) -> None:
    crew = crews.on["P2"]
    assert crew.team.roams
    crews.unit(waiting("P2", 7, THERE))
    way = crews.ground.ways.way(crew.team.home, THERE)
    assert crew.mover.left() == pytest.approx(way.seconds / STANDBY_SPEED)
    later(crews, crew.mover.left() / 2)
    assert crew.mover.place() == pytest.approx(way.at(way.seconds / 2))
    crews.unit(waiting("P2", 8, THERE))
    assert crew.mover.place() == pytest.approx(way.at(way.seconds / 2)), "told again, it goes on"
    assert (there(crews, "P2"), crew.idle(crews.clock.now())) == (THERE, False)
    later(crews, 600 * 60)
    assert (crew.mover.place(), crew.idle(crews.clock.now())) == (THERE, True)


def test_D6_a_late_state_is_passed_over_and_a_newer_order_turns_the_unit_round(crews: Crews) -> None:
    crews.unit(waiting("YY", 7, THERE))
    crews.unit(waiting("YY", 6, HERE))
    assert there(crews, "YY") == THERE
    crews.unit(waiting("YY", 8, HERE))
    assert there(crews, "YY") == HERE


async def test_D6_an_order_amid_an_assignment_counts_when_that_is_over(crews: Crews) -> None:
    crews.state(state(("x.1", "YY", "on_scene")))
    crews.unit(waiting("YY", 7, THERE))
    assert crews.on["YY"].mover.left() <= 0
    crews.state(state(("x.1", "YY", "cleared")))
    assert there(crews, "YY") == THERE
    crews.state(state(("x.2", "YY", "on_scene")))
    crews.unit(waiting("YY", 8, None))
    crews.state(state(("x.2", "YY", "cleared")))
    assert there(crews, "YY") == crews.on["YY"].team.home


@pytest.mark.parametrize("pace", [1.0, 10.0])
async def test_D4_a_crew_drives_the_networks_seconds_by_its_pace(ground: Ground, pace: float) -> None:
    clock = ManualClock(NOW)
    team = ground.teams["P2"]
    mover = Mover(team, ground.ways, clock, pace, team.home)
    mover.head_for(HERE)
    way = ground.ways.way(team.home, HERE)
    assert mover.left() == pytest.approx(way.seconds / pace)
    clock.advance(way.seconds / pace / 2)
    assert mover.place() == pytest.approx(way.at(way.seconds / 2))
    clock.advance(way.seconds / pace)
    assert mover.place() == HERE
