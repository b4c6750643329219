"""Composition root of notify: settings → adapters → run. `python -m services.notify [openapi|check]`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import orjson
from fastapi import FastAPI

from fengqiao import __version__
from fengqiao.contracts.topics import DISPATCH, MEDIATION
from fengqiao.geo.areas import Area, load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.runtime import documents, failpoints
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock, ClockError, DomainClock, open_clock
from fengqiao.runtime.consumer import Consumer
from fengqiao.runtime.documents import Collection, Index, declare, index
from fengqiao.runtime.http import OK, authenticator, create_app, outline
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.metrics import CLOCK_SKEW
from fengqiao.runtime.publisher import Publisher
from fengqiao.runtime.relay import Relay
from fengqiao.runtime.serving import serve
from fengqiao.runtime.settings import exit_with
from fengqiao.runtime.telemetry import configure_telemetry
from services.notify import api
from services.notify.deliveries import Deliveries
from services.notify.domain.targets import Targets
from services.notify.requests import Requests
from services.notify.settings import NotifySettings
from services.notify.targets_file import WrongSecret, load_secrets, load_targets
from services.notify.webhook import Webhooks

SERVICE: Final = "notify"


class Notify:
    """The running service: the consumer of what is asked, the deliveries, the relay of their receipts."""

    def __init__(
        self,
        settings: NotifySettings,
        areas: Mapping[str, Area],
        targets: Mapping[str, Targets],
        secrets: Mapping[tuple[str, str], bytes],
        clock: Clock,
    ) -> None:
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        self._collection = Collection(self._client[settings.database], "notify_deliveries")
        self._publisher = Publisher(settings.bootstrap_servers, SERVICE)
        self._relay = Relay(self._collection, self._publisher, settings.topic_prefix, SERVICE)
        self._webhooks = Webhooks(secrets, settings.webhook_deadline)
        self._deliveries = Deliveries(
            self._collection, self._relay, self._webhooks, targets, clock, settings.look_every
        )
        self._requests = Requests(self._deliveries, targets)
        self._settings = settings
        self._consumer: Consumer | None = None
        self.app = create_app(
            name=SERVICE,
            version=__version__,
            settings=settings,
            auth=authenticator(settings),
            readiness=self._readiness,
            routers=[api.router(self._collection, areas)],
            lifespan=self.running,
        )

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Everything that goes on beside the requests, begun and ended in order."""
        await self._publisher.start()
        self._relay.start()
        self._deliveries.start()
        # Made here: a consumer belongs to the loop in which it is made.
        consumer = self._consumer = Consumer(
            self._settings.bootstrap_servers,
            SERVICE,
            [DISPATCH.name, MEDIATION.name],
            self._requests,
            self._publisher,
            prefix=self._settings.topic_prefix,
            session_timeout=self._settings.session_timeout,
            linger_ms=50,
        )
        consumer.start()
        indexes = asyncio.create_task(declare(self._indexes()), name="indexes")
        try:
            yield
        finally:
            await consumer.stop()
            await ended(indexes)
            await self._deliveries.stop()
            await self._relay.stop()
            await self._publisher.stop()
            await self._webhooks.close()
            await documents.close(self._client)

    def _indexes(self) -> list[Index]:
        """What a real MongoDB wants."""
        return [
            index(self._collection, "area", "-sort"),
            index(self._collection, "open", sparse=True),
            index(self._collection, "unsent", sparse=True),
        ]

    async def _readiness(self) -> dict[str, str]:
        waiting = self._deliveries.waiting
        return {
            "store": await self._collection.state(),
            "kafka": OK if self._publisher.available else "no connection",
            "requests": OK if self._consumer is not None and self._consumer.connected else "waiting for Kafka",
            "deliveries": OK if waiting == 0 else f"{OK}, {waiting} are under way",
        }


def read_targets(settings: NotifySettings, areas: Mapping[str, Area]) -> dict[str, Targets]:
    """The lists of the areas that have one. Raises InvalidArea."""
    read = {id: load_targets(settings.areas / id, id) for id in areas}
    return {id: targets for id, targets in read.items() if targets is not None}


def main(arguments: list[str]) -> None:
    settings = NotifySettings.load_or_exit()
    try:
        areas = load_areas(settings.areas)
        targets = read_targets(settings, areas)
        if arguments[:1] == ["check"]:
            return
        if arguments[:1] == ["openapi"]:
            described = Notify(settings, areas, {}, {}, DomainClock())
            sys.stdout.buffer.write(orjson.dumps(outline(described.app), option=orjson.OPT_INDENT_2) + b"\n")
            return
        configure_logs(SERVICE, format=settings.log_format, level=settings.log_level)
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
        failpoints.arm(settings.failpoints)
        configure_telemetry(SERVICE, __version__, settings.otlp_endpoint)
        CLOCK_SKEW.set_function(clock.skew_seconds)
        secrets = load_secrets(settings.secrets_folder, targets.values(), make=settings.profile == "local")
        service = Notify(settings, areas, targets, secrets, clock)
    except (ClockError, GeoError, WrongSecret, ValueError) as error:
        exit_with(error)
    serve(service.app, host=settings.bind, port=settings.port(SERVICE))


if __name__ == "__main__":
    main(sys.argv[1:])
