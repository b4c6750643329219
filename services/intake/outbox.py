"""Telling what has been kept, while somebody waits for the answer: done in time, or pending and told later."""

import asyncio
from typing import Literal

from fengqiao.runtime.documents import Document
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.relay import Relay

Relayed = Literal["done", "pending"]


class Outbox:
    """Relays documents of one collection for requests. One of a document is under way at a time in this process, so
    that fifty posts of the same call tell of it once."""

    def __init__(self, relay: Relay, publisher: Publisher) -> None:
        self._relay = relay
        self._publisher = publisher
        self._under_way: dict[tuple[str, int], asyncio.Task[bool]] = {}

    async def tell(self, document: Document, until: float) -> Relayed:
        """Publish what the document has pending; wait at most until `until` (seconds of the loop)."""
        if not document.get("unsent"):
            return "done"
        id, through = document["_id"], document["events_through"]
        if self._relay.published(id) >= through:
            return "done"
        if not self._publisher.available:
            self._relay.later(id)
            return "pending"
        task = self._under_way.get((id, through))
        if task is None:
            task = asyncio.create_task(self._publish(document))
            self._under_way[id, through] = task
            task.add_done_callback(lambda _: self._under_way.pop((id, through), None))
        # Never cancelled from here: it is the publisher's own patience that finds out that Kafka is away.
        await asyncio.wait({task}, timeout=max(0.0, until - asyncio.get_running_loop().time()))
        return "done" if task.done() and not task.cancelled() and task.result() else "pending"

    def unpublished(self, document: Document) -> list[Document]:
        """Its pending events, but those that are known to be in Kafka: a change need not keep these any longer."""
        return self._relay.unpublished(document)

    def later(self, id: str) -> None:
        """This document may have something to tell; look at it as soon as the store and Kafka answer."""
        self._relay.later(id)

    async def _publish(self, document: Document) -> bool:
        try:
            await self._relay.relay(document)
        except KafkaUnavailable:
            return False  # the relay has put it down for later
        return True
