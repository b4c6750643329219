"""What became of an incident, as dispatch tells it; and who may read its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fengqiao.contracts import dispatch
from fengqiao.contracts.model import Category, Event, Location
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.journal import Head, Journal
from fengqiao.runtime.metrics import RECORDS_DEAD_LETTERED
from fengqiao.runtime.publisher import Outgoing, Publisher
from tests.awaiting import eventually
from tests.integration.intake.kit import Instance, Place, call

NOW = datetime(2024, 10, 30, 14, 24, tzinfo=UTC)
LATE: dict[str, Any] = {"timer": "acknowledge", "due_at": NOW, "wanted_again": True}


class Dispatch:
    """Publishes what dispatch would."""

    def __init__(self, place: Place, incident: str, publisher: Publisher) -> None:
        self._place = place
        self._publisher = publisher
        self.marks: dict[str, Any] = {
            "area": "gaoqiao",
            "at": NOW,
            "incident_id": incident,
            "number": "1042",
            "category": Category(code="020301", name_zh="殴打", name_en="Brawl", version="1"),
            "priority": 2,
            "location": Location(lon=113.0195, lat=28.1935),
            "source": "110",
        }

    def assignment(self, kind: type[dispatch.AssignmentEvent], n: int, unit: str, **more: Any) -> Event:
        times = dispatch.Times(reported_at=NOW, received_at=NOW, assigned_at=NOW)
        return kind(
            **self.marks,
            assignment_id=f"{self.marks['incident_id']}.{n}",
            unit=unit,
            unit_kind="patrol",
            role="patrol",
            police=True,
            times=times,
            **more,
        )

    async def say(self, sequence: int, event: Event, *, data: bytes | None = None, type: str | None = None) -> None:
        cloud = CloudEvent(type or event.TYPE, "dispatch", "gaoqiao", sequence, NOW, data or event.wire())
        await self._publisher.publish(Outgoing(f"{self._place.prefix}dispatch", "gaoqiao", cloud, 0))


def opened(marks: dict[str, Any]) -> Event:
    return dispatch.IncidentOpened(**marks, reported_at=NOW, received_at=NOW, plan="default", wanted=(), caller_count=1)


def closed(marks: dict[str, Any]) -> Event:
    return dispatch.IncidentClosed(**marks, reported_at=NOW, received_at=NOW, disposition="settled")


async def test_I5_dispatch_tells_what_became_of_it(intake: Instance) -> None:
    publisher = Publisher(intake.place.bootstrap_servers, "test")
    await publisher.start(wait=10)
    async with (
        intake.client() as http,
        intake.client("crew", unit="P1") as crew,
        intake.client("crew", unit="P2") as other,
        intake.client("crew", areas=["ciyin"], unit="P7") as lent,
    ):
        id = (await http.post("/v1/incidents", json=call())).json()["incident_id"]
        report = f"/v1/incidents/{id}/report"
        desk = Dispatch(intake.place, id, publisher)

        async def status(wanted: str) -> None:
            async def reached() -> bool:
                return bool((await http.get(f"/v1/incidents/{id}")).json()["status"] == wanted)

            await eventually(reached, what=f"status {wanted}")

        assert (await crew.get(report)).status_code == 403
        await desk.say(1, opened(desk.marks))
        assigned = desk.assignment(dispatch.AssignmentAssigned, 1, "P1", reason=dispatch.Reason(rule="nearest"))
        await desk.say(2, assigned)
        await status("resources_assigned")
        assert (await crew.get(report)).status_code == 200
        assert (await other.get(report)).status_code == 403
        await desk.say(3, desk.assignment(dispatch.AssignmentEnRoute, 1, "P1"))
        await status("resources_enroute")
        # A change between what dispatch says must not undo what was learnt.
        assert (await http.patch(f"/v1/incidents/{id}", json={"priority": 1})).status_code == 202
        await desk.say(4, desk.assignment(dispatch.AssignmentOnScene, 1, "P1"))
        await status("resources_onscene")
        # A late repeat in the same gulp as what follows does not take it back.
        await desk.say(3, desk.assignment(dispatch.AssignmentEnRoute, 1, "P1"))
        # A neighbour's crew is called by its home's name here (D8), and reads while it is on it.
        assert (await lent.get(report)).status_code == 403
        assert (await lent.get(f"/v1/incidents/gaoqiao-{'z' * 26}/report")).status_code == 403
        reason = dispatch.Reason(rule="nearest", lent_by="ciyin")
        await desk.say(5, desk.assignment(dispatch.AssignmentAssigned, 2, "ciyin-P7", reason=reason))

        async def may_read() -> bool:
            return (await lent.get(report)).status_code == 200

        await eventually(may_read, what="the words for the lent crew")
        assert (await lent.patch(f"/v1/incidents/{id}", json={"priority": 1})).status_code == 403
        await desk.say(6, desk.assignment(dispatch.AssignmentTimedOut, 2, "ciyin-P7", **LATE))

        async def may_not_read() -> bool:
            return (await lent.get(report)).status_code == 403

        await eventually(may_not_read, what="no words for a crew that was replaced")
        await desk.say(7, desk.assignment(dispatch.AssignmentCleared, 1, "P1", disposition="settled"))
        await desk.say(8, closed(desk.marks))
        await status("closed")
        kept = (await http.get(f"/v1/incidents/{id}")).json()
        assert kept["number"] == "1042"
        assert kept["disposition"] == "settled"
        assert [(unit["unit"], unit["status"]) for unit in kept["units"]] == [
            ("P1", "cleared"),
            ("ciyin-P7", "timed_out"),
        ]
        assert kept["ended_at"] == "2024-10-30T14:24:00.000Z"
        assert (await crew.get(report)).status_code == 403
        for late in (
            http.patch(f"/v1/incidents/{id}", json={"priority": 2}),
            http.post(f"/v1/incidents/{id}/callers", json={"name": "x"}),
            http.post(f"/v1/incidents/{id}/cancel", json={"reason": "test"}),
        ):
            answer = await late
            assert (answer.status_code, answer.json()["incident_status"]) == (409, "closed")
    await publisher.stop()


async def test_I1_what_cannot_be_read_is_set_aside_and_the_rest_goes_on(intake: Instance) -> None:
    publisher = Publisher(intake.place.bootstrap_servers, "test")
    await publisher.start(wait=10)
    async with intake.client() as http:
        id = (await http.post("/v1/incidents", json=call())).json()["incident_id"]
        desk = Dispatch(intake.place, id, publisher)
        topic = f"{intake.place.prefix}dispatch"
        before = RECORDS_DEAD_LETTERED.labels(topic)._value.get()
        await desk.say(1, opened(desk.marks), data=b"{not json")
        await desk.say(2, opened(desk.marks), type="fengqiao.incident.opened.v9")
        await desk.say(3, opened(desk.marks), data=b'{"incident_id": "' + b"x" * 1_000_000 + b'"}')
        await desk.say(4, closed(desk.marks))

        async def known() -> bool:
            return bool((await http.get(f"/v1/incidents/{id}")).json()["status"] == "closed")

        await eventually(known, within=5, what="the end of the incident")
        assert RECORDS_DEAD_LETTERED.labels(topic)._value.get() == before + 3
    await publisher.stop()


async def test_I1_words_are_masked_and_every_look_is_written_down(intake: Instance) -> None:
    async with (
        intake.client(client="cad") as http,
        intake.client("dispatcher", "anna") as dispatcher,
        intake.client("supervisor", "boss") as supervisor,
    ):
        id = (await http.post("/v1/incidents", json=call(location={"address": "美食七街3号"}))).json()["incident_id"]
        await http.post(
            f"/v1/incidents/{id}/callers", json={"name": "王芳", "phone": "13900139000", "description": "也听见了"}
        )
        report = f"/v1/incidents/{id}/report"
        assert (await http.get(report)).status_code == 403
        masked = (await dispatcher.get(report)).json()
        assert masked["masked"] is True
        assert [(one["name"], one["phone"]) for one in masked["callers"]] == [
            ("李某", "138****8000"),
            ("王某", "139****9000"),
        ]
        assert [one["text"] for one in masked["words"]] == ["两人打架", "也听见了"]
        assert masked["address"] == "美食七街3号"
        whole = (await supervisor.get(report)).json()
        assert whole["callers"][0]["name"] == "李建国"
        assert whole["callers"][0]["phone"] == "13800138000"
    audit = intake.app.state.desk.audit
    journal = Journal(audit._journal._collection, audit.name)
    entries = [entry.content async for entry in journal.entries(Head())]
    assert [(one["client"], one["unmasked"], one["read"]) for one in entries] == [
        ("anna", False, id),
        ("boss", True, id),
    ]


async def test_I1_integrations_find_their_own_and_dispatchers_all(intake: Instance) -> None:
    async with (
        intake.client(client="one") as one,
        intake.client(client="two") as two,
        intake.client("dispatcher") as desk,
    ):
        mine = (await one.post("/v1/incidents", json=call())).json()["incident_id"]
        theirs = (await two.post("/v1/incidents", json=call())).json()["incident_id"]
        query = "/v1/incidents?external_id=CS110-1"
        assert [item["incident_id"] for item in (await one.get(query)).json()["items"]] == [mine]
        assert {item["incident_id"] for item in (await desk.get(query)).json()["items"]} == {mine, theirs}
        assert (await one.get("/v1/incidents?external_id=nothing")).json()["items"] == []
        assert (await one.get("/v1/incidents")).status_code == 422
