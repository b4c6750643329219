"""Areas: what a folder may say, and which cell a place lies in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.areas import Area, AreaIndex, Location, load_areas
from fengqiao.geo.errors import InvalidArea
from tests.system import ROOT


def square(west: float, south: float, size: float) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def document() -> dict[str, Any]:
    names = {"name_zh": "甲", "name_en": "A"}
    cell = {**names, "community": "c1", "station": "s1", "zone": "north"}
    return {
        "id": "test",
        **names,
        "timezone": "Asia/Shanghai",
        "partition": 3,
        "stations": [{"id": "s1", **names, "at": [113.01, 28.01]}],
        "zones": [{"id": "north", **names, "station": "s1"}],
        "communities": [{"id": "c1", **names}, {"id": "c2", **names}],
        "grid_cells": [
            {"id": "G1", **cell, "polygon": square(113.0, 28.0, 0.01)},
            {"id": "G2", **cell, "community": "c2", "polygon": square(113.01, 28.0, 0.01)},
        ],
        "boundary": square(113.0, 28.0, 0.02),
        "facts": {},
    }


def load(folder: Path, content: dict[str, Any]) -> Area:
    (folder / "test").mkdir(exist_ok=True)
    (folder / "test" / "area.json").write_text(json.dumps(content), encoding="utf-8")
    return load_areas(folder)["test"]


def test_I3_a_place_is_located_in_its_cell(tmp_path: Path) -> None:
    index = AreaIndex({"test": load(tmp_path, document())})
    assert index.locate(113.005, 28.005) == Location("test", "s1", "c1", "G1", "north")
    assert index.locate(113.015, 28.005) == Location("test", "s1", "c2", "G2", "north")
    assert index.locate(113.05, 28.005) is None


def test_I3_a_place_on_the_line_between_cells_belongs_to_the_first(tmp_path: Path) -> None:
    found = AreaIndex({"test": load(tmp_path, document())}).locate(113.01, 28.005)
    assert found is not None
    assert found.grid_cell == "G1"


def test_an_area_knows_its_local_time(tmp_path: Path) -> None:
    assert str(load(tmp_path, document()).tz) == "Asia/Shanghai"


def break_at(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(content: dict[str, Any]) -> None:
        *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
        at: Any = content
        for step in way:
            at = at[step]
        if value is None:
            del at[last]
        else:
            at[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("partition", -1, "partition"),
        ("partition", True, "partition"),
        ("partition", "0", "partition"),
        ("id", "Test Area", "id"),
        ("id", "other", "id"),
        ("timezone", "Asia/Changsha", "timezone"),
        ("name_zh", " ", "name_zh"),
        ("name_en", None, "name_en"),
        ("colour", "red", "colour"),
        ("stations", [], "stations"),
        ("stations.0.at", [28.0, 113.0], "stations[0].at"),
        ("stations.0.at", [113.0], "stations[0].at"),
        ("zones.0.station", "s9", "zones[0].station"),
        ("communities.1.id", "c1", "communities[1].id"),
        ("grid_cells.1.community", "c9", "grid_cells[1].community"),
        ("grid_cells.1.polygon", [[113, 28], [113, 29], [114, 29]], "grid_cells[1].polygon"),
        ("grid_cells.1.polygon.2", [113.5, "28"], "grid_cells[1].polygon[2]"),
        ("grid_cells.1.polygon.0", [113.5, 28.5], "grid_cells[1].polygon"),
        ("boundary", "all of it", "boundary"),
        ("facts", [], "facts"),
    ],
)
def test_a_mistake_is_named_by_file_and_field(tmp_path: Path, path: str, value: Any, field: str) -> None:
    content = document()
    break_at(path, value)(content)
    with pytest.raises(InvalidArea) as caught:
        load(tmp_path, content)
    assert caught.value.field == field
    assert re.search(rf"area\.json line \d+: {re.escape(field)}", str(caught.value))


def test_a_polygon_that_crosses_itself_is_refused(tmp_path: Path) -> None:
    content = document()
    content["grid_cells"][0]["polygon"] = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    with pytest.raises(InvalidArea, match=r"area\.json line \d+: grid_cells\[0\]\.polygon \(G1\): is no simple ring"):
        AreaIndex({"test": load(tmp_path, content)})


def test_an_empty_folder_and_broken_json_are_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidArea, match="holds no area"):
        load_areas(tmp_path)
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "area.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidArea, match=r"area\.json line 1: is not JSON"):
        load_areas(tmp_path)


@given(st.floats(112.99, 113.07), st.floats(28.15, 28.22))
def test_I3_lookup_agrees_with_a_crossing_count(index: AreaIndex, gaoqiao: Area, lon: float, lat: float) -> None:
    """The oracle casts a ray east and counts the sides it crosses."""

    def inside(ring: tuple[tuple[float, float], ...]) -> bool:
        odd = False
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                odd = not odd
        return odd

    cells = [cell.id for cell in gaoqiao.grid_cells if inside(cell.polygon)]
    found = index.locate(lon, lat)
    assert (found.grid_cell if found else None) == (cells[0] if cells else None)


def test_importing_geo_does_not_load_what_few_services_need() -> None:
    script = (
        "import sys, fengqiao.geo, fengqiao.geo.areas, fengqiao.geo.gazetteer, fengqiao.geo.datums;"
        "print([m for m in ('numpy', 'scipy', 'shapely', 'pypinyin') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_D1_a_place_is_within_reach_of_an_area_or_not() -> None:
    index = AreaIndex(load_areas(ROOT / "deploy" / "areas"))
    assert index.within(113.0169, 28.1964, 0)
    assert index.within(113.0169, 28.1964 + 0.1, 15_000)
    assert not index.within(113.0169, 28.1964 + 0.5, 30_000)
    assert not index.within(0.0, 0.0, 30_000)
