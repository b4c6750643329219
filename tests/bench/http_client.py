"""A keep-alive HTTP/1.1 client that costs as little as possible, so that the load is not what is measured."""

import asyncio
from typing import Any

import httptools


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._parser: Any = None
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("closed"))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((self._parser.get_status_code(), self._body))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises OSError."""
        if self._transport is None or self.closed:
            raise ConnectionResetError("closed")
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    @property
    def closed(self) -> bool:
        """Whether the other side has hung up, as it does on who is idle for long."""
        return self._transport is None or self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Pool:
    """As many connections as are needed at once, used again."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._free: list[Connection] = []

    async def send(self, request: bytes) -> tuple[int, bytes]:
        while self._free:
            connection = self._free.pop()
            if not connection.closed:
                break
        else:
            _, connection = await asyncio.get_running_loop().create_connection(Connection, self._host, self._port)
        try:
            answer = await connection.send(request)
        except BaseException:
            connection.close()
            raise
        self._free.append(connection)
        return answer


def post(path: str, body: bytes, token: str) -> bytes:
    """A request, ready to be written."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
