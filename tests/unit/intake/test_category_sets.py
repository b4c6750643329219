"""I6: two category sets with a crosswalk, levels, tags, what is reported up at once, void calls, two versions kept."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fengqiao.contracts.incidents import IncidentUpdated
from fengqiao.geo.errors import InvalidArea
from services.intake.area_folder import load_grounds
from services.intake.domain.changing import Change, corrected
from services.intake.domain.drafts import ChangeDraft, IncidentDraft
from services.intake.domain.errors import WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.taking import Taken, fingerprint, reported, take
from services.intake.records import id_of, new_incident, view

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
NOW = datetime(2024, 10, 30, 14, 24, tzinfo=UTC)
every_area = pytest.mark.parametrize("name", ["ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"])


def draft(**fields: Any) -> IncidentDraft:
    return IncidentDraft.model_validate_json(json.dumps({"area": "gaoqiao", "source": "110", **fields}))


def taken(grounds: Grounds, **fields: Any) -> Taken:
    return take(draft(**fields), grounds, lambda _: True)


def record(grounds: Grounds, **fields: Any) -> dict[str, Any]:
    whole = draft(**fields)
    return new_incident("a" * 26, "cad", whole, fingerprint(whole), taken(grounds, **fields), NOW, NOW, ())


def change(known: dict[str, Any], grounds: Grounds, **fields: Any) -> Change:
    asked = ChangeDraft.model_validate_json(json.dumps(fields))
    return corrected(known, id_of(known), asked, grounds, "desk", NOW)


@every_area
def test_I6_a_set_is_a_tree_and_every_word_stands_for_one_category(grounds: Grounds, name: str) -> None:
    rows = grounds.by_area[name].categories.rows
    codes = {row.category.code for row in rows}
    assert all(code[:-2] in codes for code in codes if len(code) > 2)
    assert len([code for code in codes if len(code) == 2]) == (12 if name == "shilipu" else 13)
    words = Counter(alias for row in rows for alias in row.aliases)
    assert [word for word, count in words.items() if count > 1] == []
    assert not set(words) & codes
    assert all(row.priority in (1, 2, 3, 4) and row.level in (1, 2, 3, 4) for row in rows)
    # What integrators and stories say everywhere, whatever the codes are.
    for word in ("brawl", "noise", "theft", "fraud", "missing_child", "lost_property", "debt", "refund", "traffic",
                 "fire", "domestic_violence", "unpaid_goods", "silent_call", "price_dispute"):  # fmt: skip
        assert grounds.by_area[name].categories.find(word) is not None, word


def test_I6_the_default_set_has_all_that_the_field_knows_of_it(gaoqiao: Ground) -> None:
    find = gaoqiao.categories.find
    assert {row.category.code for row in gaoqiao.categories.rows if len(row.category.code) == 2} == {
        "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "98",
    }  # fmt: skip
    branches = {"02": 5, "06": 10, "08": 15, "12": 12}
    counted = Counter(row.category.code[:2] for row in gaoqiao.categories.rows if len(row.category.code) == 4)
    assert {root: counted[root] for root in branches} == branches
    assert all(find(f"08{n:02d}") for n in range(1, 15))
    assert all(find(f"12{n:02d}") for n in range(2, 14))
    for code in ("020301", "020302", "020405", "020407", "080301", "080306", "080398", "080501", "080505", "080506",
                 "080702", "0899"):  # fmt: skip
        assert find(code) is not None, code
    assert all((row.dispute_kind is not None) == (row.root == "08") for row in gaoqiao.categories.rows)


@every_area
def test_I6_the_crosswalk_leads_every_code_there_and_back(grounds: Grounds, name: str) -> None:
    ground = grounds.by_area[name]
    crosswalk = ground.crosswalk
    assert crosswalk is not None
    assert crosswalk.other == ("default-2024-2" if name == "shilipu" else "second-2024-1")
    for row in ground.categories.rows:
        there = crosswalk.there(row.category.code)
        assert there
        assert all(code in crosswalk.names for code in there)
    for code in crosswalk.names:
        assert crosswalk.here(code), code


def test_I6_the_two_crosswalks_agree(grounds: Grounds) -> None:
    ours, theirs = grounds.by_area["gaoqiao"].crosswalk, grounds.by_area["shilipu"].crosswalk
    assert ours is not None
    assert theirs is not None
    for word in ("brawl", "refund", "debt", "theft", "missing_child", "death", "silent_call", "petition", "tip_off"):
        here, there = (grounds.by_area[area].categories.find(word) for area in ("gaoqiao", "shilipu"))
        assert here is not None
        assert there is not None
        assert ours.there(here.category.code) == (there.category.code,)
        assert theirs.here(here.category.code)[0] == there.category.code
    assert theirs.here("020399") == ("2003",)  # a code that is not in the crosswalk is at least its parent
    assert theirs.here("55") == ()
    assert ours.here("70") == ("05", "04")  # no code of ours is all of it


def test_I6_the_same_word_is_another_code_in_another_set(grounds: Grounds) -> None:
    brawl = taken(grounds, area="shilipu", category="brawl")
    assert (brawl.category.code, brawl.category.version) == ("200301", "second-2024-1")
    assert taken(grounds, category="brawl").category.code == "020301"
    assert taken(grounds, area="shilipu").category.code == "50"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"category": "death"}, ("death",)),
        ({"category": "suicide"}, ("suicide",)),
        ({"category": "mass_event"}, ("mass_event",)),
        ({"category": "petition"}, ("petition",)),
        ({"category": "missing_child"}, ("lost",)),
        ({"category": "missing_person"}, ()),
        ({"category": "missing_person", "tags": ["elder"]}, ("lost",)),
        ({"category": "missing_person", "tags": ["girl_14_18"]}, ("missing_girl",)),
        ({"category": "brawl"}, ()),
        ({"category": "brawl", "details": {"weapon": True}}, ("weapon",)),
        ({"category": "brawl", "tags": ["school_bullying", "drunk"]}, ("school_bullying",)),
        ({"category": "tip_off", "tags": ["guns_explosives"]}, ("tip_off",)),
        ({"category": "theft", "tags": ["drugs"]}, ("drugs",)),
        ({"category": "natural_disaster"}, ("level",)),
    ],
)
@pytest.mark.parametrize("area", ["gaoqiao", "shilipu"])
def test_I6_what_is_reported_up_at_once(
    grounds: Grounds, area: str, fields: dict[str, Any], why: tuple[str, ...]
) -> None:
    call = taken(grounds, area=area, **fields)
    assert call.marks.report_up == why
    told = reported("gaoqiao-" + "a" * 26, call, NOW, NOW, ())
    assert told.report_up == (why or None)


def test_I6_tags_stand_beside_the_category_and_unknown_ones_are_refused(grounds: Grounds) -> None:
    assert taken(grounds, category="走失儿童", tags=["foreigner"]).marks.tags == ("foreigner", "minor")
    with pytest.raises(WrongField, match="no tag 'tall'") as refused:
        taken(grounds, tags=["minor", "tall"])
    assert refused.value.pointer == "/tags/1"


@pytest.mark.parametrize("area", ["gaoqiao", "shilipu"])
def test_I6_void_calls_are_marked_and_nothing_else_is(grounds: Grounds, area: str) -> None:
    words = ["silent_call", "dropped_call", "test_call", "nuisance_call", "wrong_number", "prank_call", "void_repeat"]
    assert all(taken(grounds, area=area, category=word).marks.void for word in words)
    assert not any(taken(grounds, area=area, category=word).marks.void for word in ("brawl", "question", "warning"))
    event = reported("gaoqiao-" + "a" * 26, taken(grounds, area=area, category="test_call"), NOW, NOW, ())
    assert event.void is True


def test_I6_the_callers_category_and_the_desks_are_both_kept(grounds: Grounds) -> None:
    known = record(grounds, category="brawl", caller_category="noise")
    shown = view(known, grounds.by_area["gaoqiao"])["categories"]
    assert (shown["initial"]["code"], shown["original"]["code"]) == ("0804", "020301")
    assert (shown["confirmed"], shown["corrected"]) == (None, None)
    known["dispatch"] = {"confirmed": shown["initial"]}
    assert view(known, grounds.by_area["gaoqiao"])["categories"]["confirmed"]["code"] == "0804"
    event = reported("gaoqiao-" + "a" * 26, taken(grounds, category="brawl", caller_category="noise"), NOW, NOW, ())
    assert event.initial_category is not None
    assert event.initial_category.code == "0804"
    assert taken(grounds, caller_category="noise").category.code == "0804"


def test_I6_a_correction_is_the_desks_and_leaves_the_callers(grounds: Grounds) -> None:
    known = record(grounds, category="noise")
    result = change(known, grounds, category="suicide")
    assert result.fields["categories"]["initial"]["code"] == "0804"
    assert result.fields["categories"]["original"]["code"] == "0603"
    assert isinstance(result.event, IncidentUpdated)
    assert (result.event.level, result.event.report_up) == (2, ("suicide",))
    again = change(known | dict(result.fields), grounds, category="brawl")
    assert again.fields["categories"]["initial"]["code"] == "0804"
    assert isinstance(again.event, IncidentUpdated)
    assert (again.event.level, again.event.report_up) == (3, ())


def test_I6_tags_and_a_weapon_change_what_is_reported_up(grounds: Grounds) -> None:
    known = record(grounds, category="brawl", tags=["drunk"])
    armed = change(known, grounds, weapon=True)
    assert isinstance(armed.event, IncidentUpdated)
    assert (armed.event.report_up, armed.event.tags) == (("weapon",), None)
    tagged = change(known, grounds, tags=["minor", "school_bullying"])
    assert isinstance(tagged.event, IncidentUpdated)
    assert (tagged.event.tags, tagged.event.report_up) == (("minor", "school_bullying"), ("school_bullying",))
    assert change(known, grounds, tags=["drunk"]).event is None


def test_I6_a_record_from_before_the_versions_were_kept_is_still_read_and_changed(grounds: Grounds) -> None:
    known = record(grounds, category="noise")
    for name in ("categories", "level", "tags", "report_up", "void"):
        del known[name]
    shown = view(known, grounds.by_area["gaoqiao"])
    assert (shown["categories"]["initial"]["code"], shown["level"], shown["tags"]) == ("0804", None, [])
    assert change(known, grounds, category="brawl").fields["categories"]["initial"]["code"] == "0804"


Edit = Callable[[dict[str, Any]], object]
SET, WALK, SOURCES = "categories.json", "crosswalk.json", "sources.json"


@pytest.mark.parametrize(
    ("file", "edit", "complaint"),
    [
        (SET, lambda c: c["categories"][3].update(code="7702"), "categories[3].code (7702): its parent 77 is not"),
        (SET, lambda c: c["levels"].pop(), "categories[7].level (0204): there is no level 4"),
        (SET, lambda c: c["report_up"][1].update(categories=["77"]), "report_up[1].categories (public_safety): there"),
        (SET, lambda c: c["report_up"][0].update(tags=["tall"]), "report_up[0].tags (state_security): there is no tag"),
        (SET, lambda c: c["categories"][0].update(alias_tags={"x": []}), "categories[0].alias_tags.x (01): is no"),
        (SET, lambda c: c["categories"][0].update(level=9), "categories[0].level (01): "),
        (SET, lambda c: c["categories"][1].update(code="01"), "categories[1].code (01): 01 is there twice"),
        (SET, lambda c: c["tags"].append(c["tags"][0]), "tags[17].tag: minor is there twice"),
        (WALK, lambda c: c["pairs"].pop(), "pairs: 98 of the area's set default-2024-2 is not there"),
        (WALK, lambda c: c["pairs"][0].update({"from": "77"}), "pairs[0].from: the area's set default-2024-2 has no"),
        (WALK, lambda c: c["pairs"][0].update(to=["7777"]), "pairs[0].to[0]: the set second-2024-1 has no category"),
        (WALK, lambda c: c["pairs"][0].update(to=[]), "pairs[0].to: 01 has no partner"),
        (WALK, lambda c: c["pairs"][1].update({"from": "01"}), "pairs[1].from: 01 is there twice"),
        (WALK, lambda c: c.update({"from": "default-1999"}), "from: is 'default-1999'"),
        (SOURCES, lambda c: c["sources"][0].update(channel="03"), "sources[0].channel (110): is '03'"),
        (SOURCES, lambda c: c["sources"][0].update(roles=["king"]), "sources[0].roles[0] (110): "),
        (SOURCES, lambda c: c["sources"][0].update(categories={"X": "7777"}), "sources[0].categories.X (110): the "),
        (SOURCES, lambda c: c["sources"][1].update(source="110"), "sources[1].source (110): 110 is there twice"),
        (SOURCES, lambda c: c["sources"][0].update(category_set="third"), "sources[0].category_set (110): there is no"),
    ],
)
def test_I6_a_folder_that_contradicts_itself_is_named(tmp_path: Path, file: str, edit: Edit, complaint: str) -> None:
    shutil.copytree(AREAS / "gaoqiao", tmp_path / "gaoqiao")
    content = json.loads((tmp_path / "gaoqiao" / file).read_text("utf-8"))
    edit(content)
    (tmp_path / "gaoqiao" / file).write_text(json.dumps(content), "utf-8")
    with pytest.raises(InvalidArea) as refused:
        load_grounds(tmp_path)
    assert f"{file} line {refused.value.line}: {complaint}" in str(refused.value)


@pytest.mark.parametrize(
    ("area", "file", "edit", "complaint"),
    [
        ("gaoqiao", "categories.json", lambda c: c["categories"][0].update(priority=4), "give it a version of its own"),
        (
            "shilipu",
            "crosswalk.json",
            lambda c: c["categories"].append({"code": "9903", "name_zh": "新", "name_en": "N"}),
            "9903 is not the same as in the set default-2024-2 of ciyin",
        ),
    ],
)
def test_I6_areas_agree_on_what_a_version_is(tmp_path: Path, area: str, file: str, edit: Edit, complaint: str) -> None:
    for name in ("dongcheng", "gaoqiao", "shilipu", "yujin", "ciyin"):
        shutil.copytree(AREAS / name, tmp_path / name)
    content = json.loads((tmp_path / area / file).read_text("utf-8"))
    edit(content)
    (tmp_path / area / file).write_text(json.dumps(content), "utf-8")
    with pytest.raises(InvalidArea, match=complaint):
        load_grounds(tmp_path)
