"""A neighbour's message that never came, or that nobody could read, is taken from that neighbour's own journal.

Areas say things to each other over Kafka, numbered. A later number that has come shows that one is missing; what
follows it waits. Kafka brings it as a rule: a publish is on its way, or its area is being taken over. Where it has not
come within PATIENCE_S, the journal has it, for an area says nothing that it has not journaled.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from fengqiao.contracts.aid import AidMessage
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.journal import Journal
from services.dispatch.domain.board import Board
from services.dispatch.entries import read

PATIENCE_S: Final = 10.0
"""Real seconds."""
FAR: Final = 20_000
"""Entries to look through, the latest first."""
AT_ONCE: Final = 50


class MissingAid:
    """What one area misses of its neighbours' messages. journals: where all areas have theirs."""

    def __init__(self, journals: Collection, seconds: Callable[[], float] = time.monotonic) -> None:
        self._journals = journals
        self._seconds = seconds
        self._missed: dict[tuple[str, int], float] = {}
        """Since when each is known to be missing."""

    async def found(self, board: Board) -> list[AidMessage]:
        """The messages that are overdue, one of each neighbour at most. Raises StoreUnavailable."""
        missing = {one.from_area: board.aid.heard.get(one.from_area, 0) + 1 for one in board.aid.early.values()}
        now = self._seconds()
        self._missed = {key: self._missed.get(key, now) for key in missing.items()}
        found = []
        for (area, number), since in self._missed.items():
            if now - since < PATIENCE_S:
                continue
            self._missed[area, number] = now  # not there yet: look again in a while
            message = await self._message(area, board.area, number)
            if message is not None:
                found.append(message)
        return found

    async def _message(self, area: str, to: str, number: int) -> AidMessage | None:
        journal = Journal(self._journals, area)
        last = await _last(journal)
        for high in range(last, max(last - FAR, 0), -AT_ONCE):
            numbers = range(high, max(high - AT_ONCE, 0), -1)
            for entry in await asyncio.gather(*(journal.entry(n) for n in numbers)):
                for happened in () if entry is None else read(entry).events:
                    event = happened.event
                    if isinstance(event, AidMessage) and (event.to_area, event.message) == (to, number):
                        return event
        return None


async def _last(journal: Journal) -> int:
    """The number of the last entry; 0 where there is none."""
    low, high = 0, 1
    while await journal.entry(high) is not None:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if await journal.entry(middle) is not None:
            low = middle
        else:
            high = middle
    return low
