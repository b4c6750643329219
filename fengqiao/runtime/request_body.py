"""Takes a request's body in before anything parses it: not too large, not too slow, JSON where it says so.

Pure ASGI. A declared length over the limit is refused unread; an undeclared one is counted as it comes.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fengqiao.runtime.problem_handlers import non_number_pointer
from fengqiao.runtime.problems import FieldError, Malformed, Problem, TooLarge, TooSlow, Unprocessable, render
from fengqiao.runtime.telemetry import current_trace_id

DEFAULT_LIMIT: Final = 256 * 1024
BATCH_LIMIT: Final = 4 * 1024 * 1024
ARRIVAL_S: Final = 10.0
"""Real seconds within which a body must have arrived."""
_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ClientGone(Exception):
    """The client went away before its body was complete; there is nobody to answer."""


class BodyGate:
    """limit: bytes; limits: other bytes for exact paths. arrival_s: real seconds."""

    def __init__(self, app: ASGIApp, *, limit: int, limits: Mapping[str, int], arrival_s: float = ARRIVAL_S) -> None:
        self._app = app
        self._limit = limit
        self._limits = dict(limits)
        self._arrival_s = arrival_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared: bytes | None = None
        chunked = False
        kind = b""
        for name, value in scope["headers"]:
            if name == b"content-length":
                declared = value
            elif name == b"transfer-encoding":
                chunked = True
            elif name == b"content-type":
                kind = value
        if declared is None and not chunked and scope["method"] in _BODILESS:
            await self._app(scope, receive, send)
            return
        try:
            body = await self._take(receive, self._limits.get(scope["path"], self._limit), declared)
            if body and _is_json(kind):
                check_json(body)
        except Problem as problem:
            # What is left of the body is not read, so the connection cannot serve another request.
            problem.headers.setdefault("Connection", "close")
            answer = render(problem, instance=scope["path"], trace_id=current_trace_id())
            await answer(scope, receive, send)
            return
        except ClientGone:
            return
        handed_on = False

        async def replay() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _take(self, receive: Receive, limit: int, declared: bytes | None) -> bytes:
        if declared is not None and (not declared.isdigit() or int(declared[:20]) > limit):
            raise TooLarge(limit=limit)
        if declared == b"0":
            return b""
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._arrival_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGone
                    chunk: bytes = message.get("body", b"")
                    size += len(chunk)
                    if size > limit:
                        raise TooLarge(limit=limit)
                    chunks.append(chunk)
                    if not message.get("more_body", False):
                        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        except TimeoutError as error:
            raise TooSlow(f"The body did not arrive within {self._arrival_s:g} s.") from error


def _is_json(content_type: bytes) -> bool:
    kind = content_type.split(b";", 1)[0].strip().lower()
    return kind == b"application/json" or (kind.startswith(b"application/") and kind.endswith(b"+json"))


def check_json(body: bytes) -> None:
    """Refuse what is not JSON. Raises Malformed, and Unprocessable naming the field for a NaN.

    The framework's reader would take NaN for a number and recurse into a body a thousand levels deep.
    """
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError as error:
        pointer = non_number_pointer(body)
        if pointer is not None:
            raise Unprocessable.at(pointer, "NaN and Infinity are no numbers in JSON") from error
        try:
            body.decode("utf-8")
        except UnicodeDecodeError as wrong:
            detail = f"The body is not UTF-8: byte {wrong.start} cannot be read."
            raise Malformed(detail, errors=[FieldError("", detail)]) from error
        detail = f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        raise Malformed(detail, errors=[FieldError("", detail)]) from error
