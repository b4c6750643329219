"""The local document store: MongoDB's protocol over one file, on 127.0.0.1 (`DocumentStore.java`).

An acknowledged write survives `kill -9` of the process. There are no transactions, sessions or change
streams, and only `_id` and unique indexes are used by reads; nothing in Fengqiao asks for more.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fengqiao.local.errors import NotWritable, PortTaken
from fengqiao.local.jars import class_path
from fengqiao.local.java import compiled, java_binary, joined
from fengqiao.local.ports import LOOPBACK, free_port, is_taken, owner
from fengqiao.local.process import Process, accepts

SOURCES: Final = tuple(
    Path(__file__).with_name(f"{name}.java")
    for name in ("DocumentStore", "BsonCollection", "UniqueIndex", "IdIndex", "KeyType")
)
READY_SECONDS: Final = 60.0

# Event loop threads are what commands wait in for a common commit: more of them make larger groups.
JVM: Final = (
    "-Xms64m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dio.netty.eventLoopThreads=32",
)


@dataclass(slots=True)
class DocumentStore:
    """A local document store. folder: its data. logs: where `store.log` goes. port 0: any free one."""

    folder: Path
    logs: Path
    cache: Path
    port: int = 0
    process: Process = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.process = Process("store", (), self.logs / "store.log")

    @property
    def uri(self) -> str:
        """What a client connects to."""
        return f"mongodb://{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int:
        """The pid of the store."""
        return self.process.pid

    async def start(self, seconds: float = READY_SECONDS) -> None:
        """Start the store and return when it takes requests.

        Raises PortTaken, StartFailed, NotWritable, JarsUnavailable.
        """
        if is_taken(self.port):
            raise PortTaken(
                f"Port {self.port} for the documents is in use by {owner(self.port)}; stop it or set MONGODB_PORT."
            )
        jars = await asyncio.to_thread(class_path, "store", self.cache)
        classes = await asyncio.to_thread(compiled, SOURCES, jars, self.cache)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotWritable(f"{self.folder} cannot be written: {error.strerror}.") from error
        self.process.command = (
            *(str(java_binary()), *JVM, "-cp", joined((classes, *jars))),
            *("DocumentStore", str(self.folder / "documents.mv"), str(self.port)),
        )
        self.process.start()
        await self.process.ready(lambda: accepts(LOOPBACK, self.port), seconds)

    async def stop(self) -> None:
        """Stop in order (SIGTERM): the file is closed."""
        await self.process.stop()

    async def kill(self) -> None:
        """`kill -9`."""
        await self.process.kill()

    async def restart(self) -> None:
        """Start again on the same data and port, after `stop`, `kill` or on its own end."""
        await self.process.stop()
        await self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay, nothing answers."""
        self.process.pause()

    def resume(self) -> None:
        """SIGCONT."""
        self.process.resume()
