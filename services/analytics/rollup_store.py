"""Streams and rollups in the document store, and the order in which a batch is written.

First every rollup of the batch, in one round trip; then the streams; then, by the caller, the offsets are committed.
A rollup is replaced only by one that has applied more, a stream only by one that has seen more. Since each is a
function of the log alone (`domain.rollups`), a crash between any two writes leaves documents that are right up to
different offsets, and folding again from the last commit brings each to the same end, whatever it has already. A
stream that is at an offset therefore says: every rollup has all up to there.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.failpoints import armed, failpoint
from services.analytics.domain.rollups import Address, Rollup, read
from services.analytics.domain.streams import Gap, Stream

STREAMS: Final = "analytics_streams"
ROLLUPS: Final = "analytics_rollups"
_AT_ONCE: Final = 500
"""Documents in one round trip."""


class RollupStore:
    """Every method raises StoreUnavailable; writes may be repeated."""

    def __init__(self, database: Any, deadline: float = 5.0) -> None:
        self._streams = Collection(database, STREAMS, deadline)
        self._rollups = Collection(database, ROLLUPS, deadline)

    async def streams(self, ids: Iterable[str]) -> dict[str, Stream]:
        """Those that are there, by id."""
        found = await self._streams.get_many(sorted(set(ids)))
        return {id: read_stream(document) for id, document in found.items()}

    async def rollups(self, ids: Iterable[str]) -> dict[str, Rollup]:
        """Those that are there, by id."""
        wanted = list(ids)
        found: dict[str, Rollup] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            documents = await self._rollups.get_many(wanted[start : start + _AT_ONCE])
            found.update((id, read(document)) for id, document in documents.items())
        return found

    async def at(self, addresses: Iterable[Address]) -> dict[Address, Rollup]:
        """Those that are there, by address."""
        by_id = {address.id: address for address in addresses}
        return {by_id[id]: rollup for id, rollup in (await self.rollups(by_id)).items()}

    async def all_of(self, area: str) -> dict[str, Rollup]:
        """Every rollup of the area, by id. Reads all there is: for the replay, not for an answer."""
        found = await self._rollups.find({"area": area}, limit=0, deadline=600.0)
        return {document["_id"]: read(document) for document in found}

    async def write(self, rollups: Iterable[Rollup], streams: Iterable[Stream]) -> None:
        """One batch's documents, in the order that makes a crash harmless."""
        documents = [rollup.document() for rollup in rollups]
        if armed("analytics.rollup-written") and documents:
            await self._rollups.put_newer(documents[:1], by="applied")
            failpoint("analytics.rollup-written")
        for start in range(0, len(documents), _AT_ONCE):
            await self._rollups.put_newer(documents[start : start + _AT_ONCE], by="applied")
        await self._streams.put_newer([stream_document(stream) for stream in streams], by="offset")
        failpoint("analytics.stream-written")

    async def ready(self) -> None:
        """Returns when the store answers."""
        await self._streams.get("ready?")

    async def ensure_indexes(self) -> None:
        """What a real MongoDB wants for `all_of`; answers and the fold use `_id` only."""
        await self._rollups.ensure_index([("area", 1)])


def stream_document(stream: Stream) -> Document:
    """As it is stored. Shifts as pairs: a unit's id is no field name."""
    return {
        "_id": stream.id,
        "source": stream.source,
        "area": stream.area,
        "partition": stream.partition,
        "offset": stream.offset,
        "last": stream.last,
        "gaps": [[gap.first, gap.last, gap.noticed_at.astimezone(UTC).isoformat()] for gap in stream.gaps],
        "shifts": sorted([unit, shift] for unit, shift in stream.shifts.items()),
    }


def read_stream(document: Mapping[str, Any]) -> Stream:
    return Stream(
        source=document["source"],
        area=document["area"],
        partition=document["partition"],
        offset=document["offset"],
        last=document["last"],
        gaps=tuple(Gap(first, last, datetime.fromisoformat(at)) for first, last, at in document["gaps"]),
        shifts={unit: shift for unit, shift in document["shifts"]},
    )
