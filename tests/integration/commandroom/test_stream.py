"""The stream of a real command room on a real Kafka: snapshot, changes, resume, jurisdiction, alarms, ends."""

import asyncio
import signal
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from fengqiao.client.stream import Told
from fengqiao.client.subscriber import subscribe
from fengqiao.contracts import topics
from fengqiao.local import Process
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing
from fengqiao.runtime.tokens import TokenMint
from services.commandroom import resume
from services.commandroom.resume import Place
from tests.awaiting import eventually
from tests.conftest import run
from tests.integration.commandroom.kit import NOTED, PARTITION, STATE, ids, in_kafka, listening, noted, outgoing, state
from tests.integration.dispatch.kit import incident, publishing, record, report
from tests.system import System, free_port_base

BUFFER = 50


@pytest.fixture(scope="module")
def room(system: System) -> System:
    system.environment |= {
        "FENGQIAO_UNDECIDED_AFTER": "0.5",
        "FENGQIAO_COMMENT_EVERY": "0.3",
        "FENGQIAO_CLIENT_BUFFER": str(BUFFER),
    }
    run(system.start("commandroom"))
    return system


@pytest.fixture(scope="module")
def other_room(room: System) -> Iterator[str]:
    """The address of another instance, which takes clients back for five records at most."""
    base = free_port_base()
    process: Process = room.process(
        "commandroom", name="commandroom-2", FENGQIAO_PORT_BASE=str(base), FENGQIAO_LONGEST_RESUME="5"
    )
    process.start()
    run(process.wait_ready(f"http://127.0.0.1:{base}/readyz", 40))
    yield f"http://127.0.0.1:{base}"
    run(process.stop())


async def test_C3_a_snapshot_and_then_every_change_once(room: System) -> None:
    token = room.token("subscriber", "south")
    async with publishing(room) as publisher:
        await publisher.publish(state(room, "south", "south-a", 1, status="active"))
        await eventually(lambda: _incidents(room, "south"), what="the board has it")
        async with listening(room.url("commandroom"), token, areas="south") as ear:
            snapshot = await ear.next()
            assert snapshot.type == "snapshot"
            assert snapshot.data["areas"]["south"]["incidents"] == [{"incident_id": "south-a", "status": "active"}]
            for record_ in (
                noted(room, "south", 1),
                state(room, "south", "south-a", 1, status="a repeat"),
                noted(room, "south", 1),
                noted(room, "south", 2),
                state(room, "south", "south-a", 2, status="queued"),
                noted(room, "south", 3),
            ):
                await publisher.publish(record_)
            heard = ids(await ear.until("dispatch/south/3"))
            if "dispatch/south/south-a/2" not in heard:
                heard += ids(await ear.until("dispatch/south/south-a/2"))
    assert sorted(heard) == ["dispatch/south/1", "dispatch/south/2", "dispatch/south/3", "dispatch/south/south-a/2"]


async def _incidents(room: System, area: str) -> list[object]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(
            f"{room.url('commandroom')}/v1/snapshot",
            headers={"Authorization": f"Bearer {room.token('subscriber', area)}"},
        )
        assert answer.status_code == 200
        found: list[object] = answer.json()["areas"].get(area, {}).get("incidents", [])
        return found


async def test_C3_a_units_states_are_told_although_its_positions_have_larger_numbers(room: System) -> None:
    async with publishing(room) as publisher:
        heard = []
        async with listening(room.url("commandroom"), room.token("subscriber", "south")) as ear:
            at = int(datetime.now(UTC).timestamp() * 1000)
            kind = "fengqiao.unit.whereabouts.v9"
            await publisher.publish(outgoing(room, topics.UNIT_POSITIONS, kind, "south", "south/P3", at, lon=113.0))
            heard += await ear.until(f"dispatch/south/P3/{at}")
            kind = "fengqiao.unit.whole.v9"
            for number in (7, 9):
                await publisher.publish(
                    outgoing(room, topics.UNIT_STATE, kind, "south", "south/P3", number, status=number)
                )
                heard += await ear.until(f"dispatch/south/P3/{number}")
    async with asyncio.timeout(20):
        both = {}
        async for one in subscribe(
            room.bootstrap_servers, [topics.UNIT_STATE, topics.UNIT_POSITIONS], prefix=room.prefix
        ):
            both[one.envelope.sequence] = one.topic
            if len(both) == 3:
                break
    assert both == {at: "unit-positions", 7: "unit-state", 9: "unit-state"}


async def test_C3_killed_and_started_again_a_client_sees_no_gap_and_no_repeat(room: System) -> None:
    """Kill -9 between events; some are published while it is dead, some twice, some twice across the break."""
    last, heard = 60, []
    begun, middle, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        async with room.client("subscriber", "north") as client:
            async for told in client.stream.follow("north"):
                begun.set()
                heard.append(told)
                told_ids = set(ids(heard))
                if "dispatch/north/20" in told_ids:
                    middle.set()
                if {f"dispatch/north/{last}", f"dispatch/north/north-a/{last}"} <= told_ids:
                    done.set()
                    return

    listener = asyncio.create_task(listen())
    async with publishing(room) as publisher, asyncio.timeout(90):
        await begun.wait()

        async def publish(numbers: range) -> None:
            for number in numbers:
                for _ in range(2 if number % 5 == 0 else 1):
                    await publisher.publish(noted(room, "north", number))
                    await publisher.publish(state(room, "north", "north-a", number, status=str(number)))

        await publish(range(1, 21))
        await middle.wait()
        room.processes["commandroom"].signal(signal.SIGKILL)
        await room.processes["commandroom"].wait()
        await publish(range(18, 41))
        room.processes["commandroom"].start()
        await publish(range(38, last + 1))
        await done.wait()
        await listener
    told = ids(heard)
    assert len(told) == len(set(told)), "told twice"
    kafka = await in_kafka(room, "north", topics.DISPATCH, topics.INCIDENT_STATE)
    assert [one for one in told if "north-a" not in one] == kafka["dispatch"]
    assert [one for one in told if "north-a" in one] == kafka["incident-state"]
    assert [one.type for one in heard].count("snapshot") == 1


async def test_C3_another_instance_takes_a_client_on_where_it_stood(room: System, other_room: str) -> None:
    token = room.token("subscriber", "south")
    async with publishing(room) as publisher:
        async with listening(room.url("commandroom"), token) as ear:
            await ear.next("snapshot")
            await publisher.publish(noted(room, "south", 10))
            place = (await ear.until("dispatch/south/10"))[-1].id
            for number in (10, 11, 12):
                await publisher.publish(noted(room, "south", number))
            await ear.until("dispatch/south/12")
        async with listening(other_room, token) as ear:
            # Wait until the other one has read as far.
            at = resume.read((await ear.next("snapshot")).id)
            if at.sequences["south"] < 12:
                await ear.until("dispatch/south/12")
        async with listening(other_room, token, resume=place) as ear:
            assert ids(await ear.until("dispatch/south/12")) == ["dispatch/south/11", "dispatch/south/12"]
            assert "snapshot" not in [one.type for one in ear.heard]


async def test_C3_a_token_of_another_kafka_or_too_old_or_of_no_sense_begins_again(
    room: System, other_room: str
) -> None:
    token = room.token("subscriber", "south")
    async with listening(room.url("commandroom"), token) as ear:
        now = resume.read((await ear.next("snapshot")).id)
    foreign = Place("another-cluster", now.offsets, now.sequences).token()
    ahead = Place(now.cluster, {**now.offsets, f"dispatch/{PARTITION['south']}": 10**9}, {}).token()
    old = Place(now.cluster, {}, {}).token()
    for url, bad in ((room.url("commandroom"), foreign), (other_room, ahead), (other_room, old), (other_room, "x")):
        async with listening(url, token, resume=bad) as ear:
            reset, snapshot = await ear.next(), await ear.next()
            assert (reset.type, snapshot.type) == ("reset", "snapshot"), bad
            assert reset.data["reason"]
            assert resume.read(snapshot.id).cluster == now.cluster


async def test_C3_a_token_opens_its_own_areas_only_and_all_of_them_when_none_is_named(room: System) -> None:
    url = room.url("commandroom")
    async with httpx.AsyncClient() as http:
        for path in ("/v1/stream", "/v1/snapshot"):
            headers = {"Authorization": f"Bearer {room.token('subscriber', 'south')}"}
            for areas in ("north", "south,north"):
                answer = await http.get(f"{url}{path}", params={"areas": areas}, headers=headers)
                assert answer.status_code == 403, f"{path} {areas}"
            headers = {"Authorization": f"Bearer {room.token('integrator', 'south')}"}
            assert (await http.get(f"{url}{path}", headers=headers)).status_code == 403
            assert (await http.get(f"{url}{path}")).status_code == 401
    async with (
        publishing(room) as publisher,
        listening(url, room.token("subscriber", "south")) as own,
        listening(url, room.token("subscriber", "*")) as all_,
    ):
        assert list((await own.next("snapshot")).data["areas"]) == ["south"]
        assert {"north", "south"} <= set((await all_.next("snapshot")).data["areas"])
        await publisher.publish(noted(room, "north", 100))
        await all_.until("dispatch/north/100")
        await publisher.publish(noted(room, "south", 100))
        assert ids(await own.until("dispatch/south/100")) == ["dispatch/south/100"]


async def test_C3_types_choose_what_is_told_and_a_quiet_client_moves_on_all_the_same(room: System) -> None:
    url, token = room.url("commandroom"), room.token("subscriber", "south")
    async with publishing(room) as publisher, listening(url, token, types="fengqiao.incident.state") as ear:
        before = (await ear.next("snapshot")).id
        await publisher.publish(noted(room, "south", 200))
        await publisher.publish(state(room, "south", "south-b", 1, status="active"))
        assert (await ear.next()).type == STATE
        await publisher.publish(noted(room, "south", 201))
        await publisher.publish(state(room, "south", "south-b", 2, status="active"))
        told = await ear.next()
        assert (told.type, told.data["sequence"]) == (STATE, 2)
        assert NOTED not in [one.type for one in ear.heard]
        assert resume.read(told.id) != resume.read(before)
        await publisher.publish(noted(room, "south", 202))
        # Nothing of its types: only comments come, and they move the last id on.
        async with asyncio.timeout(20):
            while resume.read(ear.reader.last_id).sequences["south"] < 202:
                await ear.chunk()


async def test_C1_an_undecided_incident_is_an_alarm_until_dispatch_comes(room: System) -> None:
    url, token = room.url("commandroom"), room.token("dispatcher")
    async with publishing(room) as publisher, listening(url, token) as ear:
        place = (await ear.next("snapshot")).id
        broken = CloudEvent("fengqiao.incident.reported.v1", "intake", incident("broken"), 1, datetime.now(UTC), b"[]")
        await publisher.publish(Outgoing(f"{room.prefix}incidents", "gaoqiao", broken, 0))
        await publisher.publish(record(room, report("waits"), incident("waits"), 1))
        alarm = (await ear.next("fengqiao.alarm.undecided.v1")).data
        assert (alarm["data"]["incident_id"], alarm["data"]["area"]) == (incident("waits"), "gaoqiao")
        assert alarm["data"]["received_at"]
        async with listening(url, token) as late:
            (lasting,) = (await late.next("snapshot")).data["undecided"]
            assert lasting == alarm["data"]
        async with listening(url, token, resume=place) as back:
            assert (await back.next("undecided")).data == [alarm["data"]]
        async with listening(url, room.token("subscriber", "south"), resume=place) as elsewhere:
            assert (await elsewhere.next("undecided")).data == []
        room.processes["commandroom"].signal(signal.SIGKILL)
        await room.processes["commandroom"].wait()
    room.processes["commandroom"].start()
    await room.ready("commandroom")
    async with listening(url, token, resume=place, types="fengqiao.alarm") as ear:
        assert (await ear.next("undecided")).data == [alarm["data"]], "an alarm outlives a restart"
        await room.start("dispatch")
        cleared = (await ear.next("fengqiao.alarm.undecided-cleared.v1", within=40)).data
        assert cleared["data"]["incident_id"] == incident("waits")
        assert incident("broken") not in str(ear.heard)
    async with listening(url, token) as after:
        assert (await after.next("snapshot")).data["undecided"] == []


async def test_C3_a_client_whose_buffer_is_full_is_told_why_and_resumes_without_a_gap(room: System) -> None:
    url, token, numbers = room.url("commandroom"), room.token("subscriber", "south"), range(5001, 7001)
    async with publishing(room) as publisher, listening(url, token) as ear:
        await ear.next("snapshot")
        # Far more at once than may wait for one client.
        await publisher.publish_in_order([noted(room, "south", number) for number in numbers])
        heard = await ear.rest()
        assert (heard[-1].type, "too slow" in heard[-1].data["reason"]) == ("dropped", True)
    async with listening(url, token, resume=ear.reader.last_id) as again:
        heard += await again.until(f"dispatch/south/{numbers[-1]}")
    assert ids(heard) == [f"dispatch/south/{number}" for number in numbers]


async def test_C3_the_stream_ends_with_the_tokens_life_and_with_the_service(room: System) -> None:
    short = TokenMint(room.folder).mint("subscriber", ["south"], ttl=2)
    async with listening(room.url("commandroom"), short) as ear:
        assert [one.type for one in await ear.rest()] == ["snapshot", "ended"]
    async with listening(room.url("commandroom"), room.token("subscriber", "south")) as ear:
        await ear.next("snapshot")
        room.processes["commandroom"].signal(signal.SIGTERM)
        rest: list[Told] = await ear.rest()
        assert [one.type for one in rest] == ["ended"]
    assert await asyncio.wait_for(room.processes["commandroom"].wait(), 20) == 0
    assert "Traceback" not in room.log("commandroom")
