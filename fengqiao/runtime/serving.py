"""Runs an application until it is told to stop, and stops it in order.

PortTaken(Exception)    another process listens there; names it
"""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psutil
import uvicorn
from fastapi import FastAPI

from fengqiao.runtime.collecting import collect_seldom
from fengqiao.runtime.telemetry import shutdown_telemetry

PORT_TAKEN_EXIT: Final = 3
GRACE_S: Final = 5.0
"""Real seconds that running requests get to end. A supervisor waits 10, and the lifespan ends after them."""


class PortTaken(Exception):
    """Another process listens on the port. The text names it and says what to do."""


def stopping(app: FastAPI) -> asyncio.Event:
    """Set when the process has been told to stop: long streams end themselves on it.

    Setting it stops the process.
    """
    event: asyncio.Event | None = getattr(app.state, "stopping", None)
    if event is None:
        event = app.state.stopping = asyncio.Event()
    return event


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self._stop = stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn would raise the signal again when all is done, and the orderly end would read as a killing.
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for one in signals:
            loop.add_signal_handler(one, self._told)
        try:
            yield
        finally:
            for one in signals:
                loop.remove_signal_handler(one)

    def _told(self) -> None:
        # Told twice means now.
        self.force_exit = self._stop.is_set()
        self._stop.set()
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        collect_seldom()

    async def on_tick(self, counter: int) -> bool:
        if self._stop.is_set():
            self.should_exit = True
        return await super().on_tick(counter)


async def serve_async(app: FastAPI, *, host: str, port: int, grace_s: float = GRACE_S) -> None:
    """Serve until SIGTERM, SIGINT or `stopping(app).set()`, then end in order. Raises PortTaken.

    Streams that do not watch `stopping(app)` are cut after grace_s real seconds.
    """
    listener = listen(host, port)
    config = uvicorn.Config(
        app,
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=max(1, round(grace_s)),
        timeout_keep_alive=75,
    )
    server = _Server(config, stopping(app))
    try:
        await server.serve(sockets=[listener])
    finally:
        listener.close()
        await asyncio.to_thread(shutdown_telemetry)
    if not server.started:
        # uvicorn has logged why; a supervisor must see that this was no orderly end.
        raise SystemExit(1)


def serve(app: FastAPI, *, host: str, port: int, grace_s: float = GRACE_S) -> None:
    """`serve_async` on uvloop for a `__main__`; a taken port: a sentence and exit status 3."""
    # Imported here: the tests and the command line run on the standard loop.
    import uvloop

    try:
        uvloop.run(serve_async(app, host=host, port=port, grace_s=grace_s))
    except PortTaken as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(PORT_TAKEN_EXIT) from error


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken; OSError for an address that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} is taken by {port_owner(port)}: stop it, or move all ports with FENGQIAO_PORT_BASE."
            ) from error
        raise
    listener.setblocking(False)
    return listener


def port_owner(port: int) -> str:
    """Who listens on `port`, for a person: name and process id as far as the system tells."""
    try:
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
                process = psutil.Process(connection.pid)
                return f"{process.name()} (process {connection.pid})"
    except (psutil.Error, OSError):
        pass
    return "another process"
