"""What these tests say to dispatch, and how they read what it says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from aiokafka import ConsumerRecord

from fengqiao.client import Fengqiao, Refused
from fengqiao.contracts import ids, topics
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Category, Event, Location
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.dispatch.read_back import records
from tests.awaiting import eventually
from tests.system import System

FOOD_STREET = {"lon": 113.0169, "lat": 28.1964, "grid_cell": "G07"}


def incident(name: str) -> str:
    return ids.incident_id("gaoqiao", ids.digest(name))


def report(name: str, category: str = "02", priority: int = 2, at: datetime | None = None) -> IncidentReported:
    """at: domain time, where that is not the machine's."""
    now = at or datetime.now(UTC)
    return IncidentReported(
        incident_id=incident(name),
        area="gaoqiao",
        source="110",
        category=Category(code=category, name_zh="类", name_en="Kind", version="t1"),
        priority=priority,
        location=Location.of(FOOD_STREET),
        reported_at=now,
        received_at=now,
    )


def record(
    system: System, event: Event, subject: str, sequence: int, *, topic: topics.Topic = topics.INCIDENTS
) -> Outgoing:
    return Outgoing(
        f"{system.prefix}{topic.name}",
        "gaoqiao",
        CloudEvent(event.TYPE, "intake", subject, sequence, datetime.now(UTC), event.wire()),
        0,
    )


@asynccontextmanager
async def publishing(system: System) -> AsyncIterator[Publisher]:
    publisher = Publisher(system.bootstrap_servers, "tests")
    await publisher.start(wait=10)
    try:
        yield publisher
    finally:
        await publisher.stop()


async def everything(system: System, topic: str, partition: int = 0) -> list[ConsumerRecord]:
    """Every record of the partition, from offset 0 to where it ends now."""
    return [one async for one in records(system.bootstrap_servers, f"{system.prefix}{topic}", partition)]


async def decided(system: System) -> list[ConsumerRecord]:
    """Every record of `dispatch` but those of time's own making: where units wait, and what nobody covers."""
    of_time = ("fengqiao.standby.", "fengqiao.coverage.")
    records = await everything(system, topics.DISPATCH.name)
    return [one for one in records if not (header(one.headers, "ce_type") or "").startswith(of_time)]


def sequences(records: Sequence[Any]) -> list[int]:
    return [int(header(one.headers, "ce_sequence") or 0) for one in records]


def first_appearances(records: Sequence[Any]) -> list[int]:
    """The sequences in the order in which they first appear."""
    return list(dict.fromkeys(sequences(records)))


async def opened(system: System, name: str, *, assigned: int = 0) -> dict[str, Any]:
    async with system.client("dispatcher") as client:

        async def look() -> Any:
            try:
                found = await client.dispatch.incident(incident(name))
            except Refused:
                return None
            return found if len(found["assignments"]) >= assigned else None

        found: dict[str, Any] = await eventually(look, what=f"{name} opened with {assigned} assignments")
        return found


@asynccontextmanager
async def on_duty(system: System, *units: str) -> AsyncIterator[Fengqiao]:
    """A dispatcher, with these units on duty; they are off again afterwards."""
    async with system.client("dispatcher") as desk:
        for unit in units:
            await desk.dispatch.duty(unit, on=True, area="gaoqiao")
        yield desk
        for unit in units:
            await desk.dispatch.duty(unit, on=False, area="gaoqiao")


async def told(system: System, kind: str, **about: Any) -> list[dict[str, Any]]:
    """The data of the events of this kind that have these values."""
    found = [
        orjson.loads(one.value)
        for one in await everything(system, topics.DISPATCH.name)
        if header(one.headers, "ce_type") == f"fengqiao.{kind}.v1"
    ]
    return [data for data in found if all(data.get(name) == value for name, value in about.items())]


async def reported(system: System, name: str, category: str, *, assigned: int = 1) -> dict[str, Any]:
    async with publishing(system) as publisher:
        await publisher.publish(record(system, report(name, category), incident(name), 1))
    return await opened(system, name, assigned=assigned)


async def brought_to_an_end(desk: Fengqiao, found: dict[str, Any], disposition: str = "未发现") -> None:
    for one in found["assignments"]:
        if one["status"] in ("assigned", "acknowledged", "en_route", "on_scene"):
            if one["status"] != "on_scene":
                await desk.dispatch.step(one["id"], "on-scene")
            await desk.dispatch.step(one["id"], "clear", disposition=disposition)
