"""The committed areas: what the generator writes, what the reports say, and each consistent in itself."""

from __future__ import annotations

import json
from collections import Counter
from datetime import time
from functools import cache
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from deploy.areas.generate import SHEETS, area_files, bench_files, write_area
from deploy.areas.generator.fitting import fitted
from fengqiao.contracts.topics import AREA_PARTITIONS
from fengqiao.geo.areas import Area, AreaIndex, load_areas
from fengqiao.geo.gazetteer import load_gazetteer
from fengqiao.geo.roads import Mode, RoadNetwork, load_roads

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
every_area = pytest.mark.parametrize("name", sorted(SHEETS))


def read(folder: Path, name: str, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / name).read_text(encoding="utf-8"))[key]
    return found


@cache
def areas() -> dict[str, Area]:
    return load_areas(AREAS)


@cache
def roads_of(name: str) -> RoadNetwork:
    return load_roads(AREAS / name)


def units_of(name: str) -> list[dict[str, Any]]:
    return read(AREAS / name, "units.json", "units")


def codes_of(name: str) -> list[str]:
    return [category["code"] for category in read(AREAS / name, "categories.json", "categories")]


@every_area
def test_the_committed_folder_is_what_the_generator_writes(name: str) -> None:
    committed = {
        path.relative_to(AREAS / name).as_posix(): path.read_bytes()
        for path in (AREAS / name).rglob("*")
        if path.is_file()
    }
    assert committed == {file: text.encode("utf-8") for file, text in area_files(name).items()}


@every_area
def test_a_committed_folder_is_small(name: str) -> None:
    assert sum(path.stat().st_size for path in (AREAS / name).rglob("*") if path.is_file()) <= 340_000


def test_another_seed_gives_another_ground() -> None:
    assert area_files("yujin", 1)["roads/nodes.csv"] != area_files("yujin", 2)["roads/nodes.csv"]


def test_all_five_are_there_each_in_a_partition_of_its_own() -> None:
    assert set(areas()) == {"ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"}
    partitions = [area.partition for area in areas().values()]
    assert len(set(partitions)) == 5
    assert max(partitions) < AREA_PARTITIONS
    assert areas()["gaoqiao"].partition == 0


SEEDS: dict[str, tuple[dict[str, Any], int, set[str], dict[str, int], tuple[str, ...]]] = {
    "dongcheng": (
        {"people": 153_600, "square_kilometres": 23.05, "compounds": 273, "offices": 78, "schools": 26,
         "community_officers_and_auxiliaries": 51, "grid_workers": 115, "volunteers": 130, "disputes_settled": 3_896},
        6, {"dongcheng"}, {"post": 3, "police_room": 6, "patrol": 6, "foot_patrol": 6},
        ("东城夜市", "警民连心亭", "春风联动调解中心", "徐记烧烤店", "小海宇民宿", "酒吧街"),
    ),
    "gaoqiao": (
        {"people": 140_000, "big_markets": 8, "property_firms_in_council": 64, "volunteer_teams": 60},
        10, {"north", "south"}, {"post": 2, "patrol": 8, "police_room": 10, "volunteer": 60},
        ("永定社区", "美食七街", "高桥大市场", "皮具饰品城", "怡园警务点", "法治高桥服务站"),
    ),
    "ciyin": (
        {"people": 130_000, "square_kilometres": 16, "officers": 20, "auxiliaries": 23, "city_patrol": 23,
         "volunteers": 50, "informants": 400, "malls": 2, "universities": 3, "schools": 25},
        9, {"ciyin", "lingquan"}, {"post": 3, "police_room": 9},
        ("环岛商务中心屯警点", "鼎盛国际", "川师大警务驿站", "价格争议纠纷慈音调解站", "市物品价格认证中心"),
    ),
    "shilipu": (
        {"village_committees": 5, "shilipu_village_households": 525, "shilipu_village_residents": 2_500,
         "shilipu_village_tenants": 20_000},
        5, {"shilipu"}, {"police_assistant": 5, "police_room": 5, "case_desk": 1},
        ("十里铺村", "服装店", "服装一街", "小案快办中心"),
    ),
    "yujin": (
        {"people": 153_028, "square_kilometres": 69.8, "officers": 31, "auxiliaries": 41, "smart_compounds": 47,
         "motorcycles_with_trackers": 31_358, "e_bikes_with_trackers": 25_193},
        18, {"north", "south"}, {"police_room": 18},
        ("西街社区", "百草苑小区", "江湾壹号小区", "城市之眼", "犍为长城", "范贤成金牌调解工作室", "反诈广场"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_the_seeds_counts_and_names_hold(name: str) -> None:
    facts, cells, zones, kinds, places = SEEDS[name]
    area = areas()[name]
    assert {fact: area.facts[fact] for fact in facts} == facts
    assert len(area.communities) == len(area.grid_cells) == cells
    assert {zone.id for zone in area.zones} == zones
    counted = Counter(unit["kind"] for unit in units_of(name))
    assert {kind: counted[kind] for kind in kinds} == kinds
    gazetteer = load_gazetteer(AREAS / name, area)
    assert 90 <= len(gazetteer) <= 1000
    for place in places:
        assert gazetteer.search(place)[0].confidence >= 0.95, place


@every_area
def test_the_ground_is_as_large_as_the_report_says(name: str) -> None:
    area = areas()[name]
    if "square_kilometres" not in area.facts:
        return
    scale = np.array([cos(radians(area.boundary[0][1])), 1.0]) * 111.19508
    assert shapely.Polygon(np.array(area.boundary) * scale).area == pytest.approx(
        area.facts["square_kilometres"], rel=0.03
    )


@every_area
def test_every_name_of_a_place_is_borne_once(name: str) -> None:
    rows = (AREAS / name / "places.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [n for n, count in Counter(row.split(",")[0] for row in rows).items() if count > 1] == []


@every_area
def test_the_cells_tile_the_boundary(name: str) -> None:
    area = areas()[name]
    cells = [shapely.Polygon(cell.polygon) for cell in area.grid_cells]
    boundary = shapely.Polygon(area.boundary)
    union = shapely.union_all(cells)
    assert union.symmetric_difference(boundary).area < 1e-9 * boundary.area
    assert sum(cell.area for cell in cells) == pytest.approx(boundary.area, rel=1e-9)


@every_area
def test_the_network_is_strongly_connected_and_of_the_size_asked_for(name: str) -> None:
    roads = roads_of(name)
    assert 600 <= roads.node_count <= 2000
    everyone = range(roads.node_count)
    assert np.isfinite(roads.travel_seconds(everyone, 0)).all()
    backward = RoadNetwork(roads.lon, roads.lat, roads.head, roads.tail, roads.metres, roads.metres)
    assert np.isfinite(backward.travel_seconds(everyone, 0)).all()


@every_area
def test_every_node_and_unit_lies_in_its_cell(name: str) -> None:
    index, roads = AreaIndex(areas()), roads_of(name)
    assert all(index.locate(lon, lat) for lon, lat in zip(roads.lon, roads.lat, strict=True))
    for unit in units_of(name):
        where = index.locate(*unit["home"])
        assert where is not None, unit["id"]
        assert (where.area, where.station) == (name, unit["station"]), unit["id"]
        assert (unit["grid_cell"], unit["zone"]) == (where.grid_cell, where.zone), unit["id"]


@every_area
def test_every_unit_is_within_60_metres_of_a_road(name: str) -> None:
    roads = roads_of(name)
    scale = np.array([cos(radians(areas()[name].boundary[0][1])), 1.0]) * 111_195.08
    nodes = np.column_stack((roads.lon, roads.lat)) * scale
    streets = shapely.union_all(shapely.linestrings(np.stack((nodes[roads.tail], nodes[roads.head]), axis=1)))
    for unit in units_of(name):
        assert shapely.distance(shapely.Point(np.array(unit["home"]) * scale), streets) <= 60, unit["id"]


@every_area
def test_every_community_has_its_police_room(name: str) -> None:
    rooms = [unit["grid_cell"] for unit in units_of(name) if unit["kind"] == "police_room"]
    assert sorted(rooms) == sorted(cell.id for cell in areas()[name].grid_cells)


@every_area
def test_D3_units_have_known_kinds_and_ids_of_their_own(name: str) -> None:
    kinds = {kind["kind"]: kind for kind in read(AREAS / name, "kinds.json", "kinds")}
    assert {unit["kind"] for unit in units_of(name)} == set(kinds)
    assert {"post", "patrol", "police_room", "volunteer"} <= set(kinds)
    assert {kind["mode"] for kind in kinds.values()} <= set(Mode)
    assert all(kind["max_assignments"] >= 1 and kind["speed_factor"] > 0 for kind in kinds.values())
    assert [i for i, count in Counter(unit["id"] for unit in units_of(name)).items() if count > 1] == []


@every_area
def test_D7_no_shift_plans_more_than_there_are(name: str) -> None:
    duties = areas()[name].duties
    counted = Counter(unit["kind"] for unit in units_of(name))
    assert [shift.id for shift in duties.shifts] == ["day", "night"]
    for shift in duties.shifts:
        assert all(0 <= number <= counted[kind] for kind, number in shift.planned.items()), shift.id
    assert set(duties.kinds_named) <= set(counted)


def test_D7_the_532_allocation_holds_for_the_roster_and_for_each_shift() -> None:
    duties = areas()["dongcheng"].duties
    assert duties.allocation is not None
    assert [team.share for team in duties.allocation.teams] == [0.5, 0.3, 0.2]
    counts: list[Any] = [Counter(unit["kind"] for unit in units_of("dongcheng"))]
    counts += [shift.planned for shift in duties.shifts]
    for counted in counts:
        teams = [sum(counted.get(kind, 0) for kind in team.kinds) for team in duties.allocation.teams]
        assert [number / sum(teams) for number in teams] == pytest.approx([0.5, 0.3, 0.2])


def test_D4_the_135_targets_hold_in_dongchengs_key_cells_at_night_and_nowhere_else() -> None:
    duties = areas()["dongcheng"].duties

    def seconds(cell: str | None, priority: int, moment: time) -> tuple[float | None, ...]:
        target = duties.target_for(cell, priority, moment)
        assert target is not None
        return target.answer_s, target.on_scene_s, target.handled_s

    assert seconds("G05", 3, time(21, 0)) == seconds("G05", 1, time(5, 59)) == (60, 180, 300)
    assert seconds("G05", 2, time(6, 0)) == seconds("G01", 2, time(23, 0)) == (60, 300, None)
    assert seconds("G01", 3, time(23, 0)) == seconds(None, 4, time(12, 0)) == (60, 600, None)


def test_D8_zones_back_each_other_and_neighbours_name_each_other() -> None:
    backs = {zone.id: zone.backs for zone in areas()["yujin"].zones}
    assert backs == {"north": ("south",), "south": ("north",)}
    assert {zone.station for zone in areas()["yujin"].zones} == {"yujin-new", "yujin-old"}
    assert {area.id: {one.area for one in area.duties.neighbours} for area in areas().values()} == {
        "ciyin": {"yujin"}, "dongcheng": {"yujin"}, "gaoqiao": set(), "shilipu": set(), "yujin": {"ciyin", "dongcheng"},
    }  # fmt: skip


@every_area
def test_D2_every_plan_sends_known_kinds_to_known_categories(name: str) -> None:
    document = json.loads((AREAS / name / "plans.json").read_text(encoding="utf-8"))
    kinds = {kind["kind"] for kind in read(AREAS / name, "kinds.json", "kinds")}
    ids = [plan["id"] for plan in document["plans"]]
    assert len(set(ids)) == len(ids)
    assert document["default"] in ids
    for plan in document["plans"]:
        assert set(plan["when"]["categories"]) <= set(codes_of(name))
        for step in plan["send"]:
            assert set(step["kinds"]) <= kinds
            assert step["role"] in ("primary", "first_response", "support", "sweep", "liaison")
            assert step["rule"] in ("nearest", "covering")


def test_D2_the_common_plans_are_cut_to_the_kinds_and_codes_of_an_area() -> None:
    def plan(id: str, *kinds: str, category: str = "0608") -> dict[str, Any]:
        return {"id": id, "when": {"categories": [category]}, "send": [{"kinds": [kind]} for kind in kinds]}

    told = plan("told") | {"notify": ["merchants"]}
    document = {"plans": [plan("all", "post", "drone"), plan("none", "drone"), told], "default": "all"}
    cut = fitted(document, {"post", "patrol"}, {"0608": ("40", "8002")})
    assert [one["id"] for one in cut["plans"]] == ["all", "told"]
    assert [one["kinds"] for one in cut["plans"][0]["send"]] == [["post"]]
    assert cut["plans"][0]["when"]["categories"] == ["40", "8002"]
    assert cut["default"] == "all"
    assert fitted(document, {"post", "drone"}, {}) == document


@every_area
def test_D11_small_cases_and_forms_are_in_the_codes_of_the_area(name: str) -> None:
    handling = json.loads((AREAS / name / "handling.json").read_text(encoding="utf-8"))
    rows = {row["code"]: row for row in read(AREAS / name, "categories.json", "categories")}
    small = [code for rule in handling["small_cases"] for code in rule["categories"]]
    assert {alias for code in small for alias in rows[code]["aliases"]} >= {"lost_property", "theft"}
    assert all(code in rows for rule in handling["forms"] for code in rule["categories"])
    kinds = {kind["kind"] for kind in read(AREAS / name, "kinds.json", "kinds")}
    assert set(handling["emergency"]["kinds"]) <= kinds
    assert handling["emergency"]["code"][:-2] in rows


@every_area
def test_I2_every_source_has_a_known_category(name: str) -> None:
    sources = read(AREAS / name, "sources.json", "sources")
    assert {source["default_category"] for source in sources} <= set(codes_of(name))
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
