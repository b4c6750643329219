"""Which plan is for a call, and what a wrong plan file says (D2, D3)."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fengqiao.contracts.plans import Targets
from fengqiao.geo.errors import InvalidArea
from services.dispatch.area_folder import load_forces
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.plans import Call, Hours, Plan, When, local_minute, most_specific, stricter
from tests.system import ROOT

GAOQIAO = ROOT / "deploy" / "areas" / "gaoqiao"
EVENING = 22 * 60 + 23


def plan(id: str, **when: Any) -> Plan:
    return Plan(id, When(**when), ())


def call(category: str = "020301", priority: int = 2, minute: int = EVENING, **more: Any) -> Call:
    return Call(category, priority, minute, more.pop("source", "110"), **more)


def test_D2_the_longest_code_wins_then_more_conditions_then_the_first() -> None:
    plans = [
        plan("all"),
        plan("public-order", categories=("02",)),
        plan("first-brawl", categories=("020301",)),
        plan("brawl-again", categories=("020301",)),
        plan("night-brawl", categories=("020301",), hours=(Hours(21 * 60, 6 * 60),)),
        plan("everything-but-the-code", hours=(Hours(0, 1439),), priority_at_most=4, cells=("G07",), sources=("110",)),
    ]

    def chosen(one: Call) -> str:
        found = most_specific(plans, one)
        assert found is not None
        return found.id

    assert chosen(call()) == "night-brawl"
    assert chosen(call(minute=12 * 60)) == "first-brawl"
    assert chosen(call("020302")) == "public-order"
    assert chosen(call("08")) == "all"
    assert chosen(call("08", grid_cell="G07")) == "everything-but-the-code"


@pytest.mark.parametrize(
    ("when", "yes", "no"),
    [
        ({"priority_at_most": 2}, {"priority": 2}, {"priority": 3}),
        ({"hours": (Hours(1260, 360),)}, {"minute": 1260}, {"minute": 360}),
        ({"hours": (Hours(1260, 360),)}, {"minute": 0}, {"minute": 1259}),
        ({"hours": (Hours(480, 1020),)}, {"minute": 480}, {"minute": 1020}),
        ({"cells": ("G1",), "zones": ("north",)}, {"zone": "north"}, {"zone": "south", "grid_cell": "G2"}),
        ({"place_kinds": ("school",)}, {"place_kind": "school"}, {"place_kind": None}),
        ({"sources": ("tracker",)}, {"source": "tracker"}, {"source": "110"}),
        ({"weapon": True}, {"weapon": True}, {"weapon": None}),
        ({"categories": ("02", "08")}, {"category": "0804"}, {"category": "01"}),
    ],
)
def test_D2_each_condition_holds_or_not(when: dict[str, Any], yes: dict[str, Any], no: dict[str, Any]) -> None:
    assert When(**when).fit(call(**yes)) is not None
    assert When(**when).fit(call(**no)) is None


def test_D2_hours_are_the_areas_own_and_pass_midnight() -> None:
    assert local_minute(datetime(2024, 10, 30, 14, 23, tzinfo=UTC), ZoneInfo("Asia/Shanghai")) == EVENING
    assert local_minute(datetime(2024, 10, 30, 16, 5, tzinfo=UTC), ZoneInfo("Asia/Shanghai")) == 5


def test_D4_of_two_targets_the_stricter_holds() -> None:
    found = stricter(Targets(on_scene=180, handled=300), Targets(on_scene=300, acknowledge=60))
    assert found == Targets(on_scene=180, handled=300, acknowledge=60)
    assert stricter(Targets(), Targets()) is None


@pytest.fixture(scope="module")
def gaoqiao() -> Forces:
    return load_forces(GAOQIAO, "gaoqiao")


def test_D4_1_3_5_holds_in_key_areas_at_night_only() -> None:
    dongcheng = load_forces(GAOQIAO.parent / "dongcheng", "dongcheng")
    (rule,) = (target for target in dongcheng.duties.targets if target.id == "1-3-5")
    key = min(rule.grid_cells)

    def limits(one: Call) -> tuple[float | None, float | None, float | None]:
        targets = dongcheng.targets_for(one, dongcheng.plan_for(one))
        assert targets is not None
        return targets.acknowledge, targets.on_scene, targets.handled

    assert limits(call(grid_cell=key)) == (60, 180, 300)
    assert limits(call(grid_cell=key, minute=12 * 60)) == (60, 300, 3600)
    assert limits(call(grid_cell="nowhere", priority=4)) == (60, 600, 3600)


@pytest.mark.parametrize(
    ("category", "priority", "more", "expected"),
    [
        ("020301", 2, {}, "brawl"),
        ("020301", 2, {"weapon": True}, "weapon"),
        ("0604", 1, {}, "missing-person"),
        ("01", 1, {}, "key-incident"),
        ("01", 2, {}, "crime-in-progress"),
        ("0202", 1, {}, "key-incident"),
        ("020405", 3, {}, "theft"),
        ("020405", 3, {"source": "tracker"}, "stolen-vehicle"),
        ("020407", 2, {}, "fraud"),
        ("020302", 2, {}, "domestic-violence"),
        ("0201", 2, {}, "public-order"),
        ("03", 3, {}, "traffic"),
        ("04", 1, {}, "mass-event"),
        ("0603", 1, {}, "suicide"),
        ("0608", 1, {}, "fire"),
        ("0610", 4, {}, "urgent-help"),
        ("080501", 3, {}, "commercial-dispute"),
        ("0802", 3, {}, "dispute"),
        ("0804", 4, {}, "noise"),
        ("11", 4, {}, "desk-matter"),
        ("1204", 4, {}, "one-nearest"),
    ],
)
def test_D2_D3_gaoqiaos_plans_serve_the_categories_of_110(
    gaoqiao: Forces, category: str, priority: int, more: dict[str, Any], expected: str
) -> None:
    assert gaoqiao.plan_for(call(category, priority, **more)).id == expected


@pytest.mark.parametrize(
    ("category", "expected"), [("500806", "village-dispute"), ("50080503", "village-dispute"), ("500804", "noise")]
)
def test_S4_D3_in_shilipu_the_village_comes_to_a_quarrel(category: str, expected: str) -> None:
    shilipu = load_forces(GAOQIAO.parent / "shilipu", "shilipu")
    plan = shilipu.plan_for(call(category, 3))
    assert plan.id == expected
    if expected == "village-dispute":
        assert [(one.role, one.kinds, one.required) for one in plan.wanted] == [
            ("primary", ("police_room",), True),
            ("liaison", ("police_assistant",), False),
            ("support", ("auxiliary",), False),
            ("first_response", ("volunteer",), False),
        ]


SENT_BY_NO_PLAN = {"case_desk"}
"""It works on small cases and is not sent out."""


@pytest.mark.parametrize("area", ["dongcheng", "gaoqiao", "ciyin", "shilipu", "yujin"])
def test_D3_each_kind_of_helper_that_an_area_has_is_sent_by_some_plan(area: str) -> None:
    forces = load_forces(GAOQIAO.parent / area, area)
    sent = {kind for plan in forces.plans.values() for wanted in plan.wanted for kind in wanted.kinds}
    assert {unit.kind.kind for unit in forces.units.values()} - sent <= SENT_BY_NO_PLAN


@pytest.mark.parametrize(
    ("area", "category", "role", "kinds"),
    [
        ("dongcheng", "0802", "liaison", ("grid_worker",)),
        ("yujin", "0804", "liaison", ("grid_worker",)),
        ("dongcheng", "0201", "first_response", ("volunteer", "property_guard")),
        ("ciyin", "0201", "first_response", ("volunteer", "property_guard", "city_patrol")),
        ("ciyin", "0604", "liaison", ("partner",)),
        ("dongcheng", "0604", "support", ("drone",)),
    ],
)
def test_D3_helpers_besides_police_come_and_none_of_them_is_waited_for(
    area: str, category: str, role: str, kinds: tuple[str, ...]
) -> None:
    plan = load_forces(GAOQIAO.parent / area, area).plan_for(call(category, 3))
    assert [(one.kinds, one.required) for one in plan.wanted if one.role == role] == [(kinds, False)]


def test_D6_who_stands_by_at_night_on_foot_and_in_plain_clothes_is_sent_too() -> None:
    forces = load_forces(GAOQIAO.parent / "dongcheng", "dongcheng")
    plan = forces.plan_for(call("020405", 3))
    assert {"foot_patrol", "plain_clothes"} <= set(plan.wanted[0].kinds)


def test_D2_the_three_named_plans_say_who_acts_and_who_is_told(gaoqiao: Forces) -> None:
    brawl, child, key = (gaoqiao.plans[id] for id in ("brawl", "missing-person", "key-incident"))
    assert [(one.role, one.kinds) for one in brawl.wanted] == [
        ("primary", ("post",)),
        ("first_response", ("volunteer",)),
        ("support", ("patrol",)),
    ]
    assert {step.id: (step.to, step.within_seconds) for step in child.steps} == {
        "broadcast": ("merchants", 300),
        "mass-message": ("volunteers", 300),
        "sweep": ("patrols", 300),
    }
    assert {one.to for one in key.notify} == {"command_room", "station_duty", "superior"}
    assert sum(one.count for one in key.wanted) == 3


Edit = Callable[[dict[str, Any]], object]


def _when(**changes: Any) -> Edit:
    return lambda f: f["plans"][0]["when"].update(changes)


def _send(**changes: Any) -> Edit:
    return lambda f: f["plans"][0]["send"][0].update(changes)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (_when(hours=["21-06"]), "plans[0].when.hours[0] (key-incident): write hours as 21:00-06:00"),
        (_when(hours=["06:00-06:00"]), "plans[0].when.hours (key-incident): 06:00-06:00 is no time at all"),
        (_when(categories=["77"]), "plans[0].when.categories (key-incident): categories.json knows no code 77"),
        (_when(places=["cell:G99"]), "plans[0].when.places (key-incident): the area has no cell G99"),
        (_when(places=["G07"]), "plans[0].when.places (key-incident): write G07 as cell:…, zone:… or kind:…"),
        (_when(sources=["911"]), "plans[0].when.sources (key-incident): sources.json knows no source 911"),
        (_when(priority_at_most=0), "plans[0].when.priority_at_most (key-incident): "),
        (_when(moon="full"), "plans[0].when.moon (key-incident): is not known"),
        (_send(kinds=["dragon"]), "plans[0].send[0].kinds (key-incident): kinds.json knows no kind dragon"),
        (_send(kinds=[]), "plans[0].send[0].kinds (key-incident): name at least one kind"),
        (
            _send(capabilities=["flying"]),
            "plans[0].send[0].capabilities (key-incident): no unit of these kinds in units.json can do flying",
        ),
        (
            lambda f: [role.update(required=False) for role in f["plans"][0]["send"]],
            "plans[0].send (key-incident): no role is required",
        ),
        (lambda f: f["plans"][0].update(send=[]), "plans[0].send (key-incident): no role is required"),
        (_send(count=0), "plans[0].send[0].count (key-incident): "),
        (_send(rule="best"), "plans[0].send[0].rule (key-incident): "),
        (lambda f: f["plans"][0].pop("name_zh"), "plans[0].name_zh (key-incident): is missing"),
        (lambda f: f["plans"].append(f["plans"][0]), "plans[23].id (key-incident): key-incident is there twice"),
        (lambda f: f.update(default="none"), "default: there is no plan none"),
        (lambda f: f["targets"][0]["seconds"].update(on_scene=-1), "targets[0].seconds.on_scene (every-call): "),
        (
            lambda f: f["targets"][0]["when"].update(places=["zone:x"]),
            "targets[0].when.places (every-call): the area has",
        ),
        (
            lambda f: f["plans"][0].update(
                steps=[{"id": "s", "name_zh": "步", "name_en": "S", "within_seconds": 60, "role": "nobody"}]
            ),
            "plans[0].steps[0].role (key-incident): the plan sends nobody in the role nobody",
        ),
    ],
)
def test_D2_a_wrong_plan_is_refused_with_file_line_plan_and_field(tmp_path: Path, edit: Edit, words: str) -> None:
    folder = shutil.copytree(GAOQIAO, tmp_path / "gaoqiao")
    file = json.loads((folder / "plans.json").read_text(encoding="utf-8"))
    edit(file)
    (folder / "plans.json").write_text(json.dumps(file, indent=1), encoding="utf-8")
    with pytest.raises(InvalidArea) as error:
        load_forces(folder, "gaoqiao")
    assert str(error.value).startswith(f"{folder / 'plans.json'} line {error.value.line}: {words}")


def test_D2_a_file_that_is_not_json_is_refused_with_its_line(tmp_path: Path) -> None:
    folder = shutil.copytree(GAOQIAO, tmp_path / "gaoqiao")
    (folder / "plans.json").write_text('{\n "plans": [,]\n}', encoding="utf-8")
    with pytest.raises(InvalidArea, match=r"plans\.json line 2: is not JSON"):
        load_forces(folder, "gaoqiao")
