"""M1 at intake, and what a reporting system looks up before it reports."""

from __future__ import annotations

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from tests.integration.intake.kit import Instance, call


async def test_M1_a_dispute_without_a_call_names_its_case(intake: Instance) -> None:
    body = {"kind": "noise", "area": "gaoqiao", "location": {"address": "荷花社区"}, "settled_on_scene": True}
    async with intake.client("gridworker", "li") as http:
        first = await http.post("/v1/disputes", json=body, headers={"Idempotency-Key": "d1"})
        assert first.status_code == 202, first.text
        said = first.json()
        assert said["case_id"] == ids.case_id(ids.incident_id("gaoqiao", ids.digest("li", "dispute", "d1")))
        again = await http.post("/v1/disputes", json=body, headers={"Idempotency-Key": "d1"})
        assert again.json() == said | {"replayed": True}
        other = await http.post("/v1/disputes", json=body | {"kind": "debt"}, headers={"Idempotency-Key": "d1"})
        assert other.json()["type"] == "/problems/idempotency-key-reused"
        assert (await http.post("/v1/disputes", json=body)).status_code == 422
    (event,) = await intake.place.events("disputes")
    told = DisputeReported.read(event.data)
    assert (event.subject, event.sequence) == (said["case_id"], 1)
    assert (told.origin, told.kind, told.settled_on_scene, told.by.client) == ("intake", "0804", True, "li")
    assert told.location is not None
    assert told.location.name == "荷花社区"


async def test_M1_a_dispute_of_an_incident_has_the_incidents_case(intake: Instance) -> None:
    async with intake.client() as http, intake.client("dispatcher") as desk:
        id = (await http.post("/v1/incidents", json=call())).json()["incident_id"]
        answer = await desk.post("/v1/disputes", json={"kind": "refund", "incident_id": id})
        assert answer.json()["case_id"] == f"{id}.case"
        assert (await desk.post("/v1/disputes", json={"kind": "refund", "incident_id": id})).json()["replayed"] is True
        assert (await desk.post("/v1/disputes", json={"kind": "debt", "incident_id": id})).status_code == 409
        for body, pointer in [
            ({"kind": "brawl", "incident_id": id}, "/kind"),
            ({"kind": "nonsense", "incident_id": id}, "/kind"),
            ({"kind": "refund", "incident_id": "gaoqiao-" + "a" * 26}, "/incident_id"),
            ({"kind": "refund", "incident_id": id, "area": "gaoqiao"}, ""),
        ]:
            answer = await desk.post("/v1/disputes", json=body)
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
        assert (await http.post("/v1/disputes", json={"kind": "refund", "incident_id": id})).status_code == 403
    (event,) = await intake.place.events("disputes")
    told = DisputeReported.read(event.data)
    assert (told.origin, told.incident_id, told.category.code if told.category else None) == ("incident", id, "020301")


async def test_I3_places_sources_categories_areas(intake: Instance) -> None:
    async with intake.client() as http, intake.client(areas=["elsewhere"]) as far:
        places = (await http.get("/v1/places", params={"area": "gaoqiao", "q": "美食七街"})).json()["items"]
        assert (places[0]["name"], places[0]["confidence"], places[0]["grid_cell"]) == ("美食七街", 1.0, "G07")
        # What a report of an address would be taken for, beside what resembles it.
        door = {"area": "gaoqiao", "q": "锦绣花园12栋3单元502室"}
        spoken = (await http.get("/v1/places", params={**door, "spoken": "true"})).json()["items"]
        assert [(one["name"], one["confidence"]) for one in spoken] == [("锦绣花园", 0.9)]
        nowhere = {"area": "gaoqiao", "q": "火星基地", "spoken": "true"}
        assert (await http.get("/v1/places", params=nowhere)).json()["items"] == []
        assert (await http.get("/v1/places", params={"area": "gaoqiao", "q": ""})).status_code == 422
        assert (await far.get("/v1/places", params={"area": "gaoqiao", "q": "x"})).status_code == 403
        assert (await far.get("/v1/places", params={"area": "elsewhere", "q": "x"})).status_code == 404
        sources = (await http.get("/v1/sources")).json()["items"]
        assert "110" in {one["source"] for one in sources}
        assert (await http.get("/v1/sources?area=gaoqiao")).json()["items"] == sources
        categories = (await http.get("/v1/categories?area=gaoqiao")).json()
        brawl = next(one for one in categories["items"] if one["code"] == "020301")
        assert (brawl["parent"], "brawl" in brawl["aliases"]) == ("0203", True)
        areas = (await http.get("/v1/areas")).json()["items"]
        assert [one["id"] for one in areas] == ["gaoqiao"]
        assert (await far.get("/v1/areas")).json()["items"] == []
