"""Travel times on real cities: both searches agree on Edmonton and on a part of Chengdu.

Collected by `make check-data` only; FENGQIAO_CHECK_DATA names the folder with `edmonton/` and `chengdu/`.
"""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fengqiao.geo.roads import Arcs, ContractionHierarchy, Dijkstra, RoadNetwork, TravelTimes

Network = tuple[Arcs, NDArray[np.float64], NDArray[np.float64]]
pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def data() -> Path:
    named = os.environ.get("FENGQIAO_CHECK_DATA")
    if not named:
        pytest.fail("Set FENGQIAO_CHECK_DATA to the folder that holds edmonton/ and chengdu/.")
    folder = Path(named)
    for part in ("edmonton", "chengdu"):
        if not (folder / part).is_dir():
            pytest.fail(f"{folder / part} is missing: point FENGQIAO_CHECK_DATA at the folder that holds it.")
    return folder


def rows(file: Path) -> Iterator[dict[str, str]]:
    data = file.read_bytes()
    text = gzip.decompress(data) if file.suffix == ".gz" else data
    yield from csv.DictReader(text.decode("utf-8").splitlines())


def edmonton(folder: Path) -> Network:
    nodes, arcs = list(rows(folder / "nodes.csv.gz")), list(rows(folder / "arcs.csv.gz"))
    return network(
        [(int(n["node"]), float(n["lon"]), float(n["lat"])) for n in nodes],
        [(int(a["from_node"]), int(a["to_node"]), float(a["travel_s"])) for a in arcs],
    )


def chengdu(folder: Path) -> Network:
    nodes, arcs = list(rows(folder / "nodes.csv")), list(rows(folder / "edges.csv"))
    return network(
        [(int(n["id"]), float(n["lon"]), float(n["lat"])) for n in nodes],
        [(int(a["u"]), int(a["v"]), float(a["time_s"])) for a in arcs],
    )


def network(nodes: list[tuple[int, float, float]], arcs: list[tuple[int, int, float]]) -> Network:
    ids = {node[0]: n for n, node in enumerate(nodes)}
    tail = np.array([ids[arc[0]] for arc in arcs], dtype=np.int32)
    head = np.array([ids[arc[1]] for arc in arcs], dtype=np.int32)
    cost = np.maximum(np.rint(np.array([arc[2] for arc in arcs]) * 1000), 1).astype(np.int32)
    lon, lat = np.array([n[1] for n in nodes]), np.array([n[2] for n in nodes])
    return Arcs(len(nodes), tail, head, cost), lon, lat


@pytest.mark.parametrize(("city", "read", "targets"), [("edmonton", edmonton, 8), ("chengdu", chengdu, 100)])
def test_D1_both_searches_agree_on_a_real_city(
    data: Path, city: str, read: Callable[[Path], Network], targets: int
) -> None:
    arcs, lon, lat = read(data / city)
    quick: TravelTimes = ContractionHierarchy(arcs, lon, lat)
    oracle: TravelTimes = Dijkstra(arcs)
    random = np.random.default_rng(1)
    reached = 0
    for target in random.integers(0, arcs.nodes, targets):
        sources = random.integers(0, arcs.nodes, 200).astype(np.int32)
        got, want = quick.seconds(sources, int(target)), oracle.seconds(sources, int(target))
        assert np.array_equal(np.isinf(got), np.isinf(want))
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-3)
        reached += int(np.isfinite(got).sum())
    assert reached > 100 * targets


def test_D1_edmontons_stations_reach_every_place_of_demand(data: Path) -> None:
    arcs, lon, lat = edmonton(data / "edmonton")
    seconds = arcs.milliseconds / 1000
    # Metres are not in the file; they matter on foot only.
    roads = RoadNetwork(lon, lat, arcs.tail, arcs.head, seconds * 10, seconds)
    stations = [(float(r["lon"]), float(r["lat"])) for r in rows(data / "edmonton" / "stations.csv")]
    demand = [int(r["node"]) for r in rows(data / "edmonton" / "demand.csv.gz")][::400]
    for node in demand:
        nearest = roads.travel_from(stations, (float(lon[node]), float(lat[node]))).min()
        assert nearest < 30 * 60
