"""The stream and the snapshot (C3): a snapshot, then every change, resumed without a gap or a repeat."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
import structlog
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.metrics import SSE_RESETS
from fengqiao.runtime.problems import Unavailable, problem_responses
from fengqiao.runtime.serving import stopping
from services.commandroom import resume, sse
from services.commandroom.audience import Audience, Listener
from services.commandroom.board import LiveBoard
from services.commandroom.feed import ALARM, Feed, Missed
from services.commandroom.patient_response import PatientStream
from services.commandroom.resume import StaleToken
from services.commandroom.settings import CommandroomSettings
from services.commandroom.undecided import UndecidedWatch

log = structlog.get_logger(__name__)
Caller = Annotated[Principal, require("stream:read")]
_LOOK_EVERY = 2.0
"""Real seconds between looks whether Kafka is there, for those who listen."""
_WORTH_PACKING = 4096
"""Bytes."""
_NEVER_CACHED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Streams:
    """Serves the stream of one process."""

    def __init__(
        self,
        settings: CommandroomSettings,
        feed: Feed,
        board: LiveBoard,
        audience: Audience,
        watch: UndecidedWatch,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._feed = feed
        self._board = board
        self._audience = audience
        self._watch = watch
        self._clock = clock

    def snapshot(self, areas: frozenset[str] | None) -> bytes:
        """Everything as it is now, as JSON."""
        alarms = [alarm for alarm in self._watch.alarms() if areas is None or alarm["area"] in areas]
        whole: dict[str, Any] = {
            "at": self._clock.now(),
            "speed": self._clock.speed,
            "areas": self._board.snapshot(areas),
            "undecided": alarms,
        }
        return orjson.dumps(whole, option=orjson.OPT_UTC_Z)

    def router(self) -> APIRouter:
        routes = APIRouter(tags=["stream"])

        @routes.get("/v1/snapshot", responses=problem_responses(403, 503))
        async def snapshot(
            caller: Caller,
            areas: Annotated[str | None, Query(max_length=500)] = None,
            accept_encoding: Annotated[str | None, Header(max_length=200)] = None,
        ) -> Response:
            """Everything as it is now."""
            chosen = self._chosen(caller, areas)
            self._ready()
            told, headers = self.snapshot(chosen), _NEVER_CACHED
            if "gzip" in (accept_encoding or "") and len(told) > _WORTH_PACKING:
                told, headers = gzip.compress(told, 1), headers | {"Content-Encoding": "gzip"}
            return Response(told, media_type="application/json", headers=headers)

        @routes.get(
            "/v1/stream",
            response_class=StreamingResponse,
            responses={
                200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
                **problem_responses(403, 503),
            },
        )
        async def stream(
            request: Request,
            caller: Caller,
            areas: Annotated[str | None, Query(max_length=500)] = None,
            types: Annotated[str | None, Query(max_length=2000)] = None,
            resume_from: Annotated[str | None, Query(alias="resume", max_length=8000)] = None,
            last_event_id: Annotated[str | None, Header(max_length=8000)] = None,
        ) -> Response:
            """Server-sent events: `snapshot`, then every change; `id` is the token to resume with. `kafka` says that
            Kafka has gone (`{"connected": false}`): what is shown stands still until it says that it is back."""
            chosen = self._chosen(caller, areas)
            prefixes = [one for one in (types or "").split(",") if one]
            self._ready()
            body = self._told(request, caller, chosen, prefixes, last_event_id or resume_from)
            return PatientStream(body, _NEVER_CACHED, self._settings.client_patience)

        return routes

    def _chosen(self, caller: Principal, areas: str | None) -> frozenset[str] | None:
        """The areas asked for, or all of the token's; None for every area. Raises Forbidden."""
        if areas:
            asked = frozenset(one for one in areas.split(",") if one)
            for area in asked:
                caller.check_area(area)
            return asked
        return None if "*" in caller.areas else caller.areas

    def _ready(self) -> None:
        if not self._feed.loaded.is_set():
            raise Unavailable("The board is still being read from Kafka.", retry_after=1)

    async def _told(
        self,
        request: Request,
        caller: Principal,
        areas: frozenset[str] | None,
        types: list[str],
        token: str | None,
    ) -> AsyncIterator[bytes]:
        listener, missed, first = self._join(areas, types, token)
        try:
            yield first
            if missed is not None:
                try:
                    async for news in missed.read():
                        if listener.wants(news):
                            yield news.frame
                except (StaleToken, KafkaError, TimeoutError) as stale:
                    self._audience.leave(listener)
                    reason = str(stale) or "Kafka does not answer"
                    listener, _, first = self._join(areas, types, None, reset=reason)
                    yield first
            async for frames in self._live(request, caller, listener):
                yield frames
        finally:
            self._audience.leave(listener)

    def _join(
        self, areas: frozenset[str] | None, types: list[str], token: str | None, reset: str | None = None
    ) -> tuple[Listener, Missed | None, bytes]:
        """Join the audience, and what to say first. Nothing is waited for, so nothing falls in between."""
        missed = None
        if token is not None:
            try:
                missed = self._feed.missed(resume.read(token), self._settings.longest_resume)
            except StaleToken as stale:
                reset = str(stale)
        listener = self._audience.join(areas, types)
        if missed is not None:
            return listener, missed, sse.COMMENT + self._lasting(areas, types)
        now = self._feed.place().token()
        first = sse.frame("snapshot", self.snapshot(areas), now)
        if reset is not None:
            SSE_RESETS.inc()
            first = sse.frame("reset", orjson.dumps({"reason": reset})) + first
        return listener, None, first

    def _lasting(self, areas: frozenset[str] | None, types: list[str]) -> bytes:
        """The alarms as they are now, for one who comes back: they are not in Kafka, so they cannot be read again."""
        if types and not any(ALARM.startswith(prefix) for prefix in types):
            return b""
        alarms = [alarm for alarm in self._watch.alarms() if areas is None or alarm["area"] in areas]
        return sse.frame("undecided", orjson.dumps(alarms))

    async def _live(self, request: Request, caller: Principal, listener: Listener) -> AsyncIterator[bytes]:
        """What happens from now on, until the token's life, the service, or a buffer that is full ends it."""
        stop = stopping(request.app)
        over = asyncio.create_task(stop.wait())
        connected, spoke = True, time.monotonic()
        try:
            while not stop.is_set():
                if self._feed.connected != connected:
                    connected, spoke = self._feed.connected, time.monotonic()
                    yield sse.frame("kafka", orjson.dumps({"connected": connected}))
                left = caller.expires_at - time.time()
                if left <= 0:
                    yield sse.frame("ended", orjson.dumps({"reason": "the token's life is over"}))
                    return
                news = asyncio.create_task(listener.ready.wait())
                try:
                    await asyncio.wait(
                        {news, over},
                        timeout=min(self._settings.comment_every, _LOOK_EVERY, left),
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                finally:
                    news.cancel()
                frames = b"".join(one.frame for one in listener.take())
                quiet = time.monotonic() - spoke >= 0.95 * self._settings.comment_every
                if frames:
                    spoke = time.monotonic()
                    yield frames
                elif quiet and not listener.dropped and not stop.is_set():
                    spoke = time.monotonic()
                    # Nothing waits, so this client has been told everything that it wants up to here.
                    yield sse.still_here(self._feed.place().token())
                if listener.dropped:
                    yield sse.frame("dropped", orjson.dumps({"reason": "too slow: come back with your last id"}))
                    return
            yield sse.frame("ended", orjson.dumps({"reason": "the service stops"}))
        finally:
            over.cancel()
