"""Who has seen what of whom: written, and chained by hashes, before anything is shown.

Each process has a journal of its own, so that instances do not wait for each other; no line of it can be changed or
taken out unseen. An entry says who read what and when, never the words.
"""

import asyncio
from typing import Any

from fengqiao.runtime.chain import encode
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Fenced, StoreUnavailable
from fengqiao.runtime.journal import Head, Journal, new_nonce


class Audit:
    """name: names this process for its whole life and no other one, `dispatch-audit:3fa2c1d0`."""

    def __init__(self, collection: Collection, name: str) -> None:
        self.name = name
        self._journal = Journal(collection, name)
        self._nonce = new_nonce()
        self._head = Head()
        self._in_doubt = False
        self._turn = asyncio.Lock()

    async def note(self, entry: dict[str, Any]) -> None:
        """Write the entry. Raises StoreUnavailable; then nothing may be shown."""
        async with self._turn:
            if self._in_doubt:
                async for stored in self._journal.entries(self._head):
                    self._head = Head(stored.n, stored.hash)
            # Set first: cancelled or unanswered, the entry may have been written.
            self._in_doubt = True
            try:
                self._head = await self._journal.append(self._head, encode(entry), self._nonce)
            except Fenced as error:
                raise StoreUnavailable(str(error)) from error
            self._in_doubt = False
