"""Composition root of analytics: settings → adapters → run. `python -m services.analytics [openapi|replay|import]`."""

import asyncio
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
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock, ClockError, DomainClock, open_clock
from fengqiao.runtime.consumer import Consumer, Handler
from fengqiao.runtime.documents import declare
from fengqiao.runtime.errors import Busy, ForeignJournal
from fengqiao.runtime.http import OK, authenticator, create_app, outline
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.metrics import CLOCK_SKEW
from fengqiao.runtime.priority import stand_behind
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.serving import serve, stopping
from fengqiao.runtime.settings import exit_with
from fengqiao.runtime.telemetry import configure_telemetry
from fengqiao.runtime.topics_admin import cluster
from services.analytics import api, bulletins_api, case_log, numbers_api, watch_api
from services.analytics.area_rules import load_rules
from services.analytics.asking import Numbers
from services.analytics.bulletin_desk import BulletinDesk
from services.analytics.case_log import FollowingCases
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.profile import Profile
from services.analytics.dossier_store import DossierStore
from services.analytics.followed_log import followed_log
from services.analytics.following import Following
from services.analytics.insight_desk import InsightDesk
from services.analytics.log_end import KafkaLog, LogEnd
from services.analytics.log_records import TOPIC
from services.analytics.past_import import import_past
from services.analytics.profile_file import load_profiles
from services.analytics.replay import replay
from services.analytics.rollup_store import RollupStore
from services.analytics.settings import AnalyticsSettings
from services.analytics.watch import Watch

NAME: Final = "analytics"
REFUSED_EXIT: Final = 5
BEHIND_CALLS: Final = 10
"""Steps of the system's `nice` that counting stands behind the taking and deciding of calls on the same machine."""
REST: Final = 4.0
"""A batch reads and writes the registers of its days whole: on a day of thousands of incidents counting rests four
times as long as a batch took, so that it has a fifth of the time at most."""
log = structlog.get_logger(__name__)


class Analytics:
    """The running service: an HTTP application over a consumer that is started and stopped with it."""

    def __init__(
        self,
        settings: AnalyticsSettings,
        rules: Mapping[str, AreaRules],
        profiles: Mapping[str, Profile],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        self._database = self._client[settings.database]
        self._fold_store = RollupStore(self._database, deadline=20.0)
        # A reader is told within two seconds that the store is away; a batch has more patience.
        self._read_store = RollupStore(self._database, deadline=1.8)
        self.store = self._fold_store
        self._following = Following(self._fold_store, rules)
        self._publisher = Publisher(settings.bootstrap_servers, NAME)
        self._fold_dossiers = DossierStore(self._database, deadline=20.0)
        self._following_cases = FollowingCases(self._fold_dossiers, rules)
        self._consumers: dict[str, Consumer] = {}
        numbers = Numbers(self._read_store, DossierStore(self._database, deadline=1.8), rules, profiles, clock)
        partitions = {area: one.partition for area, one in rules.items()}
        # A look has more patience than a reader.
        thorough = Numbers(self._fold_store, self._fold_dossiers, rules, profiles, clock)
        self._desk = InsightDesk(self._database, self._publisher, settings.topic_prefix, partitions)
        self._log_end = LogEnd(thorough)
        self._logs: list[KafkaLog] = []
        bulletins = BulletinDesk(thorough, self._desk, self._log_end)
        self.watch = Watch(thorough, self._desk, bulletins, self._log_end, settings.areas)
        self.refused: str | None = None
        self.app = create_app(
            name=NAME,
            version=__version__,
            settings=settings,
            auth=authenticator(settings),
            readiness=self._readiness,
            routers=[
                api.router(self._read_store, rules),
                numbers_api.router(numbers),
                watch_api.router(numbers, self.watch),
                bulletins_api.router(numbers, bulletins),
            ],
            lifespan=self._run,
        )

    @asynccontextmanager
    async def _run(self, app: FastAPI) -> AsyncIterator[None]:
        await self._publisher.start()
        begin = asyncio.create_task(self._begin(app))
        indexes = asyncio.create_task(declare([*self._fold_store.indexes(), *self._fold_dossiers.indexes()]))
        try:
            yield
        finally:
            await ended(begin, indexes)
            await self.watch.stop()
            await asyncio.gather(*(one.stop() for one in self._logs))
            await asyncio.gather(*(consumer.stop() for consumer in self._consumers.values()))
            await self._desk.stop()
            await self._publisher.stop()
            await documents.close(self._client)

    async def _begin(self, app: FastAPI) -> None:
        """Wait for Kafka and the store, see that they belong together, then follow the log."""
        handlers: dict[str, Handler] = {TOPIC: self._following.handle, case_log.TOPIC: self._following_cases.handle}
        names = {topic: self._settings.topic(topic) for topic in handlers}
        wait = 0.2
        while True:
            try:
                kafka = await cluster(self._settings.bootstrap_servers, list(names.values()))
                logs = {
                    topic: await followed_log(self._database, kafka, name, secrets.token_hex(4))
                    for topic, name in names.items()
                }
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
        for topic, handler in handlers.items():
            group = f"{self._settings.topic_prefix}{logs[topic].group(topic)}"
            self._logs.append(KafkaLog(self._settings.bootstrap_servers, group, names[topic]))
            self._log_end.follow(topic, self._logs[-1])
            self._consumers[topic] = Consumer(
                self._settings.bootstrap_servers,
                logs[topic].group(topic),
                [topic],
                handler,
                self._publisher,
                prefix=self._settings.topic_prefix,
                batch=self._settings.fold_batch,
                session_timeout=self._settings.session_timeout,
                linger_ms=250,
                rest=REST,
            )
            self._consumers[topic].start()
        self._desk.start()
        if self._settings.watch:
            self.watch.start()

    async def _readiness(self) -> dict[str, str]:
        following = {topic: consumer.connected for topic, consumer in self._consumers.items()}
        return {
            "store": await self._read_store.state(),
            "kafka": OK if self._publisher.available else "no connection",
            **{topic: OK if following.get(topic) else "not following yet" for topic in (TOPIC, case_log.TOPIC)},
        }


def main(arguments: list[str]) -> None:
    settings = AnalyticsSettings.load_or_exit()
    configure_logs(NAME, format=settings.log_format, level=settings.log_level)
    try:
        areas = load_areas(settings.areas)
        rules = load_rules(settings.areas, areas.values())
        profiles = load_profiles(settings.areas, areas.values())
        failpoints.arm(settings.failpoints)
    except (GeoError, ValueError) as error:
        exit_with(error)
    if arguments[:1] == ["check"]:
        return
    if arguments[:1] == ["replay"]:
        raise SystemExit(asyncio.run(replay(settings, rules)))
    if arguments[:1] == ["import"]:
        if arguments[1:2] == [] or arguments[1] not in areas:
            sys.stderr.write(f"Name an area: {', '.join(areas)}.\n")
            raise SystemExit(2)
        raise SystemExit(asyncio.run(import_past(settings, areas[arguments[1]], rules[arguments[1]], arguments[2:])))
    if arguments[:1] == ["openapi"]:
        sys.stdout.buffer.write(
            orjson.dumps(outline(Analytics(settings, rules, profiles, DomainClock()).app), option=orjson.OPT_INDENT_2)
        )
        return
    try:
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
    except ClockError as error:
        exit_with(error)
    configure_telemetry(NAME, __version__, settings.otlp_endpoint)
    CLOCK_SKEW.set_function(clock.skew_seconds)
    service = Analytics(settings, rules, profiles, clock)
    stand_behind(BEHIND_CALLS)
    serve(service.app, host=settings.bind, port=settings.port(NAME))
    if service.refused is not None:
        sys.stderr.write(f"{service.refused}\n")
        raise SystemExit(REFUSED_EXIT)


if __name__ == "__main__":
    main(sys.argv[1:])
