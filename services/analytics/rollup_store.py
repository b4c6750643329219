"""Streams and rollups in the document store, and the order in which a batch is written.

First the days of new incidents, every rollup and every register of the batch, each in one round trip; then the
streams; then, by the caller, the offsets are committed. A rollup or register is replaced only by one that has applied
more, a stream only by one that has seen more, the day of an incident never. Since each is a
function of the log alone (`domain.rollups`), a crash between any two writes leaves documents that are right up to
different offsets, and folding again from the last commit brings each to the same end, whatever it has already. A
stream that is at an offset therefore says: every rollup and register has all up to there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fengqiao.runtime.documents import Collection, Document, Index, index
from fengqiao.runtime.failpoints import armed, failpoint
from services.analytics.domain.register import Register, read_register
from services.analytics.domain.registering import DayOf
from services.analytics.domain.rollups import Address, Rollup, read
from services.analytics.domain.streams import Gap, Stream
from services.analytics.layout import BULLETINS, DAYS, PAST_MONTHS, REGISTERS, ROLLUPS, STREAMS, WARNINGS
from services.analytics.past_store import past_area

_AT_ONCE: Final = 500
"""Documents in one round trip."""
_PATIENT: Final = 600.0
"""Seconds for what nobody waits for."""


class RollupStore:
    """Every method raises StoreUnavailable; writes may be repeated."""

    def __init__(self, database: Any, deadline: float = 5.0) -> None:
        self._streams = Collection(database, STREAMS, deadline)
        self._rollups = Collection(database, ROLLUPS, deadline)
        self._registers = Collection(database, REGISTERS, deadline)
        self._days = Collection(database, DAYS, deadline)
        self._past_months = Collection(database, PAST_MONTHS, deadline)
        self._warnings = Collection(database, WARNINGS, deadline)
        self._bulletins = Collection(database, BULLETINS, deadline)

    async def streams(self, ids: Iterable[str]) -> dict[str, Stream]:
        """Those that are there, by id."""
        found = await self._streams.get_many(sorted(set(ids)))
        return {id: read_stream(document) for id, document in found.items()}

    async def rollups(self, ids: Iterable[str]) -> dict[str, Rollup]:
        """Those that are there, by id."""
        return {id: read(document) for id, document in (await _all(self._rollups, ids)).items()}

    async def at(self, addresses: Iterable[Address]) -> dict[Address, Rollup]:
        """Those that are there, by address."""
        by_id = {address.id: address for address in addresses}
        return {by_id[id]: rollup for id, rollup in (await self.rollups(by_id)).items()}

    async def registers(self, ids: Iterable[str]) -> dict[str, Register]:
        """Those that are there, by id."""
        return {id: read_register(document) for id, document in (await _all(self._registers, ids)).items()}

    async def put_rollups(self, rollups: Sequence[Rollup]) -> None:
        """Of an imported past: each unless it is there from the same registers."""
        for start in range(0, len(rollups), _AT_ONCE):
            some = [rollup.document() for rollup in rollups[start : start + _AT_ONCE]]
            await self._rollups.put_newer(some, by="applied")

    async def past_month(self, id: str) -> int:
        """How often its registers had been changed when the rollups of an imported month were written; 0: never."""
        found = await self._past_months.get(id)
        return 0 if found is None else int(found["applied"])

    async def put_past_month(self, id: str, applied: int) -> None:
        """All of its rollups are there."""
        await self._past_months.put_newer([{"_id": id, "applied": applied}], by="applied")

    async def put_past(self, register: Register) -> bool:
        """Store an imported day that was changed from what it was at `applied` − 1; whether nobody was quicker."""
        document = register.document()
        if register.applied > 1:
            return await self._registers.replace(document, {"applied": register.applied - 1})
        return (await self._registers.insert_each([document]))[0]

    async def knows(self, area: str) -> bool:
        """Whether anything was counted of the area."""
        kept = {"area": {"$in": [area, past_area(area)]}}
        return bool(await self.streams([f"dispatch/{area}"])) or bool(await self._registers.find(kept, limit=1))

    async def put_warnings(self, documents: Sequence[Document]) -> None:
        """Each once: a warning that is there stays as it was told."""
        await self._warnings.insert_each(documents)

    async def warnings(
        self, area: str, since: datetime, after: tuple[str, str] | None = None, limit: int = 200
    ) -> list[Document]:
        """Those that ended after `since` (UTC), the latest first; after the one with this end and id."""
        where: Document = {"area": area, "ends": {"$gt": since.isoformat()}}
        if after is not None:
            ends, id = after
            where["$or"] = [{"ends": {"$lt": ends}}, {"ends": ends, "_id": {"$gt": id}}]
        return await self._warnings.find(where, sort=[("ends", -1), ("_id", 1)], limit=limit)

    async def bulletin(self, id: str) -> Document | None:
        return await self._bulletins.get(id)

    async def put_bulletin(self, document: Document) -> bool:
        """Whether it is new: a bulletin that was issued stays as it was."""
        return (await self._bulletins.insert_each([document]))[0]

    async def bulletins(self, area: str, kind: str | None, before: str, limit: int) -> list[Document]:
        """Those whose `sort` is less than `before`, the latest first."""
        where: Document = {"area": area, "sort": {"$lt": before}}
        if kind is not None:
            where["kind"] = kind
        return await self._bulletins.find(where, sort=[("sort", -1)], limit=limit)

    async def days_of(self, incidents: Sequence[str]) -> dict[str, DayOf]:
        """Of those that are there, on which day each was received."""
        found: dict[str, DayOf] = {}
        for start in range(0, len(incidents), _AT_ONCE):
            documents = await self._days.get_many(incidents[start : start + _AT_ONCE])
            found.update((id, DayOf(id, one["area"], one["day"], one["offset"])) for id, one in documents.items())
        return found

    async def ahead(self, area: str, offset: int) -> bool:
        """Whether any rollup or register of the area has applied more than `offset`. Scans: for the replay."""
        where = {"area": area, "applied": {"$gt": offset}}
        return any([await one.find(where, limit=1, fields=("applied",), deadline=_PATIENT) for one in self._folded])

    async def ids_of(self, area: str) -> set[str]:
        """Of every rollup and register of the area. Scans: for the replay."""
        pages = [await one.find({"area": area}, limit=0, fields=("_id",), deadline=_PATIENT) for one in self._folded]
        return {document["_id"] for page in pages for document in page}

    @property
    def _folded(self) -> tuple[Collection, Collection]:
        return self._rollups, self._registers

    async def write(
        self, rollups: Iterable[Rollup], days: Sequence[DayOf], registers: Iterable[Register], streams: Iterable[Stream]
    ) -> None:
        """One batch's documents, in the order that makes a crash harmless."""
        if days:
            await self._days.insert_each(
                [{"_id": one.incident, "area": one.area, "day": one.day, "offset": one.offset} for one in days]
            )
        documents = [rollup.document() for rollup in rollups]
        if armed("analytics.rollup-written") and documents:
            await self._rollups.put_newer(documents[:1], by="applied")
            failpoint("analytics.rollup-written")
        for start in range(0, len(documents), _AT_ONCE):
            await self._rollups.put_newer(documents[start : start + _AT_ONCE], by="applied")
        await self._registers.put_newer([one.document() for one in registers], by="applied")
        failpoint("analytics.register-written")
        await self._streams.put_newer([stream_document(stream) for stream in streams], by="offset")
        failpoint("analytics.stream-written")

    async def state(self) -> str:
        """For readiness: `ok`, or why the store cannot be used."""
        return await self._streams.state()

    def indexes(self) -> list[Index]:
        """What a real MongoDB wants for lists and the replay; answers and the fold use `_id` only."""
        return [
            index(self._rollups, "area"),
            index(self._registers, "area"),
            index(self._warnings, "area", "-ends"),
            index(self._bulletins, "area", "-sort"),
        ]


async def _all(collection: Collection, ids: Iterable[str]) -> dict[str, Document]:
    """Those that are there, however many are asked for."""
    wanted = list(ids)
    found: dict[str, Document] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        found |= await collection.get_many(wanted[start : start + _AT_ONCE])
    return found


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
