"""How many open cases each mediator has (M5). Counted in memory from the cases, by an index where the store has one;
what this instance refers counts at once, what others refer at the next count. A choice needs no more than that."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Busy

log = structlog.get_logger(__name__)
COUNT_SECONDS: Final = 120.0
"""Real seconds between counts; longer where counting takes long (the embedded store: 0.15 s for 10,000 open cases)."""
SHARE: Final = 200
"""A count takes at most one such part of the time: commands wait for it."""
MOST: Final = 100_000


class Loads:
    """Open cases of each mediator, by area."""

    def __init__(self, cases: Collection) -> None:
        self._cases = cases
        self._counts: dict[str, Counter[str]] = defaultdict(Counter)

    def of(self, area: str) -> Mapping[str, int]:
        return self._counts[area]

    def moved(self, area: str, before: Sequence[str], after: Sequence[str]) -> None:
        """A case of this instance has gone from these mediators to those."""
        self._counts[area].subtract(before)
        self._counts[area].update(after)

    async def count(self) -> None:
        """Raises StoreUnavailable."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for document in await self._cases.find({"open": True}, limit=MOST, fields=("area", "with")):
            counts[document["area"]].update(document.get("with", ()))
        self._counts = counts

    async def keep_counting(self) -> None:
        while True:
            began = time.monotonic()
            try:
                await self.count()
            except Busy as busy:
                log.debug("loads are counted later", why=str(busy))
            await asyncio.sleep(max(COUNT_SECONDS, SHARE * (time.monotonic() - began)))
