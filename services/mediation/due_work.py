"""Due work: what falls due on cases and hazards is told once, by whichever instance is first; late if none was up.

    entry of an hour's slot ─▶ load the case ─▶ what is due ─▶ hint of what is due next ─▶ replace where version matches
                                                                     ─▶ publish ─▶ take the entry away

Dying between any two steps leaves the entry: it is seen to again, and finds nothing due on a case that has told it. An
instance that loses the replace looks again. A look by an index (a scan on the embedded store, one hundredth of the time
at most) finds whatever should have a hint and has none.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

import structlog

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Busy
from fengqiao.runtime.failpoints import failpoint
from services.mediation.due_slots import DueSlots
from services.mediation.listing import sortable

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 0.5
"""Real seconds between looks."""
LATE_SECONDS: Final = 10.0
"""Real seconds after which something that was due is told as late."""
AT_ONCE: Final = 8
SWEEP_SECONDS: Final = 600.0
"""Real seconds between looks for what has no hint."""
FORGOTTEN: Final = timedelta(minutes=10)
"""Domain time by which something must be overdue to be looked for without a hint."""


class Fires(Protocol):
    """Tells what has fallen due on one document, and lists those that are overdue."""

    async def fire(self, id: str) -> None: ...


class DueWork:
    """desks: which desk fires for ids with this ending (`.case`, `.hazard`), and the collection they lie in."""

    def __init__(self, slots: DueSlots, clock: Clock, desks: dict[str, tuple[Fires, Collection]]) -> None:
        self._slots = slots
        self._clock = clock
        self._desks = desks
        self._next_sweep = 0.0

    async def keep_looking(self) -> None:
        """Look for ever. A store that is away is tried again."""
        while True:
            try:
                await self.look()
                if time.monotonic() >= self._next_sweep:
                    began = time.monotonic()
                    await self.sweep()
                    took = time.monotonic() - began
                    self._next_sweep = time.monotonic() + max(SWEEP_SECONDS, 100 * took)
            except Busy as busy:
                log.debug("due work waits", why=str(busy))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("due work failed, trying again")
            await asyncio.sleep(TICK_SECONDS)

    async def look(self) -> int:
        """Tell all that is due now. Answers how many entries were seen to."""
        found = await self._slots.due(self._clock.now())
        entries = [(slot, entry) for slot, all in found.items() for entry in all]
        # What has waited longest first, also over the slots.
        entries.sort(key=lambda one: one[1])
        done: list[tuple[str, str]] = []

        async def see_to(slot: str, entry: str) -> None:
            id = entry.partition("|")[2]
            try:
                await self._fire(id)
            except Busy:
                raise
            except Exception:
                # One that cannot be told must not hold the others up; the look for overdue ones comes back to it.
                log.exception("due work on one document failed", id=id)
            failpoint("mediation.fired")
            done.append((slot, entry))

        try:
            await _at_most(AT_ONCE, [partial(see_to, *one) for one in entries])
        finally:
            await self._slots.done(done)
        return len(done)

    async def sweep(self) -> int:
        """Tell what is overdue and was not found by a hint. Answers how many."""
        before = sortable(self._clock.now() - FORGOTTEN)
        count = 0
        for desk, collection in self._desks.values():
            for document in await collection.find({"next_due": {"$lt": before}}, limit=1000, fields=("next_due",)):
                log.warning("due work without a hint", id=document["_id"], due=document["next_due"])
                await desk.fire(document["_id"])
                count += 1
        return count

    async def _fire(self, id: str) -> None:
        desk = self._desks.get(id.rpartition(".")[2])
        if desk is not None:
            await desk[0].fire(id)


async def _at_most(limit: int, jobs: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Run the jobs, so many at a time; the first error is raised when all that had begun are done."""
    waiting = iter(jobs)

    async def lane() -> None:
        for job in waiting:
            await job()

    results = await asyncio.gather(*(lane() for _ in range(min(limit, len(jobs)))), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
