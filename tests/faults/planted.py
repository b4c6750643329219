"""Dispatch with a bug in its writer, to see that the checker catches it: `python -m tests.faults.planted true|BUG`.

early-commit    the inputs are marked as done before the decision is in the journal
no-fence        an entry's number that another instance took is no reason to stop
not-awaited     nobody waits for what is published, so nobody learns that it was not

`true` is the writer as it is. These four pass two fail points of their own, so that the same fault meets each of them
at the same place: `planted.before-insert` and `planted.before-publish`.

loses-aid       no bug: the true writer on a Kafka that loses one message between areas
"""

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fengqiao.runtime.errors import Busy, Fenced
from fengqiao.runtime.failpoints import armed, failpoint
from fengqiao.runtime.publisher import Outgoing
from services.dispatch.__main__ import main
from services.dispatch.entries import Happened
from services.dispatch.writer import AreaWriter, Inserted
from tests.awaiting import eventually

Results = Sequence[Mapping[str, Any]]


class TrueWriter(AreaWriter):
    """The writer as it is, with two more places to die at."""

    async def _insert(self, happened: Sequence[Happened], results: Results, offsets: Mapping[str, int]) -> None:
        # Nothing else is under way when it sleeps: what fails after it has woken is its own doing.
        await self._settle()
        failpoint("planted.before-insert")
        await super()._insert(happened, results, offsets)

    async def _publish(self, records: Sequence[Outgoing]) -> int:
        waits = armed("planted.before-publish")
        failpoint("planted.before-publish")
        if waits and not armed("planted.before-publish"):
            # It was here: what happens meanwhile is that Kafka goes, and that this process has noticed.
            await eventually(lambda: not self._publisher.available, within=60, what="Kafka away")
        return await super()._publish(records)


class EarlyCommit(TrueWriter):
    """Advances first, decides durably afterwards."""

    async def _insert(self, happened: Sequence[Happened], results: Results, offsets: Mapping[str, int]) -> None:
        await AreaWriter._insert(self, (), (), offsets)
        await super()._insert(happened, results, offsets)


class NoFence(TrueWriter):
    """Goes on with its own decisions when another instance has the journal."""

    async def _insert(self, happened: Sequence[Happened], results: Results, offsets: Mapping[str, int]) -> None:
        with contextlib.suppress(Fenced):
            await super()._insert(happened, results, offsets)


class NotAwaited(TrueWriter):
    """Publishes and takes it for done."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._flying: set[asyncio.Task[None]] = set()

    async def _publish(self, records: Sequence[Outgoing]) -> int:
        task = asyncio.create_task(self._send(records))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)
        return self._mark.offset

    async def _send(self, records: Sequence[Outgoing]) -> None:
        with contextlib.suppress(Busy):
            await super()._publish(records)

    async def _let_follow(self, entry: Inserted) -> None:
        self._mark = entry.mark
        await super()._let_follow(entry)

    async def _finish(self) -> None:
        with contextlib.suppress(Busy):
            await super()._finish()


class LosesAid(AreaWriter):
    """Kafka loses the first thing that Ciyin says to a neighbour."""

    lost = False

    async def _tell_others(self, records: Sequence[Outgoing]) -> None:
        first = 1 if records and self.route.area == "ciyin" and not self.lost else 0
        self.lost = self.lost or first == 1
        await super()._tell_others(records[first:])


WRITERS: Final[Mapping[str, type[AreaWriter]]] = {
    "true": TrueWriter,
    "early-commit": EarlyCommit,
    "no-fence": NoFence,
    "not-awaited": NotAwaited,
    "loses-aid": LosesAid,
}

if __name__ == "__main__":
    main(sys.argv[2:], writer=WRITERS[sys.argv[1]])
