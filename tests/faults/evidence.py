"""What the checker needs, from outside: topics from offset 0, answers, logs, metrics; and the wait for quiet."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from fengqiao.contracts.topics import DISPATCH, TOPICS
from fengqiao.runtime.cloudevents import header
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.settings import ServiceName
from services.dispatch.area_folder import load_forces
from tests.awaiting import eventually
from tests.checker import History, Numbers, Record, Told, violations
from tests.faults.load import AREA, Load
from tests.system import ROOT, System

SERVICES: Final[Sequence[ServiceName]] = ("dispatch", "intake", "mediation", "analytics")
FEWEST: Final[Sequence[ServiceName]] = ("dispatch", "intake")
"""What it takes to accept a call and to send somebody."""
SEGMENTS: Final = ("received_to_assigned", "received_to_on_scene", "received_to_cleared")
READ_BY: Final[Mapping[ServiceName, Sequence[str]]] = {
    "dispatch": ("incidents", "dispatch-commands"),
    "intake": ("dispatch",),
    "mediation": ("disputes",),
    "analytics": ("dispatch",),
}
"""Consumer group (how its name begins) → the topics whose offsets it commits."""


Ends = Mapping[ServiceName, Mapping[TopicPartition, int]]


async def ends(system: System, services: Sequence[ServiceName] = SERVICES) -> Ends:
    """Where the topics that each service reads end now."""
    counts = {topic.name: topic.partitions for topic in TOPICS}
    consumer = new_consumer(system.bootstrap_servers, None)
    await consumer.start()
    try:
        found: dict[ServiceName, Mapping[TopicPartition, int]] = {}
        for service in services:
            names = READ_BY[service]
            wanted = [TopicPartition(f"{system.prefix}{name}", n) for name in names for n in range(counts[name])]
            found[service] = await consumer.end_offsets(wanted)
        return found
    finally:
        await consumer.stop()


async def behind(system: System, due: Ends) -> dict[str, int]:
    """Records before `due` that these services have not committed yet; those that lack none are left out."""
    admin = AIOKafkaAdminClient(bootstrap_servers=system.bootstrap_servers)
    await admin.start()
    try:
        groups = [group for group, *_ in await admin.list_consumer_groups()]
        lacking: dict[str, int] = {}
        for service, partitions in due.items():
            have: dict[TopicPartition, int] = {}
            # The group of analytics carries a mark of its database behind its name.
            for group in (one for one in groups if one.startswith(f"{system.prefix}{service}")):
                committed = await admin.list_consumer_group_offsets(group)
                have |= {partition: found.offset for partition, found in committed.items()}
            if left := sum(max(end - max(have.get(one, 0), 0), 0) for one, end in partitions.items()):
                lacking[service] = left
        return lacking
    finally:
        await admin.close()


async def unready(system: System, services: Sequence[ServiceName] = SERVICES) -> dict[str, Any]:
    """What services that are not ready wait for: relays with events that are not told, connections."""
    waiting: dict[str, Any] = {}
    async with httpx.AsyncClient(timeout=3) as http:
        for service in services:
            try:
                answer = await http.get(f"{system.url(service)}/readyz")
                if answer.status_code != 200:
                    waiting[service] = answer.text
            except httpx.TransportError as error:
                waiting[service] = repr(error)
    return waiting


async def settled(system: System, within: float = 60.0, services: Sequence[ServiceName] = SERVICES) -> None:
    """Wait until each of these is ready, its outbox empty, and all read that was there when this was asked."""
    last: list[Any] = []
    due = await ends(system, services)

    async def quiet() -> bool:
        last[:] = [await unready(system, services)]
        if last[0]:
            return False
        last.append(await behind(system, due))
        return not last[1]

    try:
        await eventually(quiet, within=within, every=0.5, what="quiet")
    except AssertionError as error:
        raise AssertionError(f"{error}; not ready: {last[0]}, behind: {last[1:]}") from None


async def topics(system: System) -> dict[str, list[Record]]:
    """Every record of every topic, dead letters too, from offset 0 to where it ends now."""
    consumer = new_consumer(system.bootstrap_servers, None)
    await consumer.start()
    try:
        counts = {topic.name: topic.partitions for topic in TOPICS} | {topic.dead_letter: 1 for topic in TOPICS}
        partitions = {
            TopicPartition(f"{system.prefix}{name}", n): name for name, all_ in counts.items() for n in range(all_)
        }
        consumer.assign(list(partitions))
        ends = await consumer.end_offsets(list(partitions))
        await consumer.seek_to_beginning(*partitions)
        found: dict[str, list[Record]] = {name: [] for name in counts}
        left = {partition for partition, end in ends.items() if end}
        while left:
            for partition, records in (await consumer.getmany(*left, timeout_ms=500)).items():
                found[partitions[partition]] += [_record(partitions[partition], one) for one in records]
            for partition in list(left):
                if await consumer.position(partition) >= ends[partition]:
                    left.discard(partition)
        return found
    finally:
        await consumer.stop()


def _record(topic: str, record: Any) -> Record:
    number = header(record.headers, "ce_sequence")
    return Record(
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode(errors="replace"),
        value=None if record.value is None else record.value.decode(errors="replace"),
        type=header(record.headers, "ce_type") or "",
        source=header(record.headers, "ce_source") or "",
        subject=header(record.headers, "ce_subject") or "",
        sequence=int(number) if number is not None and number.isdigit() else 0,
        id=header(record.headers, "ce_id") or "",
    )


async def numbers(system: System, end: int) -> tuple[list[Numbers], dict[str, str]]:
    """Response times by category as analytics tells them, true up to offset `end` of `dispatch`; and the answers."""
    today = datetime.now(UTC)
    query = {
        "area": AREA,
        "from": (today - timedelta(days=1)).date().isoformat(),
        "to": (today + timedelta(days=1)).date().isoformat(),
        "by": "category",
    }
    headers = {"Authorization": f"Bearer {system.token('analyst')}"}
    told, texts = [], {}
    async with httpx.AsyncClient(timeout=5, headers=headers, params=query) as http:
        for segment in SEGMENTS:

            async def complete(segment: str = segment) -> httpx.Response | None:
                answer = await http.get(f"{system.url('analytics')}/v1/response-times", params={"segment": segment})
                if answer.status_code != 200 or max(answer.json()["true_up_to"].values()) < end - 1:
                    return None
                return answer

            answer = await eventually(complete, within=30, what=f"{segment} true up to {end - 1}")
            assert answer is not None
            rows = {
                str(row["key"]["category"]): (int(row["count"]), float(row["mean_s"])) for row in answer.json()["rows"]
            }
            told.append(Numbers(segment, rows))
            texts[f"the answer about {segment}"] = answer.text
    return told, texts


async def gather(system: System, told: Sequence[Told], planted: Sequence[str] = (), *, counted: bool = True) -> History:
    """Everything the checker looks at. counted: analytics runs and is asked."""
    records = await topics(system)
    answers: list[Numbers] = []
    texts: dict[str, str] = {}
    if counted:
        answers, texts = await numbers(system, max((one.offset + 1 for one in records[DISPATCH.name]), default=0))
    async with httpx.AsyncClient(timeout=5) as http:
        for service in SERVICES if counted else FEWEST:
            texts[f"{service}'s metrics"] = (await http.get(f"{system.url(service)}/metrics")).text
    for log in sorted((system.folder / "logs").glob("*.log*")):
        texts[log.name] = log.read_text(encoding="utf-8", errors="replace")
    forces = load_forces(ROOT / "deploy" / "areas" / AREA, AREA)
    return History(
        told=told,
        records=records,
        max_held={unit.id: unit.kind.max_assignments for unit in forces.units.values()},
        numbers=answers,
        verified=await verified(system),
        texts=texts,
        planted=planted,
    )


async def verified(system: System) -> list[Mapping[str, Any]]:
    """What `python -m services.dispatch verify` says, a row an area."""
    check = system.process("dispatch", name="verify", command=("-m", "services.dispatch", "verify"))
    check.start()
    await check.wait()
    rows = [
        json.loads(line) for line in check.log_tail(10).splitlines() if line.startswith("{") and '"entries"' in line
    ]
    return rows or [{"area": "all", "ok": False, "problem": check.log_tail()}]


async def assert_clean(system: System, load: Load, seed: str, services: Sequence[ServiceName] = SERVICES) -> None:
    """Wait for quiet, then hold everything against the invariants. The seed is said with what is wrong.

    services: those that run.
    """
    await settled(system, services=services)
    found: list[str] = []

    async def clean() -> bool:
        found[:] = violations(await gather(system, load.told, load.planted, counted="analytics" in services))
        return not found

    # Time goes on: an order where to wait may just have been told, and its states follow. Wrong is what stays wrong.
    with contextlib.suppress(AssertionError):
        await eventually(clean, within=10, every=1, what="no violation")
    found += [f"a legal step was refused: {one.about} with {one.status}" for one in load.refused]
    assert not found, f"{len(found)} violations (FENGQIAO_SEED={seed}):\n" + "\n".join(found[:20])
