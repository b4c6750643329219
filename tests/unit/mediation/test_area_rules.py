"""An area's own rules of mediation."""

from pathlib import Path

import pytest

from fengqiao.geo.areas import load_area
from services.mediation.area_rules import InvalidRules, load_rules
from services.mediation.domain.rules import VisitRule, scheduled
from tests.unit.mediation.cases import NIGHT, RULES

GAOQIAO = load_area(Path(__file__).parents[3] / "deploy" / "areas" / "gaoqiao")


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
        ("{", "mediation.json"),
        ('{"visits": []}', "visits"),
        ('{"visits": [{"visit": "a", "days": -1}]}', "visits.0.days"),
        ('{"visits": [{"visit": "a"}, {"visit": "a"}]}', "same name"),
        ('{"tiers": {"yellow": 1}}', "orange"),
        ('{"colour": 1}', "colour"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_the_field(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / "mediation.json").write_text(text)
    with pytest.raises(InvalidRules, match=names):
        load_rules(tmp_path, GAOQIAO)
