"""I4, I5: more is known, one more calls, the source takes it back; compare-and-set, in order, told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from fengqiao.contracts.incidents import IncidentCallerAdded, IncidentCancelled, IncidentUpdated
from tests.integration.intake.kit import Instance, Place, call, running


@pytest_asyncio.fixture
async def http(intake: Instance) -> AsyncIterator[httpx.AsyncClient]:
    async with intake.client() as one:
        yield one


async def report(http: httpx.AsyncClient, external_id: str = "CS110-1") -> str:
    answer = await http.post("/v1/incidents", json=call(external_id=external_id))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["incident_id"])


async def test_I5_a_correction_tells_only_what_changed(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    change = {
        "priority": 1,
        "weapon": True,
        "category": "020301",
        "description": "有刀",
        "location": {"address": "美食七街"},
    }
    answer = await http.patch(f"/v1/incidents/{id}", json=change)
    assert answer.status_code == 202, answer.text
    assert answer.json()["version"] == 2
    assert answer.headers["etag"] == '"2"'
    assert answer.json()["location"]["name"] == "美食七街"
    _, told = await intake.place.events()
    assert (told.type, told.sequence) == (IncidentUpdated.TYPE, 2)
    event = IncidentUpdated.read(told.data)
    assert (event.priority, event.weapon, event.category, event.words_added) == (1, True, None, True)
    assert event.location is not None
    assert "有刀".encode() not in told.data


async def test_I5_what_is_so_already_changes_and_tells_nothing(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    answer = await http.patch(f"/v1/incidents/{id}", json={"priority": 2, "category": "brawl", "weapon": False})
    assert (answer.status_code, answer.json()["version"], answer.json()["replayed"]) == (202, 1, True)
    assert len(await intake.place.events()) == 1


async def test_I5_if_match_refuses_who_is_late(http: httpx.AsyncClient) -> None:
    id = await report(http)
    tag = (await http.get(f"/v1/incidents/{id}")).headers["etag"]
    first = await http.patch(f"/v1/incidents/{id}", json={"priority": 1}, headers={"If-Match": tag})
    late = await http.patch(f"/v1/incidents/{id}", json={"priority": 3}, headers={"If-Match": tag})
    any_ = await http.patch(f"/v1/incidents/{id}", json={"priority": 4}, headers={"If-Match": "*"})
    assert (first.status_code, late.status_code, any_.status_code) == (202, 412, 202)


async def test_I5_a_key_makes_a_repeated_change_one(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    for replayed in (False, True):
        answer = await http.patch(
            f"/v1/incidents/{id}", json={"description": "再补充"}, headers={"Idempotency-Key": "c1"}
        )
        assert (answer.json()["version"], answer.json()["replayed"]) == (2, replayed)
    other = await http.patch(f"/v1/incidents/{id}", json={"priority": 1}, headers={"Idempotency-Key": "c1"})
    assert other.json()["type"] == "/problems/idempotency-key-reused"
    for count in (2, 2):
        answer = await http.post(
            f"/v1/incidents/{id}/callers", json={"name": "王芳"}, headers={"Idempotency-Key": "c2"}
        )
        assert answer.json()["caller_count"] == count
    answer = await http.post(f"/v1/incidents/{id}/callers", json={"phone": "13900139000"})
    assert answer.json()["caller_count"] == 3
    kinds = [event.type for event in await intake.place.events()]
    assert kinds[1:] == [IncidentUpdated.TYPE, IncidentCallerAdded.TYPE, IncidentCallerAdded.TYPE]


async def test_I5_cancelling_twice_is_once(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    first = await http.post(f"/v1/incidents/{id}/cancel", json={"reason": "false_alarm"})
    again = await http.post(f"/v1/incidents/{id}/cancel", json={"reason": "other"})
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["cancel_reason"] == "false_alarm"
    assert again.json()["replayed"] is True
    assert (await http.post(f"/v1/incidents/{id}/cancel", json={"reason": "whim"})).status_code == 422
    events = await intake.place.events()
    assert [event.type for event in events[1:]] == [IncidentCancelled.TYPE]


async def test_I5_wrong_changes_are_named(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    for body, pointer in [
        ({}, ""),
        ({"priority": 9}, "/priority"),
        ({"category": "nonsense"}, "/category"),
        ({"location": {"lon": 116.4, "lat": 39.9}}, "/location"),
        ({"caller": {}}, "/caller"),
        ({"description": ""}, "/description"),
    ]:
        answer = await http.patch(f"/v1/incidents/{id}", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert len(await intake.place.events()) == 1


async def test_I5_others_incidents_are_not_found(intake: Instance, http: httpx.AsyncClient) -> None:
    id = await report(http)
    async with intake.client(client="somebody-else") as other:
        assert (await other.get(f"/v1/incidents/{id}")).status_code == 404
        assert (await other.patch(f"/v1/incidents/{id}", json={"priority": 1})).status_code == 404
    async with intake.client("dispatcher") as desk:
        assert (await desk.get(f"/v1/incidents/{id}")).status_code == 200
        assert (await desk.patch(f"/v1/incidents/{id}", json={"priority": 1})).status_code == 202
    async with intake.client("dispatcher", areas=["dongcheng"]) as far:
        assert (await far.get(f"/v1/incidents/{id}")).status_code == 403
        assert (await far.get("/v1/incidents/nonsense")).status_code == 404
    unknown = "gaoqiao-" + "a" * 26
    assert (await http.get(f"/v1/incidents/{unknown}")).status_code == 404


async def test_I5_two_instances_change_one_incident_and_nothing_is_lost(place: Place) -> None:
    async with running(place) as one, running(place) as two, one.client() as first, two.client() as second:
        id = await report(first)
        answers = await asyncio.gather(
            *(
                (first if n % 2 else second).post(f"/v1/incidents/{id}/callers", json={"name": f"caller {n}"})
                for n in range(20)
            )
        )
        assert {answer.status_code for answer in answers} == {202}
        assert sorted(answer.json()["caller_count"] for answer in answers) == list(range(2, 22))
        kept = (await second.get(f"/v1/incidents/{id}")).json()
        assert (kept["caller_count"], kept["version"]) == (21, 21)
    # In the order of their numbers, without a gap: `events` checks it.
    events = await place.events()
    counts = [IncidentCallerAdded.read(event.data).caller_count for event in events[1:]]
    assert counts == list(range(2, 22))


async def test_I5_with_one_version_in_mind_one_of_two_instances_wins(place: Place) -> None:
    async with running(place) as one, running(place) as two, one.client() as first, two.client() as second:
        id = await report(first)
        answers = await asyncio.gather(
            *(
                http.patch(f"/v1/incidents/{id}", json={"priority": priority}, headers={"If-Match": '"1"'})
                for http, priority in ((first, 1), (second, 3))
            )
        )
        assert sorted(answer.status_code for answer in answers) == [202, 412]
    assert len(await place.events()) == 2
