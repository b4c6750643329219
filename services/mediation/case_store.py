"""Cases in the store: loaded, inserted, replaced where nobody else has, with the hint of what falls due next before
each, and what they have to tell after it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final, Literal

import structlog

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import Busy, KafkaUnavailable, StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import NotFound, Unavailable
from fengqiao.runtime.relay import Relay
from services.mediation.case_documents import listed
from services.mediation.due_slots import DueSlots, hour_of
from services.mediation.lists import Lists, stands_on

log = structlog.get_logger(__name__)
STORE_SECONDS: Final = 1.9
"""Real seconds that all of a command's steps in the store may take together."""
ANSWER_SECONDS: Final = 2.3
"""Real seconds after which the answer no longer waits for Kafka."""

RelayState = Literal["done", "pending"]


@asynccontextmanager
async def store_in_time(seconds: float = STORE_SECONDS) -> AsyncIterator[None]:
    """The store's answers within that time, or Unavailable (503)."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, StoreUnavailable) as error:
        raise Unavailable("The case cannot be read or stored just now: send it again.", retry_after=2) from error


class CaseStore:
    """One collection of documents with due work and an outbox: cases, or hazards.

    lists: on which cases stand; hazards stand on none. Every method raises StoreUnavailable.
    """

    def __init__(
        self,
        collection: Collection,
        slots: DueSlots,
        relay: Relay,
        clock: Clock,
        lists: Lists | None = None,
        what: str = "case",
    ) -> None:
        self.collection = collection
        self.relay = relay
        self._slots = slots
        self._clock = clock
        self._lists = lists
        self._what = what

    async def load(self, id: str) -> Document:
        """Raises NotFound."""
        document = await self.collection.get(id)
        if document is None:
            raise NotFound(f"There is no {self._what} {id}.")
        return document

    async def insert_each(self, documents: Sequence[Document]) -> list[bool]:
        """For each, whether it is new (False: its `_id` was there)."""
        for document in documents:
            await self._hint(document, None)
        if self._lists is not None and (coming := [place for one in documents for place in stands_on(one)]):
            await self._lists.put(coming)
        failpoint("mediation.hinted")
        return await self.collection.insert_each(documents)

    async def replace(self, after: Document, before: Document) -> bool:
        """Compare-and-set. False: somebody else has changed it since `before` was loaded."""
        hinted = await self._hint(after, before.get("next_due"))
        coming = stands_on(after) - stands_on(before)
        if self._lists is not None and coming:
            await self._lists.put(coming)
        failpoint("mediation.hinted")
        if not await self.collection.replace(after, {"version": before["version"]}):
            if self._lists is not None and coming:
                await self._lists.settle(coming, await self.collection.get(after["_id"]))
            return False
        failpoint("mediation.replaced")
        if self._lists is not None and (leaving := stands_on(before) - stands_on(after)):
            # It is done: an entry that stays is known by no case, and goes when somebody reads it.
            with contextlib.suppress(StoreUnavailable):
                await self._lists.take(leaving)
        if hinted is not None and hinted < hour_of(self._clock.now()):
            # This process slept in between: the slot of that hour may have been left behind by now.
            await self._hint(after, None)
        return True

    async def _hint(self, document: Document, hinted: str | None) -> datetime | None:
        """Say when it is looked at next, unless `hinted` is that time. Answers the hour in which it will be."""
        due = document.get("next_due")
        if due is None or due == hinted:
            return None
        due_at = datetime.fromisoformat(due)
        await self._slots.put(due_at, document["_id"])
        return hour_of(max(due_at, self._clock.now()))

    async def list_all(self) -> None:
        """Put cases on their lists that were stored before there were any. Returns when there are no such."""
        while True:
            try:
                # By a scan on the embedded store, once a start.
                found = await self.collection.find({"open": True, "lists": {"$exists": False}}, limit=200)
                for document in found:
                    await self.replace(listed(document, self._clock.now()), document)
                if not found:
                    return
            except Busy as busy:
                log.debug("cases are listed later", why=str(busy))
                await asyncio.sleep(2)

    async def tell(self, document: Document, began: float) -> RelayState:
        """Publish what it has to tell, as long as the answer may wait. began: real seconds of the monotonic clock."""
        with contextlib.suppress(KafkaUnavailable, TimeoutError):
            async with asyncio.timeout(max(ANSWER_SECONDS - (time.monotonic() - began), 0.1)):
                await self.relay.relay(document)
                return "done"
        return "pending"
