"""The owner of one partition: takes its areas over, feeds them what it reads, ticks, and gives them up in order."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.contracts import topics
from fengqiao.contracts.topics import Topic
from fengqiao.runtime import cloudevents
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.consumer import DeadLetters
from fengqiao.runtime.errors import Busy, Fenced, ForeignJournal, KafkaUnavailable, Unreadable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.metrics import RECORDS_CONSUMED
from services.dispatch import beside
from services.dispatch.beside import BESIDE
from services.dispatch.domain.messages import NotHeard, Tick
from services.dispatch.inputs import Input, Inputs, Waiting, emergency_of, understand
from services.dispatch.writer import AreaWriter, refusable

log = structlog.get_logger(__name__)

MERGED: Final = (topics.INCIDENTS, topics.DISPATCH_COMMANDS)
READ: Final = (*MERGED, *BESIDE)
BATCH: Final = 256
FRESH_SECONDS: Final = 2.0
"""No tick while the last good fetch is older: an acknowledgement may lie unread in Kafka."""
COMMANDS_TOGETHER_S: Final = 0.02
"""Real seconds from one step to the next for commands alone: those that come meanwhile are decided together, because an
entry costs the store, Kafka and every reader as much for one command as for ten. A report never waits for this."""
SLEPT_SECONDS: Final = 2.0
"""A turn that comes so late means that the process was stopped: what has come since is read before any tick."""


class PartitionOwner:
    """Decides for the areas of one partition for as long as this instance has it."""

    def __init__(
        self,
        number: int,
        writers: Mapping[str, AreaWriter],
        consumer: AIOKafkaConsumer,
        beside: AIOKafkaConsumer,
        asker: AIOKafkaConsumer,
        dead_letters: DeadLetters,
        clock: Clock,
        prefix: str,
    ) -> None:
        """consumer: of the group, reads `MERGED`; beside: without a group, reads `BESIDE`. Both are shared by all
        owners. asker: answers where topics end; it never fetches."""
        self.number = number
        self.ready = False
        """Whether it decides now."""
        self._writers = writers
        self._consumer = consumer
        self._beside = beside
        self._asker = asker
        self._dead_letters = dead_letters
        self._clock = clock
        self._prefix = prefix
        self._inputs = Inputs(self._highwater)
        self._ends: dict[str, int] = {}
        self._positions: dict[str, int] = {}
        self._unreadable: list[tuple[ConsumerRecord, str]] = []
        self._refuse_at: dict[str, int] = {}
        self._reconciled = False
        self._accepting = False
        self._in_order = False
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._turned_at = time.monotonic()
        self._ticked_at = time.monotonic()
        self._stepped_at = 0.0
        self._waking: asyncio.TimerHandle | None = None
        self._committed_at = 0.0
        self._committing: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self.refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done, with a sentence for the operator, when journal and topics do not belong together."""

    # --- life

    def start(self) -> None:
        self._pause_all()
        self._task = asyncio.create_task(self._run(), name=f"partition {self.number}")

    async def stop(self) -> Mapping[str, AreaWriter]:
        """Finish the step in hand, keep a snapshot, let go. The writers, if they have come to a good end."""
        self._stopping.set()
        self._wake.set()
        await ended(self._task, within=6)
        self.ready = False
        return self._writers if self._in_order else {}

    async def _run(self) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            try:
                await self._take_over()
                wait = 0.1
                while not self._stopping.is_set():
                    await self._turn()
                for writer in self._writers.values():
                    await writer.save_snapshot()
                await self._commit()
                self._in_order = True
                return
            except ForeignJournal as error:
                log.error("refused", partition=self.number, why=str(error))
                if not self.refused.done():
                    self.refused.set_result(str(error))
                return
            except (Busy, Fenced) as error:
                log.warning("reading the journal on", partition=self.number, why=str(error))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("partition stumbled, reading the journal on", partition=self.number)
            self.ready = False
            await asyncio.sleep(wait)
            wait = min(wait * 2, 1.0)

    async def _take_over(self) -> None:
        """Everything as the journal says, and reading from where it says."""
        self.ready = False
        self._accepting = False
        self._pause_all()
        for writer in self._writers.values():
            await writer.catch_up()
        partitions = [self._tp(topic) for topic in READ]
        try:
            ends = await self._asker.end_offsets(partitions)
            begins = await self._asker.beginning_offsets(partitions)
        except KafkaError as error:
            raise KafkaUnavailable(f"end offsets: {error}") from error
        self._ends = {topic.name: ends[self._tp(topic)] for topic in READ}
        self._refuse_at.clear()
        self._unreadable.clear()
        self._reconciled = False
        for topic in READ:
            position = begins[self._tp(topic)]
            if topic in MERGED and self._writers:
                read = min(writer.offsets.get(topic.name, 0) for writer in self._writers.values())
                position = max(position, read)
                self._inputs.reset(topic.name, position, self._ends[topic.name])
            self._positions[topic.name] = position
            self._reader(topic).seek(self._tp(topic), position)
        self._accepting = True
        for topic in READ:
            self._reader(topic).resume(self._tp(topic))
        self._turned_at = time.monotonic()
        log.info("took over", partition=self.number, areas=sorted(self._writers))

    # --- what is fetched

    def feed(self, topic: Topic, records: Sequence[ConsumerRecord]) -> None:
        """Take in what was fetched."""
        if not self._accepting:
            return  # fetched before a takeover: it is read again from where the journal says
        for record in records:
            if record.offset < self._positions[topic.name]:
                continue
            self._positions[topic.name] = record.offset + 1
            RECORDS_CONSUMED.labels(topic.name).inc()
            if topic in MERGED:
                self._inputs.put(topic.name, self._understood(topic, record))
            elif (why := beside.tell(self._writers, topic, record)) is not None:
                self._unreadable.append((record, why))
        if topic in MERGED and self._inputs.full(topic.name):
            self._consumer.pause(self._tp(topic))
        # Where units are and what the states say is taken in already: no turn is due for it.
        if topic is topics.DISPATCH_COMMANDS:
            self._wake_in(self._stepped_at + COMMANDS_TOGETHER_S - time.monotonic())
        elif topic in MERGED or not self._reconciled:
            self._wake.set()

    def position(self, topic: Topic) -> int:
        """The offset of the topic that is taken in next."""
        return self._positions.get(topic.name, 0)

    def _understood(self, topic: Topic, record: ConsumerRecord) -> Waiting:
        recorded_at = record.timestamp / 1000
        key = (record.key or b"").decode(errors="replace")
        try:
            event = cloudevents.read(record.headers, record.value)
            message, area = understand(topic.name, event)
            if area not in self._writers:
                raise Unreadable(f"area {area!r} is not on partition {self.number}")
            return Waiting(Input(message, topic.name, record.offset, event.traceparent), area, recorded_at)
        except Exception as error:  # whatever a record leads to here is the record's own: it is somebody's call
            why = str(error) if isinstance(error, Unreadable) else f"{type(error).__name__}: {error}"
            self._unreadable.append((record, why))
            area_of_key = key if key in self._writers else next(iter(self._writers), None)
            if topic is not topics.INCIDENTS:
                area_of_key = None
            return Waiting(
                Input(self._not_heard(record, why), topic.name, record.offset),
                area_of_key,
                recorded_at,
            )

    def _not_heard(self, record: ConsumerRecord, why: str) -> NotHeard:
        return NotHeard(
            subject=cloudevents.header(record.headers, "ce_subject"),
            sequence=cloudevents.sequence_of(record.headers),
            topic=record.topic.removeprefix(self._prefix),
            partition=record.partition,
            offset=record.offset,
            why=why,
        )

    # --- one turn

    async def _turn(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._until_tick()):
                await self._wake.wait()
        self._wake.clear()
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        await self._notice_sleep()
        while self._unreadable:
            await self._dead_letters.put(*self._unreadable[0])
            self._unreadable.pop(0)
        if not self._in_place():
            return
        if not self._reconciled:
            for writer in self._writers.values():
                await writer.reconcile()
            self._reconciled = True
        while taken := self._emergencies() or self._inputs.take(BATCH, time.time()):
            by_area: dict[str, list[Input]] = {}
            for waiting in taken:
                if waiting.area is not None:
                    by_area.setdefault(waiting.area, []).append(waiting.input)
            self._stepped_at = time.monotonic()
            await self._each({area: inputs for area, inputs in by_area.items()})
        self.ready = self._inputs.caught_up()
        await self._refuse_unheard()
        await self._tick()
        for area, writer in self._writers.items():
            if overdue := await writer.find_missing_aid():
                await self._each({area: overdue})
            await writer.notice()
            await writer.pass_positions_on()
            await writer.heal()
        failpoint("dispatch.before-commit")
        self._go_on_fetching()
        self._commit_now_and_then()

    def _emergencies(self) -> list[Waiting]:
        """Officers who need help, before everything else that waits (D10)."""
        return [one for one in self._inputs.take_emergencies() if self._is_new(one)]

    def _is_new(self, emergency: Waiting) -> bool:
        """Whether the unit is in no emergency yet. Of one that is, what ends the last one may wait before this one:
        taken early it would change nothing, and be lost."""
        writer, unit = self._writers.get(emergency.area or ""), emergency_of(emergency)
        state = None if writer is None or unit is None else writer.board.units.get(unit)
        return state is None or state.emergency is None

    async def _each(self, inputs: Mapping[str, list[Input]]) -> None:
        """One step of each of these areas; an area that stumbles does not stop the others' step half way."""
        results = await asyncio.gather(
            *(self._writers[area].step(some) for area, some in inputs.items()), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _in_place(self) -> bool:
        """Whether positions and the state topics have been read to where they ended."""
        return all(self._positions[topic.name] >= self._ends[topic.name] for topic in READ if topic not in MERGED)

    async def _refuse_unheard(self) -> None:
        """Refuse commands for incidents that nobody reported, once all reports before them have been read."""
        end: int | None = None
        for area, writer in self._writers.items():
            for command_id, message in refusable(writer.board):
                if command_id not in self._refuse_at:
                    end = await self._end(topics.INCIDENTS) if end is None else end
                    self._refuse_at[command_id] = end
                if self._inputs.decided_to(topics.INCIDENTS.name) >= self._refuse_at[command_id]:
                    await self._each({area: [Input(message)]})
                    self._refuse_at.pop(command_id, None)
                else:
                    self._wake_in(COMMANDS_TOGETHER_S)

    def _wake_in(self, seconds: float) -> None:
        if seconds <= 0:
            self._wake.set()
        elif self._waking is None:
            self._waking = asyncio.get_running_loop().call_later(seconds, self._wake.set)

    async def _end(self, topic: Topic) -> int:
        try:
            ends = await self._asker.end_offsets([self._tp(topic)])
        except KafkaError as error:
            raise KafkaUnavailable(f"end offsets: {error}") from error
        return int(ends[self._tp(topic)])

    # --- time

    def _until_tick(self) -> float:
        every = max(1.0 / self._clock.speed, 0.05)
        return max(self._ticked_at + every - time.monotonic(), 0.001)

    async def _tick(self) -> None:
        if self._until_tick() > 0.001:
            return
        # The time is read first: wherever the process is stopped after this, the tick is of a moment for which holds
        # what is looked at here. It may have been stopped earlier in this turn: then an answer may lie unread, and a
        # fetch that was under way before the stop makes the last one look fresh.
        now = self._clock.now()
        await self._notice_sleep()
        if not self._inputs.caught_up() or not self._fetched_lately():
            self._ticked_at = time.monotonic()
            return
        self._ticked_at = time.monotonic()
        failpoint("dispatch.before-tick")
        await self._each({area: [Input(Tick(), at=now)] for area in self._writers})

    def _fetched_lately(self) -> bool:
        now = time.time()
        for topic in MERGED:
            polled = self._consumer.last_poll_timestamp(self._tp(topic))
            if polled is None or now - polled / 1000 > FRESH_SECONDS:
                return False
        return True

    async def _notice_sleep(self) -> None:
        """After a stop (SIGSTOP, a suspended machine): read what has come meanwhile before time goes on."""
        now = time.monotonic()
        slept, self._turned_at = now - self._turned_at, now
        if slept > max(SLEPT_SECONDS, 2 * self._until_tick()):
            for topic in MERGED:
                self._inputs.raise_end(topic.name, await self._end(topic))
            self._ticked_at = time.monotonic()

    # --- Kafka

    def _tp(self, topic: Topic) -> TopicPartition:
        return TopicPartition(f"{self._prefix}{topic.name}", self.number)

    def _highwater(self, topic: str) -> int | None:
        tp = TopicPartition(f"{self._prefix}{topic}", self.number)
        if tp not in self._consumer.assignment():
            return None
        highwater: int | None = self._consumer.highwater(tp)
        return highwater

    def _reader(self, topic: Topic) -> AIOKafkaConsumer:
        return self._consumer if topic in MERGED else self._beside

    def _pause_all(self) -> None:
        for topic in READ:
            reader, tp = self._reader(topic), self._tp(topic)
            if tp in reader.assignment():
                reader.pause(tp)

    def _go_on_fetching(self) -> None:
        paused = self._consumer.paused()
        for topic in MERGED:
            if self._tp(topic) in paused and not self._inputs.full(topic.name):
                self._consumer.resume(self._tp(topic))

    def _commit_now_and_then(self) -> None:
        """Committed offsets only show the lag; where to go on is in the journal."""
        if time.monotonic() - self._committed_at < 1.0:
            return
        if self._committing is None or self._committing.done():
            self._committed_at = time.monotonic()
            self._committing = asyncio.create_task(self._commit())

    async def _commit(self) -> None:
        assigned = self._consumer.assignment()
        offsets = {
            self._tp(topic): self._inputs.decided_to(topic.name) for topic in MERGED if self._tp(topic) in assigned
        }
        if offsets:
            with contextlib.suppress(KafkaError):
                await self._consumer.commit(offsets)
