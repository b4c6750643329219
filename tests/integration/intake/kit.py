"""An intake to speak to: in this process or as a child, on the servers it is given, with tokens for every role."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiokafka import ConsumerRecord, TopicPartition
from fastapi import FastAPI

from fengqiao.contracts.topics import kafka_topics
from fengqiao.local import Process
from fengqiao.local.ports import free_port
from fengqiao.runtime import cloudevents
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.roles import Role
from fengqiao.runtime.tokens import TokenMint
from fengqiao.runtime.topics_admin import ensure_topics
from services.intake.__main__ import compose
from services.intake.settings import IntakeSettings

ROOT = Path(__file__).parents[3]
AREAS = ROOT / "deploy" / "areas"


def call(**changes: Any) -> dict[str, Any]:
    """A good report, with other values where `changes` says so; None leaves a field out."""
    body = {
        "area": "gaoqiao",
        "source": "110",
        "external_id": "CS110-1",
        "category": "brawl",
        "description": "两人打架",
        "reported_at": "2024-10-30T22:23:00+08:00",
        "location": {"lon": 113.0195, "lat": 28.1935},
        "caller": {"name": "李建国", "phone": "13800138000"},
        "details": {"weapon": False},
        **changes,
    }
    return {field: value for field, value in body.items() if value is not None}


@dataclass(frozen=True)
class Place:
    """Servers, names and a data folder: what several instances of one installation share."""

    bootstrap_servers: str
    mongodb_uri: str
    database: str
    prefix: str
    data: Path

    def settings(self, **more: Any) -> IntakeSettings:
        return IntakeSettings.load(
            data=self.data,
            areas=AREAS,
            kafka_bootstrap_servers=self.bootstrap_servers,
            mongodb=self.mongodb_uri,
            database=self.database,
            topic_prefix=self.prefix,
            **more,
        )

    def token(self, role: Role = "integrator", client: str | None = None, **more: Any) -> str:
        return TokenMint(self.data).mint(role, more.pop("areas", ["gaoqiao"]), client=client, **more)

    async def make_topics(self) -> None:
        topics = [(f"{self.prefix}{name}", partitions, config) for name, partitions, config in kafka_topics()]
        await ensure_topics(self.bootstrap_servers, topics)

    async def records(self, topic: str) -> list[ConsumerRecord]:
        """All records of a topic, from offset 0 to where it ends now, partition by partition."""
        kafka = new_consumer(self.bootstrap_servers, None)
        await kafka.start()
        try:
            partitions = [TopicPartition(f"{self.prefix}{topic}", number) for number in range(6)]
            kafka.assign(partitions)
            ends = await kafka.end_offsets(partitions)
            await kafka.seek_to_beginning(*partitions)
            found = []
            for partition in partitions:
                while await kafka.position(partition) < ends[partition]:
                    found += (await kafka.getmany(partition, timeout_ms=500)).get(partition, [])
            return found
        finally:
            await kafka.stop()

    async def events(self, topic: str = "incidents") -> list[CloudEvent]:
        """The events of a topic as a reader sees them: a repeat counts once, and must say the same.

        Fails where a stream's first appearances are not 1, 2, 3 …
        """
        seen: dict[str, CloudEvent] = {}
        last: dict[str, int] = {}
        for record in await self.records(topic):
            event = cloudevents.read(record.headers, record.value)
            if event.id in seen:
                assert seen[event.id].data == event.data, f"{event.id} was repeated with another content"
                continue
            assert event.sequence == last.get(event.stream, 0) + 1, f"{event.id} came after {last.get(event.stream)}"
            seen[event.id] = event
            last[event.stream] = event.sequence
        return list(seen.values())

    def child(self, *, failpoints: str = "", **environment: str) -> Child:
        """An intake in a process of its own, not started yet."""
        port = free_port()
        mine: Mapping[str, str] = {
            **os.environ,
            "FENGQIAO_DATA": str(self.data),
            "FENGQIAO_AREAS": str(AREAS),
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "MONGODB_URI": self.mongodb_uri,
            "FENGQIAO_DATABASE": self.database,
            "FENGQIAO_TOPIC_PREFIX": self.prefix,
            "FENGQIAO_INTAKE_URL": f"http://127.0.0.1:{port}",
            "FENGQIAO_FAILPOINTS": failpoints,
            **environment,
        }
        log = self.data / f"intake-{port}.log"
        process = Process("intake", [sys.executable, "-m", "services.intake"], log, mine, ROOT)
        return Child(process, f"http://127.0.0.1:{port}")


@dataclass(frozen=True)
class Child:
    process: Process
    url: str

    async def start(self, *, ready: bool = True) -> None:
        self.process.start()
        await self.process.wait_ready(f"{self.url}/{'readyz' if ready else 'livez'}", 30)


@dataclass(frozen=True)
class Instance:
    """An intake in this process."""

    place: Place
    app: FastAPI

    @asynccontextmanager
    async def client(
        self, role: Role = "integrator", client: str | None = None, **more: Any
    ) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {self.place.token(role, client, **more)}"}
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://intake", headers=headers) as one:
            yield one


@asynccontextmanager
async def running(place: Place, **more: Any) -> AsyncIterator[Instance]:
    """An intake on the servers of `place`, started and stopped in this loop."""
    place.token()  # makes the installation's keys
    app = compose(place.settings(**more))
    async with app.router.lifespan_context(app):
        yield Instance(place, app)
