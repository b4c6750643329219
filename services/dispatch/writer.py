"""The one writer of an area: decide, journal, publish, and after any doubt read the journal on.

    step       decide a batch on the board, insert one entry, publish its events in order, write its documents
    catch_up   the only recovery: start, takeover, a number that another instance took, a lost answer, Kafka away

The journal is the truth. What a step does after the insert may fail anywhere: `catch_up` finds the last sequence
that was published and publishes what the journal has after it. Repeats carry the same id and content.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import structlog

from fengqiao.contracts.dispatch import CommandRejected
from fengqiao.contracts.model import Location
from fengqiao.contracts.topics import DISPATCH, INCIDENT_STATE, UNIT_STATE
from fengqiao.runtime import failpoints
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Fenced, ForeignJournal
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.journal import Head, Journal, Snapshot, Snapshots, new_nonce
from fengqiao.runtime.metrics import JOURNAL_ENTRIES, JOURNAL_FENCED, JOURNAL_INSERT_SECONDS
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.topics_admin import Cluster
from services.dispatch import outgoing, recall, views
from services.dispatch.domain.board import Board, from_json, to_json
from services.dispatch.domain.decide import happenings
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import Context, Travel
from services.dispatch.domain.messages import AllHeard, Asked, MessageTakenUp
from services.dispatch.entries import Content, Happened, Mark, numbered, read
from services.dispatch.inputs import Input
from services.dispatch.outgoing import Route
from services.dispatch.positions import Positions
from services.dispatch.state_topics import LastWords

log = structlog.get_logger(__name__)

SNAPSHOT_EVERY: Final = 5000
"""Entries between snapshots. A takeover folds at most so many; a snapshot costs the writer a moment."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The collections of dispatch."""

    journal: Collection
    snapshots: Collection
    incidents: Collection
    units: Collection
    commands: Collection


NOTHING: Final[Mapping[str, int]] = {}

LastPublished = Callable[[str, int, str, int], Awaitable[tuple[int, int]]]
"""(topic, partition, area, from offset) → the last sequence of the area there (0: none) and the end offset."""


class AreaWriter:
    """Holds the board of one area. Not shared between tasks: its partition's owner calls one method at a time."""

    def __init__(
        self,
        route: Route,
        forces: Forces,
        positions: Positions,
        stores: Stores,
        publisher: Publisher,
        clock: Clock,
        cluster: Cluster,
        last_published: LastPublished,
        decided: Callable[[Mapping[str, Any]], None],
    ) -> None:
        """decided: told the result of each command as soon as reads show it."""
        self.route = route
        self.positions = positions
        self.board = Board(route.area)
        self.offsets: dict[str, int] = {}
        """The next offset to read of each input topic."""
        self._forces = forces
        self._stores = stores
        self._publisher = publisher
        self._clock = clock
        self._cluster = cluster
        self._last_published = last_published
        self._decided = decided
        self._journal = Journal(stores.journal, route.area)
        self._snapshots = Snapshots(stores.snapshots)
        self._nonce = new_nonce()
        self._head = Head()
        self._mark = Mark()
        self._snapshot_at = 0
        self.words = LastWords()

    # --- recovery

    async def catch_up(self) -> None:
        """Read the journal on, publish what is not there yet, write the documents. Raises Busy and ForeignJournal."""
        if self._head == Head():
            snapshot = await self._snapshots.latest(self.route.area)
            if snapshot is not None:
                self._restore(snapshot)
        unfinished = await self._read_on()
        await self._check_kafka()
        published, end = await self._last_published(
            self.route.topic(DISPATCH), self.route.partition, self.route.area, self._mark.offset
        )
        if published > self.board.sequence:
            unfinished += await self._read_on()
        if published > self.board.sequence:
            raise ForeignJournal(
                f"Kafka has event {published} of {self.route.area}, the journal ends at {self.board.sequence}: "
                "the store was wiped or is another one. Give it back, or start both afresh."
            )
        published = max(published, self._mark.sequence)
        await self._follow_through(unfinished, published)
        self._mark = Mark(self._head.n, self.board.sequence, end)

    def _restore(self, snapshot: Snapshot) -> None:
        stored = orjson.loads(snapshot.state)
        self.board = from_json(orjson.dumps(stored["board"]))
        self.offsets = dict(stored["offsets"])
        self._mark = Mark(*stored["published"])
        self._head = snapshot.head
        self._snapshot_at = snapshot.head.n

    async def _read_on(self) -> list[Content]:
        """Fold the entries after the head; those of them that are not known to be followed through."""
        folded = []
        async for entry in self._journal.entries(self._head):
            content = read(entry)
            for happened in content.events:
                self.board = evolve(self.board, happened.event)
            self.offsets = {**self.offsets, **content.offsets}
            self._mark = max(self._mark, content.published, key=lambda mark: mark.entry)
            self._head = Head(entry.n, entry.hash)
            folded.append(content)
        return [one for number, one in enumerate(folded, self._head.n - len(folded) + 1) if number > self._mark.entry]

    async def _check_kafka(self) -> None:
        """Journal and topics belong together (the first entry says with which it began)."""
        first = await self._journal.entry(1)
        if first is None:
            return
        kafka = read(first).kafka or {}
        if kafka.get("cluster") != self._cluster.id:
            raise ForeignJournal(
                f"the journal of {self.route.area} belongs to the Kafka cluster {kafka.get('cluster')}, this one is "
                f"{self._cluster.id}. Point KAFKA_BOOTSTRAP_SERVERS at the right one, or start with an empty store."
            )
        for name, topic_id in kafka.get("topics", {}).items():
            if self._cluster.topics.get(name) != topic_id:
                raise ForeignJournal(
                    f"the topic {name} was made anew since the journal of {self.route.area} began: its records are "
                    "gone. Restore the topic, or start with an empty store and empty topics."
                )

    async def _follow_through(self, unfinished: Sequence[Content], published: int) -> None:
        """Do for these entries what comes after the insert, as far as it has not been done."""
        if not unfinished:
            return
        happened = [one for content in unfinished for one in content.events]
        missing = [one for one in happened if one.sequence is not None and one.sequence > published]
        await self._publisher.publish_in_order(outgoing.events(self.route, missing))
        await self._publish_states(happened)
        incidents, _ = views.touched(one.event for one in happened)
        documents = await self._stores.incidents.get_many(sorted(incidents))
        known = {incident: document["sequence"] for incident, document in documents.items()}
        results = [result for content in unfinished for result in content.results]
        await self._write_documents(happened, results, known)

    # --- the loop's step

    async def step(self, inputs: Sequence[Input]) -> None:
        """Take in what these messages say. Raises Fenced, Busy: then `catch_up`, and read again from `offsets`."""
        fresh = [one for one in inputs if one.topic is None or one.offset >= self.offsets.get(one.topic, 0)]
        if not fresh:
            return
        messages = [one.message for one in fresh]
        decided_before = await recall.decided(self._stores.commands, messages)
        retired = await recall.retired(self._stores.incidents, self.board, messages, self._clock.now())
        board, happened, verbs = self._decide(fresh, decided_before, retired)
        offsets = dict(self.offsets)
        for one in fresh:
            if one.topic is not None:
                offsets[one.topic] = max(offsets.get(one.topic, 0), one.offset + 1)
        results = outgoing.results(happened, verbs)
        if not happened and not results:
            self.offsets = offsets  # nothing to remember: after a restart the same messages say the same nothing
            return
        await self._insert(happened, results, offsets)
        self.board, self.offsets = board, offsets
        failpoint("dispatch.journal-inserted")
        records = outgoing.events(self.route, happened)
        end = self._mark.offset
        if records:
            end = await self._publish(records)
        failpoint("dispatch.published")
        await self._publish_states(happened)
        await self._write_documents(happened, results)
        self._mark = Mark(self._head.n, board.sequence, end)
        failpoint("dispatch.documents-written")
        if self._head.n - self._snapshot_at >= SNAPSHOT_EVERY:
            await self.save_snapshot()

    def _decide(
        self, inputs: Sequence[Input], decided_before: frozenset[str], retired: frozenset[str]
    ) -> tuple[Board, list[Happened], dict[str, str]]:
        board = self.board
        now = self._clock.now()
        happened: list[Happened] = []
        verbs: dict[str, str] = {}
        for one in inputs:
            message = one.message
            at = now
            if isinstance(message, Asked):
                command = message.command
                if command.command_id in decided_before or command.command_id in verbs:
                    continue
                # Commands count at the time the server received them.
                at = min(command.received_at, now)

            def travel(units: Sequence[str], place: Location, at: datetime = at) -> Mapping[str, Travel]:
                return self.positions.travel(at, units, place)

            then = happenings(board, message, Context(at, self._forces, travel, retired))
            happened.extend(numbered(board.sequence, then.events, one.trace))
            if isinstance(message, Asked) and message.command.command_id not in then.board.aside:
                verbs[message.command.command_id] = message.command.TYPE
            for event in then.events:
                if isinstance(event, MessageTakenUp) and event.key.startswith("c-"):
                    verbs[event.key] = event.TYPE
            board = then.board
        return board, happened, verbs

    async def _insert(
        self, happened: Sequence[Happened], results: Sequence[Mapping[str, Any]], offsets: Mapping[str, int]
    ) -> None:
        kafka = None
        if self._head.n == 0:
            kafka = {"cluster": self._cluster.id, "topics": dict(self._cluster.topics)}
        content = Content(self._clock.now().isoformat(), tuple(happened), tuple(results), offsets, self._mark, kafka)
        try:
            with JOURNAL_INSERT_SECONDS.time():
                self._head = await self._journal.append(self._head, content.body(), self._nonce)
        except Fenced:
            JOURNAL_FENCED.labels(self.route.area).inc()
            raise
        JOURNAL_ENTRIES.labels(self.route.area).inc()

    async def _publish(self, records: Sequence[Outgoing]) -> int:
        half = len(records) // 2
        if half and failpoints.armed("dispatch.half-published"):
            await self._publisher.publish_in_order(records[:half])
            failpoint("dispatch.half-published")
        acknowledged = await self._publisher.publish_in_order(records)
        return int(acknowledged[-1].offset) + 1

    async def _publish_states(self, happened: Sequence[Happened]) -> None:
        """Disputes, and the latest state of whatever these events touched."""
        now = self._clock.now()
        events = [one.event for one in happened]
        incidents, units = views.touched(events)
        records = outgoing.disputes(self.route, happened)
        before = len(records)
        records += [outgoing.incident_record(self.route, self.board, incident, now) for incident in sorted(incidents)]
        records += [
            outgoing.unit_record(self.route, self.board, self._forces, unit, now)
            for unit in sorted(units)
            if unit in self._forces.units
        ]
        if not records:
            return
        acknowledged = await self._publisher.publish_in_order(records)
        for record, metadata in zip(records[before:], acknowledged[before:], strict=True):
            sequence = 0 if record.event is None else record.event.sequence
            self.words.said(record.topic, record.key, sequence, int(metadata.offset))

    async def _write_documents(
        self,
        happened: Sequence[Happened],
        results: Sequence[Mapping[str, Any]],
        known: Mapping[str, int] = NOTHING,
    ) -> None:
        """What reads show. known: per incident, to where its document tells the timeline already."""
        rows: dict[str, list[dict[str, Any]]] = {}
        for one in happened:
            incident_id: str = getattr(one.event, "incident_id", "")
            if incident_id not in self.board.incidents or isinstance(one.event, CommandRejected):
                continue
            if one.sequence is not None and one.sequence > known.get(incident_id, 0):
                rows.setdefault(incident_id, []).append(views.timeline_row(one.sequence, one.event))
        area = self.route.area
        _, units = views.touched(one.event for one in happened)
        await self._stores.incidents.put_newer(
            [
                views.incident_document(
                    views.incident_state(area, self.board.incidents[incident_id]), told[-1]["sequence"]
                )
                for incident_id, told in rows.items()
            ],
            append=("timeline", rows),
        )
        await self._stores.units.put_newer(
            [
                views.unit_document(views.unit_state(area, self._forces.units[unit], self.board.units.get(unit)))
                for unit in sorted(units)
                if unit in self._forces.units
            ]
        )
        if results:
            await self._stores.commands.put_newer(
                [{"_id": result["command_id"], "n": 1, "area": area, **result} for result in results], by="n"
            )
            for result in results:
                self._decided(result)

    # --- the state topics

    async def reconcile(self) -> None:
        """Once the state topics have been read: publish whatever they do not say as the board does. Raises Busy."""
        wanted = {
            (self.route.topic(INCIDENT_STATE), f"{self.route.area}/{incident}") for incident in self.board.incidents
        }
        wanted |= {(self.route.topic(UNIT_STATE), f"{self.route.area}/{unit}") for unit in self._forces.units}
        await self._say_again(wanted | set(self.words.keys()))

    async def heal(self) -> None:
        """Publish again where a late record has become the last word of its key. Raises Busy."""
        suspects = set(self.words.suspects())
        if suspects:
            await self._say_again(suspects)

    async def _say_again(self, keys: set[tuple[str, str]]) -> None:
        now = self._clock.now()
        records: list[Outgoing] = []
        for topic, key in sorted(keys):
            name = key.partition("/")[2]
            if topic == self.route.topic(UNIT_STATE):
                if name not in self._forces.units:
                    continue
                record = outgoing.unit_record(self.route, self.board, self._forces, name, now)
            else:
                record = outgoing.incident_record(self.route, self.board, name, now)
            expected = 0 if record.event is None else record.event.sequence
            if self.words.sequence(topic, key) != expected:
                records.append(record)
            elif record.event is None:
                self.words.forget(topic, key)
        for at in range(0, len(records), 200):
            some = records[at : at + 200]
            acknowledged = await self._publisher.publish_in_order(some)
            for record, metadata in zip(some, acknowledged, strict=True):
                sequence = 0 if record.event is None else record.event.sequence
                self.words.said(record.topic, record.key, sequence, int(metadata.offset))
        if records:
            log.info("states said again", area=self.route.area, records=len(records))

    async def save_snapshot(self) -> None:
        """Store the folded state; done from time to time, and when the area is given up in order."""
        if self._head.n == self._snapshot_at:
            return
        state = orjson.dumps(
            {
                "board": orjson.Fragment(to_json(self.board)),
                "offsets": self.offsets,
                "published": [self._mark.entry, self._mark.sequence, self._mark.offset],
            }
        )
        await self._snapshots.save(self.route.area, Snapshot(self._head, state))
        self._snapshot_at = self._head.n


def refusable(board: Board) -> list[tuple[str, AllHeard]]:
    """Commands set aside, each with the message that refuses it once `incidents` has been read far enough."""
    return [(key, AllHeard(key)) for key in board.aside if key.startswith("c-")]
