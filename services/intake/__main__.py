"""`python -m services.intake` serves; with `openapi` it prints its outline, with `check` it reads the areas' folders.

Neither of these needs anybody else.
"""

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

import fengqiao
from fengqiao.geo.errors import GeoError
from fengqiao.runtime import documents
from fengqiao.runtime.audit import Audit
from fengqiao.runtime.clock import Clock, ClockError, open_clock
from fengqiao.runtime.consumer import Consumer
from fengqiao.runtime.documents import Collection, Index, declare, index
from fengqiao.runtime.failpoints import arm
from fengqiao.runtime.http import BATCH_LIMIT, OK, authenticator, create_app, outline, serve
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.relay import Relay
from fengqiao.runtime.settings import exit_with
from fengqiao.runtime.telemetry import configure_telemetry, shutdown_telemetry
from services.intake import api, batch_api, disputes_api, lookup_api
from services.intake.acceptance import Acceptance
from services.intake.admission import Admission
from services.intake.area_folder import load_grounds
from services.intake.audit import JOURNAL
from services.intake.corrections import Corrections
from services.intake.desk import Desk
from services.intake.disputes import Disputes
from services.intake.domain.duplicates import RecentIncidents
from services.intake.domain.ground import Grounds
from services.intake.following import GROUP, TOPIC, Following
from services.intake.inserting import Inserts
from services.intake.neighbours import Neighbours
from services.intake.outbox import Outbox
from services.intake.settings import IntakeSettings

NAME: Final = "intake"

INDEXES_FIRST_S: Final = 2.0
"""Real seconds that a start waits for the indexes; without a store it goes on."""

log = structlog.get_logger(__name__)


class Intake:
    """The service put together: what it is made of, how it starts and in which order it stops."""

    def __init__(self, settings: IntakeSettings, grounds: Grounds, clock: Clock) -> None:
        """Inside a running loop: Kafka's clients belong to one."""
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        database = self._client[settings.database]
        self.incidents = Collection(database, "intake_incidents")
        disputes = Collection(database, "intake_disputes")
        followed = Collection(database, "intake_followed")
        self._indexed = (self.incidents, disputes)
        self.publisher = Publisher(settings.bootstrap_servers, f"fengqiao-{NAME}")
        prefix = settings.topic_prefix
        self.relays = (
            Relay(self.incidents, self.publisher, prefix, NAME),
            Relay(disputes, self.publisher, prefix, "intake-disputes"),
        )
        emergencies, inserts = (Inserts(self.incidents, settings.group_size, settings.group_lanes) for _ in range(2))
        dispute_inserts = Inserts(disputes, settings.group_size, 1)
        self._inserts = (emergencies, inserts, dispute_inserts)
        recent = RecentIncidents()
        admission = Admission(settings.client_rate, settings.requests_at_once)
        outbox, dispute_outbox = (Outbox(relay, self.publisher) for relay in self.relays)
        self.desk = Desk(
            grounds=grounds,
            incidents=self.incidents,
            acceptance=Acceptance(grounds, emergencies, inserts, outbox, recent, admission, clock),
            corrections=Corrections(grounds, self.incidents, outbox, clock),
            disputes=Disputes(grounds, self.incidents, dispute_inserts, dispute_outbox, admission.turn, clock),
            audit=Audit(Collection(database, "intake_audit"), f"{JOURNAL}:{secrets.token_hex(6)}"),
            admission=admission,
            clock=clock,
        )
        following = Following(self.incidents, followed)
        self.consumer = Consumer(
            settings.bootstrap_servers,
            GROUP,
            [TOPIC],
            following.handle,
            self.publisher,
            prefix=prefix,
            linger_ms=100,
        )
        partitions = [ground.area.partition for ground in grounds.by_area.values()]
        self._neighbours = Neighbours(settings.bootstrap_servers, prefix, partitions, recent, clock)
        self._indexing: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Everything beside the HTTP side. Starts also while Kafka or the store is away, and goes on by itself."""
        await self.publisher.start()
        # Before anything is written, if the store is there: the embedded one refuses work on a collection that is
        # just getting its first index.
        self._indexing = asyncio.create_task(declare(self._indexes()))
        await asyncio.wait({self._indexing}, timeout=INDEXES_FIRST_S)
        for relay in self.relays:
            relay.start()
        self.consumer.start()
        self._neighbours.start()
        try:
            yield
        finally:
            self._indexing.cancel()
            await asyncio.gather(self.consumer.stop(), self._neighbours.stop())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await asyncio.gather(*(inserts.drain() for inserts in self._inserts))
            for relay in self.relays:
                await relay.stop()
            await self.publisher.stop()
            await documents.close(self._client)

    async def readiness(self) -> Mapping[str, str]:
        """A row for Kafka, the store, what dispatch says, and what waits to be told."""
        waiting = sum(relay.waiting for relay in self.relays)
        return {
            "kafka": self._kafka(),
            "store": await self.incidents.state(),
            "dispatch": OK if self.consumer.connected else "not following yet",
            "relay": OK if waiting == 0 else f"{OK}, {waiting} wait to be told",
        }

    def _kafka(self) -> str:
        """Without Kafka, calls are still taken (kept, and told later): nobody may be turned away because of it."""
        if self.publisher.available:
            return OK
        return f"{OK}, away: reports are kept and told later" if self.publisher.was_available else "no connection yet"

    def _indexes(self) -> list[Index]:
        """What a real MongoDB wants. Nothing needs them for being right."""
        unsent = (index(collection, "unsent", sparse=True) for collection in self._indexed)
        return [*unsent, index(self.incidents, "external_id", sparse=True)]


def compose(settings: IntakeSettings) -> FastAPI:
    """The application; what it stands on starts and stops with its lifespan.

    Raises ClockError and GeoError.
    """
    grounds = load_grounds(settings.areas)
    clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
    arm(settings.failpoints)
    running: list[Intake] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        intake = Intake(settings, grounds, clock)
        app.state.desk = intake.desk
        running[:] = [intake]
        async with intake.running():
            yield

    async def readiness() -> Mapping[str, str]:
        return await running[0].readiness() if running else {"start": "not finished"}

    return create_app(
        name=NAME,
        version=fengqiao.__version__,
        settings=settings,
        auth=authenticator(settings),
        readiness=readiness,
        routers=[api.router, batch_api.router, disputes_api.router, lookup_api.router],
        lifespan=lifespan,
        body_limits_by_path={batch_api.PATH: BATCH_LIMIT},
    )


def main() -> None:
    settings = IntakeSettings.load_or_exit()
    try:
        if sys.argv[1:] == ["check"]:
            load_grounds(settings.areas)
            return
        if sys.argv[1:] == ["openapi"]:
            sys.stdout.buffer.write(orjson.dumps(outline(compose(settings)), option=orjson.OPT_INDENT_2) + b"\n")
            return
        configure_logs(NAME, format=settings.log_format, level=settings.log_level)
        configure_telemetry(NAME, fengqiao.__version__, settings.otlp_endpoint)
        app = compose(settings)
    except (ClockError, GeoError) as error:
        exit_with(error)
    serve(app, host=settings.bind, port=settings.port(NAME))
    shutdown_telemetry()


if __name__ == "__main__":
    main()
