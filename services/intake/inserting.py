"""New documents, written in groups with all others that wait at the moment.

When more comes than the store can take, who waits longest would be written just as nobody waits for it any more: all
would be late, and all would come again. So whoever could not be written in time is told so before it is tried.
"""

import time
from collections.abc import Callable, Sequence

from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.groups import GroupCommit
from fengqiao.runtime.metrics import GROUP_SIZE


class Inserts:
    """Of one collection. size: documents in one insert. lanes: inserts under way at once.

    seconds: the clock of the deadlines that `in_time` is asked about.
    """

    def __init__(
        self, collection: Collection, size: int, lanes: int, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._collection = collection
        self._size = size
        self._lanes = lanes
        self._seconds = seconds
        self._took = 0.0
        self._group: GroupCommit[Document, tuple[Document | None, bool]] = GroupCommit(self._insert, size, lanes)

    def in_time(self, until: float) -> bool:
        """Whether one that comes now is likely to be written by `until`: by how long the last inserts took, and how
        many are full before its own. Whoever would be in the next one is always let in."""
        ahead = self._group.waiting // self._size
        # Half of one that is under way, those before it, and its own.
        return ahead == 0 or self._seconds() + self._took * (0.5 + ahead / self._lanes + 1) <= until

    async def insert(self, document: Document) -> tuple[Document | None, bool]:
        """What is kept under its `_id`, and whether that is new. None: it was there, and is gone. Raises
        StoreUnavailable."""
        return await self._group.submit(document)

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
