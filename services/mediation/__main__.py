"""Composition root of mediation: settings → adapters → run. `python -m services.mediation [openapi|check|verify]`."""

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
from fengqiao.contracts.topics import DISPUTES
from fengqiao.geo.areas import Area, load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.runtime import documents, failpoints
from fengqiao.runtime.audit import Audit
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
from services.mediation import (
    cases_api,
    check_ins_api,
    commands_api,
    hazards_api,
    mediators_api,
    personal_api,
    printed_api,
    scores_api,
)
from services.mediation.area_rules import load_rules, years_missing
from services.mediation.case_desk import CaseDesk
from services.mediation.case_files import CaseFiles
from services.mediation.case_firing import CaseFiring
from services.mediation.case_store import CaseStore
from services.mediation.check_ins import CheckIns
from services.mediation.disputes import DisputeDesk
from services.mediation.domain.rules import Rules
from services.mediation.due_slots import DueSlots
from services.mediation.due_work import DueWork
from services.mediation.hazard_desk import HazardDesk
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.lists import Lists
from services.mediation.papers import Papers
from services.mediation.parties import Parties
from services.mediation.party_marks import PartyKeyError, PartyMarks, party_key
from services.mediation.repeats import Repeats
from services.mediation.settings import MediationSettings
from services.mediation.verification import verify

SERVICE: Final = "mediation"
log = structlog.get_logger(__name__)


class Mediation:
    """The running service: an HTTP application, the consumer of disputes, and the relay of what cases have to tell."""

    def __init__(
        self,
        settings: MediationSettings,
        areas: Mapping[str, Area],
        rules: Mapping[str, Rules],
        marks: PartyMarks,
        clock: Clock,
    ) -> None:
        self._client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        database = self._client[settings.database]
        self.cases = Collection(database, "mediation_cases")
        self._waiting = Collection(database, "mediation_parties")
        self._papers = Collection(database, "mediation_papers")
        self.parties = Parties(self._waiting, self.cases, clock)
        papers = Papers(self._papers)
        audit = Audit(Collection(database, "mediation_audit"), f"mediation-audit:{secrets.token_hex(8)}")
        self._publisher = Publisher(settings.bootstrap_servers, SERVICE)
        self._relay = Relay(self.cases, self._publisher, settings.topic_prefix, SERVICE)
        self.due_slots = slots = DueSlots(Collection(database, "mediation_due"), clock)
        self.lists = lists = Lists(Collection(database, "mediation_lists"), self.cases, clock)
        store = CaseStore(self.cases, slots, self._relay, clock, lists)
        repeats = Repeats(Collection(database, "mediation_marks"), marks)
        files = CaseFiles(store, lists, papers, self.parties, repeats, clock, rules)
        desk, firing = CaseDesk(files), CaseFiring(files)
        self._hazards = Collection(database, "mediation_hazards")
        self._hazard_relay = Relay(self._hazards, self._publisher, settings.topic_prefix, "mediation-hazards")
        hazards = HazardDesk(CaseStore(self._hazards, slots, self._hazard_relay, clock, what="hazard"), papers, clock)
        self.due_work = DueWork(slots, clock, {"case": (firing, self.cases), "hazard": (hazards, self._hazards)})
        check_ins = CheckIns(Collection(database, "mediation_check_ins"), clock)
        self._store = store
        self._clock, self._rules = clock, rules
        self._mediators = [(area, one.id) for area, mine in rules.items() for one in mine.force.mediators]
        self._disputes = DisputeDesk(store, self.parties, desk, clock, rules)
        self._settings = settings
        self._consumer: Consumer | None = None
        whose = Jurisdiction(areas)
        self.app = create_app(
            name=SERVICE,
            version=__version__,
            settings=settings,
            auth=authenticator(settings),
            readiness=self._readiness,
            routers=[
                cases_api.router(desk, self.cases, lists, self.parties, areas, marks, clock, rules),
                commands_api.router(desk, marks, whose, clock),
                personal_api.router(desk, self.parties, papers, audit, marks, whose, clock),
                printed_api.router(desk, self.parties, papers, audit, whose, clock, rules),
                hazards_api.router(hazards, desk, self._hazards, areas, marks, clock, rules),
                check_ins_api.router(check_ins, desk, areas, marks, clock, rules),
                mediators_api.router(desk, whose, rules),
                scores_api.router(self.cases, self._hazards, whose, rules),
            ],
            lifespan=self.running,
        )

    def warn(self) -> None:
        """Say what the areas' data lacks and the service can do without."""
        for id, mine in self._rules.items():
            if note := years_missing(id, mine, self._clock.now()):
                log.warning(note)

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Everything that goes on beside the requests, begun and ended in order."""
        await self._publisher.start()
        self._relay.start()
        self._hazard_relay.start()
        # Made here: a consumer belongs to the loop in which it is made.
        consumer = self._consumer = Consumer(
            self._settings.bootstrap_servers,
            SERVICE,
            [DISPUTES.name],
            self._disputes,
            self._publisher,
            prefix=self._settings.topic_prefix,
            session_timeout=self._settings.session_timeout,
            linger_ms=50,
        )
        consumer.start()
        beside = [
            asyncio.create_task(declare(self._indexes()), name="indexes"),
            asyncio.create_task(self.parties.keep_forgetting(), name="forget parties"),
            asyncio.create_task(self.due_work.keep_looking(), name="due work"),
            asyncio.create_task(self._store.list_all(), name="cases without lists"),
            asyncio.create_task(self.lists.keep_checking(self._mediators), name="lists"),
        ]
        try:
            yield
        finally:
            await consumer.stop()
            await ended(*beside)
            await self._relay.stop()
            await self._hazard_relay.stop()
            await self._publisher.stop()
            await documents.close(self._client)

    def _indexes(self) -> list[Index]:
        """What a real MongoDB wants for lists, visits that are due, and what is unsent. Commands use `_id` only."""
        return [
            index(self.cases, "area", "-sort"),
            index(self.cases, "area", "stage", "-sort"),
            index(self.cases, "area", "grade", "-sort"),
            index(self.cases, "area", "with", "-sort", sparse=True),
            index(self.cases, "unsent", sparse=True),
            index(self.cases, "next_due", sparse=True),
            index(self.cases, "open", sparse=True),
            index(self.cases, "area", "opened"),
            index(self.cases, "area", "disposed", sparse=True),
            index(self._papers, "case"),
            index(self._hazards, "area", "-sort"),
            index(self._hazards, "area", "found"),
            index(self._hazards, "next_due", sparse=True),
            index(self._hazards, "unsent", sparse=True),
            index(self._waiting, "waiting", sparse=True),
        ]

    async def _readiness(self) -> dict[str, str]:
        waiting = self._relay.waiting + self._hazard_relay.waiting
        return {
            "store": await self.cases.state(),
            "kafka": OK if self._publisher.available else "no connection",
            "disputes": OK if self._consumer is not None and self._consumer.connected else "waiting for Kafka",
            "relay": OK if waiting == 0 else f"{waiting} cases or hazards have events that are not told yet",
        }


def build(settings: MediationSettings, clock: Clock, key: bytes) -> Mediation:
    """The service as its settings have it. key: the secret of the parties' marks. Raises GeoError."""
    areas = load_areas(settings.areas)
    rules = {id: load_rules(settings.areas / id, area) for id, area in areas.items()}
    return Mediation(settings, areas, rules, PartyMarks(key), clock)


def main(arguments: list[str]) -> None:
    settings = MediationSettings.load_or_exit()
    try:
        if arguments[:1] == ["check"]:
            for id, area in load_areas(settings.areas).items():
                note = years_missing(id, load_rules(settings.areas / id, area), DomainClock().now())
                if note is not None:
                    sys.stdout.write(f"note: {note}\n")
            return
        if arguments[:1] == ["openapi"]:
            described = build(settings, DomainClock(), secrets.token_bytes(32))
            sys.stdout.buffer.write(orjson.dumps(outline(described.app), option=orjson.OPT_INDENT_2) + b"\n")
            return
        if arguments[:1] == ["verify"]:
            sys.exit(asyncio.run(verify(settings)))
        configure_logs(SERVICE, format=settings.log_format, level=settings.log_level)
        clock = open_clock(settings.data, settings.clock_setting, production=settings.profile == "production")
        failpoints.arm(settings.failpoints)
        configure_telemetry(SERVICE, __version__, settings.otlp_endpoint)
        CLOCK_SKEW.set_function(clock.skew_seconds)
        service = build(settings, clock, party_key(settings.party_key_file))
        service.warn()
    except (ClockError, GeoError, PartyKeyError, ValueError) as error:
        exit_with(error)
    serve(service.app, host=settings.bind, port=settings.port(SERVICE))


if __name__ == "__main__":
    main(sys.argv[1:])
