"""New documents, written in groups with all others that wait at the moment.

When more comes than the store can take, who waits longest would be written just as nobody waits for it any more: all
would be late, and all would come again. So whoever could not be written in time is told so before it is tried.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.groups import GroupCommit
from fengqiao.runtime.metrics import GROUP_SIZE

AT_LEAST: Final = 8
"""So many are let in whatever the last inserts took: only an insert can tell that the store is faster now."""


class Inserts:
    """Of one collection. size: documents in one insert. lanes: inserts under way at once.

    seconds: the clock of the deadlines that `in_time` is asked about.
    """

    def __init__(
        self, collection: Collection, size: int, lanes: int, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._collection = collection
        self._seconds = seconds
        self._inside = 0
        """Documents that wait or are under way."""
        self._at_once = size * lanes
        self._took = 0.0
        """Seconds that the last groups took."""
        self._group: GroupCommit[Document, tuple[Document | None, bool]] = GroupCommit(self._insert, size, lanes)

    def in_time(self, until: float) -> bool:
        """Whether one that comes now is likely to be written by `until`: by how long the last groups took, and how
        many are before its own."""
        groups = 1 + self._inside / self._at_once
        return self._inside < AT_LEAST or self._seconds() + groups * self._took <= until

    async def insert(self, document: Document) -> tuple[Document | None, bool]:
        """What is kept under its `_id`, and whether that is new. None: it was there, and is gone. Raises
        StoreUnavailable."""
        self._inside += 1
        try:
            return await self._group.submit(document)
        finally:
            self._inside -= 1

    async def drain(self) -> None:
        await self._group.drain()

    async def _insert(self, documents: Sequence[Document]) -> Sequence[tuple[Document | None, bool]]:
        GROUP_SIZE.observe(len(documents))
        began = self._seconds()
        new = await self._collection.insert_each(documents)
        there = [document["_id"] for document, is_new in zip(documents, new, strict=True) if not is_new]
        found = await self._collection.get_many(there)
        self._took = (self._took + self._seconds() - began) / 2
        return [
            (document if is_new else found.get(document["_id"]), is_new)
            for document, is_new in zip(documents, new, strict=True)
        ]
