"""HTTP/1.1 as cheaply as it can be had, so that a crowd of callers on a busy machine does not wait for its own client.

`Pulse` says how long the client's own loop stood still: that is not the service's time.
"""

import asyncio
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httptools

BEAT_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser: Any = None
        self._headers: dict[str, str] = {}
        self._body = b""

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._parser is not None:
            self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("closed"))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Answer(self._parser.get_status_code(), self._headers, self._body))

    async def send(self, request: bytes) -> Answer:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("closed")
        self._headers, self._body = {}, b""
        self._parser = httptools.HttpResponseParser(self)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class LightHttp:
    """As many connections to each host as are needed at once, used again."""

    def __init__(self) -> None:
        self._free: dict[str, list[_Connection]] = {}

    async def ask(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Raises OSError when there is no answer."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        free = self._free.setdefault(parts.netloc, [])
        connection = free.pop() if free else None
        if connection is None or not connection.open:
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(_Connection, parts.hostname or "", parts.port or 80)
        try:
            answer = await connection.send("\r\n".join((*lines, "", "")).encode() + body)
        except BaseException:
            connection.close()
            raise
        free.append(connection)
        return answer

    def close(self) -> None:
        for connections in self._free.values():
            for connection in connections:
                connection.close()


class Pulse:
    """Beats fifty times a second and adds up by how much each beat comes late."""

    def __init__(self) -> None:
        self.late = 0.0
        """Seconds for which this loop has stood still so far."""
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT_S)
            self.late += max(time.monotonic() - began - BEAT_S, 0.0)
