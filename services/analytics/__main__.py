"""Composition root of analytics: settings → adapters → run. `python -m services.analytics [openapi|replay]`."""

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import orjson
import structlog
from fastapi import FastAPI

from fengqiao import __version__
from fengqiao.geo.areas import load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.runtime import documents, failpoints
from fengqiao.runtime.clock import ClockError, open_clock
from fengqiao.runtime.consumer import Consumer
from fengqiao.runtime.errors import Busy, ForeignJournal
from fengqiao.runtime.http import OK, authenticator, create_app, outline
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.metrics import CLOCK_SKEW
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.serving import serve, stopping
from fengqiao.runtime.settings import exit_with
from fengqiao.runtime.telemetry import configure_telemetry
from fengqiao.runtime.topics_admin import cluster
from services.analytics import api
from services.analytics.area_rules import InvalidTargets, load_rules
from services.analytics.domain.folding import AreaRules
from services.analytics.followed_log import followed_log
from services.analytics.following import Following
from services.analytics.log_records import TOPIC
from services.analytics.replay import replay
from services.analytics.rollup_store import RollupStore
from services.analytics.settings import AnalyticsSettings

NAME: Final = "analytics"
REFUSED_EXIT: Final = 5
log = structlog.get_logger(__name__)


class Analytics:
    """The running service: an HTTP application over a consumer that is started and stopped with it."""

    def __init__(self, settings: AnalyticsSettings, rules: Mapping[str, AreaRules]) -> None:
        self._settings = settings
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        self._database = self._client[settings.database]
        self._fold_store = RollupStore(self._database, deadline=20.0)
        # A reader is told within two seconds that the store is away; a batch has more patience.
        self._read_store = RollupStore(self._database, deadline=1.8)
        self._following = Following(self._fold_store, rules)
        self._publisher = Publisher(settings.bootstrap_servers, NAME)
        self._consumer: Consumer | None = None
        self.refused: str | None = None
        self.app = create_app(
            name=NAME,
            version=__version__,
            settings=settings,
            auth=authenticator(settings),
            readiness=self._readiness,
            routers=[api.router(self._read_store, rules)],
            lifespan=self._run,
        )

    @asynccontextmanager
    async def _run(self, app: FastAPI) -> AsyncIterator[None]:
        await self._publisher.start()
        begin = asyncio.create_task(self._begin(app))
        indexes = asyncio.create_task(self._declare_indexes())
        try:
            yield
        finally:
            for task in (begin, indexes):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            if self._consumer is not None:
                await self._consumer.stop()
            await self._publisher.stop()
            await documents.close(self._client)

    async def _begin(self, app: FastAPI) -> None:
        """Wait for Kafka and the store, see that they belong together, then follow the log."""
        topic = self._settings.topic(TOPIC)
        wait = 0.2
        while True:
            try:
                kafka = await cluster(self._settings.bootstrap_servers, [topic])
                found = await followed_log(self._database, kafka, topic, secrets.token_hex(4))
                break
            except ForeignJournal as foreign:
                # Needs a person: say so and leave.
                self.refused = str(foreign)
                stopping(app).set()
                return
            except Busy as busy:
                log.info("waiting", why=str(busy))
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, 2.0)
        self._consumer = Consumer(
            self._settings.bootstrap_servers,
            found.group,
            [TOPIC],
            self._following.handle,
            self._publisher,
            prefix=self._settings.topic_prefix,
            batch=self._settings.fold_batch,
            session_timeout=self._settings.session_timeout,
            linger_ms=250,
        )
        self._consumer.start()

    async def _declare_indexes(self) -> None:
        while True:
            try:
                await self._fold_store.ensure_indexes()
                return
            except Busy as busy:
                log.debug("indexes wait", why=str(busy))
                await asyncio.sleep(2)

    async def _readiness(self) -> dict[str, str]:
        try:
            await self._read_store.ready()
            store = OK
        except Busy as busy:
            store = str(busy)
        following = self._consumer is not None and self._consumer.connected
        return {
            "store": store,
            "kafka": OK if self._publisher.available else "no connection",
            "dispatch": OK if following else "not following yet",
        }


def main(arguments: list[str]) -> None:
    settings = AnalyticsSettings.load_or_exit()
    configure_logs(NAME, format=settings.log_format, level=settings.log_level)
    try:
        rules = load_rules(settings.areas, load_areas(settings.areas).values())
        failpoints.arm(settings.failpoints)
    except (GeoError, InvalidTargets, ValueError) as error:
        exit_with(error)
    if arguments[:1] == ["check"]:
        return
    if arguments[:1] == ["replay"]:
        raise SystemExit(asyncio.run(replay(settings, rules)))
    if arguments[:1] == ["openapi"]:
        sys.stdout.buffer.write(orjson.dumps(outline(Analytics(settings, rules).app), option=orjson.OPT_INDENT_2))
        return
    try:
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
    except ClockError as error:
        exit_with(error)
    configure_telemetry(NAME, __version__, settings.otlp_endpoint)
    CLOCK_SKEW.set_function(clock.skew_seconds)
    service = Analytics(settings, rules)
    serve(service.app, host=settings.bind, port=settings.port(NAME))
    if service.refused is not None:
        sys.stderr.write(f"{service.refused}\n")
        raise SystemExit(REFUSED_EXIT)


if __name__ == "__main__":
    main(sys.argv[1:])
