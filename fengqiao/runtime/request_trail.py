"""What every request leaves behind: a trace, a line in the log, a time in the metrics.

And the last resort: an exception nobody expected becomes a problem without a word about the inside.

Pure ASGI and outermost, so that refusals of the inner parts are seen as well.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fengqiao.runtime.metrics import HTTP_IN_FLIGHT, HTTP_SECONDS
from fengqiao.runtime.problems import Internal, render
from fengqiao.runtime.telemetry import continue_from, current_trace_id

UNMATCHED: Final = "unmatched"
_REQUEST_ID: Final = re.compile(rb"^[A-Za-z0-9._:-]{1,128}$")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Probes come every few seconds and say nothing when all is well.
_QUIET: Final = frozenset({"/livez", "/readyz", "/metrics"})

log = structlog.get_logger("fengqiao.http")


def route_templates(app: FastAPI) -> dict[Any, str]:
    """From an endpoint to the path template it is reached by: the only values the label `route` can have."""
    templates: dict[Any, str] = {}
    for route in iter_route_contexts(app.routes):
        endpoint = route.endpoint if route.endpoint is not None else getattr(route.original_route, "app", None)
        templates.setdefault(endpoint, route.path or "/")
    return templates


class RequestTrail:
    """templates: asked once, at the first request, when all routes are there."""

    def __init__(self, app: ASGIApp, *, templates: Callable[[], Mapping[Any, str]]) -> None:
        self._app = app
        self._ask = templates
        self._templates: Mapping[Any, str] | None = None
        self._times: dict[tuple[str, str, int], Histogram] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        traceparent: bytes | None = None
        given: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"traceparent":
                traceparent = value
            elif name == b"x-request-id" and _REQUEST_ID.match(value):
                given = value
        began = time.perf_counter()
        status = 0

        with continue_from(traceparent, "http", kind=SpanKind.SERVER) as span:
            trace_id = current_trace_id().encode()
            ours = [
                (b"x-request-id", given or trace_id),
                (b"x-trace-id", trace_id),
                (b"x-content-type-options", b"nosniff"),
            ]

            async def stamped(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                    headers = message.setdefault("headers", [])
                    if "cache-control" not in MutableHeaders(raw=headers):
                        headers.append((b"cache-control", b"no-store"))
                    headers.extend(ours)
                await send(message)

            HTTP_IN_FLIGHT.inc()
            try:
                await self._app(scope, receive, stamped)
            except Exception:
                log.exception("request failed", method=scope["method"], path=scope["path"])
                if status:
                    # Too late to say so: the server closes the connection, the client sees a broken answer.
                    raise
                answer = render(
                    Internal("Something went wrong here; it is in the log under this trace id."),
                    instance=scope["path"],
                    trace_id=trace_id.decode(),
                )
                await answer(scope, receive, stamped)
            finally:
                HTTP_IN_FLIGHT.dec()
                route = self._route(scope)
                seconds = time.perf_counter() - began
                self._observe(scope["method"], route, status, seconds)
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.response.status_code", status)
                if route not in _QUIET:
                    self._line(scope, given, status, seconds)

    def _route(self, scope: Scope) -> str:
        if self._templates is None:
            self._templates = self._ask()
        endpoint = scope.get("endpoint")
        return UNMATCHED if endpoint is None else self._templates.get(endpoint, UNMATCHED)

    def _observe(self, method: str, route: str, status: int, seconds: float) -> None:
        # A method is the client's word: an invented one must not become a label.
        key = (method if method in _METHODS else "other", route, status)
        timer = self._times.get(key)
        if timer is None:
            timer = self._times[key] = HTTP_SECONDS.labels(key[0], route, str(status))
        timer.observe(seconds)

    @staticmethod
    def _line(scope: Scope, given: bytes | None, status: int, seconds: float) -> None:
        said: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,
            "ms": round(seconds * 1000, 2),
        }
        if scope["query_string"]:
            # Names only: a value may be a token, an address, a telephone number.
            said["query"] = [name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"))]
        if given is not None:
            said["request_id"] = given.decode("latin-1")
        log.info("request", **said)
