"""A gateway on this machine: takes webhooks, checks their signatures, and answers as it is told to."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from services.notify.targets_file import _secret as secret_in
from services.notify.webhook import signature


@dataclass(frozen=True)
class Got:
    path: str
    id: str
    signed: bool
    event: dict[str, Any]


@dataclass
class Receiver:
    """secrets: the folder that notify makes them in. answer: the status for a path, asked at each request."""

    secrets: Path
    area: str
    port: int = 0
    got: list[Got] = field(default_factory=list)
    answer: Callable[[str], int] = lambda _: 204

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def of(self, path: str) -> list[Got]:
        return [one for one in self.got if one.path == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        raw = dict(line.split(": ", 1) for line in lines if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        path = first.split(" ")[1].strip("/")
        sent = {name.lower(): value for name, value in raw.items()}
        secret = secret_in(self.secrets / f"{self.area}.{path}")
        wanted = signature(secret, sent["webhook-id"], int(sent["webhook-timestamp"]), body)
        signed = hmac.compare_digest(wanted, sent["webhook-signature"])
        self.got.append(Got(path, sent["webhook-id"], signed, orjson.loads(body)))
        writer.write(f"HTTP/1.1 {self.answer(path)} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(secrets: Path, area: str) -> AsyncIterator[Receiver]:
    receiver = Receiver(secrets, area)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver
