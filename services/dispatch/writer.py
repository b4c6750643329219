"""The one writer of an area: decide, journal, publish, and after any doubt read the journal on.

    step       decide a batch on the board, insert one entry, publish its events in order, write its documents
    catch_up   the only recovery: start, takeover, a number that another instance took, a lost answer, Kafka away

The journal is the truth. What a step does after the insert may fail anywhere: `catch_up` finds the last sequence
that was published and publishes what the journal has after it. Repeats carry the same id and content.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog

from fengqiao.contracts.positions import UnitPosition
from fengqiao.contracts.topics import DISPATCH
from fengqiao.runtime import failpoints
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import Busy, Fenced, ForeignJournal, StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.journal import Head, Journal, new_nonce
from fengqiao.runtime.metrics import JOURNAL_ENTRIES, JOURNAL_FENCED, JOURNAL_INSERT_SECONDS
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.topics_admin import Cluster
from services.dispatch import outgoing, recall
from services.dispatch.advice import AdviceHeard
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import command_of, happenings
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import AidHeard, AllHeard, Asked, MessageTakenUp
from services.dispatch.entries import Content, Happened, Mark, numbered, read
from services.dispatch.following_through import Awaiting, FollowThrough
from services.dispatch.inputs import Input
from services.dispatch.lent_positions import LentPositions
from services.dispatch.missing_aid import MissingAid
from services.dispatch.outgoing import Route
from services.dispatch.positions import Positions
from services.dispatch.snapshots import BoardSnapshots, Kept
from services.dispatch.state_topics import LastWords
from services.dispatch.stores import Stores

log = structlog.get_logger(__name__)

FOLLOW_LINGER_S: Final = 0.1
"""Real seconds for which the states and documents of an entry wait for those of the next ones, unless somebody waits
here for a command's result: nobody decides from them, and Kafka and the store pay by the write."""
MOST_UNFOLLOWED: Final = 64
BREATH_S: Final = 0.02
"""Real seconds of deciding after which requests have their turn: after an outage a batch takes a second to decide."""


@dataclass(frozen=True, slots=True)
class Inserted:
    """An entry that is in the journal and published. board: after it."""

    board: Board
    happened: Sequence[Happened]
    results: Sequence[Mapping[str, Any]]
    mark: Mark


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
        waiting: Awaiting,
    ) -> None:
        """waiting: told the result of each command as soon as reads show it."""
        self.route = route
        self.positions = positions
        plan = forces.standby
        self.advice = AdviceHeard([] if plan is None else [point.id for point in plan.points])
        self.board = Board(route.area)
        self.offsets: Mapping[str, int] = {}
        """The next offset to read of each input topic."""
        self._forces = forces
        self._stores = stores
        self._publisher = publisher
        self._clock = clock
        self._cluster = cluster
        self._last_published = last_published
        self._journal = Journal(stores.journal, route.area)
        self._snapshots = BoardSnapshots(stores.snapshots, route.area)
        self._nonce = new_nonce()
        self._head = Head()
        self._mark = Mark()
        self.words = LastWords()
        self._through = FollowThrough(route, forces, stores, publisher, clock, self.words, waiting)
        self._unfollowed: list[Inserted] = []
        """Entries whose states and documents are not written yet."""
        self._settling: asyncio.Task[None] | None = None
        self._waiting = waiting
        self._hurry = asyncio.Event()
        """Somebody waits for what follows the last entries."""
        self._lent = LentPositions(route)
        self._missing_aid = MissingAid(stores.journal)
        self._undecided_reads: frozenset[str] = frozenset()
        """Commands that are decided, and whose documents are not written yet."""

    # --- recovery

    async def catch_up(self) -> None:
        """Read the journal on, publish what is not there yet, write the documents. Raises Busy and ForeignJournal."""
        with contextlib.suppress(Busy):
            await self._settle()
        self._unfollowed.clear()  # the journal tells of them
        self._undecided_reads = frozenset()
        if self._head == Head():
            kept = await self._snapshots.latest()
            if kept is not None:
                self.board, self.offsets, self._mark, self._head = kept.board, kept.offsets, kept.mark, kept.head
        unfinished = [*await self._in_hand(), *await self._read_on()]
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

    async def _in_hand(self) -> list[Content]:
        """Entries that are folded already, and of which it is not known that they were followed through: this writer
        inserted them and then met Kafka or the store away."""
        contents = []
        for n in range(self._mark.entry + 1, self._head.n + 1):
            entry = await self._journal.entry(n)
            if entry is None:
                raise StoreUnavailable(f"entry {n} of {self.route.area} was written and cannot be read")
            contents.append(read(entry))
        return contents

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
            self._clock.never_before(datetime.fromisoformat(content.at))
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
        # Whether another area has these messages is not known: it skips those that it has taken in.
        await self._publisher.publish_in_order(outgoing.aid_messages(self.route, happened))
        results = [result for content in unfinished for result in content.results]
        await self._through.run_again(self.board, happened, results)

    # --- the loop's step

    async def step(self, inputs: Sequence[Input]) -> None:
        """Take in what these messages say. Raises Fenced, Busy: then `catch_up`, and read again from `offsets`."""
        fresh = [one for one in inputs if one.topic is None or one.offset >= self.offsets.get(one.topic, 0)]
        if not fresh:
            return
        messages = [one.message for one in fresh]
        decided_before = self._undecided_reads | await recall.decided(self._stores.commands, messages)
        retired = await recall.retired(self._stores.incidents, self.board, messages, self._clock.now())
        board, happened, decided = await self._decide(fresh, decided_before, retired)
        offsets = dict(self.offsets)
        for one in fresh:
            if one.topic is not None:
                offsets[one.topic] = max(offsets.get(one.topic, 0), one.offset + 1)
        results = outgoing.results(happened, decided)
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
        await self._tell_others(outgoing.aid_messages(self.route, happened))
        await self._let_follow(Inserted(board, happened, results, Mark(self._head.n, board.sequence, end)))
        if self._snapshots.due(self._head):
            self._snapshots.begin(self._kept())

    async def _let_follow(self, entry: Inserted) -> None:
        """States and documents follow while the next batches are decided; those of entries that come close together
        are written in one go, with the board after the last of them."""
        await self.notice()
        if len(self._unfollowed) >= MOST_UNFOLLOWED:
            await self._settle()
        self._undecided_reads |= {str(result["command_id"]) for result in entry.results}
        self._unfollowed.append(entry)
        if any(self._waiting.awaits(str(result["command_id"])) for result in entry.results):
            self._hurry.set()
        if self._settling is None:
            self._settling = asyncio.create_task(self._finish())

    async def _finish(self) -> None:
        while self._unfollowed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FOLLOW_LINGER_S):
                    await self._hurry.wait()
            self._hurry.clear()
            taken, self._unfollowed = self._unfollowed, []
            happened = [one for entry in taken for one in entry.happened]
            results = [result for entry in taken for result in entry.results]
            await self._through.run(taken[-1].board, happened, results)
            self._undecided_reads -= {str(result["command_id"]) for result in results}
            self._mark = taken[-1].mark
            failpoint("dispatch.documents-written")

    async def notice(self) -> None:
        """Raise what the work after the last entry has met, if it has ended: nobody else may come to look."""
        if self._settling is not None and self._settling.done():
            await self._settle()

    async def _settle(self) -> None:
        """Wait for what follows the last entries. Raises what it met: Busy."""
        settling, self._settling = self._settling, None
        if settling is not None:
            self._hurry.set()
            await settling

    async def _decide(
        self, inputs: Sequence[Input], decided_before: frozenset[str], retired: frozenset[str]
    ) -> tuple[Board, list[Happened], dict[str, str | None]]:
        board = self.board
        now = self._clock.now()
        happened: list[Happened] = []
        decided: dict[str, str | None] = {}
        breathed = time.monotonic()
        for one in inputs:
            if time.monotonic() - breathed > BREATH_S:
                await asyncio.sleep(0)
                breathed = time.monotonic()
            message = one.message
            at = now if one.at is None else min(one.at, now)
            if isinstance(message, Asked):
                command = message.command
                if command.command_id in decided_before or command.command_id in decided:
                    continue
                # Commands count at the time the server received them.
                at = min(command.received_at, now)

            advice = self.advice.at(at)
            context = Context(at, self._forces, self.positions.at(at), retired, self.positions.points, advice, now)
            then = happenings(board, message, context)
            happened.extend(numbered(board.sequence, then.events, one.trace))
            if isinstance(message, Asked) and message.command.command_id not in then.board.aside:
                decided[message.command.command_id] = message.command.fingerprint
            for event in then.events:
                if isinstance(event, MessageTakenUp) and event.key.startswith("c-"):
                    decided[event.key] = command_of(board.aside[event.key]).fingerprint
            board = then.board
        return board, happened, decided

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

    async def _tell_others(self, records: Sequence[Outgoing]) -> None:
        if records:
            await self._publisher.publish_in_order(records)

    async def find_missing_aid(self) -> list[Input]:
        """Messages of neighbours that are overdue. Raises StoreUnavailable."""
        if not len(self.board.aid.early):
            return []
        found = await self._missing_aid.found(self.board)
        for message in found:
            log.warning("a message was missing", area=self.route.area, of=message.area, number=message.message)
        return [Input(AidHeard(message)) for message in found]

    def moved(self, position: UnitPosition) -> None:
        """Where a unit is: for choosing, and for the area that it is lent to."""
        if self.positions.moved(position):
            self._lent.moved(self.board, position)

    async def pass_positions_on(self) -> None:
        """Tell the other areas where the units are that are lent to them. Raises Busy."""
        if records := self._lent.take():
            await self._publisher.publish_in_order(records)

    async def reconcile(self) -> None:
        """Once the state topics have been read: publish whatever they do not say as the board does. Raises Busy."""
        await self._settle()
        await self._through.reconcile(self.board)

    async def heal(self) -> None:
        """Publish again where a late record has become the last word of its key. Raises Busy."""
        if self.words.suspected:
            await self._settle()
            await self._through.heal(self.board)

    def _kept(self) -> Kept:
        return Kept(self.board, self.offsets, self._mark, self._head)

    async def save_snapshot(self) -> None:
        """Keep the folded state; done when the area is given up in order. Raises Busy."""
        await self._settle()
        await self._snapshots.keep(self._kept())


def refusable(board: Board) -> list[tuple[str, AllHeard]]:
    """Commands set aside, each with the message that refuses it once `incidents` has been read far enough."""
    return [(key, AllHeard(key)) for keys in board.early.values() for key in keys]
