"""I1-I3: a call is kept, told, and answered; the same one again is the same one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from fengqiao.contracts import ids
from fengqiao.contracts.incidents import IncidentReported
from tests.awaiting import eventually
from tests.integration.intake.kit import Instance, call


async def test_I1_accepted_is_kept_and_told(intake: Instance) -> None:
    async with intake.client(client="cad") as http:
        answer = await http.post("/v1/incidents", json=call())
        assert answer.status_code == 202, answer.text
        said = answer.json()
        assert said["relay"] == "done"
        assert said["replayed"] is False
        assert said["incident_id"] == ids.incident_id("gaoqiao", ids.digest("cad", "incident", "CS110-1"))
        assert said["category"]["code"] == "020301"
        assert said["priority"] == 2
        assert said["location"]["grid_cell"] == "G07"
        assert said["location"]["confidence"] == 1.0
        kept = (await http.get(f"/v1/incidents/{said['incident_id']}")).json()
        assert kept["status"] == "active"
        assert kept["reported_at"] == "2024-10-30T14:23:00.000Z"
        assert kept["utc_offset"] == "+08:00"
    (event,) = await intake.place.events()
    assert (event.type, event.source, event.subject, event.sequence) == (
        IncidentReported.TYPE,
        "intake",
        said["incident_id"],
        1,
    )
    assert event.traceparent is not None
    told = IncidentReported.read(event.data)
    assert told.location.grid_cell == "G07"
    assert told.source == "110"
    assert "李建国".encode() not in event.data
    assert "打架".encode() not in event.data.replace("殴打".encode(), b"")
    assert b"13800138000" not in event.data


async def test_I1_same_key_and_body_is_answered_as_before(intake: Instance) -> None:
    async with intake.client() as http:
        first = (await http.post("/v1/incidents", json=call())).json()
        changed = await http.patch(f"/v1/incidents/{first['incident_id']}", json={"priority": 1, "category": "theft"})
        assert changed.status_code == 202
        # Written differently: other offset, other order, an explicit default.
        body = dict(reversed(call(reported_at="2024-10-30T14:23:00Z").items())) | {"priority": None}
        again = await http.post("/v1/incidents", json=body)
        assert again.status_code == 202
        assert again.json() == first | {"replayed": True}
    assert len(await intake.place.events()) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"description": "三人打架"},
        {"priority": 1},
        {"location": {"lon": 113.0196, "lat": 28.1935}},
        {"caller": {"name": "李建国"}},
        {"reported_at": "2024-10-30T22:23:00+07:00"},
    ],
)
async def test_I1_same_key_other_body_is_refused(intake: Instance, other: dict[str, Any]) -> None:
    async with intake.client() as http:
        first = (await http.post("/v1/incidents", json=call())).json()
        again = await http.post("/v1/incidents", json=call(**other))
        assert again.status_code == 422
        assert again.json()["type"] == "/problems/idempotency-key-reused"
        assert first["incident_id"] in again.json()["detail"]
    assert len(await intake.place.events()) == 1


async def test_I1_external_id_wins_over_the_header(intake: Instance) -> None:
    async with intake.client() as http:
        one = (await http.post("/v1/incidents", json=call(), headers={"Idempotency-Key": "k1"})).json()
        two = (await http.post("/v1/incidents", json=call(), headers={"Idempotency-Key": "k2"})).json()
        assert one["incident_id"] == two["incident_id"]
        by_header = call(external_id=None)
        three = (await http.post("/v1/incidents", json=by_header, headers={"Idempotency-Key": "k1"})).json()
        four = (await http.post("/v1/incidents", json=by_header, headers={"Idempotency-Key": "k1"})).json()
        assert three["incident_id"] != one["incident_id"]
        assert (four["incident_id"], four["replayed"]) == (three["incident_id"], True)


async def test_I1_another_client_with_the_same_number_is_another_incident(intake: Instance) -> None:
    async with intake.client(client="one") as one, intake.client(client="two") as two:
        first = (await one.post("/v1/incidents", json=call())).json()
        second = (await two.post("/v1/incidents", json=call())).json()
    assert first["incident_id"] != second["incident_id"]


async def test_I1_fifty_at_once_with_one_key_are_one_incident_and_one_record(intake: Instance) -> None:
    async with intake.client() as http:
        answers = await asyncio.gather(*(http.post("/v1/incidents", json=call()) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["incident_id"] for answer in answers}) == 1
    assert [answer.json()["replayed"] for answer in answers].count(False) == 1
    assert {answer.json()["relay"] for answer in answers} == {"done"}
    assert len(await intake.place.events()) == 1


async def test_I1_one_key_with_two_bodies_at_once_keeps_one(intake: Instance) -> None:
    async with intake.client() as http:
        bodies = [call(), call(priority=1)] * 10
        answers = await asyncio.gather(*(http.post("/v1/incidents", json=body) for body in bodies))
    assert [answer.status_code for answer in answers].count(202) == 10
    assert [answer.status_code for answer in answers].count(422) == 10
    assert len(await intake.place.events()) == 1


async def test_I1_events_are_marked_as_told(intake: Instance) -> None:
    async with intake.client() as http:
        id = (await http.post("/v1/incidents", json=call())).json()["incident_id"]

        async def told() -> bool:
            return bool((await http.get(f"/v1/incidents/{id}")).json()["relay"] == "done")

        await eventually(told, what="the mark that all is told")


async def test_I3_address_alone_is_looked_up_and_says_how_sure(intake: Instance) -> None:
    async with intake.client() as http:
        found = call(external_id="a", location={"address": "永定社区美食七街"})
        said = (await http.post("/v1/incidents", json=found)).json()
        assert said["location"]["name"] == "美食七街"
        assert said["location"]["address"] == "永定社区美食七街"
        assert said["location"]["grid_cell"] == "G07"
        assert 0.5 < said["location"]["confidence"] < 1
        lost = call(external_id="b", location={"address": "天涯海角"})
        said = (await http.post("/v1/incidents", json=lost)).json()
        assert said["location"]["confidence"] == 0.0
        assert said["location"]["station"] == "gaoqiao-station"


async def test_I3_gcj02_comes_back_as_wgs84(intake: Instance) -> None:
    async with intake.client() as http:
        body = call(location={"lon": 113.02511, "lat": 28.19015, "datum": "gcj02"}, area=None)
        said = (await http.post("/v1/incidents", json=body)).json()
        assert said["area"] == "gaoqiao"
        shift = abs(said["location"]["lon"] - 113.02511) * 98_000
        assert 300 < shift < 800


async def test_I4_a_second_call_suggests_the_first(intake: Instance) -> None:
    async with intake.client(client="one") as one, intake.client(client="two") as two:
        first = (await one.post("/v1/incidents", json=call())).json()
        later = call(reported_at="2024-10-30T22:24:00+08:00", location={"lon": 113.0196, "lat": 28.1935})
        second = (await two.post("/v1/incidents", json=later)).json()
        far = (
            await two.post("/v1/incidents", json=call(external_id="far", location={"lon": 113.04, "lat": 28.17}))
        ).json()
    assert [one["incident_id"] for one in second["possible_duplicates"]] == [first["incident_id"]]
    assert second["possible_duplicates"][0]["score"] > 0.9
    assert far["possible_duplicates"] == []
    told = {event.subject: IncidentReported.read(event.data) for event in await intake.place.events()}
    assert told[second["incident_id"]].possible_duplicates[0].incident_id == first["incident_id"]


async def test_I4_what_a_call_may_be_about_is_told_before_it_is_accepted(intake: Instance) -> None:
    here = {"area": "gaoqiao", "category": "brawl", "address": "美食七街"}
    async with intake.client() as http, intake.client(areas=["yujin"]) as far, intake.client("analyst") as analyst:
        first = (await http.post("/v1/incidents", json=call(reported_at=None, location={"address": "美食七街"}))).json()
        (told,) = (await http.get("/v1/duplicates", params=here)).json()["items"]
        assert (told["incident_id"], told["score"] > 0.8) == (first["incident_id"], True)
        pinned = {
            "area": "gaoqiao",
            "category": "020301",
            "lon": first["location"]["lon"],
            "lat": first["location"]["lat"],
        }
        assert (await http.get("/v1/duplicates", params=pinned)).json()["items"]
        for other in ({"category": "noise"}, {"address": "皮具城"}, {"address": "没有这个地方"}):
            assert (await http.get("/v1/duplicates", params=here | other)).json()["items"] == []
        for wrong in ({"category": "no such"}, {"lon": "113.0"}, {"lon": "nan", "lat": "1"}, {"area": "nowhere"}):
            assert (await http.get("/v1/duplicates", params=here | wrong)).status_code in (403, 422), wrong
        assert (await far.get("/v1/duplicates", params=here)).status_code == 403
        assert (await analyst.get("/v1/duplicates", params=here)).status_code == 403
        await http.post(f"/v1/incidents/{first['incident_id']}/cancel", json={"reason": "test"})


async def test_I1_batch_answers_for_each(intake: Instance) -> None:
    async with intake.client() as http:
        incidents = [
            call(external_id="a"),
            call(external_id="b", category="brawll"),
            call(external_id=None),
            call(external_id="c", nonsense=1),
            call(external_id="a"),
            call(external_id="d", area="elsewhere"),
            {"source": 5},
        ]
        answer = await http.post("/v1/incidents:batch", json={"incidents": incidents})
        assert answer.status_code == 200
        items = answer.json()["items"]
        assert [item["status"] for item in items] == [202, 422, 422, 422, 202, 403, 422]
        assert items[0]["answer"]["incident_id"] == items[4]["answer"]["incident_id"]
        assert "brawl" in items[1]["problem"]["detail"]
        assert items[3]["problem"]["errors"][0]["pointer"] == "/nonsense"
        many = [call(external_id=f"n{n}") for n in range(500)]

        async def all_taken() -> bool:
            # As a client does: what was not taken in time (503) is sent again, which is harmless for the rest.
            answer = await http.post("/v1/incidents:batch", json={"incidents": many})
            statuses = {item["status"] for item in answer.json()["items"]}
            assert statuses <= {202, 503}
            return statuses == {202}

        await eventually(all_taken, within=30, what="a full batch")
        assert (await http.post("/v1/incidents:batch", json={"incidents": [*many, call()]})).status_code == 422
    assert len(await intake.place.events()) == 501
