"""A crew's way along the roads takes the network's seconds, and is where it should be in between."""

from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from fengqiao.contracts.model import Location
from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.roads import Mode, RoadNetwork, load_roads
from services.dispatch.area_folder import load_forces
from services.dispatch.positions import Positions
from simulation.ways import NoWay, Way, Ways

GAOQIAO = Path(__file__).parents[3] / "deploy" / "areas" / "gaoqiao"
YIYUAN, STREET = (113.01698, 28.196497), (113.01734, 28.19699)


@pytest.fixture(scope="module")
def roads() -> RoadNetwork:
    return load_roads(GAOQIAO)


@pytest.fixture(scope="module")
def ways(roads: RoadNetwork) -> Ways:
    return Ways(roads)


@pytest.mark.parametrize("unit", ["YY", "P3", "R07", "V37"])
def test_D1_a_way_takes_the_seconds_that_dispatch_counts_with(roads: RoadNetwork, ways: Ways, unit: str) -> None:
    forces = load_forces(GAOQIAO, "gaoqiao")
    positions = Positions(forces, roads)
    team = forces.units[unit]
    mode = Mode.FOOT if team.kind.on_foot else Mode.DRIVE
    random = Random(7)
    for other in random.sample(sorted(forces.units), 12):
        goal = forces.units[other].home
        (expected,) = positions.seconds([unit], Location(lon=goal[0], lat=goal[1]))
        way = ways.way(team.home, goal, mode, team.kind.speed_factor)
        assert way.seconds == pytest.approx(expected, abs=0.01)


def test_a_way_is_driven_without_a_leap(ways: Ways) -> None:
    way = ways.way((113.009169, 28.194065), (113.050896, 28.17597))
    assert way.at(-1) == way.places[0] == (113.009169, 28.194065)
    assert way.at(way.seconds + 1) == way.places[-1] == (113.050896, 28.17597)
    places = [way.at(second) for second in range(int(way.seconds) + 1)]
    fastest = max(haversine_metres(*one, *other) for one, other in pairwise(places))
    assert fastest < 25, "nobody drives 90 km/h in a town"


def test_S7_who_is_redirected_drives_on_to_the_next_crossing_first(ways: Ways) -> None:
    way = ways.way((113.009169, 28.194065), (113.050896, 28.17597))
    halfway = way.seconds / 2
    new = ways.redirected(way, halfway, STREET)
    assert new.at(0) == way.at(halfway)
    assert new.places[1] in way.places
    assert new.places[-1] == STREET
    back = ways.redirected(way, halfway, way.places[-1])
    assert back.seconds == pytest.approx(way.seconds - halfway, abs=0.01), "the same goal takes what was left"


def test_who_has_arrived_is_redirected_from_there(ways: Ways) -> None:
    way = ways.way(YIYUAN, STREET)
    assert ways.redirected(way, way.seconds + 100, YIYUAN).places[0] == STREET


def test_where_no_road_leads_there_is_no_way() -> None:
    lonely = RoadNetwork([113.0, 113.001, 113.1], [28.0, 28.0, 28.0], [0, 1], [1, 0], [100, 100], [10, 10])
    with pytest.raises(NoWay, match=r"113\.1"):
        Ways(lonely).way((113.0, 28.0), (113.1, 28.0))


def test_standing_still_is_a_way_too() -> None:
    assert Way((YIYUAN, YIYUAN), (0.0, 0.0)).at(5) == YIYUAN
