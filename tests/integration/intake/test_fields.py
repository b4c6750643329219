"""I1: every field of a report, wrong in every way: refused by name, nothing kept, nothing told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.integration.intake.kit import Instance, Place, call, running

LONG = "长" * 4001
PLACE = {"lon": 113.0195, "lat": 28.1935}

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("area of a wrong type", {"area": 5}, "/area"),
    ("area of a wrong form", {"area": "Gao Qiao"}, "/area"),
    ("source missing", {"source": None}, "/source"),
    ("source unknown", {"source": "carrier_pigeon"}, "/source"),
    ("source of a wrong type", {"source": ["110"]}, "/source"),
    ("source too long", {"source": "s" * 33}, "/source"),
    ("external_id empty", {"external_id": ""}, "/external_id"),
    ("external_id blank", {"external_id": "   "}, "/external_id"),
    ("external_id too long", {"external_id": "x" * 201}, "/external_id"),
    ("external_id not printable", {"external_id": "a\u0007b"}, "/external_id"),
    ("external_id a number", {"external_id": 4711}, "/external_id"),
    ("category unknown", {"category": "brawll"}, "/category"),
    ("category a number", {"category": 20301}, "/category"),
    ("category empty", {"category": ""}, "/category"),
    ("priority too low", {"priority": 0}, "/priority"),
    ("priority too high", {"priority": 5}, "/priority"),
    ("priority a text", {"priority": "2"}, "/priority"),
    ("priority a fraction", {"priority": 1.5}, "/priority"),
    ("priority a truth", {"priority": True}, "/priority"),
    ("description too long", {"description": LONG}, "/description"),
    ("description of a wrong type", {"description": {"text": "x"}}, "/description"),
    ("time without offset", {"reported_at": "2024-10-30T22:23:00"}, "/reported_at"),
    ("time a number", {"reported_at": 1730298180}, "/reported_at"),
    ("time no time", {"reported_at": "yesterday"}, "/reported_at"),
    ("time before the calendar", {"reported_at": "0001-01-01T00:00:00+08:00"}, "/reported_at"),
    ("time far ahead", {"reported_at": "9999-12-31T23:59:59-08:00"}, "/reported_at"),
    ("answered before it rang", {"answered_at": "2024-10-30T22:22:59+08:00"}, "/answered_at"),
    ("location a text", {"location": "美食七街"}, "/location"),
    ("longitude out of range", {"location": {"lon": 181, "lat": 28}}, "/location/lon"),
    ("latitude out of range", {"location": {"lon": 113, "lat": -90.1}}, "/location/lat"),
    ("longitude a text", {"location": {"lon": "113.0", "lat": 28.1}}, "/location/lon"),
    ("latitude alone", {"location": {"lat": 28.1}}, "/location"),
    ("coordinates exchanged", {"location": {"lon": 28.1935, "lat": 89.9}}, "/location"),
    ("coordinates far outside", {"location": {"lon": 116.4, "lat": 39.9}}, "/location"),
    ("null island", {"location": {"lon": 0, "lat": 0}}, "/location"),
    ("coordinates outside every area", {"area": None, "location": {"lon": 116.4, "lat": 39.9}}, "/location"),
    ("neither area nor coordinates", {"area": None, "location": {"address": "美食七街"}}, "/area"),
    ("datum unknown", {"location": {**PLACE, "datum": "mars"}}, "/location/datum"),
    ("address too long", {"location": {"address": "x" * 201}}, "/location/address"),
    ("field of location unknown", {"location": {**PLACE, "alt": 3}}, "/location/alt"),
    ("name too long", {"caller": {"name": "x" * 201}}, "/caller/name"),
    ("phone too long", {"caller": {"phone": "1" * 65}}, "/caller/phone"),
    ("phone a number", {"caller": {"phone": 13800138000}}, "/caller/phone"),
    ("field of caller unknown", {"caller": {"mail": "x"}}, "/caller/mail"),
    ("weapon a text", {"details": {"weapon": "yes"}}, "/details/weapon"),
    ("field of details unknown", {"details": {"drunk": True}}, "/details/drunk"),
    ("field unknown", {"colour": "red"}, "/colour"),
]


@pytest_asyncio.fixture
async def http(intake: Instance) -> Any:
    async with intake.client() as one:
        yield one


async def nothing_happened(intake: Instance) -> None:
    assert await intake.place.events() == []
    assert await intake.app.state.desk.incidents.find({}) == []


async def test_I1_every_wrong_field_is_named(intake: Instance, http: httpx.AsyncClient) -> None:
    for what, changes, pointer in WRONG:
        answer = await http.post("/v1/incidents", json=call(**changes))
        assert answer.status_code == 422, (what, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert pointer in [one["pointer"] for one in problem["errors"]], (what, problem)
        assert problem["trace_id"]
    await nothing_happened(intake)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
async def test_I1_what_is_no_number_is_named(intake: Instance, http: httpx.AsyncClient, word: str) -> None:
    body = json.dumps(call()).replace("28.1935", word)
    answer = await http.post("/v1/incidents", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/location/lat"
    await nothing_happened(intake)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"area": "gaoqiao", "description": "\xff"}', "application/json", 400),
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"lone": "\\ud800"}', "application/json", 400),
        (b"[" * 10_000 + b"]" * 10_000, "application/json", 400),
        (json.dumps(call()).encode(), "text/plain", 415),
        (json.dumps(call(description="x" * 300_000)).encode(), "application/json", 413),
    ],
)
async def test_I1_bodies_that_are_no_report(
    intake: Instance, http: httpx.AsyncClient, content: bytes, kind: str, status: int
) -> None:
    answer = await http.post("/v1/incidents", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.json()["status"] == status
    await nothing_happened(intake)


async def test_I1_without_a_key_it_is_refused(intake: Instance, http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/incidents", json=call(external_id=None))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/external_id"
    for key in ("", "x" * 201, "a\tb"):
        answer = await http.post("/v1/incidents", json=call(external_id=None), headers={"Idempotency-Key": key})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["in"] == "header"
    await nothing_happened(intake)


async def test_I3_unknown_category_lists_what_is_near(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/incidents", json=call(category="brawll"))
    assert "brawl" in answer.json()["errors"][0]["detail"]


async def test_I2_a_source_brings_its_default_category(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/incidents", json=call(source="tracker", category=None))
    assert answer.json()["category"]["code"] == "020405"


async def test_I3_a_place_just_outside_is_kept_with_less_confidence(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/incidents", json=call(location={"lon": 113.10, "lat": 28.19}))
    assert answer.status_code == 202
    assert answer.json()["location"]["confidence"] == 0.5
    assert answer.json()["location"]["grid_cell"] is None


async def test_I1_foreign_areas_and_missing_scopes_are_refused(intake: Instance) -> None:
    async with intake.client(areas=["dongcheng"]) as http:
        assert (await http.post("/v1/incidents", json=call())).status_code == 403
        assert (await http.post("/v1/incidents", json=call(area=None))).status_code == 403
    async with intake.client("analyst") as http:
        assert (await http.post("/v1/incidents", json=call())).status_code == 403
    async with intake.client(areas=["*"]) as http:
        answer = await http.post("/v1/incidents", json=call(area="elsewhere"))
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/area"
    await nothing_happened(intake)


async def test_I1_a_flood_of_trifles_is_told_to_wait_and_emergencies_pass(place: Place) -> None:
    async with running(place, client_rate=2.0) as intake, intake.client() as http:
        trifles = [
            await http.post("/v1/incidents", json=call(source="tracker", category="noise", external_id=f"t{n}"))
            for n in range(4)
        ]
        assert trifles[-1].status_code == 429
        assert int(trifles[-1].headers["retry-after"]) >= 1
        grave = await http.post("/v1/incidents", json=call(source="tracker", priority=1, external_id="grave"))
        assert grave.status_code == 202
