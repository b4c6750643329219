"""How a crew handles a call: seeded, in the area's own results, and never without the form that is due."""

from pathlib import Path
from statistics import median

import pytest

from services.dispatch.area_folder import load_forces
from simulation.city.ground import Matter
from simulation.city.handling import SCENE_MEDIAN, Rules, handling

RULES = Rules(
    results=("当场调解", "受理案件", "已找回", "移交", "劝离", "无需处置", "治安调解", "到场已散"),
    forms=(
        (("020405",), ("losses.lost_yuan", "described")),
        (("020407",), ("losses.lost_yuan", "losses.prevented_yuan", "described")),
        (("020301",), ("counts.injured",)),
    ),
    small=("0610", "020405"),
)
THEFT, BRAWL, QUARREL, HELP = (
    Matter("020405", None),
    Matter("020301", None),
    Matter("0806", "consumer"),
    Matter("06", None),
)


def test_the_same_assignment_is_handled_the_same_way_again() -> None:
    assert handling(1, "a.1", THEFT, RULES, in_charge=True) == handling(1, "a.1", THEFT, RULES, in_charge=True)
    assert handling(1, "a.1", THEFT, RULES, in_charge=True) != handling(2, "a.1", THEFT, RULES, in_charge=True)


def test_D4_steps_take_a_crews_time_and_scenes_some_minutes() -> None:
    plans = [handling(1, f"a.{n}", HELP, RULES, in_charge=True) for n in range(500)]
    assert all(4 <= plan.read <= 20 and 5 <= plan.leave <= 30 for plan in plans)
    assert median(plan.scene for plan in plans) == pytest.approx(SCENE_MEDIAN, rel=0.15)


def test_D13_who_is_in_charge_gives_the_form_that_the_category_needs() -> None:
    form = handling(1, "a.1", THEFT, RULES, in_charge=True).form
    assert form is not None
    assert (form["kind"], form["losses"]["lost_yuan"] > 0, bool(form["words"])) == ("final", True, True)
    injured = handling(1, "a.1", BRAWL, RULES, in_charge=True).form
    assert injured is not None
    assert injured["counts"]["injured"] in (0, 1)
    assert handling(1, "a.1", HELP, RULES, in_charge=True).form is None
    assert handling(1, "a.1", THEFT, RULES, in_charge=False).form is None


def test_quarrels_become_cases_or_are_settled_there() -> None:
    plans = [handling(1, f"a.{n}", QUARREL, RULES, in_charge=True) for n in range(400)]
    settled = [plan for plan in plans if plan.dispute is not None and plan.dispute["settled_on_scene"]]
    assert len(settled) / len(plans) == pytest.approx(0.75, abs=0.08)
    assert {plan.disposition for plan in settled} == {"当场调解"}
    assert all(plan.dispute is not None and plan.dispute["kind"] == "consumer" for plan in plans)


@pytest.mark.parametrize("area", ["gaoqiao", "shilipu"])
def test_every_result_is_on_the_areas_list(area: str) -> None:
    areas = Path(__file__).parents[3] / "deploy" / "areas"
    known = load_forces(areas / area, area).handling.results
    rules = Rules(tuple(known), RULES.forms, RULES.small)
    for matter in (THEFT, BRAWL, QUARREL, HELP):
        for n in range(40):
            for in_charge in (True, False):
                assert handling(1, f"a.{n}", matter, rules, in_charge=in_charge).disposition in known


def test_an_area_without_a_list_takes_any_result() -> None:
    assert handling(1, "a.1", HELP, Rules((), (), ()), in_charge=True).disposition
