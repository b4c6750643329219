"""Where units are and how long they need: the same numbers as the road network's own, whoever is asked about (D1)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from fengqiao.contracts.model import Location
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.areas import AreaIndex, load_areas
from fengqiao.geo.roads import Mode, RoadNetwork
from fengqiao.runtime.metrics import REGISTRY
from services.dispatch.domain.forces import Forces, Kind, Unit
from services.dispatch.positions import Positions
from tests.system import ROOT
from tests.unit.dispatch.area import PATROL, ROOM, VOLUNTEER

NOW = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)
LON = [113.0 + 0.001 * number for number in range(10)]


@pytest.fixture(scope="module")
def gaoqiao_ground() -> AreaIndex:
    return AreaIndex(load_areas(ROOT / "deploy" / "areas"))


@pytest.fixture
def roads() -> RoadNetwork:
    """A street of ten crossings, 98 m from one to the next; driving on takes 10 s, back 20 s."""
    ways = [(n, n + 1, 10.0) for n in range(9)] + [(n + 1, n, 20.0) for n in range(9)]
    tail, head, seconds = zip(*ways, strict=True)
    return RoadNetwork(LON, [28.0] * 10, tail, head, [98.0] * len(ways), seconds)


def forces() -> Forces:
    def unit(id: str, kind: Kind, crossing: int) -> Unit:
        return Unit(id, id, kind, "组", "Unit", (LON[crossing], 28.0), None)

    units = (unit("P1", PATROL, 0), unit("R1", ROOM, 2), unit("V1", VOLUNTEER, 4), unit("P2", PATROL, 9))
    return Forces("testarea", {one.id: one for one in units}, {}, "none")


def place(crossing: int) -> Location:
    return Location(lon=LON[crossing], lat=28.0)


def moved(unit: str, crossing: int, after: float = 0) -> UnitPosition:
    at = NOW + timedelta(seconds=after)
    return UnitPosition(area="testarea", unit=unit, lon=LON[crossing], lat=28.0, at=at, received_at=at)


def test_D1_each_unit_needs_what_its_kind_needs(roads: RoadNetwork) -> None:
    positions = Positions(forces(), roads)
    driving, slower, walking, back = positions.seconds(["P1", "R1", "V1", "P2"], place(4))
    assert [driving, slower, walking, back] == pytest.approx([40, 20 / 0.9, 0, 100])
    on_foot = roads.travel_seconds([4], 6, Mode.FOOT)[0]
    assert positions.seconds(["V1", "P1"], place(6)) == [pytest.approx(on_foot), pytest.approx(60)]


def test_D1_a_moved_unit_counts_from_where_it_is_now(roads: RoadNetwork) -> None:
    positions = Positions(forces(), roads)
    assert positions.seconds(["P1", "P2"], place(5)) == [pytest.approx(50), pytest.approx(80)]
    assert positions.moved(moved("P2", 6))
    assert positions.seconds(["P1", "P2"], place(5)) == [pytest.approx(50), pytest.approx(20)]
    assert positions.seconds(["P2"], place(5)) == [pytest.approx(20)]
    assert positions.at(NOW + timedelta(seconds=7)).age("P2") == 7
    assert positions.at(NOW).age("P1") is None


def test_D1_older_fixes_and_strangers_change_nothing(roads: RoadNetwork) -> None:
    positions = Positions(forces(), roads)
    assert positions.moved(moved("P1", 5, after=10))
    assert not positions.moved(moved("P1", 0, after=9))
    assert not positions.moved(moved("X9", 0))
    assert positions.seconds(["P1"], place(5)) == [0.0]


def test_D1_off_the_map_there_is_no_road(roads: RoadNetwork) -> None:
    positions = Positions(forces(), roads)
    assert positions.seconds(["P1", "V1"], Location(lon=114.0, lat=29.0)) == [inf, inf]
    far = UnitPosition(area="testarea", unit="P1", lon=114.0, lat=29.0, at=NOW, received_at=NOW)
    assert positions.moved(far)
    assert positions.seconds(["P1", "P2"], place(9)) == [inf, 0.0]


def test_D1_positions_that_cannot_be_true_are_ignored_and_counted(
    roads: RoadNetwork, gaoqiao_ground: AreaIndex
) -> None:
    positions = Positions(replace(forces(), area="gaoqiao"), roads, gaoqiao_ground)

    def count(reason: str) -> float:
        return REGISTRY.get_sample_value("fengqiao_positions_ignored_total", {"reason": reason}) or 0.0

    counted = {reason: count(reason) for reason in ("older", "future", "outside")}
    assert positions.moved(moved("P1", 5))
    away = UnitPosition(
        area="gaoqiao", unit="P1", lon=110.0, lat=20.0, at=NOW + timedelta(seconds=1), received_at=NOW + timedelta(1)
    )
    ahead = away.model_copy(update={"lon": LON[0], "lat": 28.0, "at": NOW + timedelta(days=1, seconds=31)})
    for ignored in (away, ahead, moved("P1", 0, after=-1)):
        assert not positions.moved(ignored)
    assert positions.seconds(["P1"], place(5)) == [0.0]
    assert {reason: count(reason) - before for reason, before in counted.items()} == dict.fromkeys(counted, 1.0)
    # The same of a neighbour's unit that helps here.
    guest = {"unit": "yujin-V1"}
    for told in (moved("P1", 5), away, ahead, moved("P1", 0, after=-1)):
        assert not positions.moved(told.model_copy(update=guest))
    assert positions.seconds(["yujin-V1"], place(5)) == [0.0]
    assert {reason: count(reason) - before for reason, before in counted.items()} == dict.fromkeys(counted, 2.0)
    # A moment ahead is a clock, not a mistake.
    assert positions.moved(moved("P1", 6, after=40).model_copy(update={"received_at": NOW + timedelta(seconds=20)}))


def test_D10_where_a_unit_is_tells_its_cell_where_the_ground_is_known(
    roads: RoadNetwork, gaoqiao_ground: AreaIndex
) -> None:
    positions = Positions(forces(), roads)
    assert (positions.where("P1").lon, positions.where("P1").lat) == (LON[0], 28.0)
    assert positions.moved(moved("P1", 5))
    assert positions.where("P1") == Location(lon=LON[5], lat=28.0)
    known = Positions(replace(forces(), area="gaoqiao"), roads, gaoqiao_ground)
    street = UnitPosition(area="gaoqiao", unit="P1", lon=113.0169, lat=28.1964, at=NOW, received_at=NOW)
    assert known.moved(street)
    assert (known.where("P1").grid_cell, known.where("P1").zone) == ("G07", "north")
    assert known.where("P2").grid_cell is None
