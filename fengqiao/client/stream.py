"""The live stream of the command room (server-sent events), resumed after a break without a gap or a repeat."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from fengqiao.client.errors import Refused


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the stream. type: `snapshot`, `reset`, or the type of a CloudEvent, which `data` then is."""

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
                    async for told in _events(response):
                        token = told.id or token
                        yield told
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.3)


async def _events(response: httpx.Response) -> AsyncIterator[Told]:
    id, kind = "", "message"
    data: list[str] = []
    async for line in response.aiter_lines():
        if line == "":
            if data:
                yield Told(id, kind, orjson.loads("\n".join(data)))
            kind, data = "message", []
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "id":
                id = value
            case "event":
                kind = value
            case "data":
                data.append(value)
