"""Group commit: what waits at the same moment goes to the store together, and each waiter is told its own result."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Collects items while `lanes` groups are under way, then hands them to `commit` as one group.

    `commit` gets at most `size` items and answers one result for each, in their order. When it raises, every waiter
    of the group gets the exception. A waiter that is cancelled does not take its group with it.

    linger: real seconds that a group waits for more before it goes; for work that nobody waits for. A full group
    goes at once. apart: real seconds that a lane rests after a group: the first item goes at once, and what comes
    meanwhile goes together.
    """

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        size: int = 64,
        lanes: int = 2,
        linger: float = 0.0,
        apart: float = 0.0,
    ) -> None:
        self._commit = commit
        self._size = size
        self._lanes = lanes
        self._linger = linger
        self._apart = apart
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    async def submit(self, item: Item) -> Result:
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if not self._linger or len(self._waiting) >= self._size:
            self._start()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._linger, self._start)
        return await future

    def _start(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and len(self._under_way) < self._lanes:
            group, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            # Whoever has given up waiting has told so: what they wanted must not happen after that.
            group = [(item, future) for item, future in group if not future.done()]
            if not group:
                continue
            task = asyncio.create_task(self._run(group))
            self._under_way.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if self._timer is None:
            self._start()

    async def _run(self, group: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        await self._settle(group)
        if self._apart:
            await asyncio.sleep(self._apart)

    async def _settle(self, group: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._commit([item for item, _ in group])
        except Exception as error:
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

    async def drain(self) -> None:
        """Send what lingers, and wait until nothing is under way or waiting."""
        self._start()
        while self._under_way:
            await asyncio.wait(self._under_way)
            self._start()
