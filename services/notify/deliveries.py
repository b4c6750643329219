"""Carries deliveries out: each by itself, each target within a bound of its own, so that one down delays nobody else.

At least once: an attempt is claimed in the store first and written down after; whoever dies between the two leaves a
claim that runs out, and the target gets the same `webhook-id` again.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import Busy, KafkaUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.relay import Relay
from services.notify.delivery_documents import delivery_of, document_of, with_receipt
from services.notify.domain.delivering import Answer, Delivery, after
from services.notify.domain.targets import Targets
from services.notify.webhook import Webhooks

log = structlog.get_logger(__name__)
AT_ONCE: Final = 4
"""Attempts at one target at the same time."""
MARGIN: Final = 1.5
"""An attempt is one instance's for so many times its deadline."""
MOST_OF_ONE: Final = 500
"""Deliveries to one target that are in hand at the same time; the rest waits in the store."""
LOOK: Final = 5000
"""Open deliveries that one look brings; where there are more, each target is looked at by itself."""
FIELDS: Final = ("delivery",)

Lane = tuple[str, str]
"""Area and target."""


class Deliveries:
    """targets: by area. look_every: real seconds between looks for deliveries that another instance left behind."""

    def __init__(
        self,
        collection: Collection,
        relay: Relay,
        webhooks: Webhooks,
        targets: Mapping[str, Targets],
        clock: Clock,
        look_every: float,
    ) -> None:
        self._collection = collection
        self._relay = relay
        self._webhooks = webhooks
        self._targets = targets
        self._clock = clock
        self._look_every = look_every
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._per_lane: Counter[Lane] = Counter()
        self._full: set[Lane] = set()
        """Those that had to leave something in the store."""
        self._room = asyncio.Event()
        self._slots: dict[Lane, asyncio.Semaphore] = {}
        self._looking: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many are in hand."""
        return len(self._in_hand)

    def start(self) -> None:
        self._looking = asyncio.create_task(self._look(), name="look for deliveries")

    async def stop(self) -> None:
        await ended(*self._in_hand.values(), self._looking)

    async def take(self, asked: Sequence[tuple[Delivery, bytes]]) -> None:
        """Store new deliveries and begin with them; those that were stored before are left alone. Raises Busy."""
        documents = [self._stored(delivery, body) for delivery, body in asked]
        fresh = await self._collection.insert_each(documents) if documents else []
        failpoint("notify.taken")
        for document, is_new in zip(documents, fresh, strict=True):
            if not is_new:
                continue
            if document.get("open"):
                self._begin(document)
            else:
                await self._tell(document)

    def _stored(self, delivery: Delivery, body: bytes) -> Document:
        document = document_of(delivery, body)
        return document if delivery.state == "open" else with_receipt(document, delivery, self._clock.now())

    def _begin(self, document: Document) -> None:
        """Take it in hand, unless as much as is bearable is in hand for its target."""
        id, lane = document["_id"], _lane(delivery_of(document))
        if id in self._in_hand:
            return
        if self._per_lane[lane] >= MOST_OF_ONE:
            self._full.add(lane)
            return
        task = asyncio.create_task(self._carry_out(id), name=f"deliver {id}")
        self._in_hand[id] = task
        self._per_lane[lane] += 1
        task.add_done_callback(lambda _: self._out_of_hand(id, lane))

    def _out_of_hand(self, id: str, lane: Lane) -> None:
        self._in_hand.pop(id, None)
        self._per_lane[lane] -= 1
        if lane in self._full and self._per_lane[lane] <= MOST_OF_ONE // 2:
            self._full.discard(lane)
            self._room.set()

    async def _carry_out(self, id: str) -> None:
        while True:
            try:
                document = await self._collection.get(id)
                if document is None or not document.get("open"):
                    return
                delivery = delivery_of(document)
                wait = max(delivery.next_at, document["claimed_until"]) - time.time()
                if wait > 0:
                    await asyncio.sleep(wait)
                    continue
                async with self._slot(delivery):
                    await self._attempt(document, delivery)
            except Busy as busy:
                log.warning("the store is away, deliveries wait", why=str(busy))
                await asyncio.sleep(2)

    def _slot(self, delivery: Delivery) -> asyncio.Semaphore:
        return self._slots.setdefault(_lane(delivery), asyncio.Semaphore(AT_ONCE))

    async def _attempt(self, document: Document, delivery: Delivery) -> None:
        version = document["version"]
        claim = {"$set": {"claimed_until": time.time() + MARGIN * self._webhooks.deadline, "version": version + 1}}
        if not await self._collection.update(document["_id"], claim, {"version": version}):
            return  # another instance has it
        known = self._targets.get(delivery.asked.area)
        target = None if known is None or delivery.target is None else known.named(delivery.target)
        if target is None:
            ended = after(delivery, Answer(), None, time.time())
        else:
            body = document["body"].encode()
            answer = await self._webhooks.post(delivery.asked.area, target, delivery.id, body)
            failpoint("notify.posted")
            ended = after(delivery, answer, target, time.time())
        written = document_of(ended, document["body"].encode(), version + 2)
        if ended.state != "open":
            written = with_receipt(written, ended, self._clock.now())
        if not await self._collection.replace(written, {"version": version + 1}):
            return  # the claim ran out while the target took its time: whoever has it now writes it down
        failpoint("notify.recorded")
        if ended.state != "open":
            await self._tell(written)
        if ended.state == "failed":
            log.error("nobody was told", notice=ended.id, why=ended.why, attempts=ended.attempts)

    async def _tell(self, document: Document) -> None:
        try:
            await self._relay.relay(document)
        except KafkaUnavailable as away:
            log.warning("a receipt is told later", notice=document["_id"], why=str(away))

    async def _look(self) -> None:
        while True:
            try:
                self._room.clear()
                await self._look_once()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._room.wait(), self._look_every)
            except Busy as busy:
                log.warning("the store is away, deliveries wait", why=str(busy))
                await asyncio.sleep(2)

    async def _look_once(self) -> None:
        """Take in hand what another instance, or a full lane, left behind. Raises Busy."""
        found = await self._collection.find({"open": True}, limit=LOOK, fields=FIELDS)
        for document in found:
            self._begin(document)
        if len(found) < LOOK:
            return  # that was everything
        # What one target has waiting may fill any look, so each has its own; and so have those that no list names.
        for area, targets in self._targets.items():
            ids = [target.id for target in targets.rows]
            for id in ids:
                await self._look_for({"area": area, "target": id}, MOST_OF_ONE)
            await self._look_for({"area": area, "target": {"$nin": ids}}, LOOK)
        await self._look_for({"area": {"$nin": list(self._targets)}}, LOOK)

    async def _look_for(self, where: Mapping[str, Any], most: int) -> None:
        for document in await self._collection.find({"open": True, **where}, limit=most, fields=FIELDS):
            self._begin(document)


def _lane(delivery: Delivery) -> Lane:
    return delivery.asked.area, delivery.target or ""
