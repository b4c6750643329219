"""I1 with Kafka or the store away: an answer in 2.5 s that says the truth, and nothing accepted is lost."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from fengqiao.local import LocalServers
from tests.awaiting import eventually
from tests.integration.intake.kit import Instance, Place, call, running

pytestmark = pytest.mark.own_servers
LONGEST_S = 2.5


async def post(http: httpx.AsyncClient, **changes: Any) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = await http.post("/v1/incidents", json=call(**changes))
    return answer, time.monotonic() - began


async def ready(http: httpx.AsyncClient) -> bool:
    return (await http.get("/readyz")).status_code == 200


async def test_I1_without_kafka_calls_are_accepted_and_told_later(own_servers: LocalServers, own_place: Place) -> None:
    async with running(own_place) as intake, intake.client() as http:
        await eventually(lambda: ready(http), what="readiness")
        await own_servers.kafka.kill()
        answers = await asyncio.gather(*(post(http, external_id=f"a{n}") for n in range(20)))
        assert {(answer.status_code, answer.json()["relay"]) for answer, _ in answers} == {(202, "pending")}
        assert max(took for _, took in answers) < LONGEST_S
        id = answers[0][0].json()["incident_id"]
        change = await http.patch(f"/v1/incidents/{id}", json={"priority": 1})
        assert (change.status_code, change.json()["relay"]) == (202, "pending")

        async def knows_it() -> bool:
            return "wait to be told" in (await http.get("/readyz")).json()["dependencies"]["relay"]

        await eventually(knows_it, what="the relay's row")

        async def at_once() -> bool:
            answer, took = await post(http, external_id=f"b{time.monotonic()}")
            assert (answer.status_code, answer.json()["relay"]) == (202, "pending")
            return took < 0.5

        await eventually(at_once, what="an answer that does not wait for a Kafka known to be away")
        again, _ = await post(http, external_id="a1")
        assert (again.json()["replayed"], again.json()["relay"]) == (True, "pending")
        accepted = len(await intake.app.state.desk.incidents.find({}, limit=10_000))
        await own_servers.kafka.restart()

        async def told() -> bool:
            return bool((await http.get("/readyz")).json()["dependencies"]["relay"] == "ok")

        await eventually(told, within=60, what="everything told")

        async def heard() -> bool:
            return len({event.subject for event in await own_place.events()}) == accepted

        await eventually(heard, within=30, what="every accepted call in Kafka")
        events = await own_place.events()
        assert len({event.subject for event in events}) == accepted
        assert [event.sequence for event in events if event.subject == id] == [1, 2]


@pytest.mark.parametrize("how", ["killed", "hanging"])
@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_I1_without_the_store_nothing_is_accepted(
    own_servers: LocalServers, own_place: Place, how: str, driver: str
) -> None:
    async with running(own_place, mongodb_driver=driver) as intake, intake.client() as http:
        await eventually(lambda: ready(http), what="readiness")
        kept, _ = await post(http, external_id="before")
        if how == "killed":
            await own_servers.store.kill()
        else:
            own_servers.store.pause()
        for burst in range(2):
            answers = await asyncio.gather(*(post(http, external_id=f"{burst}-{n}") for n in range(50)))
            assert {answer.status_code for answer, _ in answers} == {503}
            assert all(int(answer.headers["retry-after"]) >= 1 for answer, _ in answers)
            assert max(took for _, took in answers) < LONGEST_S
        id = kept.json()["incident_id"]
        began = time.monotonic()
        others = await asyncio.gather(
            http.get(f"/v1/incidents/{id}"),
            http.patch(f"/v1/incidents/{id}", json={"priority": 1}),
            http.post("/v1/incidents:batch", json={"incidents": [call(external_id="batch")]}),
        )
        assert time.monotonic() - began < LONGEST_S
        assert [answer.status_code for answer in others] == [503, 503, 200]
        assert others[2].json()["items"][0]["status"] == 503
        if how == "killed":
            await own_servers.store.restart()
        else:
            own_servers.store.resume()

        async def takes_calls() -> bool:
            return (await post(http, external_id="0-0"))[0].status_code == 202

        await eventually(takes_calls, within=20, what="calls taken again")
        # What the store did although nobody was told so is found by the repeat, not doubled.

        async def taken(n: int) -> httpx.Response | None:
            answer, _ = await post(http, external_id=f"0-{n}")
            return answer if answer.status_code == 202 else None

        again = await asyncio.gather(*(eventually(lambda n=n: taken(n), within=30, what="a call") for n in range(50)))  # type: ignore[misc]  # n is bound now
        answers = [(answer, 0.0) for answer in again if answer is not None]
        assert len({answer.json()["incident_id"] for answer, _ in answers}) == 50
        told = {event.subject for event in await own_place.events()}
        assert {answer.json()["incident_id"] for answer, _ in answers} <= told


async def test_I1_a_report_that_cannot_be_audited_is_not_shown(own_servers: LocalServers, own_place: Place) -> None:
    async with running(own_place) as intake, intake.client() as http, intake.client("supervisor") as supervisor:
        id = (await post(http))[0].json()["incident_id"]
        await own_servers.store.kill()
        answer = await supervisor.get(f"/v1/incidents/{id}/report")
        assert answer.status_code == 503
        assert "李建国" not in answer.text
        await own_servers.store.restart()

        async def shown() -> bool:
            return (await supervisor.get(f"/v1/incidents/{id}/report")).status_code == 200

        await eventually(shown, what="the report")
        await supervisor.get(f"/v1/incidents/{id}/report")


async def test_I1_it_starts_with_nothing_there_and_goes_on_by_itself(
    own_servers: LocalServers, own_place: Place
) -> None:
    await own_servers.kafka.kill()
    await own_servers.store.kill()
    child = own_place.child()
    own_place.token()
    await child.start(ready=False)
    headers = {"Authorization": f"Bearer {own_place.token()}"}
    async with httpx.AsyncClient(base_url=child.url, headers=headers) as http:
        rows = (await http.get("/readyz")).json()["dependencies"]
        assert rows["kafka"] != "ok"
        assert rows["store"] != "ok"
        assert (await post(http))[0].status_code == 503
        await own_servers.store.restart()

        async def accepted() -> Any:
            answer, _ = await post(http)
            return answer if answer.status_code == 202 else None

        assert (await eventually(accepted, what="acceptance without Kafka")).json()["relay"] == "pending"
        await own_servers.kafka.restart()
        await eventually(lambda: ready(http), within=30, what="readiness")
        # Ready means that Kafka answers; what waited for it follows by itself.
        await eventually(own_place.events, within=30, what="the relayed call")
        assert len(await own_place.events()) == 1
    assert await child.process.stop() == 0


async def test_I1_no_word_about_a_person_leaves_but_by_the_report(intake: Instance) -> None:
    planted = ["赵钱孙", "13712345678", "穿红衣服", "柳园社区三栋"]
    async with intake.client() as http:
        body = call(
            caller={"name": planted[0], "phone": planted[1]},
            description=planted[2],
            location={"address": planted[3], "lon": 113.0195, "lat": 28.1935},
        )
        id = (await http.post("/v1/incidents", json=body)).json()["incident_id"]
        await http.patch(f"/v1/incidents/{id}", json={"description": planted[2]})
        await http.post(f"/v1/incidents/{id}/callers", json={"name": planted[0], "phone": planted[1]})
        seen = (await http.get(f"/v1/incidents/{id}")).text + (await http.get("/metrics")).text
    seen += "".join(event.data.decode() for event in await intake.place.events())
    assert [word for word in planted if word in seen] == []
