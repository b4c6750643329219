"""`standby.json` and `surroundings.json` (D6, D7, D9): what they say is used; a mistake is one sentence that names
file, line and field."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fengqiao.geo.areas import load_area, load_areas
from fengqiao.geo.errors import InvalidArea
from services.dispatch.area_folder import load_forces
from services.dispatch.domain.forces import Forces
from services.dispatch.folder_check import checked_roads
from services.dispatch.force import force
from services.dispatch.positions import Positions
from services.dispatch.surroundings import load_surroundings
from services.dispatch.views import unit_state
from tests.system import ROOT

AREAS = ROOT / "deploy" / "areas"
NAMES = ("ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin")
NIGHT = datetime(2024, 10, 30, 22, 0, tzinfo=UTC).replace(hour=14)
"""22:00 in the areas."""


@pytest.mark.parametrize("name", NAMES)
def test_D6_D7_every_area_says_where_to_wait_and_what_to_cover(name: str) -> None:
    forces = load_forces(AREAS / name, name)
    plan = forces.standby
    assert plan is not None
    assert {point.place.grid_cell for point in plan.points} == set(plan.cells)
    night = plan.band_at(NIGHT, forces.timezone)
    assert night is not None
    assert night.id == "night"
    assert "vehicles" in {squad.id for squad in night.squads}
    assert all(forces.of_kinds(squad.kinds) for squad in night.squads)
    assert plan.coverage


def test_D6_at_night_dongcheng_stands_by_in_vehicles_and_on_foot_in_uniform_and_in_plain_clothes() -> None:
    forces = load_forces(AREAS / "dongcheng", "dongcheng")
    assert forces.standby is not None
    night, noon = (forces.standby.band_at(NIGHT.replace(hour=hour), forces.timezone) for hour in (14, 4))
    assert night is not None
    assert noon is not None
    assert [squad.id for squad in night.squads] == ["vehicles", "foot", "plain_clothes", "drones"]
    assert [squad.id for squad in noon.squads] == ["vehicles"]
    assert night.hours.begin == 21 * 60
    assert night.hours.end == 6 * 60


def test_D6_the_seconds_to_the_points_are_those_of_the_roads() -> None:
    areas, forces = load_areas(AREAS), load_forces(AREAS / "dongcheng", "dongcheng")
    roads = checked_roads(AREAS, {"dongcheng": areas["dongcheng"]}, {"dongcheng": forces})["dongcheng"]
    positions = Positions(forces, roads)
    assert positions.points is not None
    assert forces.standby is not None
    units = ["P1", "F1", "U1", "LX1"]
    reach = positions.points.reach(units)
    for number, point in enumerate(forces.standby.points):
        asked = positions.seconds(units, point.place)
        assert [round(one, 2) for one in reach[:, number]] == [round(one, 2) for one in asked]
    between = positions.points.between("F1")
    assert (between.diagonal() == 0).all()
    # On foot it is as far there as back; in a vehicle one-way streets differ.
    assert abs(between - between.T).max() < 1e-3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s["points"][3].update(grid_cell="G99"), "points[3].grid_cell (S04): there is no grid cell G99"),
        (lambda s: s["points"][3].update(id="S01"), "points[3].id (S01): S01 is there twice"),
        (lambda s: s["points"][3].update(weights={"noon": 1}), "points[3].weights.noon (S04): there is no band noon"),
        (lambda s: s["points"][3].update(weights={"day": -1}), "points[3].weights.day (S04): "),
        (lambda s: s["bands"][0].update(to="16:00"), "bands[0].to (day): is 16:00, but the next band begins at 17:00"),
        (
            lambda s: s["bands"][0]["squads"][0].update(kinds=["tank"]),
            "bands[0].squads[0].kinds (day): there is no kind",
        ),
        (
            lambda s: s["bands"][0]["squads"].append(s["bands"][0]["squads"][0]),
            "bands[0].squads[1].kinds (day): patrol is in another squad",
        ),
        (lambda s: s["coverage"][0].update(at_least=2), "coverage[0] (police-10min): give either within_seconds"),
        (lambda s: s["coverage"][0].update(kinds=["tank"]), "coverage[0].kinds (police-10min): there is no kind tank"),
        (lambda s: s["coverage"][0].update(capabilities=["fly"]), "coverage[0].capabilities (police-10min): no unit"),
        (lambda s: s["coverage"][2].update(zones=["x"]), "coverage[2].zones (volunteers-at-night): there is no"),
        (lambda s: s["coverage"][2].pop("to"), "coverage[2] (volunteers-at-night): from and to go together"),
        (
            lambda s: s.update(points=[one for one in s["points"] if one["grid_cell"] != "G01"]),
            "points: grid cell G01 has none",
        ),
        (
            lambda s: s.update(
                rotation={"name_zh": "轮", "name_en": "R", "begins": "2024-01-01", "order": ["x"], "squads": ["a"]}
            ),
            "rotation.order: there is no shift x",
        ),
        (lambda s: s.update(colour="red"), "colour: is not known"),
    ],
)
def test_D6_a_mistake_in_standby_json_is_one_sentence(tmp_path: Path, change: Callable[[Any], Any], words: str) -> None:
    folder = _changed(tmp_path, "standby.json", change)
    with pytest.raises(InvalidArea) as refused:
        load_forces(folder, "gaoqiao")
    assert f"standby.json line {refused.value.line}: " in str(refused.value)
    assert words in str(refused.value)


def test_D6_a_point_without_a_road_is_refused(tmp_path: Path) -> None:
    _changed(tmp_path, "standby.json", lambda s: s["points"][3].update(at=[28.1, 11.3]))
    forces = {"gaoqiao": load_forces(tmp_path / "gaoqiao", "gaoqiao")}
    with pytest.raises(InvalidArea, match=r"standby.json line \d+: points\[3\]\.at \(S04\): no road leads there"):
        checked_roads(tmp_path, load_areas(tmp_path), forces)


def _changed(tmp_path: Path, name: str, change: Callable[[Any], Any]) -> Path:
    folder = tmp_path / "gaoqiao"
    shutil.copytree(AREAS / "gaoqiao", folder)
    said = json.loads((folder / name).read_text(encoding="utf-8"))
    change(said)
    (folder / name).write_text(json.dumps(said), encoding="utf-8")
    return folder


def test_D6_an_area_without_the_files_does_without(tmp_path: Path) -> None:
    folder = _changed(tmp_path, "standby.json", lambda s: None)
    (folder / "standby.json").unlink()
    (folder / "surroundings.json").unlink()
    assert load_forces(folder, "gaoqiao").standby is None
    near = load_surroundings(folder, load_area(folder)).near(113.02, 28.19, NIGHT)
    assert near == {"cameras": [], "posts": [], "hazards": [], "warnings": []}


def on_duty(forces: Forces, *units: str) -> list[dict[str, Any]]:
    states = [unit_state(forces.area, unit, None).model_dump(mode="json") for unit in forces.units.values()]
    return [{**one, "status": "available"} if one["unit"] in units else one for one in states]


def test_D7_the_force_is_held_against_the_shift_and_the_532_allocation() -> None:
    forces = load_forces(AREAS / "dongcheng", "dongcheng")
    told = force(forces, on_duty(forces, "P1", "P2", "F1", "F2", "F3", "A1", "V01"), NIGHT)
    assert told["shift"] == {
        "id": "night",
        "name_zh": "夜班",
        "name_en": "Night",
        "from": "21:00",
        "to": "06:00",
        "rotation": {"name_zh": "大轮班", "name_en": "Big rotation", "squads": told["shift"]["rotation"]["squads"]},
    }
    assert len(told["shift"]["rotation"]["squads"]) == 1
    kinds = {row["kind"]: (row["planned"], row["actual"], row["free"]) for row in told["kinds"]}
    assert kinds["patrol"] == (4, 2, 2)
    assert kinds["foot_patrol"] == (6, 3, 3)
    assert kinds["volunteer"] == (15, 1, 1)
    teams = {team["id"]: team for team in told["allocation"]["teams"]}
    assert {name: team["planned_share"] for name, team in teams.items()} == {
        "community": 0.5,
        "cases": 0.3,
        "command": 0.2,
    }
    # Three on foot, one case desk, two patrols; volunteers are in no team.
    assert {name: team["actual_share"] for name, team in teams.items()} == {
        "community": 0.5,
        "cases": 0.167,
        "command": 0.333,
    }
    assert {name: (team["planned"], team["actual"]) for name, team in teams.items()} == {
        "community": (10, 3),
        "cases": (6, 1),
        "command": (4, 2),
    }


def test_D7_after_midnight_it_is_still_the_shift_of_the_evening_before() -> None:
    forces = load_forces(AREAS / "dongcheng", "dongcheng")
    evening, morning = (force(forces, [], NIGHT.replace(hour=hour)) for hour in (14, 20))
    assert evening["shift"]["rotation"] == morning["shift"]["rotation"]
    assert evening["allocation"]["teams"][0]["actual_share"] is None
    assert forces.standby is not None
    rotation = forces.standby.rotation
    assert rotation is not None
    days = [rotation.on(date(2024, 1, day), "night") for day in range(1, 5)]
    assert sorted(squad for day in days for squad in day) == sorted(rotation.squads)


def test_D7_an_area_without_shifts_has_kinds_only() -> None:
    forces = load_forces(AREAS / "gaoqiao", "gaoqiao")
    told = force(forces, on_duty(forces, "P1"), NIGHT)
    assert told["allocation"] is None
    assert {row["kind"]: row["planned"] for row in told["kinds"]}["patrol"] == 8


@pytest.mark.parametrize("name", NAMES)
def test_D9_every_area_knows_its_cameras_posts_hazards_and_warnings(name: str) -> None:
    said = json.loads((AREAS / name / "surroundings.json").read_text(encoding="utf-8"))
    around = load_surroundings(AREAS / name, load_area(AREAS / name))
    for what in ("cameras", "posts", "hazards", "warnings"):
        assert said[what]
        thing = said[what][0]
        lon, lat = thing["at"]
        near = around.near(lon, lat, datetime(2024, 1, 1, tzinfo=UTC))[what]
        assert thing["id"] in [one["id"] for one in near if one["metres"] == 0]
        assert near == sorted(near, key=lambda one: (one["metres"], one["id"]))


def test_D9_near_is_in_metres_and_an_expired_warning_is_not_shown(tmp_path: Path) -> None:
    def change(said: Any) -> None:
        said["cameras"] = [
            {"id": f"K{n}", "name_zh": "探头", "name_en": "Camera", "at": [113.02, 28.19 + metres / 111_195]}
            for n, metres in enumerate((150, 190, 210))
        ]
        said["warnings"] = [
            {"id": f"J{n}", "text_zh": "有犬", "text_en": "Dog", "at": [113.02, 28.19], "verifier": "leader-1",
             "expires": f"2024-10-{day}T00:00:00+08:00"}
            for n, day in enumerate((30, 31))
        ]  # fmt: skip

    folder = _changed(tmp_path, "surroundings.json", change)
    near = load_surroundings(folder, load_area(folder)).near(113.02, 28.19, NIGHT)
    assert [(one["id"], one["metres"]) for one in near["cameras"]] == [("K0", 150), ("K1", 190)]
    assert [(one["id"], one["verifier"]) for one in near["warnings"]] == [("J1", "leader-1")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s["warnings"][0].pop("verifier"), "warnings[0].verifier (J01): is missing"),
        (lambda s: s["warnings"][0].update(expires="soon"), "warnings[0].expires (J01): "),
        (lambda s: s["cameras"][1].update(id="K001"), "cameras[1].id (K001): K001 is there twice"),
        (lambda s: s["hazards"][0].update(at=[28.1, 113.0]), "hazards[0].at[1] (H01): "),
        (lambda s: s["posts"][0].update(at=[113.5, 28.1]), "posts[0].at (D01): lies outside the area"),
        (lambda s: s.update(people=[]), "people: is not known"),
    ],
)
def test_D9_a_mistake_in_surroundings_json_is_one_sentence(
    tmp_path: Path, change: Callable[[Any], Any], words: str
) -> None:
    folder = _changed(tmp_path, "surroundings.json", change)
    with pytest.raises(InvalidArea) as refused:
        load_surroundings(folder, load_area(folder))
    assert f"surroundings.json line {refused.value.line}: " in str(refused.value)
    assert words in str(refused.value)
