"""The gazetteer: names found, and how sure it says it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.areas import Area
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.gazetteer import Gazetteer, Place, load_places


def place(name: str, kind: str = "shop", community: str = "a", lon: float = 113.0, aliases: str = "") -> Place:
    return Place(name, f"the {name}", tuple(filter(None, aliases.split(";"))), kind, lon, 28.0, "G1", community)


def test_I3_the_seeds_address_means_the_food_street(gazetteer: Gazetteer) -> None:
    for address in (
        "永定社区美食七街某夜宵店",
        "永定社区美食七街",
        "长沙市雨花区高桥街道永定社区美食七街12号",
    ):
        hit = gazetteer.best(address)
        assert hit is not None
        assert (hit.name, hit.grid_cell, hit.confidence) == ("美食七街", "G07", 0.85)


def test_I3_a_shop_in_the_leather_market_is_found(gazetteer: Gazetteer) -> None:
    hit = gazetteer.best("高桥大市场皮具饰品城某门店")
    assert hit is not None
    assert (hit.name, hit.confidence) == ("皮具饰品城", 0.9)


def test_I3_a_whole_name_is_certain_and_full_width_is_folded(gazetteer: Gazetteer) -> None:
    hit = gazetteer.best("  美食 七街 ")
    assert hit is not None
    assert (hit.name, hit.confidence) == ("美食七街", 1.0)
    digits = gazetteer.best("美食７街夜宵店")
    assert digits is not None
    assert (digits.name, digits.confidence) == ("美食七街", 0.75)


def test_I3_an_unknown_address_is_said_to_be_unknown(gazetteer: Gazetteer) -> None:
    for address in ("", "   ", "北京天安门", "zzz", "？？"):
        assert gazetteer.best(address) is None


def test_I3_a_long_road_is_a_name_but_hardly_a_place(gazetteer: Gazetteer) -> None:
    hit = gazetteer.best("人民路上有人吵架")
    assert hit is not None
    assert (hit.name, hit.confidence) == ("人民路", 0.3)


def test_I3_a_contradicting_community_halves_the_confidence() -> None:
    places = [
        place("甲社区", "community", "a"),
        place("乙社区", "community", "b"),
        place("红楼", community="a"),
    ]
    gazetteer = Gazetteer(places)
    agreeing, other = gazetteer.best("甲社区红楼旁"), gazetteer.best("乙社区红楼旁")
    assert agreeing is not None
    assert other is not None
    assert (agreeing.confidence, other.confidence) == (0.95, 0.45)


def test_I3_a_name_borne_twice_is_settled_by_the_community_or_shared() -> None:
    places = [
        place("乙社区", "community", "b"),
        place("红楼", community="a"),
        place("红楼", community="b", lon=113.1),
    ]
    gazetteer = Gazetteer(places)
    settled, shared = gazetteer.best("乙社区红楼旁"), gazetteer.best("红楼旁")
    assert settled is not None
    assert shared is not None
    assert (settled.lon, settled.confidence) == (113.1, 0.95)
    assert shared.confidence == 0.45


def test_I3_a_name_inside_a_longer_name_is_not_meant() -> None:
    gazetteer = Gazetteer([place("高桥"), place("高桥大市场", lon=113.05)])
    hit = gazetteer.best("高桥大市场门口")
    assert hit is not None
    assert hit.name == "高桥大市场"


def test_I3_a_name_misspoken_is_found_with_little_confidence(gazetteer: Gazetteer) -> None:
    hit = gazetteer.best("皮具饰品门店")
    assert hit is not None
    assert hit.name == "皮具饰品城"
    assert hit.confidence <= 0.5


@pytest.mark.parametrize(
    ("query", "name", "confidence"),
    [
        ("怡园警务点", "怡园警务点", 1.0),
        ("Yiyuan Post", "怡园警务点", 1.0),
        ("皮具城", "皮具饰品城", 0.95),
        ("饰品", "皮具饰品城", 0.66),
        ("pijushipincheng", "皮具饰品城", 0.8),
        ("pjspc", "皮具饰品城", 0.6),
    ],
)
def test_I3_search_finds_by_name_alias_part_and_pinyin(
    gazetteer: Gazetteer, query: str, name: str, confidence: float
) -> None:
    hits = gazetteer.search(query)
    assert (hits[0].name, hits[0].confidence) == (name, confidence)


def test_I3_search_keeps_its_limit_and_order(gazetteer: Gazetteer) -> None:
    hits = gazetteer.search("美食", limit=5)
    assert len(hits) == 5
    assert [h.confidence for h in hits] == sorted((h.confidence for h in hits), reverse=True)
    assert all("美食" in h.name for h in hits)


@given(st.text(max_size=300))
def test_I3_no_text_breaks_the_gazetteer(gazetteer: Gazetteer, text: str) -> None:
    for hit in (*gazetteer.search(text), *filter(None, [gazetteer.best(text)])):
        assert 0 < hit.confidence <= 1


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("甲,A,,shop,113.03", "line 2: has 5 columns"),
        ("甲,A,,shop,east,28.18", "line 2: has no number"),
        ("甲,A,,shop,0,0", r"line 2: \(甲\): lies outside every grid cell"),
        (",A,,shop,113.03,28.18", "line 2: lacks"),
    ],
)
def test_I3_a_wrong_row_is_named(tmp_path: Path, gaoqiao: Area, row: str, problem: str) -> None:
    (tmp_path / "places.csv").write_text(f"name_zh,name_en,aliases,kind,lon,lat\n{row}\n", encoding="utf-8")
    with pytest.raises(InvalidArea, match=problem):
        load_places(tmp_path, gaoqiao)
