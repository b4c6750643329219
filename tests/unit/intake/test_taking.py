"""I1-I3: what a client sent becomes a call made whole, or is refused by field."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.areas import load_area
from fengqiao.geo.datums import from_wgs84
from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.errors import InvalidArea
from services.intake.area_folder import load_grounds
from services.intake.domain.drafts import IncidentDraft
from services.intake.domain.errors import ForeignArea, WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.masking import masked_name, masked_phone
from services.intake.domain.placing import metres_outside
from services.intake.domain.taking import fingerprint, take


def draft(**fields: Any) -> IncidentDraft:
    body = {"area": "gaoqiao", "source": "110", "external_id": "1", **fields}
    return IncidentDraft.model_validate_json(json.dumps({k: v for k, v in body.items() if v is not None}))


def anywhere(_: str) -> bool:
    return True


@pytest.mark.parametrize("word", ["020301", "brawl", "BRAWL", " brawl ", "打架", "殴打"])
def test_I3_category_by_code_alias_or_name(grounds: Grounds, word: str) -> None:
    taken = take(draft(category=word), grounds, anywhere)
    assert (taken.category.code, taken.priority) == ("020301", 2)


def test_I3_priority_that_was_given_counts(grounds: Grounds) -> None:
    assert take(draft(category="brawl", priority=1), grounds, anywhere).priority == 1


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_I3_every_datum_leads_to_the_same_cell_and_place(grounds: Grounds, datum: str) -> None:
    lon, lat = from_wgs84(113.0195, 28.1935, datum)
    taken = take(draft(area=None, location={"lon": lon, "lat": lat, "datum": datum}), grounds, anywhere)
    assert taken.area == "gaoqiao"
    assert taken.location.grid_cell == "G07"
    assert haversine_metres(taken.location.lon, taken.location.lat, 113.0195, 28.1935) < 0.01


def test_I3_coordinates_count_and_the_address_is_kept(grounds: Grounds) -> None:
    taken = take(draft(location={"lon": 113.0195, "lat": 28.1935, "address": "怡园"}), grounds, anywhere)
    assert (taken.location.confidence, taken.location.name, taken.address) == (1.0, None, "怡园")


def test_I3_without_any_place_the_station_stands_in(grounds: Grounds, gaoqiao: Ground) -> None:
    for location in (None, {}, {"address": "天涯海角"}):
        where = take(draft(location=location), grounds, anywhere).location
        assert (where.lon, where.lat) == gaoqiao.area.stations[0].at
        assert where.confidence == 0.0


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"area": "nowhere"}, "/area"),
        ({"area": None}, "/area"),
        ({"source": "pigeon"}, "/source"),
        ({"category": "brawll"}, "/category"),
        ({"location": {"lon": 116.4, "lat": 39.9}}, "/location"),
        ({"area": None, "location": {"lon": 116.4, "lat": 39.9}}, "/location"),
    ],
)
def test_I1_what_cannot_be_used_is_named(grounds: Grounds, fields: dict[str, Any], pointer: str) -> None:
    with pytest.raises(WrongField) as refused:
        take(draft(**fields), grounds, anywhere)
    assert refused.value.pointer == pointer


def test_I1_a_place_in_a_foreign_area_is_refused(grounds: Grounds) -> None:
    for area in ("gaoqiao", None):
        with pytest.raises(ForeignArea):
            take(draft(area=area, location={"lon": 113.0195, "lat": 28.1935}), grounds, lambda _: False)


@given(st.floats(112.6, 113.4), st.floats(27.9, 28.5))
def test_I3_distance_to_the_area_is_that_to_its_nearest_rim(lon: float, lat: float) -> None:
    area = load_area(AREAS / "gaoqiao")
    metres = metres_outside(area, lon, lat)
    corner = min(haversine_metres(lon, lat, *vertex) for vertex in area.boundary)
    # Edges are at most 450 m long: the nearest corner is at most half of that farther than the nearest point.
    assert corner - 250 <= metres * 1.01 + 1
    assert metres <= corner * 1.01 + 1


AREAS = Path(__file__).parents[3] / "deploy" / "areas"

BODIES = st.fixed_dictionaries(
    {"source": st.sampled_from(["110", "tracker"]), "external_id": st.just("1")},
    optional={
        "priority": st.one_of(st.none(), st.integers(1, 4)),
        "description": st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=20)),
        "location": st.one_of(
            st.none(), st.fixed_dictionaries({"lon": st.floats(-180, 180), "lat": st.floats(-90, 90)})
        ),
        "details": st.fixed_dictionaries({}, optional={"weapon": st.sampled_from([None, True, False])}),
    },
)


@given(BODIES, st.randoms(use_true_random=False), st.integers(-14 * 4, 14 * 4))
def test_I1_one_request_has_one_fingerprint_however_it_is_written(
    body: dict[str, Any], random: Any, quarters: int
) -> None:
    said_at = datetime(2024, 10, 30, 14, 23, 5, 123000, tzinfo=timezone.utc)  # noqa: UP017
    elsewhere = said_at.astimezone(timezone(timedelta(minutes=15 * quarters)))
    fields = list({**body, "reported_at": said_at.isoformat()}.items())
    random.shuffle(fields)
    again = {key: value for key, value in fields if value is not None} | {"reported_at": elsewhere.isoformat()}
    one = IncidentDraft.model_validate_json(json.dumps(dict(fields)))
    two = IncidentDraft.model_validate_json(json.dumps(again, indent=1, ensure_ascii=False))
    assert fingerprint(one) == fingerprint(two)


@given(BODIES, BODIES)
def test_I1_another_request_has_another_fingerprint(one: dict[str, Any], two: dict[str, Any]) -> None:
    first, second = (IncidentDraft.model_validate_json(json.dumps(body)) for body in (one, two))
    assert (fingerprint(first) == fingerprint(second)) == (first == second)


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800138000", "138****8000"), ("5551234", "55****34"), ("110", "****"), ("", None), (None, None)],
)
def test_I1_masked_phone(phone: str | None, shown: str | None) -> None:
    assert masked_phone(phone) == shown


def test_I1_masked_name() -> None:
    assert (masked_name("李建国"), masked_name(""), masked_name(None)) == ("李某", None, None)


@pytest.mark.parametrize(
    ("rows", "fields", "complaint"),
    [
        ("sources", {"default_category": "nope"}, "sources[0].default_category (110): the area's set"),
        ("categories", {"priority": 9}, "categories[0].priority (01): "),
        ("categories", {"aliases": ["brawl"]}, "categories[5].aliases[0] (020301): 'brawl' stands for two categories"),
        ("sources", {}, "is not JSON"),
    ],
)
def test_I2_a_wrong_folder_is_one_sentence(tmp_path: Path, rows: str, fields: dict[str, Any], complaint: str) -> None:
    shutil.copytree(AREAS / "gaoqiao", tmp_path / "gaoqiao")
    file = tmp_path / "gaoqiao" / f"{rows}.json"
    content = json.loads(file.read_text("utf-8"))
    content[rows][0].update(fields)
    file.write_text(json.dumps(content) if fields else "{", "utf-8")
    with pytest.raises(InvalidArea) as refused:
        load_grounds(tmp_path)
    assert str(refused.value).startswith(f"{file} line 1: {complaint}")
