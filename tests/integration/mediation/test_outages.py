"""Kafka or the store away, and the process killed between two steps: nothing lost, nothing twice.

All steps: `test_kill_points.py`.
"""

import time

from fengqiao.local import LocalServers
from tests.awaiting import eventually
from tests.integration.mediation import kills
from tests.integration.mediation.kit import Place, dispute, give, opened, running


async def test_the_process_killed_while_a_dispute_becomes_a_case(place: Place) -> None:
    await kills.opening(place, "produced")


async def test_the_process_killed_while_a_command_is_carried_out(place: Place) -> None:
    await kills.command(place, "replaced")


async def test_M7_the_process_killed_while_a_visit_is_told(place: Place) -> None:
    await kills.visit(place, "replaced")


async def test_kafka_away_the_command_is_stored_and_told_later(own_place: Place, own_servers: LocalServers) -> None:
    reported = dispute()
    await own_place.report(reported)
    async with running(own_place) as mediation, mediation.client() as http:
        etag = (await opened(http, reported.case_id)).headers["ETag"]
        await own_servers.kafka.kill()
        steps = (
            ("assess", {"grade": "yellow", "reason": "x"}),
            ("refer", {"mediators": ["m-li"]}),
            ("sessions", {"outcome": "adjourned"}),
        )
        for command, body in steps:
            began = time.monotonic()
            answer = await give(http, reported.case_id, command, etag, **body)
            assert time.monotonic() - began < 2.5
            assert (answer.status_code, answer.json()["relay"]) == (200, "pending"), answer.text
            etag = answer.headers["ETag"]
        assert (await http.get(f"/v1/cases/{reported.case_id}")).json()["relay"] == "pending"
        ready = await http.get("/readyz")
        assert ready.status_code == 503
        assert "1 cases" in ready.json()["dependencies"]["relay"]
        await own_servers.kafka.restart()

        async def told() -> bool:
            return bool((await http.get(f"/v1/cases/{reported.case_id}")).json()["relay"] == "done")

        await eventually(told, within=60, what="the relay done")
        assert (await http.get(f"/v1/cases/{reported.case_id}")).headers["ETag"] == etag, "relaying does not move it"
        assert await own_place.verbs(reported.case_id) == ["opened", "assessed", "referred", "session-held"]


async def test_store_away_is_said_at_once_and_the_dispute_waits(own_place: Place, own_servers: LocalServers) -> None:
    reported, later = dispute("a"), dispute("b")
    await own_place.report(reported)
    async with running(own_place) as mediation, mediation.client() as http:
        etag = (await opened(http, reported.case_id)).headers["ETag"]
        for hang in (True, False):
            if hang:
                own_servers.store.pause()
            else:
                own_servers.store.resume()
                await own_servers.store.kill()
            for method, path, headers, body in (
                ("POST", f"/v1/cases/{reported.case_id}/assess", {"If-Match": etag}, {"grade": "red", "reason": "x"}),
                ("GET", f"/v1/cases/{reported.case_id}", {}, None),
                ("POST", f"/v1/cases/{reported.case_id}/parties", {"Idempotency-Key": "k"}, {"name": "李"}),
                ("POST", "/v1/cases", {"Idempotency-Key": "k"}, {"area": "gaoqiao", "kind": "debt"}),
            ):
                began = time.monotonic()
                answer = await http.request(method, path, headers=headers, json=body)
                assert time.monotonic() - began < 2.5
                assert answer.status_code == 503
                assert int(answer.headers["Retry-After"]) >= 1
        await own_place.report(later)
        await own_servers.store.restart()
        await opened(http, later.case_id, within=60)
        assert (await http.get(f"/v1/cases/{reported.case_id}")).status_code == 200


async def test_it_listens_and_says_what_is_missing_when_started_before_its_servers(
    own_place: Place, own_servers: LocalServers
) -> None:
    await own_servers.kafka.kill()
    await own_servers.store.kill()
    child = own_place.child()
    await child.start("livez")
    try:
        async with child.client() as http:
            rows = (await http.get("/readyz")).json()["dependencies"]
            assert rows["store"] != "ok"
            assert rows["kafka"] == "no connection"
            await own_servers.store.restart()
            await own_servers.kafka.restart()

            async def ready() -> bool:
                return (await http.get("/readyz")).status_code == 200

            await eventually(ready, within=60, what="readiness")
        began = time.monotonic()
        assert await child.process.stop() == 0
        assert time.monotonic() - began < 10
    finally:
        await child.process.kill()
