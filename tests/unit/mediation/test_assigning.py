"""Who mediates where: by kind, place, skill, tier and load, in each of the five areas (M5)."""

from pathlib import Path

import pytest

from fengqiao.geo.areas import load_area
from services.mediation.area_rules import load_rules
from services.mediation.domain import commands as wish
from services.mediation.domain.assigning import Force, Mediator, Venue, Wanted, suggest
from services.mediation.domain.case import Tier
from services.mediation.domain.decide import decide
from services.mediation.domain.errors import PartWrong
from services.mediation.domain.evolve import fold
from services.mediation.domain.happenings import Referred
from services.mediation.domain.kinds import Kinds
from tests.unit.mediation.cases import ASSESS, PAPER, context, given

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
RULES = {
    name: load_rules(AREAS / name, load_area(AREAS / name))
    for name in ("gaoqiao", "dongcheng", "ciyin", "shilipu", "yujin")
}


@pytest.mark.parametrize(
    ("area", "kind", "cell", "tier", "venue"),
    [
        ("gaoqiao", "unpaid_goods", "G03", 1, "rule-of-law-gaoqiao"),
        ("gaoqiao", "brawl", "G07", 1, "three-offices-one-court"),
        ("gaoqiao", "square_dance", "G01", 1, "property-council"),
        ("gaoqiao", "0804", "G01", 1, "property-council"),
        ("dongcheng", "debt", "G01", 2, "spring-wind"),
        ("ciyin", "price_dispute", "G02", 1, "price-station"),
        ("ciyin", "refund", "G02", 1, "police-people"),
        ("shilipu", "refund", "G02", 1, "committee-G02"),
        ("shilipu", "refund", "G04", 3, "fusion-team"),
        ("yujin", "family_dispute", "G01", 2, "fan-studio"),
        ("yujin", "debt", "G01", 2, "chamber"),
    ],
)
def test_M5_S8_a_dispute_goes_where_its_kind_and_place_are_at_home(
    area: str, kind: str, cell: str, tier: Tier, venue: str
) -> None:
    rules = RULES[area]
    found = suggest(Wanted(kind, cell, tier), rules.force, rules.kinds, {})
    assert found.venue is not None
    assert found.venue.id == venue
    assert found.missing == ()
    assert all(one.why for one in (*found.venues, *found.team))


def test_M4_M5_each_tier_has_its_team() -> None:
    rules = RULES["dongcheng"]
    teams = [
        [one.role for one in suggest(Wanted("debt", "G02", tier), rules.force, rules.kinds, {}).team]
        for tier in (1, 2, 3)
    ]
    # 三级联调: grid worker and police steward; a professional team; the departments.
    assert teams[0][:2] == ["grid_worker", "police_steward"]
    assert teams[1] == ["judicial_officer", "police", "lawyer", "gold_mediator"]
    assert teams[2][:4] == ["department", "judicial_officer", "police", "court"]
    tier1 = suggest(Wanted("debt", "G02", 1), rules.force, rules.kinds, {})
    assert [one.id for one in tier1.team][:2] == ["grid-G02", "steward-G02"]


MANY = Force(
    venues=(Venue("room", "调解室", "Room", "centre"),),
    mediators=(
        Mediator("a", "甲", "A", "police_steward", most=10),
        Mediator("b", "乙", "B", "police_steward", skills=("debt",), most=10),
        Mediator("c", "丙", "C", "police_steward", most=10),
    ),
    teams={1: ("police_steward",)},
)


def test_M5_skill_comes_before_load_and_load_decides_between_equals() -> None:
    kinds = Kinds({"debt": "080501", "noise": "0804"})
    chosen = [one.id for one in suggest(Wanted("debt", None, 1), MANY, kinds, {"b": 9}).team]
    assert chosen == ["b"]
    assert [one.id for one in suggest(Wanted("debt", None, 1), MANY, kinds, {"b": 10}).team] == ["a"], "b is full"
    [least] = suggest(Wanted("noise", None, 1), MANY, kinds, {"a": 3, "b": 2, "c": 1}).team
    assert (least.id, least.why) == ("c", ("load:1/10",))
    full = suggest(Wanted("noise", None, 1), MANY, kinds, {"a": 10, "b": 10, "c": 10})
    assert (full.team, full.missing) == ((), ("police_steward",))


def test_M5_a_case_that_is_referred_to_nobody_goes_to_whom_the_rules_choose() -> None:
    case = given(ASSESS, kind="unpaid_goods")
    [referred] = decide(case, wish.Refer(), context(rules=RULES["gaoqiao"]))
    assert isinstance(referred, Referred)
    assert referred.venue == "rule-of-law-gaoqiao"
    assert {"justice-office", "law-firm", "market-office"} <= set(referred.mediators)
    with pytest.raises(PartWrong, match="it has rule-of-law-gaoqiao") as wrong:
        decide(case, wish.Refer(("m",), "nowhere"), context(rules=RULES["gaoqiao"]))
    assert wrong.value.pointer == "/venue"
    with pytest.raises(PartWrong, match="Nobody"):
        decide(case, wish.Refer(), context())


@pytest.mark.parametrize("area", RULES)
def test_M13_every_kind_of_dispute_has_a_class_of_the_justice_bureau(area: str) -> None:
    kinds = RULES[area].kinds
    disputes = [code for code in kinds.names if kinds.names[code].name_zh in ("纠纷", "邻里", "货款", "欠薪")]
    assert len(disputes) == 4
    for code in disputes:
        assert kinds.justice_classes(code)
    # One kind of the police's is several of the bureau's, and a word may be another thing than its code.
    assert kinds.justice_classes("unpaid_goods") == ("3", "4")
    assert kinds.justice_classes("price_dispute") == ("5", "13")
    assert kinds.justice_classes("refund") == ("13", "16")


def test_M13_the_likeliest_class_is_taken_unless_another_is_said() -> None:
    rules = RULES["gaoqiao"]
    case = given(kind="unpaid_goods")

    def classed(code: str | None) -> str | None:
        events = decide(case, wish.Assess(None, PAPER, justice_class=code), context(rules=rules))
        return fold(events, case).justice_class

    assert (classed(None), classed("4")) == ("3", "4")
    with pytest.raises(PartWrong) as wrong:
        classed("77")
    assert wrong.value.pointer == "/justice_class"
