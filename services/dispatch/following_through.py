"""What follows an entry of the journal: states on the compacted topics, disputes, and the documents behind the reads.

All of it may be done again: states and documents go newer over older, a dispute's id is the case's.
"""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final, Protocol

import structlog

from fengqiao.contracts.dispatch import CommandRejected, IncidentOpened
from fengqiao.contracts.standing_by import CoverageEvent
from fengqiao.contracts.topics import INCIDENT_STATE, UNIT_STATE
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Document
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.dispatch import earlier, outgoing, views
from services.dispatch.domain.board import Board
from services.dispatch.domain.forces import Forces
from services.dispatch.entries import Happened
from services.dispatch.outgoing import Route
from services.dispatch.state_topics import LastWords
from services.dispatch.stores import Stores

log = structlog.get_logger(__name__)

AT_ONCE: Final = 200
"""Records in one go while the state topics are put right."""
MOST_ROWS: Final = 4000
"""Rows of an incident's timeline that its document has, the latest: one that moves has one for each of its places, and
a store's document ends at 16 MB. The journal has all of them."""
Results = Sequence[Mapping[str, Any]]


class Awaiting(Protocol):
    """Those in this process who wait for what becomes of their commands."""

    def awaits(self, command_id: str) -> bool:
        """Whether anybody does for this one."""
        ...

    def decided(self, result: Mapping[str, Any]) -> None:
        """The result of a command, as soon as reads show it."""
        ...


class FollowThrough:
    """Of one area. waiting: told the result of each command as soon as reads show it."""

    def __init__(
        self,
        route: Route,
        forces: Forces,
        stores: Stores,
        publisher: Publisher,
        clock: Clock,
        words: LastWords,
        waiting: Awaiting,
    ) -> None:
        self._route = route
        self._forces = forces
        self._stores = stores
        self._publisher = publisher
        self._clock = clock
        self._words = words
        self._waiting = waiting

    async def run(self, board: Board, happened: Sequence[Happened], results: Results) -> None:
        """After one entry, with the board after it. Raises Busy."""
        states = views.StatesAt(board, self._forces)
        await self._publish_states(states, happened)
        await self._write_documents(board, states, happened, results, {})

    async def run_again(self, board: Board, happened: Sequence[Happened], results: Results) -> None:
        """For entries of which it is not known whether it was done, with the board after the last. Raises Busy."""
        states = views.StatesAt(board, self._forces)
        await self._publish_states(states, happened)
        incidents, _ = views.touched(one.event for one in happened)
        documents = await self._stores.incidents.get_many(sorted(incidents))
        known = {incident: int(document["sequence"]) for incident, document in documents.items()}
        await self._write_documents(board, states, happened, results, known)

    async def _publish_states(self, states: views.StatesAt, happened: Sequence[Happened]) -> None:
        now = self._clock.now()
        incidents, units = views.touched(one.event for one in happened)
        disputes = outgoing.disputes(self._route, happened)
        records = [outgoing.incident_record(self._route, states, incident, now) for incident in sorted(incidents)]
        said = (outgoing.unit_record(self._route, states, unit, now) for unit in sorted(units))
        records += [record for record in said if record is not None]
        if disputes:
            await self._publisher.publish_in_order(disputes)
        await self._say(records)

    async def _say(self, records: Sequence[Outgoing]) -> None:
        if not records:
            return
        acknowledged = await self._publisher.publish_in_order(records)
        for record, metadata in zip(records, acknowledged, strict=True):
            self._words.said(record.topic, record.key, _sequence(record), int(metadata.offset))

    async def _write_documents(
        self,
        board: Board,
        states: views.StatesAt,
        happened: Sequence[Happened],
        results: Results,
        known: Mapping[str, int],
    ) -> None:
        """known: per incident, to where its document tells the timeline already."""
        rows: dict[str, list[str]] = {}
        through: dict[str, int] = {}
        new: set[str] = set()
        for one in happened:
            incident_id: str = getattr(one.event, "incident_id", "")
            if incident_id not in board.incidents or isinstance(one.event, CommandRejected):
                continue
            if one.sequence is not None and one.sequence > known.get(incident_id, 0):
                rows.setdefault(incident_id, []).append(views.timeline_row(one.sequence, one.event.TYPE, one.wire))
                through[incident_id] = one.sequence
                if isinstance(one.event, IncidentOpened):
                    new.add(incident_id)
        area = self._route.area
        documents = {
            incident_id: views.incident_document(told, through[incident_id])
            for incident_id in rows
            if (told := states.incident(incident_id)) is not None
        }
        _, units = views.touched(one.event for one in happened)
        seen = (states.unit(unit) for unit in sorted(units))
        squares, named = earlier.place_documents(area, happened)
        writes = [
            self._write_incidents(documents, rows, new - known.keys()),
            self._stores.units.put_newer([views.unit_document(told) for told in seen if told is not None]),
            self._stores.places.put_newer(squares, append=("incidents", named), keep=earlier.MOST_KEPT),
        ]
        if any(isinstance(one.event, CoverageEvent) for one in happened):
            writes.append(self._stores.areas.put_newer([views.area_document(area, board)]))
        # At the same time: they do not depend on each other, and a store commits together what waits together. All have
        # ended before a failure is told, so that none runs into what is done again.
        for met in await asyncio.gather(*writes, return_exceptions=True):
            if met is not None:
                raise met
        if results:
            await self._stores.commands.put_newer(
                [{"_id": result["command_id"], "n": 1, "area": area, **result} for result in results], by="n"
            )
            for result in results:
                self._waiting.decided(result)

    async def _write_incidents(
        self, documents: dict[str, Document], rows: Mapping[str, list[str]], new: AbstractSet[str]
    ) -> None:
        # Most incidents are written for the first time here: an insert costs a store half of what an upsert does.
        fresh = [{**documents[id], "timeline": rows[id]} for id in rows if id in new]
        if fresh:
            inserted = await self._stores.incidents.insert_each(fresh)
            for document, done in zip(fresh, inserted, strict=True):
                if done:
                    del documents[document["_id"]]
        await self._stores.incidents.put_newer(list(documents.values()), append=("timeline", rows), keep=MOST_ROWS)

    async def reconcile(self, board: Board) -> None:
        """Publish whatever the state topics do not say as the board does. Raises Busy."""
        area = self._route.area
        wanted = {(self._route.topic(INCIDENT_STATE), f"{area}/{incident}") for incident in board.incidents}
        wanted |= {(self._route.topic(UNIT_STATE), f"{area}/{unit}") for unit in self._forces.units}
        wanted |= {(self._route.topic(UNIT_STATE), f"{area}/{unit}") for unit in (*board.aid.borrowed, *board.aid.past)}
        await self._say_again(board, wanted | set(self._words.keys()))

    async def heal(self, board: Board) -> None:
        """Publish again where a late record has become the last word of its key. Raises Busy."""
        await self._say_again(board, set(self._words.suspects()))

    async def _say_again(self, board: Board, keys: set[tuple[str, str]]) -> None:
        now = self._clock.now()
        states = views.StatesAt(board, self._forces)
        records: list[Outgoing] = []
        for topic, key in sorted(keys):
            name = key.partition("/")[2]
            if topic == self._route.topic(INCIDENT_STATE):
                record = outgoing.incident_record(self._route, states, name, now)
            else:
                said = outgoing.unit_record(self._route, states, name, now)
                if said is None:
                    continue
                record = said
            if self._words.sequence(topic, key) != _sequence(record):
                records.append(record)
        for at in range(0, len(records), AT_ONCE):
            await self._say(records[at : at + AT_ONCE])
        if records:
            log.info("states said again", area=self._route.area, records=len(records))


def _sequence(record: Outgoing) -> int:
    """0 for a tombstone, as `LastWords` has it."""
    return 0 if record.event is None else record.event.sequence
