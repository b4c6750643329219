"""One child process: started, watched, stopped or killed by its pid, its output in a file of bounded size."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fengqiao.local.errors import NotWritable, StartFailed

LOG_BYTES: Final = 8 * 1024 * 1024
STOP_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.02
LEASH: Final = Path(__file__).with_name("leash.py")


@dataclass(slots=True)
class Process:
    """A child of ours.

    command: program and arguments. log: where stdout and stderr go; grown beyond 8 MB it is set aside as
    `<log>.1` at the next start. environment: the whole environment of the child; None takes ours.
    The child is started through `fengqiao.local.leash`, so that it dies with us even when we are killed.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    leashed: bool = True
    _child: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _log_start: int = field(default=0, init=False, repr=False)

    @property
    def pid(self) -> int:
        """The pid of the running (or last) child. Raises RuntimeError before the first start."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        return self._child.pid

    @property
    def running(self) -> bool:
        """True from start until the child has ended."""
        return self._child is not None and self._child.poll() is None

    @property
    def exit_status(self) -> int | None:
        """How the last child ended: its status, or minus the signal's number; None while it runs."""
        return None if self._child is None else self._child.poll()

    def start(self) -> None:
        """Start the child.

        Raises RuntimeError if it runs, NotWritable for its log, StartFailed if the program cannot be run.
        Call it from a thread that lives as long as the child should: Linux's leash is tied to it.
        """
        if self.running:
            raise RuntimeError(f"{self.name} runs already (pid {self.pid})")
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid())] if self.leashed else []
        try:
            rotate(self.log)
            output = self.log.open("ab")
        except OSError as error:
            raise NotWritable(f"The log {self.log} cannot be written: {error.strerror}.") from error
        with output:
            self._log_start = output.tell()
            try:
                self._child = subprocess.Popen(
                    [*leash, *self.command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self.folder,
                    env=None if self.environment is None else dict(self.environment),
                    # A group of its own: Ctrl-C in the terminal reaches us alone, and we stop the children
                    # in order.
                    start_new_session=True,
                )
            except OSError as error:
                raise StartFailed(f"{self.name} cannot be started: {error}.") from error

    async def wait(self) -> int:
        """Wait until the child ends; its exit status. Any number may wait, in any event loop."""
        if self._child is None:
            raise RuntimeError(f"{self.name} was never started")
        # Popen and a short look, not asyncio's subprocesses: those belong to one loop and die with it, and
        # the servers of a test session outlive the loops of its tests.
        while True:
            if (status := self._child.poll()) is not None:
                return status
            await asyncio.sleep(POLL_SECONDS)

    async def ready(self, answers: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Wait until `answers()` is true. Raises StartFailed if the child ends first or `seconds` pass."""
        deadline = time.monotonic() + seconds
        while not await answers():
            if not self.running:
                raise StartFailed(f"{self.name} ended with status {self.exit_status}.{self._last_words()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready within {seconds:.0f} s.{self._last_words()}")
            await asyncio.sleep(POLL_SECONDS)

    async def wait_ready(self, url: str, seconds: float = 20.0) -> None:
        """Wait until GET `url` answers 200. Raises StartFailed as `ready` does."""
        await self.ready(lambda: answers_ok(url), seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child and what it started, if it runs."""
        if self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)  # the group: where the leash stays on as a guard, it holds both

    def pause(self) -> None:
        """SIGSTOP: the child stands still when this returns (milliseconds), its connections stay open."""
        self.signal(signal.SIGSTOP)
        # The signal is only sent by then: a child with many threads may still answer what comes right after it.
        if self.running and hasattr(os, "waitid"):  # macOS has it from Python 3.13
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """SIGCONT."""
        self.signal(signal.SIGCONT)

    async def stop(self, seconds: float = STOP_SECONDS) -> int | None:
        """SIGTERM, then SIGKILL after `seconds`; the exit status, None if it was never started."""
        if self._child is None:
            return None
        self.signal(signal.SIGTERM)
        self.resume()
        try:
            return await asyncio.wait_for(self.wait(), seconds)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """SIGKILL; returns when the child is gone."""
        self.signal(signal.SIGKILL)
        return await self.wait()

    def log_tail(self, lines: int = 20) -> str:
        """The last lines the present (or last) child wrote."""
        try:
            with self.log.open("rb") as handle:
                handle.seek(max(self._log_start, handle.seek(0, os.SEEK_END) - 200 * lines))
                return "\n".join(handle.read().decode("utf-8", "replace").splitlines()[-lines:])
        except FileNotFoundError:
            return ""

    def _last_words(self) -> str:
        tail = self.log_tail(8)
        return f" Its last words, from {self.log}:\n{tail}" if tail else f" It wrote nothing to {self.log}."


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Set a log beyond `limit` bytes aside as `<log>.1`, over the one before it; make its folder."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > limit:
        os.replace(log, log.with_name(log.name + ".1"))


async def accepts(host: str, port: int) -> bool:
    """True if something takes a connection at host:port."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 1.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def answers_ok(url: str, seconds: float = 2.0) -> bool:
    """True if GET `url` (http only) answers 200 within `seconds`. No client library:
    start-up waits on its import.
    """
    address, _, path = url.removeprefix("http://").partition("/")
    host, _, port = address.partition(":")
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host, int(port or 80))
            try:
                writer.write(f"GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split(b" ")[1:2] == [b"200"]
