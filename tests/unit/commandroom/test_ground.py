"""What the page's map is drawn of, and which files of the page are served."""

from pathlib import Path

import orjson
import pytest

from fengqiao.geo.areas import load_areas
from services.commandroom.built_page import NotBuilt, built_page, static_file
from services.commandroom.ground import read_ground, read_kinds
from tests.system import ROOT

AREAS = ROOT / "deploy" / "areas"


@pytest.mark.parametrize("area", sorted(one.parent.name for one in AREAS.glob("*/area.json")))
def test_C1_the_map_is_drawn_of_the_areas_own_folder(area: str) -> None:
    areas = load_areas(AREAS)
    ground = read_ground(AREAS / area, areas[area])
    told = orjson.loads(ground.plain)
    west, south, east, north = told["bounds"]
    for road in told["roads"]["features"]:
        for line in road["geometry"]["coordinates"]:
            assert len(line) >= 2
            assert all(west - 0.02 <= lon <= east + 0.02 and south - 0.02 <= lat <= north + 0.02 for lon, lat in line)
    arcs = {
        tuple(sorted(row.split(",")[:2])) for row in (AREAS / area / "roads" / "arcs.csv").read_text().splitlines()[1:]
    }
    drawn = sum(len(line) - 1 for road in told["roads"]["features"] for line in road["geometry"]["coordinates"])
    assert drawn == len(arcs)  # both directions are one line, and none is left out
    assert {one["properties"]["id"] for one in told["zones"]["features"]} == {one.id for one in areas[area].zones}
    assert len(told["cells"]["features"]) == len(areas[area].grid_cells)
    assert len(ground.packed) < 120_000


def test_C2_units_and_categories_have_their_initials() -> None:
    told = orjson.loads(read_ground(AREAS / "gaoqiao", load_areas(AREAS)["gaoqiao"]).plain)
    assert told["unit_initials"]["YY"] == "yyjwd"
    assert told["category_initials"]["020301"]
    assert told["place_names"]["美食七街"] == "Food Street 7"


def test_who_lends_units_is_told_the_nearest_first() -> None:
    areas = load_areas(AREAS)
    told = orjson.loads(read_ground(AREAS / "yujin", areas["yujin"]).plain)
    assert [(one["id"], one["name_en"]) for one in told["lenders"]] == [("ciyin", "Ciyin"), ("dongcheng", "Dongcheng")]
    assert orjson.loads(read_ground(AREAS / "gaoqiao", areas["gaoqiao"]).plain)["lenders"] == []


def test_kinds_are_called_by_code_and_by_alias() -> None:
    kinds = read_kinds(AREAS / "gaoqiao")
    assert kinds["brawl"] == kinds["020301"]
    assert kinds["family"] == kinds["0801"]  # as mediation calls it
    assert kinds["traffic"] == kinds["0813"]  # a dispute, not the accident of the same alias
    assert kinds["9801"]["name_zh"] == "民警遇险求助"


def test_a_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="make setup"):
        built_page(tmp_path)


def test_only_the_pages_own_files_are_served(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "main-1.js").write_text("x", encoding="ascii")
    (folder / "manifest.json").write_text("{}", encoding="ascii")
    (tmp_path / "secret.js").write_text("x", encoding="ascii")
    found = static_file("assets/main-1.js", folder)
    assert found is not None
    assert found[1].startswith("text/javascript")
    for name in ("../secret.js", "assets/../../secret.js", "manifest.json", "assets", "assets/none.js", "made-of.txt"):
        assert static_file(name, folder) is None
