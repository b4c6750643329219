"""What is asked of notify, and what it has told."""

from datetime import UTC, datetime
from typing import Any

import orjson

from fengqiao.contracts import topics
from fengqiao.contracts.dispatch import NotificationRequested
from fengqiao.contracts.model import Category, Location
from fengqiao.runtime import cloudevents
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing
from tests.awaiting import eventually
from tests.integration.dispatch.kit import everything, publishing
from tests.integration.notify.receiver import Receiver
from tests.system import System

AREA = "dongcheng"
PARTITION = 1


async def start(system: System, **variables: str) -> None:
    system.processes["notify"] = system.process("notify", **variables)
    system.processes["notify"].start()
    await system.ready("notify")


def asked(name: str, to: str) -> NotificationRequested:
    now = datetime.now(UTC)
    return NotificationRequested(
        area=AREA,
        at=now,
        incident_id=f"{AREA}-mzxw6ytboi3dgnbvgy3tqojq2a",
        number="1042",
        category=Category(code="0604", name_zh="走失", name_en="Missing", version="t1"),
        priority=1,
        location=Location.of({"lon": 102.26, "lat": 27.89}),
        source="110",
        notification_id=f"{AREA}-{name}",
        to=to,
        what="report_up",
        due_at=now,
        plan="missing-person",
    )


async def publish(system: System, sequence: int, *events: NotificationRequested) -> None:
    async with publishing(system) as publisher:
        for n, event in enumerate(events):
            told = CloudEvent(event.TYPE, "dispatch", AREA, sequence + n, datetime.now(UTC), event.wire())
            await publisher.publish(Outgoing(f"{system.prefix}{topics.DISPATCH.name}", AREA, told, PARTITION))


async def receipts(system: System) -> dict[str, dict[str, Any]]:
    """By notice: the data of its receipt, with its kind. Fails where one was told twice with other content."""
    found: dict[str, dict[str, Any]] = {}
    for partition in range(topics.NOTICES.partitions):
        for record in await everything(system, topics.NOTICES.name, partition):
            event = cloudevents.read(record.headers, record.value)
            data = {"kind": event.type.removeprefix("fengqiao.notice.").removesuffix(".v1"), **orjson.loads(event.data)}
            assert found.setdefault(event.subject, data)["kind"] == data["kind"]
    return found


async def receipt(system: System, notice: str) -> dict[str, Any]:
    async def told() -> dict[str, Any] | None:
        return (await receipts(system)).get(notice)

    found: dict[str, Any] | None = await eventually(told, within=30, what=f"a receipt of {notice}")
    assert found is not None
    return found


async def dies(notify: System, gateway: Receiver, place: str, most: int, sequence: int) -> None:
    """Kill notify at the place, start it again: they are told, at most `most` times, with one id and one receipt."""
    gateway.answer = lambda _: 204
    gateway.got.clear()
    name = f"kill-{place.partition('.')[2]}"
    await notify.processes["notify"].stop()
    await start(notify, FENGQIAO_FAILPOINTS=f"{place}=kill:1")
    await publish(notify, sequence, asked(name, "merchants"))
    await eventually(lambda: not notify.processes["notify"].running, what=f"killed at {place}")
    await start(notify)
    told = await receipt(notify, f"{AREA}-{name}/night-market")
    assert told["kind"] == "delivered"
    got = gateway.of("night-market")
    assert 1 <= len(got) <= most
    assert {one.id for one in got} == {f"{AREA}-{name}/night-market"}
