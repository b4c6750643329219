"""An ear on the stream, and a hand that publishes what dispatch would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson

from fengqiao.client.stream import EventReader, Told
from fengqiao.contracts import topics
from fengqiao.runtime.cloudevents import CloudEvent, read
from fengqiao.runtime.publisher import Outgoing
from tests.integration.dispatch.kit import everything
from tests.system import System

PARTITION = {"north": 4, "south": 5}
NOTED = "fengqiao.incident.noted.v1"
STATE = "fengqiao.incident.state.v1"


class Ear:
    """What a client hears, in order."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.reader = EventReader()
        self.heard: list[Told] = []
        self._bytes = response.aiter_bytes()
        self._events = self._read()

    async def chunk(self) -> None:
        """Read on by one piece of bytes, which must tell nothing."""
        assert list(self.reader.feed(await anext(self._bytes))) == []

    async def _read(self) -> AsyncIterator[Told]:
        async for chunk in self._bytes:
            for told in self.reader.feed(chunk):
                self.heard.append(told)
                yield told

    async def next(self, kind: str | None = None, within: float = 20.0) -> Told:
        """The next event (of that kind). Fails when the stream ends or says nothing of the kind."""
        async with asyncio.timeout(within):
            async for told in self._events:
                if kind is None or told.type == kind:
                    return told
        raise AssertionError(f"the stream ended without {kind}; heard: {[one.type for one in self.heard]}")

    async def rest(self, within: float = 20.0) -> list[Told]:
        """All that comes until the stream ends."""
        async with asyncio.timeout(within):
            return [told async for told in self._events]

    async def until(self, id: str, within: float = 20.0) -> list[Told]:
        """All events up to the CloudEvent of that id, with it."""
        heard: list[Told] = []
        while not heard or not isinstance(heard[-1].data, dict) or heard[-1].data.get("id") != id:
            heard.append(await self.next(within=within))
        return heard


@asynccontextmanager
async def listening(
    url: str, token: str, *, resume: str | None = None, cookie: str | None = None, **query: str
) -> AsyncIterator[Ear]:
    headers = {"Cookie": cookie} if cookie else {"Authorization": f"Bearer {token}"}
    if resume is not None:
        headers["Last-Event-ID"] = resume
    async with (
        httpx.AsyncClient(timeout=20) as http,
        http.stream("GET", f"{url}/v1/stream", headers=headers, params=query) as response,
    ):
        assert response.status_code == 200, await response.aread()
        yield Ear(response)


def noted(system: System, area: str, sequence: int, **data: Any) -> Outgoing:
    """An event of an area's journal, as dispatch publishes it."""
    return outgoing(system, topics.DISPATCH, NOTED, area, area, sequence, **data)


def state(system: System, area: str, incident: str, sequence: int, **data: Any) -> Outgoing:
    """An incident's state, as dispatch publishes it."""
    subject = f"{area}/{incident}"
    return outgoing(system, topics.INCIDENT_STATE, STATE, area, subject, sequence, incident_id=incident, **data)


def outgoing(
    system: System, topic: topics.Topic, kind: str, area: str, subject: str, sequence: int, **data: Any
) -> Outgoing:
    event = CloudEvent(kind, "dispatch", subject, sequence, datetime.now(UTC), orjson.dumps(data))
    return Outgoing(f"{system.prefix}{topic.name}", subject, event, PARTITION[area])


def ids(told: Iterable[Told]) -> list[str]:
    """The CloudEvents' ids, in the order told."""
    return [one.data["id"] for one in told if isinstance(one.data, dict) and "specversion" in one.data]


async def in_kafka(system: System, area: str, *chosen: topics.Topic) -> dict[str, list[str]]:
    """The ids in each topic in the order of their first appearance, from offset 0."""
    found = {}
    for topic in chosen:
        records = await everything(system, topic.name, PARTITION[area])
        events = [read(one.headers, one.value) for one in records if one.value is not None]
        found[topic.name] = list(dict.fromkeys(one.id for one in events))
    return found
