"""D4, D7, D8: neighbours, shifts, targets and allocation of area.json; a mistake is named by its field."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from fengqiao.geo.areas import load_area, load_areas
from fengqiao.geo.errors import InvalidArea

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
NAMES = {"name_zh": "名", "name_en": "Name"}


def write(folder: Path, area: str = "gaoqiao", **parts: Any) -> Path:
    """gaoqiao's area.json under another id, with these parts."""
    content = json.loads((AREAS / "gaoqiao" / "area.json").read_text("utf-8"))
    for part in ("neighbours", "shifts", "targets", "allocation"):
        content.pop(part, None)
    content |= {"id": area, **parts}
    (folder / area).mkdir()
    (folder / area / "area.json").write_text(json.dumps(content), "utf-8")
    return folder / area


def shift(begin: str, end: str, **planned: int) -> dict[str, Any]:
    return {"id": f"s{begin[:2]}".rstrip(":"), **NAMES, "from": begin, "to": end, "planned": planned or {"patrol": 1}}


def target(**parts: Any) -> dict[str, Any]:
    return {"id": "t", **NAMES, "answer_s": 60, **parts}


def team(id: str, share: float, *kinds: str) -> dict[str, Any]:
    return {"id": id, **NAMES, "share": share, "kinds": list(kinds)}


@pytest.mark.parametrize(
    ("parts", "field", "problem"),
    [
        ({"shifts": [shift("06:00", "21:00"), shift("22:00", "06:00")]}, "shifts[0].to", "next shift begins at 22:00"),
        ({"shifts": [shift("06:00", "21:00")]}, "shifts[0].to", "next shift begins at 06:00"),
        ({"shifts": [shift("6:00", "21:00")]}, "shifts[0].from", "HH:MM"),
        ({"shifts": [shift("06:00", "06:00", patrol=-1)]}, "shifts[0].planned.patrol", "whole number"),
        ({"shifts": []}, "shifts", "not empty"),
        ({"targets": [{"id": "t", **NAMES}]}, "targets[0]", "asks for nothing"),
        ({"targets": [target(on_scene_s=30)]}, "targets[0]", "before its beginning"),
        ({"targets": [target(on_scene_s="3")]}, "targets[0].on_scene_s", "a number"),
        ({"targets": [target(grid_cells=["G77"])]}, "targets[0].grid_cells", "G77"),
        ({"targets": [target(priorities=[5])]}, "targets[0].priorities", "1 to 4"),
        ({"targets": [target(**{"from": "21:00"})]}, "targets[0].from", "go together"),
        ({"targets": [target(colour=1)]}, "targets[0].colour", "is not known"),
        ({"allocation": {**NAMES, "teams": [team("a", 0.5, "x")]}}, "allocation.teams", "add up to 0.5"),
        ({"allocation": {**NAMES, "teams": [team("a", 0.5, "x"), team("b", 0.5, "x")]}}, "allocation.teams[1].kinds",
         "another team has"),
        ({"neighbours": [{"area": "gaoqiao", "seconds": 60}]}, "neighbours[0].area", "itself"),
        ({"neighbours": [{"area": "b", "seconds": 0}]}, "neighbours[0].seconds", "a number"),
    ],
)  # fmt: skip
def test_D7_a_mistake_is_named_by_its_field(tmp_path: Path, parts: dict[str, Any], field: str, problem: str) -> None:
    with pytest.raises(InvalidArea) as refused:
        load_area(write(tmp_path, **parts))
    assert refused.value.field == field
    assert problem in refused.value.problem
    assert f"area.json line {refused.value.line}: {field}" in str(refused.value)


def test_D7_one_shift_is_on_duty_at_any_moment(tmp_path: Path) -> None:
    shifts = [shift("21:00", "06:00"), shift("06:00", "14:30"), shift("14:30", "21:00")]
    duties = load_area(write(tmp_path, shifts=shifts)).duties
    for minute in range(24 * 60):
        moment = time(minute // 60, minute % 60)
        assert sum(one.covers(moment) for one in duties.shifts) == 1
    at = {time(5, 59): "s21", time(6, 0): "s06", time(14, 30): "s14", time(23, 0): "s21"}
    assert {moment: one.id for moment in at if (one := duties.shift_at(moment))} == at


def test_D4_the_first_target_that_fits_counts_and_without_any_there_is_none(tmp_path: Path) -> None:
    targets = [target(id="a", priorities=[1], on_scene_s=300), target(id="b", grid_cells=["G07"], on_scene_s=180)]
    duties = load_area(write(tmp_path, targets=targets)).duties
    found = {
        (cell, priority): duties.target_for(cell, priority, time(12)) for cell in ("G07", "G01") for priority in (1, 2)
    }
    assert {key: one and one.id for key, one in found.items()} == {
        ("G07", 1): "a", ("G07", 2): "b", ("G01", 1): "a", ("G01", 2): None,
    }  # fmt: skip


def test_D8_a_zone_backs_another_zone_of_the_area(tmp_path: Path) -> None:
    content = json.loads((AREAS / "gaoqiao" / "area.json").read_text("utf-8"))
    content["zones"][0]["backs"] = ["east"]
    with pytest.raises(InvalidArea, match=r"zones\[0\].backs \(north\): names 'east'"):
        load_area(write(tmp_path, zones=content["zones"]))


def test_D8_neighbours_are_here_and_name_each_other(tmp_path: Path) -> None:
    write(tmp_path, "one", neighbours=[{"area": "two", "seconds": 600, "lends": ["patrol"]}])
    with pytest.raises(InvalidArea, match=r"neighbours\[0\].area: is 'two', which has no folder here"):
        load_areas(tmp_path)
    two = write(tmp_path, "two")
    with pytest.raises(InvalidArea, match="does not name 'one' as its neighbour"):
        load_areas(tmp_path)
    content = json.loads((two / "area.json").read_text("utf-8"))
    content["neighbours"] = [{"area": "one", "seconds": 600}]
    (two / "area.json").write_text(json.dumps(content), "utf-8")
    areas = load_areas(tmp_path)
    (neighbour,) = areas["one"].duties.neighbours
    assert (neighbour.area, neighbour.seconds, neighbour.lends) == ("two", 600.0, ("patrol",))
    assert areas["two"].duties.neighbours[0].lends == ()
