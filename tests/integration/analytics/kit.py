"""An analytics to speak to, on the servers it is given: its topic, its store, itself as a child, and who asks it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from aiokafka import TopicPartition

from fengqiao.contracts import topics
from fengqiao.contracts.dispatch import DispatchEvent
from fengqiao.contracts.hazards import HazardEvent
from fengqiao.contracts.mediation import CaseEvent
from fengqiao.geo.areas import load_areas
from fengqiao.local import Process
from fengqiao.local.ports import free_port
from fengqiao.runtime import documents
from fengqiao.runtime.clock import ManualClock
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import decode, new_consumer
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.roles import Role
from fengqiao.runtime.tokens import TokenMint
from fengqiao.runtime.topics_admin import ensure_topics
from services.analytics.__main__ import Analytics
from services.analytics.area_rules import load_rules
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.profile import Profile
from services.analytics.dossier_store import DossierStore
from services.analytics.profile_file import load_profiles
from services.analytics.replay import replayed
from services.analytics.rollup_store import RollupStore
from services.analytics.settings import AnalyticsSettings
from tests.awaiting import eventually
from tests.unit.analytics.evening import cloud_event

ROOT = Path(__file__).parents[3]
AREAS = ROOT / "deploy" / "areas"


@dataclass(frozen=True)
class Place:
    """Servers, names and a data folder."""

    bootstrap_servers: str
    mongodb_uri: str
    database: str
    prefix: str
    data: Path

    def settings(self, **more: Any) -> AnalyticsSettings:
        return AnalyticsSettings.load(
            data=self.data,
            areas=AREAS,
            kafka_bootstrap_servers=self.bootstrap_servers,
            mongodb=self.mongodb_uri,
            database=self.database,
            topic_prefix=self.prefix,
            **more,
        )

    @property
    def rules(self) -> dict[str, AreaRules]:
        return load_rules(AREAS, load_areas(AREAS).values())

    @property
    def profiles(self) -> dict[str, Profile]:
        return load_profiles(AREAS, load_areas(AREAS).values())

    def token(self, role: Role = "analyst", areas: Sequence[str] = ("gaoqiao",)) -> str:
        return TokenMint(self.data).mint(role, areas)

    async def make_topics(self) -> None:
        read = (topics.DISPATCH, topics.MEDIATION, topics.INSIGHTS)
        names = {name for topic in read for name in (topic.name, topic.dead_letter)}
        wanted = [row for row in topics.kafka_topics() if row[0] in names]
        made = [(f"{self.prefix}{name}", partitions, config) for name, partitions, config in wanted]
        await ensure_topics(self.bootstrap_servers, made)

    async def publish(
        self, events: Sequence[tuple[int, DispatchEvent]], raw: Mapping[int, bytes] | None = None
    ) -> None:
        """Put (sequence, event) on the log as dispatch does. raw: other data for some of the sequences."""
        publisher = Publisher(self.bootstrap_servers, "test", patience=30)
        await publisher.start(wait=10)
        try:
            records = []
            for sequence, event in events:
                said = cloud_event(event, sequence)
                if raw and sequence in raw:
                    said = type(said)(said.type, said.source, said.subject, sequence, said.time, raw[sequence])
                records.append(Outgoing(f"{self.prefix}{topics.DISPATCH.name}", event.area, said, 0))
            for start in range(0, len(records), 1000):
                await publisher.publish_in_order(records[start : start + 1000])
        finally:
            await publisher.stop()

    async def publish_cases(self, events: Sequence[tuple[int, CaseEvent | HazardEvent]]) -> None:
        """Put (sequence, event) on `mediation` as mediation does."""
        publisher = Publisher(self.bootstrap_servers, "test", patience=30)
        await publisher.start(wait=10)
        records = []
        for sequence, event in events:
            stream = event.case_id if isinstance(event, CaseEvent) else event.hazard_id
            said = CloudEvent(event.TYPE, "mediation", stream, sequence, event.at, event.wire())
            records.append(Outgoing(f"{self.prefix}{topics.MEDIATION.name}", stream, said))
        try:
            await publisher.publish_in_order(records)
        finally:
            await publisher.stop()

    async def said(self, topic: str = topics.INSIGHTS.name, partition: int = 0) -> list[CloudEvent]:
        """All that lies on a partition of `insights`."""
        consumer = new_consumer(self.bootstrap_servers, None)
        await consumer.start()
        try:
            where = TopicPartition(f"{self.prefix}{topic}", partition)
            consumer.assign([where])
            end = (await consumer.end_offsets([where]))[where]
            await consumer.seek_to_beginning(where)
            found: list[CloudEvent] = []
            while len(found) < end:
                fetched = await consumer.getmany(where, timeout_ms=500)
                found += [decode(one, self.prefix).event for records in fetched.values() for one in records]
            return found
        finally:
            await consumer.stop()

    async def replayed(self) -> dict[str, Any]:
        """The stored documents against the log from offset 0."""
        client = documents.connect(self.mongodb_uri, "pymongo")
        try:
            store = RollupStore(client[self.database], deadline=20.0)
            dossiers = DossierStore(client[self.database], deadline=20.0)
            return await replayed(self.settings(), store, dossiers, self.rules, "gaoqiao")
        finally:
            await documents.close(client)

    async def folded_to(self, offset: int, within: float = 30) -> None:
        """Wait until the stored stream is at `offset`."""
        client = documents.connect(self.mongodb_uri, "pymongo")
        store = RollupStore(client[self.database], deadline=20.0)

        async def there() -> bool:
            stream = (await store.streams(["dispatch/gaoqiao"])).get("dispatch/gaoqiao")
            return stream is not None and stream.offset >= offset

        try:
            await eventually(there, within=within, what=f"the stream at offset {offset}")
        finally:
            await documents.close(client)

    def child(self, *, failpoints: str = "", batch: int = 2000, watch: bool = True) -> Child:
        """An analytics in a process of its own, not started yet."""
        port = free_port()
        mine: Mapping[str, str] = {
            **os.environ,
            "FENGQIAO_DATA": str(self.data),
            "FENGQIAO_AREAS": str(AREAS),
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "MONGODB_URI": self.mongodb_uri,
            "FENGQIAO_DATABASE": self.database,
            "FENGQIAO_TOPIC_PREFIX": self.prefix,
            "FENGQIAO_ANALYTICS_URL": f"http://127.0.0.1:{port}",
            "FENGQIAO_FAILPOINTS": failpoints,
            "FENGQIAO_FOLD_BATCH": str(batch),
            "FENGQIAO_WATCH": str(watch).lower(),
            "FENGQIAO_SESSION_TIMEOUT": "6",
        }
        log = self.data / f"analytics-{port}.log"
        process = Process("analytics", [sys.executable, "-m", "services.analytics"], log, mine, ROOT)
        return Child(self, process, f"http://127.0.0.1:{port}")


@dataclass(frozen=True)
class Child:
    place: Place
    process: Process
    url: str

    async def start(self, path: str = "livez") -> None:
        self.place.token()  # makes the installation's keys
        self.process.start()
        await self.process.wait_ready(f"{self.url}/{path}", 30)


@asynccontextmanager
async def running(place: Place, **more: Any) -> AsyncIterator[httpx.AsyncClient]:
    """An analyst of Gaoqiao who speaks to an analytics in this process."""
    async with serving(place, **more) as (_, client):
        yield client


@asynccontextmanager
async def serving(place: Place, **more: Any) -> AsyncIterator[tuple[Analytics, httpx.AsyncClient]]:
    """An analytics in this process, connected to everything, and an analyst of Gaoqiao who speaks to it.

    It looks for nothing by itself: the test asks it to.
    """
    more.setdefault("watch", False)
    token = place.token()
    clock = more.pop("clock", None) or ManualClock(datetime(2024, 11, 5, 1, 30, tzinfo=UTC))
    service = Analytics(place.settings(**more), place.rules, place.profiles, clock)
    async with service.app.router.lifespan_context(service.app):
        transport = httpx.ASGITransport(service.app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://analytics", headers=headers) as client:

            async def ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(ready, within=30, what="readiness")
            yield service, client
