"""The outbox of a document: events that are stored with the change they tell of, and published after it.

A document that has something to tell carries

    pending         the events not yet known to be in Kafka, in order
    events_through  the number of the last of them
    unsent          True while there are any

Whoever publishes event n publishes every pending one before it first, so first appearances are in order; repeats
carry the same id. Nothing is lost when a process dies: the next one finds `unsent` documents, at its start and then
from time to time (by an index where the store has one).
"""

import asyncio
import contextlib
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import structlog

from fengqiao.runtime.background import ended
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import Busy
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.groups import GroupCommit
from fengqiao.runtime.metrics import OUTBOX_PENDING
from fengqiao.runtime.publisher import Outgoing, Publisher

log = structlog.get_logger(__name__)

MARK_LINGER_S: Final = 0.05
"""Real seconds for which marks wait to be written together: nobody waits for them, and a store pays by the write."""
REMEMBERED: Final = 10_000
"""Documents of which it is remembered what was published."""
SCAN_SECONDS: Final = 20.0
"""Real seconds between looks for documents that another instance left unsent; longer where looking takes long."""


def pending(event: CloudEvent, topic: str, key: str, partition: int | None = None) -> Document:
    """An event as it waits in a document. `topic` is without the prefix."""
    return {
        "topic": topic,
        "key": key,
        "partition": partition,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "sequence": event.sequence,
        "time": event.time.isoformat(),
        "data": event.data.decode(),
        "trace": event.traceparent,
    }


def with_pending(document: Document, *events: Document) -> Document:
    """The document with these events to tell after those that it still has."""
    waiting = [*document.get("pending", ()), *events]
    return document | {"pending": waiting, "events_through": waiting[-1]["sequence"], "unsent": True}


class Relay:
    """Publishes what the documents of one collection have to tell."""

    def __init__(self, collection: Collection, publisher: Publisher, prefix: str, name: str) -> None:
        self._collection = collection
        self._publisher = publisher
        self._prefix = prefix
        self._name = name
        self._sent: GroupCommit[tuple[str, int], None] = GroupCommit(
            self._mark, size=256, lanes=1, linger=MARK_LINGER_S
        )
        self._marking: set[asyncio.Task[None]] = set()
        self._published: OrderedDict[str, int] = OrderedDict()
        """Document → the last of its events that this process has seen acknowledged: its mark may still linger."""
        self._late: dict[str, None] = {}
        self._in_hand: Counter[str] = Counter()
        """Documents whose events are being published or marked: a look for unsent ones leaves them alone."""
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"relay {self._name}")

    async def stop(self) -> None:
        await ended(self._task)
        if self._marking:
            await asyncio.wait(self._marking, timeout=3)

    @property
    def waiting(self) -> int:
        """How many documents this process knows to have unsent events."""
        return len(self._late)

    async def relay(self, document: Document) -> None:
        """Publish all that the document has to tell, now. Raises KafkaUnavailable; then it is tried again later."""
        if not document.get("pending"):
            return
        self._in_hand[document["_id"]] += 1
        try:
            if waiting := self.unpublished(document):
                await self._publisher.publish_in_order([self._outgoing(event) for event in waiting])
        except BaseException:
            self._out_of_hand(document["_id"])
            self.later(document["_id"])
            raise
        self._remember(document["_id"], document["events_through"])
        failpoint(f"{self._name}.produced")
        # Marking is off the path of the caller: if it is lost, the events are published once more.
        task = asyncio.create_task(self._mark_sent(document["_id"], document["events_through"]))
        self._marking.add(task)
        task.add_done_callback(self._marking.discard)

    def published(self, id: str) -> int:
        """The number of the document's last event that this process knows to be in Kafka; 0 where it knows of none."""
        return self._published.get(id, 0)

    def unpublished(self, document: Document) -> list[Document]:
        """Those of its pending events of which this process does not know that they are in Kafka."""
        known = self.published(document["_id"])
        return [event for event in document.get("pending", ()) if event["sequence"] > known]

    def _remember(self, id: str, through: int) -> None:
        self._published[id] = max(through, self.published(id))
        self._published.move_to_end(id)
        if len(self._published) > REMEMBERED:
            self._published.popitem(last=False)

    def _out_of_hand(self, id: str) -> None:
        self._in_hand[id] -= 1
        if not self._in_hand[id]:
            del self._in_hand[id]

    def later(self, id: str) -> None:
        """Remember that this document has unsent events."""
        self._late[id] = None
        OUTBOX_PENDING.labels(self._name).set(len(self._late))
        self._wake.set()

    def _outgoing(self, event: Mapping[str, Any]) -> Outgoing:
        return Outgoing(
            topic=f"{self._prefix}{event['topic']}",
            key=event["key"],
            partition=event["partition"],
            event=CloudEvent(
                type=event["type"],
                source=event["source"],
                subject=event["subject"],
                sequence=event["sequence"],
                time=datetime.fromisoformat(event["time"]),
                data=event["data"].encode(),
                traceparent=event["trace"],
            ),
        )

    async def _mark_sent(self, id: str, through: int) -> None:
        try:
            await self._sent.submit((id, through))
        except Busy:
            self.later(id)
        finally:
            self._out_of_hand(id)

    async def _mark(self, sent: Sequence[tuple[str, int]]) -> Sequence[None]:
        await self._collection.update_each(
            (id, {"events_through": through}, {"$set": {"pending": []}, "$unset": {"unsent": ""}})
            for id, through in sent
        )
        return [None] * len(sent)

    async def _run(self) -> None:
        next_scan = time.monotonic()
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(next_scan - time.monotonic(), 0.05)):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._publisher.wait_available()
                await self._drain()
                if time.monotonic() >= next_scan:
                    began = time.monotonic()
                    more = await self._scan()
                    took = time.monotonic() - began
                    next_scan = time.monotonic() + (0 if more else max(SCAN_SECONDS, 100 * took))
            except Busy as busy:
                log.debug("relay waits", name=self._name, why=str(busy))
                await asyncio.sleep(0.3)
                self._wake.set()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("relay failed, trying again", name=self._name)
                await asyncio.sleep(1)

    async def _scan(self) -> bool:
        """Take up documents that were left unsent; True when there are more of them."""
        found = await self._collection.find({"unsent": True}, limit=500)
        for document in found:
            if document["_id"] not in self._in_hand:
                await self.relay(document)
        if found:
            await asyncio.wait(self._marking, timeout=5) if self._marking else None
        return len(found) == 500

    async def _drain(self) -> None:
        while self._late:
            ids = list(self._late)[:200]
            documents = await self._collection.get_many(ids)
            for id in ids:
                # Taken off the list first: whoever changes the document meanwhile puts it back.
                self._late.pop(id, None)
                document = documents.get(id)
                if document is not None and document.get("unsent"):
                    await self.relay(document)
                OUTBOX_PENDING.labels(self._name).set(len(self._late))
