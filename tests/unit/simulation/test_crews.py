"""Crews follow what the states say: begun once, redirected, stopped; a unit that somebody else signs on is theirs."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fengqiao.client import Addresses
from fengqiao.runtime.clock import ManualClock
from simulation.city.crew import Crew, Mover
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
