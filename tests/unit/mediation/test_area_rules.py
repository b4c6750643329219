"""An area's own rules of mediation."""

import re
from pathlib import Path

import pytest

from fengqiao.geo.areas import load_area
from fengqiao.geo.errors import InvalidArea
from services.mediation.area_rules import load_rules
from services.mediation.domain.rules import VisitRule, scheduled
from tests.unit.mediation.cases import NIGHT, RULES

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
NAMES = ("gaoqiao", "dongcheng", "ciyin", "shilipu", "yujin")
GAOQIAO = load_area(AREAS / "gaoqiao")


def test_M7_without_a_file_1333N_counts(tmp_path: Path) -> None:
    assert load_rules(tmp_path, GAOQIAO) == RULES


def test_M7_an_area_has_visits_and_tiers_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mediation.json").write_text(
        '{"visits": [{"visit": "week", "days": 7}], "tiers": {"yellow": 1, "orange": 3, "red": 3}}'
    )
    rules = load_rules(tmp_path, GAOQIAO)
    assert rules.visits == (VisitRule("week", days=7),)
    assert rules.tiers["orange"] == 3
    assert (scheduled(rules, NIGHT)[0].due_at - NIGHT).days == 7


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{", "is not JSON"),
        ('{"visits": []}', "visits: "),
        ('{"visits": [{"visit": "a", "days": -1}]}', r"visits\[0\]\.days: "),
        ('{"visits": [{"visit": "a"}, {"visit": "a"}]}', r"visits\[1\]\.visit: a is there twice"),
        ('{"tiers": {"yellow": 1}}', "tiers: .* orange"),
        ('{"colour": 1}', "colour: is not known"),
        ('{"escalation": {"days": {"4": 7}}}', r"escalation\.days\.4: "),
        ('{"grading": {"kinds": {"noise": "blue"}}}', r"grading\.kinds\.noise: "),
        ('{"venues": [{"id": "a", "name_zh": "a", "name_en": "a", "kind": "castle"}]}', r"venues\[0\]\.kind \(a\): "),
        (
            '{"check_ins": [{"id": "a", "name_zh": "a", "name_en": "a", "grid_cell": "G99"}]}',
            r"check_ins\[0\]\.grid_cell \(a\): area.json has no grid cell G99",
        ),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_field(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / "mediation.json").write_text(text)
    with pytest.raises(InvalidArea, match=rf"mediation\.json line 1: {names}"):
        load_rules(tmp_path, GAOQIAO)


VENUES = """{
  "mediators": [
    {"id": "li", "name_zh": "李", "name_en": "Li", "role": "lawyer"}
  ],
  "venues": [
    {"id": "hall", "name_zh": "厅", "name_en": "Hall", "kind": "centre", "members": ["li"]},
    {"id": "room", "name_zh": "室", "name_en": "Room", "kind": "centre", "members": ["wang"]}
  ]
}"""


def test_M5_what_a_file_names_and_nobody_is_comes_with_file_line_and_field(tmp_path: Path) -> None:
    (tmp_path / "mediation.json").write_text(VENUES)
    said = "mediation.json line 7: venues[1].members (room): there is no mediator wang."
    with pytest.raises(InvalidArea, match=re.escape(said)):
        load_rules(tmp_path, GAOQIAO)


@pytest.mark.parametrize(
    ("years", "names"),
    [
        ('{"year": 2024, "holidays": ["2025-01-01"]}', "years[0].holidays[0] (2024): 2025-01-01 is not in 2024"),
        ('{"year": 2024, "holidays": ["2024-02-04"], "workdays": ["2024-02-04"]}', "years[0] (2024): 2024-02-04 is a"),
        ('{"year": 2024, "holidays": ["soon"]}', "years[0].holidays[0] (2024): "),
        ('{"year": 2024, "holidays": []}, {"year": 2024, "holidays": []}', "years[1].year (2024): 2024 is there twice"),
    ],
)
def test_M11_a_wrong_calendar_is_refused(tmp_path: Path, years: str, names: str) -> None:
    (tmp_path / "calendar.json").write_text(f'{{"years": [{years}]}}')
    with pytest.raises(InvalidArea, match=re.escape(f"calendar.json line 1: {names}")):
        load_rules(tmp_path, GAOQIAO)


def test_M13_a_pair_names_a_class_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "justice.json").write_text(
        '{"version": "1", "classes": [{"code": "1", "name_zh": "邻里", "name_en": "Neighbours"}],\n'
        ' "pairs": [{"kind": "0802", "classes": ["2"]}]}'
    )
    with pytest.raises(InvalidArea, match=r"justice.json line 2: pairs\[0\].classes \(0802\): there is no class 2"):
        load_rules(tmp_path, GAOQIAO)


def test_the_five_areas_differ_as_their_reports_do() -> None:
    rules = {name: load_rules(AREAS / name, load_area(AREAS / name)) for name in NAMES}
    assert [one.visit for one in rules["dongcheng"].visits] == ["3d", "30d", "3m"]
    assert rules["dongcheng"].visits[2].departments
    assert rules["ciyin"].force.teams[1] == ("grid_worker",)
    assert rules["ciyin"].force.venue("price-station") is not None
    assert len(rules["yujin"].check_ins) == 18
    assert all(venue.kind == "village_committee" for venue in rules["shilipu"].force.venues[1:])
    assert rules["gaoqiao"].force.venue("property-council") is not None
