"""What analytics has to tell, each thing once: numbered, stored with the mark of the run that found it, then published.

One document an area and kind is stream, outbox and memory: `sequence`, the events not known to be in Kafka yet (see
`runtime.relay`), the last run, and what is being told of until when. It is replaced where its version is still the one
that was read, so of two instances that run at once one finds the run done. A run that dies before is run again.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from fengqiao.contracts import topics
from fengqiao.contracts.insights import InsightEvent
from fengqiao.runtime import relay
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.publisher import Publisher

SOURCE: Final = "analytics"
INSIGHTS: Final = "analytics_insights"
Kind = Literal["hotspots", "warnings", "standby", "targets", "bulletins"]
REMEMBERED: Final = 200
"""Things told of that are remembered, so that they are not told again while they last."""


@dataclass(frozen=True, slots=True)
class Telling:
    """key: what it is about. until: before then the same key is not told of again."""

    key: str
    until: datetime
    event: InsightEvent


class InsightDesk:
    """Raises StoreUnavailable from its methods; each may be repeated."""

    def __init__(self, database: Any, publisher: Publisher, prefix: str, partitions: dict[str, int]) -> None:
        self._documents = Collection(database, INSIGHTS, 5.0)
        self._relay = relay.Relay(self._documents, publisher, prefix, "insights")
        self._partitions = partitions

    def start(self) -> None:
        self._relay.start()

    async def stop(self) -> None:
        await self._relay.stop()

    async def last_run(self, area: str, kind: Kind) -> str:
        """The mark of the last run whose findings are stored; empty before the first."""
        document = await self._documents.get(f"{area}/{kind}")
        return "" if document is None else str(document["run"])

    async def tell(
        self,
        area: str,
        kind: Kind,
        run: str,
        now: datetime,
        tellings: Sequence[Telling],
        keep: Callable[[Sequence[Telling]], Awaitable[None]] | None = None,
    ) -> list[Telling]:
        """Store and publish what the run has found and is not being told of already; which that was.

        run: marks rise from run to run; one that is not above the last has been done. now: UTC. keep: stores documents
        of what is told, before it is; it may be called again with the same.
        """
        while True:
            document = await self._documents.get(f"{area}/{kind}")
            before = document or _empty(area, kind)
            if run <= before["run"]:
                return []
            fresh = [one for one in tellings if before["open"].get(_name(one.key), "") <= now.isoformat()]
            after = _after(before, area, kind, run, now, fresh, self._partitions[area])
            if keep is not None and fresh:
                await keep(fresh)
            failpoint("analytics.insights-decided")
            if await self._put(document, before, after):
                failpoint("analytics.insights-stored")
                with contextlib.suppress(KafkaUnavailable):  # the relay goes on trying
                    await self._relay.relay(after)
                return fresh

    async def tell_once(self, area: str, kind: Kind, telling: Telling) -> bool:
        """Store and publish one thing, unless it is among the last REMEMBERED things told; whether it was told now."""
        while True:
            document = await self._documents.get(f"{area}/{kind}")
            before = document or _empty(area, kind)
            if _name(telling.key) in before["open"]:
                return False
            at = telling.event.at
            after = _after(before, area, kind, before["run"], at, [telling], self._partitions[area], forget=False)
            failpoint("analytics.insights-decided")
            if await self._put(document, before, after):
                failpoint("analytics.insights-stored")
                with contextlib.suppress(KafkaUnavailable):
                    await self._relay.relay(after)
                return True

    async def _put(self, document: Document | None, before: Document, after: Document) -> bool:
        if document is not None:
            return await self._documents.replace(after, {"version": before["version"]})
        try:
            await self._documents.insert(after)
        except DuplicateId:
            return False
        return True


def _empty(area: str, kind: Kind) -> Document:
    return {"_id": f"{area}/{kind}", "area": area, "version": 0, "events_through": 0, "run": "", "open": {}}


def _after(
    before: Document,
    area: str,
    kind: Kind,
    run: str,
    now: datetime,
    fresh: Sequence[Telling],
    partition: int,
    *,
    forget: bool = True,
) -> Document:
    open_ = {key: until for key, until in before["open"].items() if not forget or until > now.isoformat()}
    open_ |= {_name(one.key): one.until.astimezone(UTC).isoformat() for one in fresh}
    latest = sorted(open_.items(), key=lambda item: item[1])[-REMEMBERED:]
    after = before | {"version": before["version"] + 1, "run": run, "open": dict(latest)}
    sequence = before["events_through"]
    telling = []
    for one in fresh:
        sequence += 1
        event = CloudEvent(one.event.TYPE, SOURCE, f"{area}/{kind}", sequence, one.event.at, one.event.wire())
        telling.append(relay.pending(event, topics.INSIGHTS.name, area, partition))
    return relay.with_pending(after, *telling) if telling else after


def _name(key: str) -> str:
    """As the name of a field: the store takes no dot and no dollar in it."""
    return key.replace(".", "·").replace("$", "_") or "-"
