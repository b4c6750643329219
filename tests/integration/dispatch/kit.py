"""What these tests say to dispatch, and how they read what it says."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiokafka import ConsumerRecord

from fengqiao.contracts import ids, topics
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Category, Event, Location
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.dispatch.read_back import records
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
