"""A mediation to speak to: in this process or as a child, on the servers it is given, with tokens for every role."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from aiokafka import TopicPartition

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor
from fengqiao.contracts.topics import kafka_topics
from fengqiao.local import Process
from fengqiao.local.ports import free_port
from fengqiao.runtime import cloudevents, documents
from fengqiao.runtime.clock import ManualClock
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.roles import Role
from fengqiao.runtime.tokens import TokenMint
from fengqiao.runtime.topics_admin import delete_topics, ensure_topics
from services.mediation.__main__ import Mediation, build
from services.mediation.party_marks import party_key
from services.mediation.settings import MediationSettings
from tests.awaiting import eventually

ROOT = Path(__file__).parents[3]
AREAS = ROOT / "deploy" / "areas"
NIGHT = datetime(2024, 10, 30, 15, 0, tzinfo=UTC)


def dispute(key: str = "S1", **changes: Any) -> DisputeReported:
    """A dispute that dispatch reports with a clear. The same key is the same case."""
    incident = ids.incident_id("gaoqiao", ids.digest("110", key))
    said: dict[str, Any] = {
        "case_id": ids.case_id(incident),
        "area": "gaoqiao",
        "origin": "incident",
        "kind": "brawl",
        "reported_at": NIGHT,
        "by": Actor(client="crew-YY", role="crew", unit="YY"),
        "incident_id": incident,
        "number": "1042",
    }
    return DisputeReported(**{**said, **changes})


@dataclass(frozen=True)
class Place:
    """Servers, names and a data folder: what several instances of one installation share."""

    bootstrap_servers: str
    mongodb_uri: str
    database: str
    prefix: str
    data: Path

    def settings(self, **more: Any) -> MediationSettings:
        return MediationSettings.load(
            data=self.data,
            areas=AREAS,
            kafka_bootstrap_servers=self.bootstrap_servers,
            mongodb=self.mongodb_uri,
            database=self.database,
            topic_prefix=self.prefix,
            **more,
        )

    def token(self, role: Role = "mediator", **more: Any) -> str:
        return TokenMint(self.data).mint(role, more.pop("areas", ["gaoqiao"]), **more)

    async def make_topics(self) -> None:
        topics = [(f"{self.prefix}{name}", partitions, config) for name, partitions, config in kafka_topics()]
        await ensure_topics(self.bootstrap_servers, topics)

    async def remove(self) -> None:
        """Take topics and database away again."""
        await delete_topics(self.bootstrap_servers, self.prefix)
        client = documents.connect(self.mongodb_uri, "pymongo")
        try:
            await client.drop_database(self.database)
        finally:
            await documents.close(client)

    async def report(self, *disputes: DisputeReported, raw: bytes | None = None) -> None:
        """Publish disputes as dispatch does. raw: other data under the same headers."""
        publisher = Publisher(self.bootstrap_servers, "test", patience=10)
        await publisher.start(wait=10)
        try:
            for one in disputes:
                event = CloudEvent(one.TYPE, "dispatch", one.case_id, 1, one.reported_at, raw or one.wire())
                await publisher.publish(Outgoing(f"{self.prefix}disputes", one.area, event, 0))
        finally:
            await publisher.stop()

    async def told(self, topic: str = "mediation", partitions: int = 6) -> list[CloudEvent]:
        """The events of a topic as a reader sees them: a repeat counts once, and must say the same.

        Fails where a stream's first appearances are not 1, 2, 3 …
        """
        kafka = new_consumer(self.bootstrap_servers, None)
        await kafka.start()
        seen: dict[str, CloudEvent] = {}
        last: dict[str, int] = {}
        try:
            parts = [TopicPartition(f"{self.prefix}{topic}", number) for number in range(partitions)]
            kafka.assign(parts)
            ends = await kafka.end_offsets(parts)
            await kafka.seek_to_beginning(*parts)
            for part in parts:
                while await kafka.position(part) < ends[part]:
                    for record in (await kafka.getmany(part, timeout_ms=500)).get(part, []):
                        event = cloudevents.read(record.headers, record.value)
                        if event.id in seen:
                            assert seen[event.id].data == event.data, f"{event.id} was repeated with another content"
                            continue
                        assert event.sequence == last.get(event.stream, 0) + 1, f"{event.id} leaves a gap"
                        seen[event.id] = event
                        last[event.stream] = event.sequence
        finally:
            await kafka.stop()
        return list(seen.values())

    async def verbs(self, case: str) -> list[str]:
        """What the topic says of one case: opened, assessed …"""
        return [event.type.split(".")[2] for event in await self.told() if event.subject == case]

    async def stored(self, collection: str) -> list[Document]:
        """All documents of one of mediation's collections."""
        client = documents.connect(self.mongodb_uri, "pymongo")
        try:
            return await Collection(client[self.database], f"mediation_{collection}").find({}, limit=1000)
        finally:
            await documents.close(client)

    def child(self, *, failpoints: str = "", clock: str | None = None) -> Child:
        """A mediation in a process of its own, not started yet. clock: as FENGQIAO_CLOCK takes it."""
        port = free_port()
        mine: Mapping[str, str] = {
            **os.environ,
            "FENGQIAO_DATA": str(self.data),
            "FENGQIAO_AREAS": str(AREAS),
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "MONGODB_URI": self.mongodb_uri,
            "FENGQIAO_DATABASE": self.database,
            "FENGQIAO_TOPIC_PREFIX": self.prefix,
            "FENGQIAO_MEDIATION_URL": f"http://127.0.0.1:{port}",
            "FENGQIAO_FAILPOINTS": failpoints,
            # The least that a broker allows: a killed member's partitions are free the sooner.
            "FENGQIAO_SESSION_TIMEOUT": "6",
            **({} if clock is None else {"FENGQIAO_CLOCK": clock}),
        }
        log = self.data / f"mediation-{port}.log"
        process = Process("mediation", [sys.executable, "-m", "services.mediation"], log, mine, ROOT)
        return Child(self, process, f"http://127.0.0.1:{port}")


@dataclass(frozen=True)
class Child:
    place: Place
    process: Process
    url: str

    async def start(self, path: str = "readyz") -> None:
        self.place.token()  # makes the installation's keys
        self.process.start()
        await self.process.wait_ready(f"{self.url}/{path}", 30)

    def client(self, role: Role = "mediator", **more: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.place.token(role, **more)}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=10)


@dataclass(frozen=True)
class Instance:
    """A mediation in this process, on a clock that stands until it is moved."""

    place: Place
    service: Mediation
    clock: ManualClock = field(compare=False)

    def client(self, role: Role = "mediator", **more: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.place.token(role, **more)}"}
        transport = httpx.ASGITransport(self.service.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://mediation", headers=headers)


@asynccontextmanager
async def running(
    place: Place, *, ready: bool = True, clock: ManualClock | None = None, **more: Any
) -> AsyncIterator[Instance]:
    """A mediation on the servers of `place`, started and stopped in this loop. clock: shared with another one."""
    place.token()
    clock = clock or ManualClock(NIGHT)
    settings = place.settings(**more)
    service = build(settings, clock, party_key(settings.party_key_file))
    async with service.app.router.lifespan_context(service.app):
        instance = Instance(place, service, clock)
        if ready:
            async with instance.client() as http:

                async def is_ready() -> bool:
                    return (await http.get("/readyz")).status_code == 200

                await eventually(is_ready, what="readiness")
        yield instance


async def opened(http: httpx.AsyncClient, case: str, within: float = 20) -> httpx.Response:
    """The case as soon as it is there."""

    async def there() -> httpx.Response | None:
        answer = await http.get(f"/v1/cases/{case}")
        return answer if answer.status_code == 200 else None

    found = await eventually(there, within=within, what=f"case {case}")
    assert found is not None
    return found


async def give(http: httpx.AsyncClient, case: str, command: str, etag: str, **body: Any) -> httpx.Response:
    """One command on what its author has seen."""
    return await http.post(f"/v1/cases/{case}/{command}", json=body, headers={"If-Match": etag})


async def name(http: httpx.AsyncClient, case: str, key: str, **party: Any) -> httpx.Response:
    """Name a party."""
    return await http.post(f"/v1/cases/{case}/parties", json=party, headers={"Idempotency-Key": key})


LI = {"name": "李建国", "phone": "13800138000", "id_number": "430102197001011234"}
WANG = {"name": "王大海", "phone": "13900139000"}
AGREEMENT = {
    "facts": "两人因占座发生争执并互殴，均为轻微伤。",
    "duties": [
        {"text": "李某当面道歉并赔偿医药费八百元", "party": "p1"},
        {"text": "王某不再追究", "party": "p2"},
    ],
    "manner": "现金当场支付",
    "place": "怡园警务点",
    "deadline": "2024-11-06T18:00:00+08:00",
    "signatures": [{"party": "p1"}, {"party": "p2"}],
}


def strangers(key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two people who are in no other case."""
    phones = [f"139{zlib.crc32(f'{key}{n}'.encode()) % 10**8:08d}" for n in range(2)]
    return {"name": "陈某一", "phone": phones[0]}, {"name": "周某二", "phone": phones[1]}


async def brought(http: httpx.AsyncClient, key: str, steps: int, **body: Any) -> tuple[str, str]:
    """(a new case of two strangers that has gone so many steps of S1, its ETag)."""
    made = await http.post(
        "/v1/cases", json={"area": "gaoqiao", "kind": "noise", **body}, headers={"Idempotency-Key": key}
    )
    assert made.status_code == 201, made.text
    case = str(made.json()["id"])
    for number, party in enumerate(strangers(key)):
        await name(http, case, str(number), **party)
    etag = made.headers["ETag"]
    for command, more in S1[:steps]:
        answer = await give(http, case, command, etag, **more)
        assert answer.status_code == 200, answer.text
        etag = answer.headers["ETag"]
    return case, etag


S1: tuple[tuple[str, dict[str, Any]], ...] = (
    ("assess", {"grade": "yellow", "reason": "两人互殴，无前科"}),
    ("refer", {"mediators": ["m-li", "lawyer-wang"], "venue": "rule-of-law-gaoqiao"}),
    ("sessions", {"outcome": "agreed", "place": "怡园警务点"}),
    ("agreement", AGREEMENT),
    ("dispose", {"outcome": "settled"}),
    ("performance", {"performed": True}),
    ("control", {}),
    ("visits/3d", {"calm": True}),
    ("visits/30d", {"calm": True}),
    ("visits/3m", {"calm": True, "note": "双方相安无事"}),
    ("close", {}),
)
SAID = [
    *("opened", "assessed", "referred", "session-held", "agreed", "disposed"),
    *("performed", "controlled", "visited", "visited", "visited", "closed"),
]


async def told(place: Place, kind: str) -> list[dict[str, Any]]:
    """The data of the topic's events of this kind (noun.verb)."""
    return [orjson.loads(event.data) for event in await place.told() if event.type == f"fengqiao.{kind}.v1"]


async def fallen(http: httpx.AsyncClient, case: str) -> list[str]:
    found = (await http.get(f"/v1/cases/{case}")).json()
    return [row["data"]["key"] for row in found["history"] if row["type"] == "fell-due"]
