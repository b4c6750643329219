"""Composition root of the command room. `python -m services.commandroom [openapi]`."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import orjson
from fastapi import FastAPI

from fengqiao import __version__
from fengqiao.geo.areas import Area, load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.runtime import failpoints
from fengqiao.runtime.clock import Clock, ClockError, open_clock
from fengqiao.runtime.http import authenticator, create_app, outline
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.metrics import CLOCK_SKEW
from fengqiao.runtime.serving import serve
from fengqiao.runtime.settings import ServiceName, exit_with
from fengqiao.runtime.telemetry import configure_telemetry
from fengqiao.runtime.tokens import TokenMint
from services.commandroom import ground_api, page, pass_through
from services.commandroom.audience import Audience
from services.commandroom.board import LiveBoard
from services.commandroom.feed import Feed
from services.commandroom.oidc import Oidc
from services.commandroom.sessions import BearerOrSession, Sessions
from services.commandroom.settings import CommandroomSettings
from services.commandroom.stream_api import Streams
from services.commandroom.undecided import UndecidedWatch

BEHIND: tuple[ServiceName, ...] = ("intake", "dispatch", "mediation", "analytics")


def build(settings: CommandroomSettings, clock: Clock, areas: Mapping[str, Area]) -> FastAPI:
    """The application; its feed runs from its start to its end. areas: all of this installation, by id."""
    board, audience = LiveBoard(), Audience(settings.client_buffer)
    watch = UndecidedWatch(settings.undecided_after)
    feed = Feed(settings.bootstrap_servers, settings.topic_prefix, board, audience, watch)
    sessions = Sessions(settings.data)
    who = BearerOrSession(authenticator(settings), sessions)
    http = httpx.AsyncClient(timeout=httpx.Timeout(15.0, connect=2.0), limits=httpx.Limits(max_connections=200))
    local = settings.profile == "local"
    client = settings.oidc_client
    oidc = None if client is None else Oidc(http, client, sessions.secret)
    mint = TokenMint(settings.data, issuer=settings.issuer, audience=settings.audience) if local else None

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        feed.start()
        try:
            yield
        finally:
            await feed.stop()
            await http.aclose()

    async def readiness() -> dict[str, str]:
        return {
            "kafka": "ok" if feed.connected else "no connection",
            "board": "ok" if feed.loaded.is_set() else "being read from Kafka",
        }

    return create_app(
        name="commandroom",
        version=__version__,
        settings=settings,
        auth=who,
        readiness=readiness,
        routers=[
            page.router(who, sessions, areas, oidc),
            Streams(settings, feed, board, audience, watch, clock).router(),
            ground_api.router(settings.areas, areas),
            pass_through.router(http, {name: settings.url(name) for name in BEHIND}, mint, oidc),
        ],
        lifespan=run,
        body_limits_by_path={"/intake/v1/incidents:batch": 4 * 2**20},
    )


def main(arguments: list[str]) -> None:
    settings = CommandroomSettings.load_or_exit()
    configure_logs("commandroom", format=settings.log_format, level=settings.log_level)
    try:
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
        failpoints.arm(settings.failpoints)
        areas = load_areas(settings.areas)
    except (ClockError, GeoError, ValueError) as error:
        exit_with(error)
    configure_telemetry("commandroom", __version__, settings.otlp_endpoint)
    CLOCK_SKEW.set_function(clock.skew_seconds)
    app = build(settings, clock, areas)
    if arguments[:1] == ["openapi"]:
        sys.stdout.buffer.write(orjson.dumps(outline(app), option=orjson.OPT_INDENT_2))
        return
    serve(app, host=settings.bind, port=settings.port("commandroom"))


if __name__ == "__main__":
    main(sys.argv[1:])
