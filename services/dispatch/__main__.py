"""Composition root of dispatch: settings → adapters → run. `python -m services.dispatch [openapi|verify|check]`."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import structlog
from fastapi import FastAPI

from fengqiao import __version__
from fengqiao.contracts.topics import TOPICS
from fengqiao.geo.areas import Area, AreaIndex, load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.geo.roads import RoadNetwork
from fengqiao.runtime import documents, failpoints
from fengqiao.runtime.audit import Audit
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock, ClockError, open_clock
from fengqiao.runtime.documents import Collection, declare
from fengqiao.runtime.errors import Busy
from fengqiao.runtime.http import authenticator, create_app, outline
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.metrics import CLOCK_SKEW
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.serving import serve, stopping
from fengqiao.runtime.settings import exit_with
from fengqiao.runtime.telemetry import configure_telemetry
from fengqiao.runtime.topics_admin import Cluster, cluster
from services.dispatch import commands_api, mutual_aid_api, orders_api, reads_api, recommendation_api, small_cases_api
from services.dispatch.area_folder import load_forces, with_lenders
from services.dispatch.command_desk import CommandDesk
from services.dispatch.domain.forces import Forces
from services.dispatch.folder_check import checked_roads
from services.dispatch.forms import Forms
from services.dispatch.giving import Giving
from services.dispatch.instance import Instance
from services.dispatch.outgoing import Route
from services.dispatch.papers import Papers
from services.dispatch.positions import Positions
from services.dispatch.read_back import PublishedTail
from services.dispatch.settings import DispatchSettings
from services.dispatch.stores import indexes, stores
from services.dispatch.surroundings import Surroundings, load_surroundings
from services.dispatch.verification import verify
from services.dispatch.writer import AreaWriter

log = structlog.get_logger(__name__)
REFUSED_EXIT = 5
NewWriter = type[AreaWriter]


class Dispatch:
    """The running service: an HTTP application over an instance that is started and stopped with it."""

    def __init__(
        self,
        settings: DispatchSettings,
        areas: Mapping[str, Area],
        forces: Mapping[str, Forces],
        clock: Clock,
        writer: NewWriter = AreaWriter,
        roads: Mapping[str, RoadNetwork] | None = None,
        surroundings: Mapping[str, Surroundings] = MappingProxyType({}),
    ) -> None:
        """roads, surroundings: of each area; without them it can describe itself and no more."""
        self._settings = settings
        self._areas = areas
        self._forces = forces
        self._ground = AreaIndex(areas)
        self._clock = clock
        self._writer = writer
        self._roads = dict(roads or {})
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        database = self._client[settings.database]
        self._stores = stores(database)
        self._publisher = Publisher(settings.bootstrap_servers, "dispatch")
        # A producer has one request under way at a time: a decision must not wait for the commands of others.
        self._asking = Publisher(settings.bootstrap_servers, "dispatch-commands")
        self._desk = CommandDesk(
            self._asking,
            self._stores.commands,
            {area.id: area.partition for area in areas.values()},
            settings.topic_prefix,
            lambda partition: self._instance is not None and partition in self._instance.owners,
        )
        self._instance: Instance | None = None
        self.refused: str | None = None
        papers = Papers(
            Collection(database, "dispatch_papers"),
            Audit(Collection(database, "dispatch_audit"), f"dispatch-audit:{secrets.token_hex(8)}"),
        )
        giving = Giving(self._desk, papers, forces, clock)
        forms = Forms(giving, papers)
        self.app = create_app(
            name="dispatch",
            version=__version__,
            settings=settings,
            auth=authenticator(settings),
            readiness=self._readiness,
            routers=[
                commands_api.router(giving, forms),
                orders_api.router(giving, forms, self._ground),
                mutual_aid_api.router(giving),
                small_cases_api.router(giving, forms, self._stores, forces),
                reads_api.router(self._stores, forces, papers, clock, surroundings),
                recommendation_api.router(self._desk, frozenset(forces), clock),
            ],
            lifespan=self._run,
        )

    @asynccontextmanager
    async def _run(self, app: FastAPI) -> AsyncIterator[None]:
        begin = asyncio.create_task(self._begin(app))
        declaring = asyncio.create_task(declare(indexes(self._stores)))
        try:
            yield
        finally:
            await ended(begin, declaring)
            if self._instance is not None:
                await self._instance.stop()
            await self._desk.stop()
            await self._asking.stop()
            await self._publisher.stop()
            await documents.close(self._client)

    async def _begin(self, app: FastAPI) -> None:
        """Wait for Kafka, then take part in its consumer group."""
        await self._asking.start()
        await self._publisher.start()
        names = [self._settings.topic(topic.name) for topic in TOPICS]
        wait = 0.2
        while True:
            try:
                kafka = await cluster(self._settings.bootstrap_servers, names)
                break
            except Busy as busy:
                log.info("waiting for Kafka", why=str(busy))
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, 2.0)
        by_partition: dict[int, list[str]] = {}
        for area in self._areas.values():
            by_partition.setdefault(area.partition, []).append(area.id)
        self._instance = Instance(
            self._settings.bootstrap_servers,
            by_partition,
            self._new_writer(kafka, self._roads),
            self._publisher,
            self._clock,
            self._settings.topic_prefix,
            self._settings.session_timeout,
        )
        self._instance.start()
        # Journal and topics that do not belong together need a person: say so and leave.
        self.refused = await self._instance.refused
        stopping(app).set()

    def _new_writer(self, kafka: Cluster, roads: Mapping[str, Any]) -> Callable[[str], AreaWriter]:
        ways = routes(self._settings, self._areas)

        def new(area: str) -> AreaWriter:
            return self._writer(
                ways[area],
                self._forces[area],
                Positions(self._forces[area], roads[area], self._ground),
                self._stores,
                self._publisher,
                self._clock,
                kafka,
                PublishedTail(self._settings.bootstrap_servers),
                self._desk,
            )

        return new

    async def _readiness(self) -> dict[str, str]:
        return {
            "store": await self._stores.commands.state(),
            "kafka": "ok" if self._publisher.available else "no connection",
            "areas": "waiting for Kafka" if self._instance is None else self._instance.state(),
        }


def routes(settings: DispatchSettings, areas: Mapping[str, Area]) -> dict[str, Route]:
    """Where the records of each area go."""
    partitions = {area.id: area.partition for area in areas.values()}
    return {name: Route(name, at, settings.topic_prefix, partitions) for name, at in sorted(partitions.items())}


def load(folder: Path) -> tuple[dict[str, Area], dict[str, Forces]]:
    """The areas in `folder`, and what each has to send. A wrong file ends the process with a sentence."""
    try:
        areas = load_areas(folder)
        return areas, with_lenders({area: load_forces(folder / area, area) for area in areas})
    except GeoError as error:
        exit_with(error)


def sound_roads(folder: Path, areas: Mapping[str, Area], forces: Mapping[str, Forces]) -> dict[str, RoadNetwork]:
    """The roads of the areas. Before anything is bound: a folder that contradicts itself ends the process with a
    sentence, and is not found out during a call."""
    try:
        return checked_roads(folder, areas, forces)
    except GeoError as error:
        exit_with(error)


def scenes(folder: Path, areas: Mapping[str, Area]) -> dict[str, Surroundings]:
    """What is near the scenes of the areas. A wrong file ends the process with a sentence."""
    try:
        return {name: load_surroundings(folder / name, area) for name, area in areas.items()}
    except GeoError as error:
        exit_with(error)


def main(arguments: list[str], writer: NewWriter = AreaWriter) -> None:
    settings = DispatchSettings.load_or_exit()
    configure_logs("dispatch", format=settings.log_format, level=settings.log_level)
    areas, forces = load(settings.areas)
    if arguments[:1] == ["check"]:
        sound_roads(settings.areas, areas, forces)
        scenes(settings.areas, areas)
        return
    try:
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
        failpoints.arm(settings.failpoints)
    except (ClockError, ValueError) as error:
        exit_with(error)
    if arguments[:1] == ["verify"]:
        raise SystemExit(asyncio.run(verify(settings, routes(settings, areas), forces)))
    configure_telemetry("dispatch", __version__, settings.otlp_endpoint)
    CLOCK_SKEW.set_function(clock.skew_seconds)
    if arguments[:1] == ["openapi"]:
        sys.stdout.buffer.write(
            orjson.dumps(outline(Dispatch(settings, areas, forces, clock).app), option=orjson.OPT_INDENT_2)
        )
        return
    roads = sound_roads(settings.areas, areas, forces)
    service = Dispatch(settings, areas, forces, clock, writer, roads, scenes(settings.areas, areas))
    serve(service.app, host=settings.bind, port=settings.port("dispatch"))
    if service.refused is not None:
        sys.stderr.write(f"{service.refused}\n")
        raise SystemExit(REFUSED_EXIT)


if __name__ == "__main__":
    main(sys.argv[1:])
