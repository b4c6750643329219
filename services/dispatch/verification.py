"""`verify`: fold every journal again from its first entry, and hold chain, invariants, topics and reads against it."""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

import orjson

from fengqiao.contracts import ids
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.topics import DISPATCH, INCIDENT_STATE, INCIDENTS, UNIT_STATE, Topic
from fengqiao.runtime import cloudevents, documents
from fengqiao.runtime.checks import not_checked
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Busy, RuntimeFault
from fengqiao.runtime.journal import Head, Journal
from services.dispatch.domain import invariants
from services.dispatch.domain.board import Board
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.forces import Forces
from services.dispatch.entries import Happened, read
from services.dispatch.outgoing import Route
from services.dispatch.read_back import records
from services.dispatch.settings import DispatchSettings
from services.dispatch.topic_check import Decided, Published, digest, last_words
from services.dispatch.views import incident_state

LOOKS: Final = 5
BETWEEN_LOOKS_S: Final = 0.3
"""Beside a running dispatch topics and documents follow the journal by a moment, and may be ahead of what was folded:
a difference is one that is there at every look."""


class Verification:
    """Of one area."""

    def __init__(self, route: Route, forces: Forces, database: Any, bootstrap_servers: str) -> None:
        self._route = route
        self._forces = forces
        self._bootstrap = bootstrap_servers
        self._journal = Journal(Collection(database, "dispatch_journal", deadline=20.0), route.area)
        self._documents = Collection(database, "dispatch_incidents", deadline=20.0)
        self._board = Board(route.area)
        self._head = Head()
        self._published = Published()
        self._decided = Decided()
        self._heard_to = 0
        """The next offset of `incidents` to look at, and below:"""
        self._consumed = 0
        """the first that the journal has not taken in."""
        self._read_to = 0
        """The next offset of `dispatch` to read."""
        self._all_read = False
        self._words: dict[str, dict[str, bytes | None]] = {INCIDENT_STATE.name: {}, UNIT_STATE.name: {}}

    async def row(self) -> dict[str, Any]:
        """What is found: {area, ok, entries, events, hash, incidents, problem}. Raises Busy."""
        try:
            wrong = await self._look()
        except Busy:
            raise  # whether anything is wrong is not known
        except (RuntimeFault, KeyError, ValueError) as error:
            wrong = f"{type(error).__name__}: {error}"
        row = {"area": self._route.area, "ok": not wrong, "entries": self._head.n, "events": self._board.sequence}
        return row | {"hash": self._head.hash, "incidents": len(self._board.incidents), "problem": wrong or None}

    async def _look(self) -> str:
        """The first thing that is wrong; empty where nothing is."""
        behind = ""
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(BETWEEN_LOOKS_S)
            if wrong := await self._fold() or await self._read_events() or await self._read_reports():
                return wrong
            await self._read_states()
            found = await self._documents.get_many(sorted(self._board.incidents))
            words = (self._words[topic.name] for topic in (INCIDENT_STATE, UNIT_STATE))
            behind = next(
                chain(
                    self._published.missing(self._all_read),
                    last_words(self._board, self._forces, *words),
                    self._reads_differ(found),
                ),
                "",
            )
            if not behind:
                return ""
        return behind

    async def _fold(self) -> str:
        """Read the journal on. Raises RuntimeFault where the chain does not hold."""
        async for entry in self._journal.entries(self._head):
            content = read(entry)
            for happened in content.events:
                if wrong := next(self._event(entry.n, happened), ""):
                    return wrong
            self._consumed = content.offsets.get(INCIDENTS.name, self._consumed)
            self._head = Head(entry.n, entry.hash)
        return next(invariants.broken(self._board, self._forces), "")

    def _event(self, entry: int, happened: Happened) -> Iterator[str]:
        before, self._board = self._board, evolve(self._board, happened.event)
        for wrong in chain(
            self._decided.journal(happened.event),
            invariants.legal(before, happened.event),
            invariants.held_twice(self._board, self._forces, happened.event),
        ):
            yield f"entry {entry}: {wrong}"
        if happened.sequence is None:
            return
        self._published.journal(happened.event)
        if happened.sequence != self._board.sequence:
            yield f"entry {entry} gives number {happened.sequence}, {self._board.sequence} is due"

    async def _read_events(self) -> str:
        self._all_read = False
        async for record in self._records(DISPATCH, self._read_to):
            self._read_to = record.offset + 1
            if cloudevents.header(record.headers, "ce_subject") != self._route.area:
                continue
            number = cloudevents.sequence_of(record.headers) or 0
            if number > len(self._published.journaled):
                # Published since the journal was read, or by another one: the next look tells.
                self._read_to = record.offset
                return ""
            said = digest(cloudevents.header(record.headers, "ce_type") or "", record.value or b"")
            if wrong := next(self._published.read(number, said), ""):
                return wrong
        self._all_read = True
        return ""

    async def _read_reports(self) -> str:
        """Every report that the journal has taken in is decided."""
        if self._heard_to >= self._consumed:
            return ""
        async for record in self._records(INCIDENTS, self._heard_to):
            if record.offset >= self._consumed:
                break
            incident = cloudevents.header(record.headers, "ce_subject") or ""
            kind = cloudevents.header(record.headers, "ce_type")
            if kind != IncidentReported.TYPE or ids.area_of(incident) != self._route.area:
                continue
            if wrong := next(self._decided.reported(incident, record.offset), ""):
                return wrong
        self._heard_to = self._consumed
        return ""

    async def _read_states(self) -> None:
        for topic in (INCIDENT_STATE, UNIT_STATE):
            words = self._words[topic.name] = {}
            async for record in self._records(topic):
                key = (record.key or b"").decode(errors="replace")
                if key.startswith(f"{self._route.area}/"):
                    words[key] = record.value

    def _records(self, topic: Topic, offset: int = 0) -> Any:
        return records(self._bootstrap, self._route.topic(topic), self._route.partition, offset)

    def _reads_differ(self, found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
        """Incidents whose document is not what the fold says."""
        for incident in self._board.incidents.values():
            stored = found.get(incident.id)
            if stored is None:
                yield f"incident {incident.number} has no document"
            elif orjson.loads(stored["state"]) != orjson.loads(incident_state(self._board.area, incident).wire()):
                yield f"the document of incident {incident.number} is not what the journal says"


async def verify(settings: DispatchSettings, routes: Mapping[str, Route], forces: Mapping[str, Forces]) -> int:
    """Check the journal of each area; one line each. Returns the exit status: 1 when anything is wrong, 3 when store
    or Kafka do not answer."""
    client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
    database = client[settings.database]
    status = 0
    try:
        for area, route in routes.items():
            row = await Verification(route, forces[area], database, settings.bootstrap_servers).row()
            status = max(status, 0 if row["ok"] else 1)
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
    except Busy as error:
        return not_checked(error)
    finally:
        await documents.close(client)
    return status
