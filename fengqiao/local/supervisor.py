"""Children kept running: started in order, watched, started again when they die, stopped in reverse order."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fengqiao.local.errors import LocalError
from fengqiao.local.process import Process

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
STEADY_SECONDS: Final = 30.0
"""A child that ran this long starts the back-off from the beginning."""

State = Literal["waiting", "starting", "ready", "restarting", "stopped", "given"]


@dataclass(slots=True)
class Row:
    """What a person sees of one child."""

    name: str
    address: str
    state: State = "waiting"
    detail: str = ""
    seconds: float | None = None
    """From start to ready."""


@dataclass(slots=True)
class Child:
    """A child and how it is brought up.

    start: starts the process and returns when it is ready; raises a LocalError.
    """

    name: str
    address: str
    process: Process
    start: Callable[[], Awaitable[None]]
    row: Row = field(init=False)

    def __post_init__(self) -> None:
        self.row = Row(self.name, self.address)


def service(process: Process, url: str, ready_url: str, seconds: float = 60.0) -> Child:
    """A child that is ready when GET `ready_url` answers 200."""

    async def start() -> None:
        process.start()
        await process.wait_ready(ready_url, seconds)

    return Child(process.name, url, process, start)


def given(name: str, address: str) -> Row:
    """The row of a server that somebody else runs."""
    return Row(name, address, "given", "yours; not started here")


class Supervisor:
    """Runs `stages` one after the other, the children of a stage at the same time.

    prepare[n] is awaited after stage n is ready (topics are made when Kafka is up). report: called with all
    rows whenever one has changed.
    """

    def __init__(
        self,
        stages: Sequence[Sequence[Child]],
        *,
        prepare: Sequence[Callable[[], Awaitable[None]]] = (),
        given_rows: Sequence[Row] = (),
        report: Callable[[Sequence[Row]], None] = lambda rows: None,
    ) -> None:
        self._stages = stages
        self._prepare = prepare
        self._report = report
        self._children = [child for stage in stages for child in stage]
        self.rows = [*given_rows, *(child.row for child in self._children)]
        self._watchers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Bring everything up. If a child cannot be, stop all of them and raise its LocalError."""
        try:
            for number, stage in enumerate(self._stages):
                await together([self._bring_up(child) for child in stage])
                # From here on: a server that dies while the services start is brought back like any other
                # time.
                self._watchers += [asyncio.create_task(self._watch(child)) for child in stage]
                if number < len(self._prepare):
                    await self._prepare[number]()
        except BaseException:
            await self.stop()
            raise

    def report_to(self, report: Callable[[Sequence[Row]], None]) -> None:
        """From now on whoever else is called when a row changes."""
        self._report = report

    async def add(self, child: Child) -> None:
        """Bring up one more after all the others, watched and stopped like them, before them.

        Raises its LocalError when it cannot be; the others go on.
        """
        self.rows.append(child.row)
        await self._bring_up(child)
        self._stages = [*self._stages, [child]]
        self._watchers.append(asyncio.create_task(self._watch(child)))

    async def stop(self) -> None:
        """SIGTERM to the last stage first, SIGKILL for what has not gone after ten seconds."""
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        self._watchers.clear()
        for stage in reversed(self._stages):
            await asyncio.gather(*(self._stop(child) for child in stage))

    async def _stop(self, child: Child) -> None:
        await child.process.stop()
        self._say(child, "stopped")

    async def _bring_up(self, child: Child) -> None:
        started = time.monotonic()
        self._say(child, "starting")
        try:
            await child.start()
        except BaseException:
            # It may run and not have become ready; the caller decides whether there is a next try.
            await child.process.stop()
            raise
        child.row.seconds = time.monotonic() - started
        self._say(child, "ready")

    async def _watch(self, child: Child) -> None:
        pause = FIRST_PAUSE
        while True:
            since = time.monotonic()
            await child.process.wait()
            why = f"ended with status {child.process.exit_status}"
            if time.monotonic() - since > STEADY_SECONDS:
                pause = FIRST_PAUSE
            while True:
                self._say(child, "restarting", f"{why}; next try in {pause:.1f} s")
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                try:
                    await self._bring_up(child)
                except LocalError as error:
                    why = str(error).splitlines()[0]
                else:
                    self._say(child, "ready", f"restarted: {why}")
                    break

    def _say(self, child: Child, state: State, detail: str = "") -> None:
        child.row.state, child.row.detail = state, detail
        self._report(self.rows)


async def together(tasks: Sequence[Awaitable[None]]) -> None:
    """Await all; at the first failure cancel the others, wait until they have ended, and raise it."""
    running = [asyncio.ensure_future(task) for task in tasks]
    try:
        for done in asyncio.as_completed(running):
            await done
    finally:
        for task in running:
            task.cancel()
        with contextlib.suppress(BaseException):
            await asyncio.gather(*running, return_exceptions=True)
