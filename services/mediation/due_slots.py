"""Where what falls due is found without looking through everything: hints addressed by hour.

_id       "<hour>|<shard>", such as "2024-11-02T22|7": a case's shard is a checksum of its id
entries   "<due time>|<id>"

A hint is written before the case that it is about; it is looked up by `_id` when its hour has come, and checked against
the case. So finding what is due costs the hours since the last look and what is in them, on any store, however many
cases there are. A hint that is no longer true is harmless: nothing is due on its case, and it goes. `watermark` says
from which hour on there may be entries.
"""

import asyncio
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, DuplicateId
from services.mediation.listing import sortable

SHARDS: Final = 16
AT_ONCE: Final = 800
"""Slots that are asked for in one round trip."""
STAY: Final = timedelta(hours=2)
"""Domain time for which an hour that is over is still looked at: somebody may be slow."""
WATERMARK: Final = "watermark"
_HOUR: Final = timedelta(hours=1)
_TRIES: Final = 4


def hour_of(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def slot_of(instant: datetime, id: str) -> str:
    """The slot in which a hint for `id` at this time lies."""
    return _slot(hour_of(instant), zlib.crc32(id.encode()) % SHARDS)


def _slot(hour: datetime, shard: int) -> str:
    return f"{hour:%Y-%m-%dT%H}|{shard}"


class DueSlots:
    """Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection, clock: Clock) -> None:
        self._collection = collection
        self._clock = clock
        self._from: datetime | None = None

    async def put(self, due_at: datetime, id: str) -> None:
        """Say that something falls due on `id`. What is late already is put where it is looked for next."""
        slot = slot_of(max(due_at, self._clock.now()), id)
        entry = f"{sortable(due_at)}|{id}"
        for _ in range(_TRIES):
            if await self._collection.update(slot, {"$addToSet": {"entries": entry}}):
                return
            try:
                await self._collection.insert({"_id": slot, "entries": [entry]})
            except DuplicateId:
                continue  # another put has made it in between
            return

    async def due(self, now: datetime) -> dict[str, list[str]]:
        """What may have fallen due until `now`: slot → entries."""
        begin = await self._begin(now)
        ids = [
            _slot(begin + _HOUR * n, shard)
            for n in range(int((hour_of(now) - begin) / _HOUR) + 1)
            for shard in range(SHARDS)
        ]
        found: dict[str, list[str]] = {}
        limit = sortable(now)
        emptied = []
        for at in range(0, len(ids), AT_ONCE):
            for id, document in (await self._collection.get_many(ids[at : at + AT_ONCE])).items():
                entries = [entry for entry in document["entries"] if entry.partition("|")[0] <= limit]
                if entries:
                    found[id] = entries
                elif not document["entries"]:
                    emptied.append(id)
        await self._move_on(begin, hour_of(now - STAY), found, emptied)
        return found

    async def _begin(self, now: datetime) -> datetime:
        if self._from is None:
            kept = await self._collection.get(WATERMARK)
            if kept is None:
                first = hour_of(now - STAY)
                await self._collection.put_newer([_watermark(first)], by="n")
                kept = _watermark(first)
            self._from = datetime.fromtimestamp(kept["n"] * 3600, UTC)
        # A clock that was set back: hours of the future have been left behind for now.
        return min(self._from, hour_of(now))

    async def _move_on(self, begin: datetime, end: datetime, found: Iterable[str], emptied: Sequence[str]) -> None:
        """Leave behind the hours before `end` in which nothing is left."""
        left = min((datetime.fromisoformat(slot.partition("|")[0] + ":00+00:00") for slot in found), default=end)
        after = min(left, end)
        if after <= begin:
            return
        await self._collection.put_newer([_watermark(after)], by="n")
        self._from = after
        over = f"{after:%Y-%m-%dT%H}"
        await asyncio.gather(*(self._collection.delete(slot) for slot in emptied if slot.partition("|")[0] < over))

    async def done(self, entries: Iterable[tuple[str, str]]) -> None:
        """Take away (slot, entry) that have been seen to."""
        by_slot: dict[str, list[str]] = defaultdict(list)
        for slot, entry in entries:
            by_slot[slot].append(entry)
        await self._collection.update_each(
            (slot, {}, {"$pull": {"entries": {"$in": gone}}}) for slot, gone in by_slot.items()
        )


def _watermark(hour: datetime) -> dict[str, Any]:
    return {"_id": WATERMARK, "n": int(hour.timestamp() // 3600)}
