"""Dispatch as a process, on a real Kafka and a real store."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaProducer
from pymongo import AsyncMongoClient

from fengqiao.client import Refused
from fengqiao.contracts import topics
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing
from tests import odd_records
from tests.awaiting import eventually
from tests.conftest import run
from tests.integration.dispatch.kit import (
    decided,
    everything,
    first_appearances,
    incident,
    opened,
    publishing,
    record,
    report,
    sequences,
)
from tests.system import System


@pytest.fixture(scope="module")
def dispatch(system: System) -> System:
    run(system.start("dispatch"))
    return system


async def test_D1_D4_an_incident_lives_from_its_report_to_its_end(dispatch: System) -> None:
    async with dispatch.client("dispatcher") as desk, publishing(dispatch) as publisher:
        for unit in ("YY", "P2", "V37"):
            await desk.dispatch.duty(unit, on=True, area="gaoqiao")
        await publisher.publish(record(dispatch, report("life", "020301", 1), incident("life"), 1))
        found = await opened(dispatch, "life", assigned=3)
        units = {one["unit"]: one for one in found["assignments"]}
        assert set(units) == {"YY", "P2", "V37"}
        assert units["YY"]["role"] == "primary"
        for unit in ("V37", "P2", "YY"):
            crew = dispatch.client("crew", unit=unit)
            for verb in ("acknowledge", "en-route", "on-scene"):
                await crew.dispatch.step(units[unit]["id"], verb)
            with pytest.raises(Refused) as refused:
                await crew.dispatch.step(units[unit]["id"], "en-route")
            assert refused.value.status == 409
            assert "cleared" in refused.value.problem["allowed"]
            answer = await crew.dispatch.step(
                units[unit]["id"],
                "clear",
                disposition="当场调解",
                **({"dispute": {"kind": "brawl"}} if unit == "YY" else {}),
            )
            assert answer.get("case_id") == (f"{incident('life')}.case" if unit == "YY" else None)
            await crew.close()
        ended = await desk.dispatch.incident(incident("life"))
        assert ended["status"] == "closed"
        assert [row["sequence"] for row in ended["timeline"]] == sorted({row["sequence"] for row in ended["timeline"]})
        assert {unit["status"] for unit in await desk.dispatch.units("gaoqiao") if unit["unit"] in units} == {
            "available"
        }
        (dispute,) = await everything(dispatch, topics.DISPUTES.name)
        assert header(dispute.headers, "ce_subject") == f"{incident('life')}.case"
        states = [
            one
            for one in await everything(dispatch, topics.INCIDENT_STATE.name)
            if incident("life").encode() in one.key
        ]
        assert orjson.loads(states[-1].value)["status"] == "closed"
        for unit in units:
            await desk.dispatch.duty(unit, on=False, area="gaoqiao")


async def test_D4_a_command_sent_twice_with_the_same_key_acts_once(dispatch: System) -> None:
    import httpx

    async with httpx.AsyncClient(base_url=dispatch.url("dispatch")) as http:
        headers = {
            "Authorization": f"Bearer {dispatch.token('dispatcher')}",
            "Idempotency-Key": "twice-1",
            "Prefer": "wait=5",
        }
        before = len(await decided(dispatch))
        first = await http.put("/v1/units/P5/duty", json={"on": True}, headers=headers)
        off = await http.put("/v1/units/P5/duty", json={"on": False}, headers=headers | {"Idempotency-Key": "twice-2"})
        again = await http.put("/v1/units/P5/duty", json={"on": True}, headers=headers)
        assert first.status_code == off.status_code == again.status_code == 200
        assert again.json() == first.json()
        assert len(await decided(dispatch)) == before + 2
        known = await http.get(f"/v1/commands/{first.json()['command_id']}", headers=headers)
        assert known.json()["status"] == "done"


async def test_D4_D10_a_key_that_was_used_for_another_command_is_refused_and_nothing_is_done(dispatch: System) -> None:
    async with httpx.AsyncClient(base_url=dispatch.url("dispatch")) as http:
        auth = {"Authorization": f"Bearer {dispatch.token('dispatcher')}", "Idempotency-Key": "other"}
        waits = auth | {"Prefer": "wait=5"}
        first = await http.put("/v1/units/P5/duty", json={"on": True}, headers=waits)
        assert first.status_code == 200, first.text

        async def refused(path: str, body: dict[str, Any], headers: dict[str, str]) -> None:
            answer = await http.request("PUT" if path.endswith("duty") else "POST", path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")

        for headers in (waits, auth):
            await refused("/v1/units/P5/duty", {"on": False}, headers)
            await refused("/v1/units/P6/duty", {"on": True}, headers)
            await refused("/v1/units/P5/emergency", {}, headers)
        words = {"reason": "one", "why": "test"}
        id = incident("nobody's")
        kept = await http.post(f"/v1/incidents/{id}/cancel", json=words, headers=waits | {"Idempotency-Key": "words"})
        assert kept.status_code == 404
        again = await http.post(
            f"/v1/incidents/{id}/cancel", json=words | {"reason": "two"}, headers=waits | {"Idempotency-Key": "words"}
        )
        assert again.status_code == 422
        # What another instance has decided is known from what became of it.
        await dispatch.processes["dispatch"].kill()
        dispatch.processes["dispatch"].start()
        await dispatch.ready("dispatch")
        await refused("/v1/units/P5/duty", {"on": False}, waits)
        again = await http.put("/v1/units/P5/duty", json={"on": True}, headers=waits)
        assert (again.status_code, again.json()) == (200, first.json())


async def test_a_command_for_an_incident_that_nobody_reported_is_404_and_a_malformed_id_too(dispatch: System) -> None:
    async with dispatch.client("dispatcher") as desk:
        for id in (f"{incident('ghost')}.1", "gaoqiao-x.1", "nowhere-x.1"):
            with pytest.raises(Refused) as refused:
                await desk.dispatch.step(id, "acknowledge")
            assert refused.value.status == 404
    async with dispatch.client("dispatcher", area="elsewhere") as other:
        with pytest.raises(Refused) as refused:
            await other.dispatch.step(f"{incident('ghost')}.1", "acknowledge")
        assert refused.value.status == 403


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("not JSON", b"{", "fengqiao.incident.reported.v1"),
        ("bad UTF-8", b'{"incident_id": "\xff\xfe"}', "fengqiao.incident.reported.v1"),
        ("unknown version", b"{}", "fengqiao.incident.reported.v9"),
        ("1 MB", b'{"x": "' + b"a" * 1_000_000 + b'"}', "fengqiao.incident.reported.v1"),
        ("10,000 deep", b"[" * 10_000 + b"]" * 10_000, "fengqiao.incident.reported.v1"),
    ],
)
async def test_I1_what_nobody_can_read_is_dead_lettered_and_alarmed_and_the_others_go_on(
    dispatch: System, name: str, value: bytes, kind: str
) -> None:
    from datetime import UTC, datetime

    async with publishing(dispatch) as publisher:
        subject = incident(f"broken {name}")
        broken = CloudEvent(kind, "intake", subject, 1, datetime.now(UTC), value)
        await publisher.publish(Outgoing(f"{dispatch.prefix}incidents", "gaoqiao", broken, 0))
        await publisher.publish(record(dispatch, report(f"after {name}"), incident(f"after {name}"), 1))
    await opened(dispatch, f"after {name}")

    async def dead() -> bool:
        return any(
            header(one.headers, "ce_subject") == subject and header(one.headers, "dlq_reason")
            for one in await everything(dispatch, topics.INCIDENTS.dead_letter)
        )

    await eventually(dead, within=5, what="the dead letter")
    alarms = [
        orjson.loads(one.value)
        for one in await everything(dispatch, topics.DISPATCH.name)
        if header(one.headers, "ce_type") == "fengqiao.incident.unreadable.v1"
    ]
    assert [alarm for alarm in alarms if alarm["subject"] == subject and alarm["priority"] == 1]


@pytest.mark.parametrize(
    "odd",
    [
        {"ce_sequence": "²".encode()},
        {"ce_sequence": b"9" * 5000},
        {"ce_time": None},
        {"ce_time": b"0001-01-01T00:00:00+14:00"},
        {"ce_subject": None},
    ],
    ids=["a superscript", "5,000 digits", "no time", "the first year", "no subject"],
)
async def test_I1_odd_headers_are_one_records_trouble(dispatch: System, odd: dict[str, bytes | None]) -> None:
    name = f"odd {odd}"
    event = record(dispatch, report(name), incident(name), 1).event
    assert event is not None
    headers = {**dict(event.headers()), **odd}
    await odd_records.send(dispatch.bootstrap_servers, f"{dispatch.prefix}incidents", event.data, *headers.items())
    await odd_records.send(dispatch.bootstrap_servers, f"{dispatch.prefix}unit-state", event.data, *headers.items())
    await goes_on(dispatch, f"after {name}")


async def test_I1_what_the_library_cannot_take_apart_is_alarmed_and_the_others_go_on(dispatch: System) -> None:
    async def alarms() -> list[Any]:
        records = await everything(dispatch, topics.DISPATCH.name)
        kinds = [header(one.headers, "ce_type") for one in records]
        return [one for one in kinds if one == "fengqiao.incident.unreadable.v1"]

    before = len(await alarms())
    for topic in ("incidents", "dispatch-commands", "unit-state"):
        named = f"{dispatch.prefix}{topic}"
        await odd_records.send_with_a_name_that_is_no_text(dispatch.bootstrap_servers, named, b"{}")
    await goes_on(dispatch, "after what cannot be taken apart")
    assert len(await alarms()) >= before + 1
    check = dispatch.process("dispatch", name="verify odd", command=("-m", "services.dispatch", "verify"))
    check.start()
    assert await check.wait() == 0, check.log_tail()


async def goes_on(dispatch: System, name: str) -> None:
    """The next call is opened, and whoever asks is told that all is well."""
    async with publishing(dispatch) as publisher:
        await publisher.publish(record(dispatch, report(name), incident(name), 1))
    await opened(dispatch, name)
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{dispatch.url('dispatch')}/readyz")).status_code == 200


async def test_records_without_cloudevents_headers_go_to_the_dead_letters(dispatch: System) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=dispatch.bootstrap_servers)
    await producer.start()
    try:
        for topic in ("incidents", "dispatch-commands", "unit-positions"):
            await producer.send_and_wait(f"{dispatch.prefix}{topic}", b"hello", key=b"gaoqiao", partition=0)
    finally:
        await producer.stop()
    for topic in ("incidents", "dispatch-commands", "unit-positions"):

        async def there(topic: str = topic) -> bool:
            return any(one.value == b"hello" for one in await everything(dispatch, f"{topic}.dlq"))

        await eventually(there, within=5, what=f"{topic}.dlq")


async def test_a_late_state_record_does_not_stay_the_last_word(dispatch: System) -> None:
    async with dispatch.client("dispatcher") as desk, publishing(dispatch) as publisher:
        await desk.dispatch.duty("V60", on=True, area="gaoqiao")
        await desk.dispatch.duty("V60", on=False, area="gaoqiao")
        before = [one for one in await everything(dispatch, topics.UNIT_STATE.name) if one.key == b"gaoqiao/V60"]
        older, newest = before[-2], before[-1]
        assert orjson.loads(newest.value)["status"] == "off_duty"
        await publisher.publish_raw(
            f"{dispatch.prefix}unit-state", older.key, older.value, list(older.headers), partition=0
        )

        async def healed() -> bool:
            last = [one for one in await everything(dispatch, topics.UNIT_STATE.name) if one.key == b"gaoqiao/V60"][-1]
            return last.offset > newest.offset + 1 and bool(last.value == newest.value)

        await eventually(healed, within=5, what="the newer state said again")


async def test_a_kill_between_any_two_messages_loses_nothing(dispatch: System) -> None:
    async with publishing(dispatch) as publisher:
        for number in range(20):
            await publisher.publish(record(dispatch, report(f"kill {number}"), incident(f"kill {number}"), 1))
            if number == 10:
                await dispatch.processes["dispatch"].kill()
                dispatch.processes["dispatch"].start()
    await dispatch.ready("dispatch")
    for number in range(20):
        await opened(dispatch, f"kill {number}")
    seen = first_appearances(await everything(dispatch, topics.DISPATCH.name))
    assert seen == list(range(1, len(seen) + 1))
    await _verified(dispatch)


async def _verified(system: System) -> None:
    check = system.process("dispatch", name="verify", command=("-m", "services.dispatch", "verify"))
    check.start()
    assert await check.wait() == 0, check.log_tail()
    assert orjson.loads(check.log_tail(1))["ok"]


async def test_a_sleeping_writer_is_fenced_and_nobody_is_sent_twice(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        await desk.dispatch.duty("P1", on=True, area="gaoqiao")
        await publisher.publish(record(system, report("before"), incident("before"), 1))
        await opened(system, "before", assigned=1)
        sleeper = system.processes["dispatch"]
        sleeper.pause()
        await system.start_another_dispatch()
        for number in range(5):
            await publisher.publish(record(system, report(f"slept {number}"), incident(f"slept {number}"), 1))

        async def told() -> bool:
            return len(await everything(system, topics.DISPATCH.name)) >= 2 + 5

        await eventually(told, within=20, what="the successor's decisions")
        sleeper.resume()
        await asyncio.gather(
            *(
                publisher.publish(record(system, report(f"woken {number}"), incident(f"woken {number}"), 1))
                for number in range(5)
            )
        )
        for number in range(5):
            await opened(system, f"woken {number}")
    records = await everything(system, topics.DISPATCH.name)
    seen = first_appearances(records)
    assert seen == list(range(1, len(seen) + 1))
    by_sequence: dict[int, bytes] = {}
    for one, sequence in zip(records, sequences(records), strict=True):
        assert by_sequence.setdefault(sequence, one.value) == one.value, "a repeat says something else"
    opened_incidents = [orjson.loads(value)["incident_id"] for value in by_sequence.values() if b'"wanted"' in value]
    assert len(opened_incidents) == len(set(opened_incidents)) == 11
    await _verified(system)


async def test_areas_that_stay_through_a_rebalance_go_on_from_the_board_that_is_there(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        await desk.dispatch.duty("P1", on=True, area="gaoqiao")
        await publisher.publish(record(system, report("alone"), incident("alone"), 1))
        await opened(system, "alone", assigned=1)
        second = await system.start_another_dispatch()
        await publisher.publish(record(system, report("both"), incident("both"), 1))
        await opened(system, "both")
        # Wherever the area was while there were two, the first one has it now, with what the other wrote.
        await second.stop()
        await publisher.publish(record(system, report("alone again"), incident("alone again"), 1))
        await opened(system, "alone again")

    def stayed() -> Counter[str]:
        lines = [orjson.loads(line) for line in system.log("dispatch").splitlines()]
        return Counter(area for line in lines if line["event"] == "areas stay" for area in line["areas"])

    # The area of the call may have been here all the time: then the group has not noticed yet that the second is gone.
    await eventually(lambda: set(stayed().values()) == {2}, what="areas that stay when it comes and when it goes")
    assert 0 < len(stayed()) < 5, "the second instance takes some of the areas"
    await _verified(system)


async def _one_incident(system: System) -> None:
    """Dispatch has decided something, and is stopped."""
    await system.start("dispatch")
    async with publishing(system) as publisher:
        await publisher.publish(record(system, report("once"), incident("once"), 1))
        await opened(system, "once")
    await system.processes["dispatch"].stop()


async def test_a_wiped_kafka_is_refused_with_a_sentence(fresh_system: System) -> None:
    from fengqiao.runtime.topics_admin import delete_topics

    system = fresh_system
    await _one_incident(system)
    await delete_topics(system.bootstrap_servers, system.prefix)
    await system.make_topics()
    system.processes["dispatch"].start()
    assert await system.processes["dispatch"].wait() == 5
    assert "made anew since the journal" in system.log("dispatch")


async def test_a_wiped_store_is_refused_with_a_sentence(fresh_system: System) -> None:
    system = fresh_system
    await _one_incident(system)
    async with AsyncMongoClient[dict[str, Any]](system.mongodb_uri) as mongo:
        await mongo.drop_database(system.database)
    system.processes["dispatch"].start()
    assert await system.processes["dispatch"].wait() == 5
    assert "the store was wiped or is another one" in system.log("dispatch")
    async with AsyncMongoClient[dict[str, Any]](system.mongodb_uri) as mongo:
        assert await mongo[system.database].dispatch_journal.find_one() is None, "nothing is written on a foreign store"
