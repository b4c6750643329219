"""The live stream of the command room (server-sent events), resumed after a break without a gap or a repeat."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from fengqiao.client.errors import Refused


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the stream. type: `snapshot`, `reset`, `undecided` (the alarms as they are, after a break), or the
    type of a CloudEvent, which `data` then is. id: the token to resume with after it."""

    id: str
    type: str
    data: Any


class Stream:
    def __init__(self, http: httpx.AsyncClient, url: str, token: str) -> None:
        self._http = http
        self._url = url
        self._token = token

    async def follow(self, areas: str, resume: str | None = None) -> AsyncIterator[Told]:
        """Everything that happens in `areas` (comma-separated), from now or from the token `resume`.

        Goes on over restarts of the service and breaks of the line. Raises Refused.
        """
        token = resume
        while True:
            headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
            if token is not None:
                headers["Last-Event-ID"] = token
            try:
                async with self._http.stream(
                    "GET",
                    f"{self._url}/v1/stream",
                    params={"areas": areas},
                    headers=headers,
                    timeout=httpx.Timeout(10.0, read=30.0),
                ) as response:
                    if response.status_code == 503:
                        raise httpx.ReadError("not ready")
                    if response.status_code >= 400:
                        await response.aread()
                        raise Refused(response.status_code, {"detail": response.text[:200]}, "GET /v1/stream")
                    reader = EventReader(token or "")
                    async for chunk in response.aiter_bytes():
                        for told in reader.feed(chunk):
                            token = told.id or token
                            yield told
                        token = reader.last_id or token
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)


class EventReader:
    """Server-sent events out of a byte stream, as the HTML standard has them. `last_id`: the last id that was told.

    Lines end with LF or CRLF and with nothing else: a place's name may hold U+2028 or U+0085, and JSON leaves it so.
    """

    def __init__(self, last_id: str = "") -> None:
        self.last_id = last_id
        self._rest = b""
        self._kind = ""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterator[Told]:
        """The events that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            told = self._line(line.removesuffix(b"\r"))
            if told is not None:
                yield told

    def _line(self, line: bytes) -> Told | None:
        if not line:
            told = (
                Told(self.last_id, self._kind or "message", orjson.loads(b"\n".join(self._data)))
                if self._data
                else None
            )
            self._kind, self._data = "", []
            return told
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match field:
            case b"id":
                self.last_id = value.decode()
            case b"event":
                self._kind = value.decode()
            case b"data":
                self._data.append(value)
        return None
