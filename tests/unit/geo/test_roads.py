"""Travel times: the contraction hierarchy against Dijkstra, snapping, and the ways off the road."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import hypot
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.errors import InvalidPlace, InvalidRoads, NoRoad, UnknownNode
from fengqiao.geo.nearest import NearestPoint
from fengqiao.geo.roads import FOOT_MPS, OFF_ROAD_MPS, Arcs, Dijkstra, Mode, RoadNetwork, load_roads


def by_dijkstra(arcs: Arcs, _lon: object, _lat: object) -> Dijkstra:
    return Dijkstra(arcs)


def with_dijkstra(network: RoadNetwork, seconds: list[float]) -> RoadNetwork:
    return RoadNetwork(
        network.lon, network.lat, network.tail, network.head, network.metres, seconds, search=by_dijkstra
    )


coordinates = st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000))


@st.composite
def networks(draw: st.DrawFn) -> tuple[RoadNetwork, RoadNetwork]:
    """The same random network for both searches: parallel arcs, loops, free arcs and islands included."""
    n = draw(st.integers(1, 25))
    node = st.integers(0, n - 1)
    arcs = draw(st.lists(st.tuples(node, node, st.floats(0, 3000), st.floats(0, 900)), max_size=80))
    places = draw(st.lists(st.tuples(st.floats(113.0, 113.1), st.floats(28.1, 28.2)), min_size=n, max_size=n))
    tail, head = [arc[0] for arc in arcs], [arc[1] for arc in arcs]
    metres, seconds = [arc[2] for arc in arcs], [arc[3] for arc in arcs]
    lon, lat = [p[0] for p in places], [p[1] for p in places]
    quick = RoadNetwork(lon, lat, tail, head, metres, seconds)
    return quick, with_dijkstra(quick, seconds)


@given(networks(), st.sampled_from(Mode))
@settings(max_examples=60, deadline=None)
def test_D1_both_searches_agree_on_random_networks(pair: tuple[RoadNetwork, RoadNetwork], mode: Mode) -> None:
    quick, oracle = pair
    everyone = list(range(quick.node_count))
    for target in everyone:
        got, want = (
            quick.travel_seconds(everyone, target, mode),
            oracle.travel_seconds(everyone, target, mode),
        )
        assert np.array_equal(np.isinf(got), np.isinf(want))
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-3)


@pytest.fixture(scope="module")
def oracle(gaoqiao_folder: Path, roads: RoadNetwork) -> RoadNetwork:
    lines = (gaoqiao_folder / "roads" / "arcs.csv").read_text(encoding="utf-8").splitlines()[1:]
    return with_dijkstra(roads, [float(line.split(",")[3]) for line in lines])


@pytest.mark.parametrize("mode", Mode)
def test_D1_both_searches_agree_on_the_areas_network(roads: RoadNetwork, oracle: RoadNetwork, mode: Mode) -> None:
    everyone = np.arange(roads.node_count, dtype=np.int32)
    for target in range(0, roads.node_count, 27):
        got, want = (
            roads.travel_seconds(everyone, target, mode),
            oracle.travel_seconds(everyone, target, mode),
        )
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-3)
        assert np.isfinite(got).all()


def line_network() -> RoadNetwork:
    """Three nodes about 1 km apart from west to east; the way back from the last is missing."""
    return RoadNetwork(
        [113.00, 113.01, 113.02],
        [28.0] * 3,
        [0, 1, 1, 0],
        [1, 0, 2, 1],
        [980, 980, 980, 980],
        [90, 90, 100, 95],
    )


def test_D1_times_follow_the_arcs_direction_and_the_quickest_of_two_arcs() -> None:
    network = line_network()
    assert network.travel_seconds([0, 1, 2], 2).tolist() == [190, 100, 0]
    assert network.travel_seconds([2, 0], 0).tolist() == [np.inf, 0]
    assert network.travel_seconds([], 0).shape == (0,)


def test_D3_people_on_foot_do_not_mind_one_way_streets() -> None:
    seconds = line_network().travel_seconds([2], 0, Mode.FOOT)
    assert seconds.tolist() == pytest.approx([1960 / FOOT_MPS])


@pytest.mark.parametrize(("sources", "target"), [([3], 0), ([-1], 0), ([0], 3), ([0], -1)])
def test_D1_an_unknown_node_is_refused(sources: list[int], target: int) -> None:
    with pytest.raises(UnknownNode):
        line_network().travel_seconds(sources, target)


def test_D1_the_way_to_the_road_counts() -> None:
    network = line_network()
    target, source = (113.01, 28.0), (113.0, 28.0009)
    off = haversine_metres(*source, 113.0, 28.0)
    seconds = network.travel_from([source], target)
    assert seconds.tolist() == pytest.approx([90 + off / OFF_ROAD_MPS["drive"]], abs=0.1)


def test_D1_two_places_at_one_node_go_straight() -> None:
    network = line_network()
    here, there = (113.001, 28.0), (113.0011, 28.0)
    straight = haversine_metres(*here, *there) / OFF_ROAD_MPS["drive"]
    assert network.travel_from([here], there).tolist() == pytest.approx([straight], abs=0.1)


def test_D1_far_from_every_road_is_out_of_reach() -> None:
    network = line_network()
    assert network.travel_from([(113.2, 28.0), (113.0, 28.0)], (113.0, 28.0)).tolist() == [np.inf, 0]
    with pytest.raises(NoRoad, match="within 5000 m"):
        network.nearest_node(113.2, 28.0)
    with pytest.raises(InvalidPlace):
        network.nearest_node(float("nan"), 28.0)


def test_D1_nearest_node_is_the_nearest(roads: RoadNetwork) -> None:
    for lon, lat in ((113.03, 28.185), (113.0161, 28.1979), (113.05, 28.17)):
        metres = [haversine_metres(lon, lat, x, y) for x, y in zip(roads.lon, roads.lat, strict=True)]
        snap = roads.nearest_node(lon, lat)
        assert snap.node == int(np.argmin(metres))
        assert snap.metres == pytest.approx(min(metres), rel=2e-3)


@given(st.lists(coordinates, min_size=1, max_size=30), coordinates)
def test_D1_the_nearest_of_any_points_is_found(points: list[tuple[float, float]], asked: tuple[float, float]) -> None:
    number, metres = NearestPoint([p[0] for p in points], [p[1] for p in points]).find(*asked)
    distances = [hypot(x - asked[0], y - asked[1]) for x, y in points]
    assert metres == min(distances)
    assert number == distances.index(metres)


def test_D1_several_threads_get_the_same_answers(roads: RoadNetwork) -> None:
    def ask(k: int) -> list[float]:
        return [float(s) for s in roads.travel_seconds(range(k, k + 50), k * 3)]

    alone = [ask(k) for k in range(200)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(200))) == alone


def test_the_post_by_the_food_street_is_the_nearest_by_road(roads: RoadNetwork) -> None:
    yiyuan, market, food_street = (113.01698, 28.196497), (113.030445, 28.173537), (113.0195, 28.1979)
    near, far = roads.travel_from([yiyuan, market], food_street)
    assert near < 120 < far


@pytest.mark.parametrize(
    ("nodes", "arcs", "problem"),
    [
        ("id,lon,lat\n1,113,28\n", "from,to,metres,seconds,name\n", "line 2: the id must be 0"),
        ("id,lon,lat\n0,113,x\n", "from,to,metres,seconds,name\n", "line 2: 'x' is not a number"),
        ("id,lon,lat\n", "from,to,metres,seconds,name\n", "at least one node"),
        ("id,lon\n", "from,to,metres,seconds,name\n", "line 1 must read id,lon,lat"),
        ("id,lon,lat\n0,113,28\n", "from,to,metres,seconds,name\n0,1,5,1,甲路\n", "outside 0 … 0"),
        ("id,lon,lat\n0,113,28\n", "from,to,metres,seconds,name\n0,0,5,-1,甲路\n", "negative"),
        ("id,lon,lat\n0,113,28\n", "from,to,metres,seconds,name\n0,a,5,1,甲路\n", "must be node ids"),
        ("id,lon,lat\n0,113,28\n", "from,to,metres,seconds,name\n0,0,5,1\n", "line 2 has 4 columns"),
    ],
)
def test_a_wrong_road_file_is_named(tmp_path: Path, nodes: str, arcs: str, problem: str) -> None:
    (tmp_path / "roads").mkdir()
    (tmp_path / "roads" / "nodes.csv").write_text(nodes, encoding="utf-8")
    (tmp_path / "roads" / "arcs.csv").write_text(arcs, encoding="utf-8")
    with pytest.raises(InvalidRoads, match=problem):
        load_roads(tmp_path)
