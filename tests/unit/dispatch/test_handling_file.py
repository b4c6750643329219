"""`handling.json` (D11, D13): what it says is used, and a mistake is one sentence that names file, line and field."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fengqiao.geo.errors import InvalidArea
from services.dispatch.area_folder import load_forces
from tests.system import ROOT

GAOQIAO = ROOT / "deploy" / "areas" / "gaoqiao"


def test_D11_D13_gaoqiao_has_results_forms_and_small_cases() -> None:
    handling = load_forces(GAOQIAO, "gaoqiao").handling
    assert handling.solves("当场调解")
    assert not handling.solves("受理案件")
    assert not handling.solves("what nobody knows")
    theft, brawl = handling.form_for("020405"), handling.form_for("020301")
    assert theft is not None
    assert brawl is not None
    assert (theft.due, brawl.due) == (True, False)
    assert handling.form_for("0804") is None
    assert handling.small_within("0610") == timedelta(hours=24)
    assert handling.small_within("06") is None
    assert handling.emergency.count == 2
    assert handling.categories["020405"].name_en == "Theft"


def test_D10_an_area_without_the_file_has_the_defaults(tmp_path: Path) -> None:
    folder = tmp_path / "gaoqiao"
    shutil.copytree(GAOQIAO, folder)
    (folder / "handling.json").unlink()
    handling = load_forces(folder, "gaoqiao").handling
    assert (handling.results, handling.forms, handling.small) == ({}, (), {})
    assert handling.emergency.category.code == "9801"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rules: rules["forms"][0].update(require=["losses.tears"]), "forms[0].require: losses.tears is none of"),
        (lambda rules: rules["small_cases"][0].update(categories=["77"]), "small_cases[0].categories: no category"),
        (lambda rules: rules["small_cases"][0].update(hours=0), "small_cases[0].hours: "),
        (lambda rules: rules["emergency"].update(kinds=["tank"]), "emergency.kinds: there is no kind tank"),
        (
            lambda rules: rules["results"].append(rules["results"][0]),
            "results[13].code (当场调解): 当场调解 is there twice",
        ),
        (lambda rules: rules.update(colour="red"), "colour: is not known"),
    ],
)
def test_D13_a_mistake_is_one_sentence(tmp_path: Path, change: Callable[[Any], Any], words: str) -> None:
    folder = tmp_path / "gaoqiao"
    shutil.copytree(GAOQIAO, folder)
    rules = json.loads((folder / "handling.json").read_text(encoding="utf-8"))
    change(rules)
    (folder / "handling.json").write_text(json.dumps(rules), encoding="utf-8")
    with pytest.raises(InvalidArea) as refused:
        load_forces(folder, "gaoqiao")
    assert f"handling.json line {refused.value.line}: " in str(refused.value)
    assert words in str(refused.value)
