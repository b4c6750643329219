"""The committed area: what the generator writes, and consistent in itself."""

from __future__ import annotations

import json
from collections import Counter
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from deploy.areas.generate import bench_files, gaoqiao_files, write_area
from fengqiao.geo.areas import Area, AreaIndex, load_areas
from fengqiao.geo.gazetteer import Gazetteer
from fengqiao.geo.roads import Mode, RoadNetwork, load_roads


def read(folder: Path, name: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))[key]
    return found


@pytest.fixture(scope="module")
def units(gaoqiao_folder: Path) -> list[dict[str, Any]]:
    return read(gaoqiao_folder, "units.json", "units")


@pytest.fixture(scope="module")
def codes(gaoqiao_folder: Path) -> list[str]:
    return [category["code"] for category in read(gaoqiao_folder, "categories.json", "categories")]


def test_the_committed_folder_is_what_the_generator_writes(gaoqiao_folder: Path) -> None:
    files = gaoqiao_files()
    committed = {
        path.relative_to(gaoqiao_folder).as_posix(): path.read_bytes()
        for path in gaoqiao_folder.rglob("*")
        if path.is_file()
    }
    assert committed == {name: text.encode("utf-8") for name, text in files.items()}


def test_another_seed_gives_another_ground() -> None:
    assert gaoqiao_files(1)["roads/nodes.csv"] != gaoqiao_files(2)["roads/nodes.csv"]


def test_the_seeds_counts_hold(gaoqiao: Area, units: list[dict[str, Any]], gazetteer: Gazetteer) -> None:
    assert gaoqiao.facts["people"] == 140_000
    assert len(gaoqiao.communities) == len(gaoqiao.grid_cells) == 10
    assert {zone.id for zone in gaoqiao.zones} == {"north", "south"}
    assert Counter(u["kind"] for u in units) == {"post": 2, "patrol": 8, "police_room": 10, "volunteer": 60}
    assert 200 <= len(gazetteer) <= 1000
    for name in ("永定社区", "美食七街", "高桥大市场", "皮具饰品城", "怡园警务点", "法治高桥服务站"):
        assert gazetteer.search(name)[0].confidence == 1.0


def test_every_name_of_a_place_is_borne_once(gaoqiao_folder: Path) -> None:
    rows = (gaoqiao_folder / "places.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [n for n, count in Counter(row.split(",")[0] for row in rows).items() if count > 1] == []


def test_the_cells_tile_the_boundary(gaoqiao: Area) -> None:
    cells = [shapely.Polygon(cell.polygon) for cell in gaoqiao.grid_cells]
    boundary = shapely.Polygon(gaoqiao.boundary)
    union = shapely.union_all(cells)
    assert union.symmetric_difference(boundary).area < 1e-9 * boundary.area
    assert sum(cell.area for cell in cells) == pytest.approx(boundary.area, rel=1e-9)


def test_the_network_is_strongly_connected_and_of_the_size_asked_for(roads: RoadNetwork) -> None:
    assert 1000 <= roads.node_count <= 2000
    everyone = range(roads.node_count)
    assert np.isfinite(roads.travel_seconds(everyone, 0)).all()
    backward = RoadNetwork(roads.lon, roads.lat, roads.head, roads.tail, roads.metres, roads.metres)
    assert np.isfinite(backward.travel_seconds(everyone, 0)).all()


def test_every_node_and_unit_lies_in_a_cell(roads: RoadNetwork, index: AreaIndex, units: list[dict[str, Any]]) -> None:
    assert all(index.locate(lon, lat) for lon, lat in zip(roads.lon, roads.lat, strict=True))
    for unit in units:
        where = index.locate(*unit["home"])
        assert where is not None, unit["id"]
        assert unit["station"] == where.station
        assert (unit["grid_cell"], unit["zone"]) == (where.grid_cell, where.zone), unit["id"]


def test_every_unit_is_within_60_metres_of_a_road(roads: RoadNetwork, units: list[dict[str, Any]]) -> None:
    scale = np.array([cos(radians(28.185)), 1.0]) * 111_195.08
    nodes = np.column_stack((roads.lon, roads.lat)) * scale
    streets = shapely.union_all(shapely.linestrings(np.stack((nodes[roads.tail], nodes[roads.head]), axis=1)))
    for unit in units:
        assert shapely.distance(shapely.Point(np.array(unit["home"]) * scale), streets) <= 60, unit["id"]


def test_every_community_has_its_police_room(gaoqiao: Area, units: list[dict[str, Any]]) -> None:
    rooms = [unit["grid_cell"] for unit in units if unit["kind"] == "police_room"]
    assert sorted(rooms) == sorted(cell.id for cell in gaoqiao.grid_cells)


def test_units_have_known_kinds_and_ids_of_their_own(gaoqiao_folder: Path, units: list[dict[str, Any]]) -> None:
    kinds = {kind["kind"]: kind for kind in read(gaoqiao_folder, "kinds.json", "kinds")}
    assert {unit["kind"] for unit in units} == set(kinds)
    assert {kind["mode"] for kind in kinds.values()} <= set(Mode)
    assert all(kind["max_assignments"] >= 1 and kind["speed_factor"] > 0 for kind in kinds.values())
    assert [i for i, count in Counter(unit["id"] for unit in units).items() if count > 1] == []


def test_I6_categories_form_a_tree_and_every_alias_is_unique(gaoqiao_folder: Path, codes: list[str]) -> None:
    categories = read(gaoqiao_folder, "categories.json", "categories")
    assert len(set(codes)) == len(codes)
    assert len([code for code in codes if len(code) == 2]) == 13
    assert all(code[:-2] in codes for code in codes if len(code) > 2)
    assert all(category["priority"] in (1, 2, 3, 4) for category in categories)
    words = Counter(alias for category in categories for alias in category["aliases"])
    assert [word for word, count in words.items() if count > 1] == []
    assert not set(words) & set(codes)
    assert {"brawl", "noise", "theft", "fraud", "missing_child", "lost_property", "debt", "refund"} <= set(words)
    assert {"traffic", "fire", "domestic_violence"} <= set(words)
    assert all(("dispute_kind" in category) == category["code"].startswith("08") for category in categories)


def test_D2_every_plan_sends_known_kinds_to_known_categories(gaoqiao_folder: Path, codes: list[str]) -> None:
    document = json.loads((gaoqiao_folder / "plans.json").read_text(encoding="utf-8"))
    kinds = {kind["kind"] for kind in read(gaoqiao_folder, "kinds.json", "kinds")}
    ids = [plan["id"] for plan in document["plans"]]
    assert len(set(ids)) == len(ids)
    assert document["default"] in ids
    for plan in document["plans"]:
        assert set(plan["when"]["categories"]) <= set(codes)
        for step in plan["send"]:
            assert set(step["kinds"]) <= kinds
            assert step["role"] in ("primary", "first_response", "support", "sweep", "liaison")
            assert step["rule"] in ("nearest", "covering")


def test_I2_every_source_has_a_known_category(gaoqiao_folder: Path, codes: list[str]) -> None:
    sources = read(gaoqiao_folder, "sources.json", "sources")
    assert {source["default_category"] for source in sources} <= set(codes)
    assert {"110", "grid_worker", "property", "volunteer", "tracker", "drone"} <= {s["source"] for s in sources}


def test_a_benchmark_area_has_the_units_asked_for(tmp_path: Path) -> None:
    write_area(tmp_path / "bench", bench_files("bench", units=7, max_assignments=500, partition=2))
    area = load_areas(tmp_path)["bench"]
    units = read(tmp_path / "bench", "units.json", "units")
    assert area.partition == 2
    assert len(units) == 7
    assert read(tmp_path / "bench", "kinds.json", "kinds")[0]["max_assignments"] == 500
    assert load_roads(tmp_path / "bench").node_count > 1000
    assert all(AreaIndex({"bench": area}).locate(*unit["home"]) for unit in units)
