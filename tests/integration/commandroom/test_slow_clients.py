"""A client that stops reading: it is let go, keeps nobody waiting, and comes back without a gap."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import httpx

from fengqiao.client.stream import EventReader, Told
from tests.awaiting import eventually
from tests.integration.commandroom.kit import ids, listening, noted
from tests.integration.dispatch.kit import publishing
from tests.system import System, free_port_base

AREA: Final = "south"
EVENTS: Final = 120
BYTES: Final = 100_000
"""Of one event: together more than two sockets hold between them."""


class DeafClient:
    """A connection that reads when it is told to, through a window as small as the system allows."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._token = token
        self._reader = EventReader()
        self._head_read = False
        self.heard: list[Told] = []

    async def __aenter__(self) -> "DeafClient":
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self._socket, ("127.0.0.1", self._port))
        request = (
            f"GET /v1/stream?areas={AREA} HTTP/1.0\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        )
        await loop.sock_sendall(self._socket, request.encode())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._socket.close()

    async def read(self, enough: Callable[[], bool], within: float = 30.0) -> bool:
        """Read until `enough`, or to the end of the connection: then False."""
        async with asyncio.timeout(within):
            while not enough():
                try:
                    piece = await asyncio.get_running_loop().sock_recv(self._socket, 65536)
                except ConnectionResetError:
                    piece = b""
                if not piece:
                    return False
                if not self._head_read:
                    # HTTP/1.0: the body is what follows the head, as it is.
                    _, _, piece = piece.partition(b"\r\n\r\n")
                    self._head_read = True
                self.heard.extend(self._reader.feed(piece))
        return True

    @property
    def place(self) -> str:
        """The token after what it has heard whole."""
        return self._reader.last_id or ""


@asynccontextmanager
async def impatient_room(system: System) -> AsyncIterator[int]:
    """The port of a command room that waits a second for a reader."""
    base = free_port_base()
    process = system.process(
        "commandroom", name="impatient", FENGQIAO_PORT_BASE=str(base), FENGQIAO_CLIENT_PATIENCE="1"
    )
    process.start()
    try:
        await process.wait_ready(f"http://127.0.0.1:{base}/readyz", 40)
        yield base
    finally:
        await process.stop()


async def test_C3_a_client_that_stops_reading_is_let_go_and_resumes_without_a_gap(system: System) -> None:
    async with impatient_room(system) as port, publishing(system) as publisher:
        url, token = f"http://127.0.0.1:{port}", system.token("subscriber", AREA)
        async with DeafClient(port, token) as deaf, listening(url, token, areas=AREA) as quick:
            assert await deaf.read(lambda: bool(deaf.heard))
            for number in range(1, EVENTS + 1):
                await publisher.publish(noted(system, AREA, number, words="x" * BYTES))
            heard_by_quick = ids(await quick.until(f"dispatch/{AREA}/{EVENTS}"))
            assert len(heard_by_quick) == EVENTS
            await eventually(lambda: clients(url, 1), within=30, what="the deaf one let go")
            assert not await deaf.read(lambda: False), "the connection ends where it was let go"
            heard = ids(deaf.heard)
            assert len(heard) < EVENTS
        async with listening(url, token, resume=deaf.place, areas=AREA) as again:
            heard += ids(await again.until(f"dispatch/{AREA}/{EVENTS}"))
    assert heard == heard_by_quick


async def clients(url: str, expected: int) -> bool:
    """Whether so many streams are open there."""
    async with httpx.AsyncClient() as http:
        return f"fengqiao_sse_clients {expected}.0" in (await http.get(f"{url}/metrics")).text
