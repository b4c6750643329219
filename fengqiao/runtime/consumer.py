"""A consumer is a loop around one handler, and a closed set of things that can go wrong (see `errors`).

    Rejected     one record of the batch can never be understood: dead-letter topic with the reason, then the rest
    Busy         not now: the batch is tried again, in order; nothing is committed, fetching stops meanwhile
    anything     a bug: logged, tried again with back-off like Busy; nothing is lost or stepped over

Offsets are committed explicitly, and only after the handler has returned, which means that its work is durable.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from fengqiao.runtime import cloudevents, telemetry
from fengqiao.runtime.background import ended
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.errors import Busy, Unreadable
from fengqiao.runtime.metrics import (
    CONSUMER_LAG,
    RECORDS_APPLIED,
    RECORDS_CONSUMED,
    RECORDS_DEAD_LETTERED,
)
from fengqiao.runtime.publisher import Publisher

log = structlog.get_logger(__name__)

FULL_FETCH_BYTES: Final = 262144
"""So much is handed out at once, however patient the consumer is."""
MOST_REST_S: Final = 2.0
"""Real seconds."""
MOST_SINGLY: Final = 1000
"""Records of a partition that are read one by one, where one of them stands in the way of the others."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event, and where it lay. `topic` is without the prefix."""

    event: CloudEvent
    topic: str
    partition: int
    offset: int
    key: str
    recorded_at: float
    """Kafka's time of the record, Unix seconds."""


class Rejected(Exception):
    """This record can never be understood; the others can."""

    def __init__(self, record: Received, why: str) -> None:
        super().__init__(why)
        self.record = record


Handler = Callable[[Sequence[Received]], Awaitable[None]]


def decode(record: ConsumerRecord, prefix: str) -> Received:
    """Raises Unreadable."""
    event = cloudevents.read(record.headers, record.value)
    return Received(
        event=event,
        topic=record.topic.removeprefix(prefix),
        partition=record.partition,
        offset=record.offset,
        key=(record.key or b"").decode(errors="replace"),
        recorded_at=record.timestamp / 1000,
    )


class DeadLetters:
    """Where records go that nobody can understand: the source topic's own dead-letter topic, with the reason."""

    def __init__(self, publisher: Publisher, group: str) -> None:
        self._publisher = publisher
        self._group = group

    async def put(self, record: ConsumerRecord, why: str) -> None:
        """Raises KafkaUnavailable; then the record must be tried again."""
        original = [(key, value) for key, value in record.headers if not key.startswith("dlq_")]
        headers = [
            *original,
            ("dlq_reason", why[:2000].encode()),
            ("dlq_topic", record.topic.encode()),
            ("dlq_partition", b"%d" % record.partition),
            ("dlq_offset", b"%d" % record.offset),
            ("dlq_group", self._group.encode()),
            ("dlq_at", datetime.now(UTC).isoformat().encode()),
        ]
        # aiokafka sends no record without both.
        value = b"" if record.key is None and record.value is None else record.value
        await self._publisher.publish_raw(f"{record.topic}.dlq", record.key, value, headers)
        RECORDS_DEAD_LETTERED.labels(record.topic).inc()
        log.error("record dead-lettered", topic=record.topic, offset=record.offset, why=why[:500])


def new_consumer(bootstrap_servers: str, group: str | None, **options: object) -> AIOKafkaConsumer:
    """An aiokafka consumer with the defaults that lose or invent records turned round."""
    settings: dict[str, object] = {
        "bootstrap_servers": bootstrap_servers,
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",
        "partition_assignment_strategy": (RangePartitionAssignor,),
        "session_timeout_ms": 10000,
        "heartbeat_interval_ms": 1000,
        "rebalance_timeout_ms": 30000,
        "max_poll_interval_ms": 300000,
        "fetch_max_wait_ms": 500,
        "fetch_min_bytes": 1,
        "retry_backoff_ms": 100,
        "request_timeout_ms": 11000,
        "metadata_max_age_ms": 30000,
    }
    return AIOKafkaConsumer(**(settings | options))


def patiently(linger_ms: int) -> dict[str, int]:
    """Options of a consumer for whose records the broker may wait so long, unless there are many."""
    return {"fetch_max_wait_ms": linger_ms, "fetch_min_bytes": FULL_FETCH_BYTES}


async def fetch(
    consumer: AIOKafkaConsumer,
    positions: Callable[[], Awaitable[Mapping[TopicPartition, int]]],
    *partitions: TopicPartition,
    timeout_ms: int,
    max_records: int,
) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
    """What comes next of these partitions, or of all that the consumer has. Raises KafkaError.

    positions: the offset of each from which the caller lacks what there is, where a fetch cannot be taken apart.
    """
    try:
        fetched: Mapping[TopicPartition, Sequence[ConsumerRecord]] = await consumer.getmany(
            *partitions, timeout_ms=timeout_ms, max_records=max_records
        )
        return fetched
    except KafkaError:
        raise
    except Exception:
        log.exception("a fetch cannot be taken apart, reading record by record")
        return await read_singly(consumer, await positions())


async def read_singly(
    consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[ConsumerRecord]]:
    """What lies at these offsets, after a fetch that the library could not take apart (a header's name that is not
    UTF-8): what it had read before that is lost with it, and all that comes after it is in the way for ever.

    Record by record, and in the place of one that cannot be read one that says nothing, so that it is dead-lettered
    and told as any other that nobody understands. Raises KafkaError; then nothing was read.
    """
    try:
        return await _singly(consumer, positions)
    except BaseException:
        _go_to(consumer, positions)  # what was read is lost with it
        raise


def _go_to(consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]) -> None:
    for partition, offset in positions.items():
        with contextlib.suppress(IllegalStateError):  # it has been taken away: its next reader knows from where
            consumer.seek(partition, offset)


async def _singly(
    consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[ConsumerRecord]]:
    _go_to(consumer, positions)
    found: dict[TopicPartition, list[ConsumerRecord]] = {}
    for partition, offset in positions.items():
        records = found.setdefault(partition, [])
        while len(records) < MOST_SINGLY and _more(consumer, partition, offset):
            try:
                fetched = await consumer.getmany(partition, timeout_ms=500, max_records=1)
            except KafkaError:
                raise
            except Exception as error:
                if partition not in consumer.assignment():
                    break
                log.error("record cannot be taken apart", topic=partition.topic, offset=offset, why=str(error))
                records.append(_nothing_at(partition, offset))
                # The next one may lie in the same batch, which is taken apart from its beginning.
                consumer.seek(partition, offset + 1)
            else:
                if not fetched.get(partition):
                    break
                records.append(fetched[partition][0])
            offset = records[-1].offset + 1
    return found


def _more(consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> bool:
    return partition in consumer.assignment() and offset != consumer.highwater(partition)


def _nothing_at(partition: TopicPartition, offset: int) -> ConsumerRecord:
    now = int(time.time() * 1000)
    return ConsumerRecord(partition.topic, partition.partition, offset, now, 0, None, None, None, -1, -1, ())


class Consumer:
    """Reads `topics` in a consumer group and gives them to `handler` in batches, in the order of each partition."""

    def __init__(
        self,
        bootstrap_servers: str,
        group: str,
        topics: Sequence[str],
        handler: Handler,
        publisher: Publisher,
        *,
        prefix: str = "",
        batch: int = 500,
        session_timeout: float = 10.0,
        linger_ms: int = 0,
        rest: float = 0.0,
    ) -> None:
        """linger_ms: for how long the broker may hold records back so that they come together. Nobody waits for what
        this consumer does: every fetch costs Kafka, the reader and the store as much for one record as for fifty.

        rest: so many times as long as a batch took it rests before the next one, MOST_REST_S at most, unless there
        was more than the batch holds when it was fetched. For a handler whose batches cost by what is stored.
        """
        self._rest = rest
        self._group = f"{prefix}{group}"
        self._prefix = prefix
        self._topics = [f"{prefix}{topic}" for topic in topics]
        self._handler = handler
        self._batch = batch
        self._dead_letters = DeadLetters(publisher, self._group)
        patience = patiently(linger_ms) if linger_ms else {}
        self._kafka = new_consumer(
            bootstrap_servers, self._group, session_timeout_ms=int(session_timeout * 1000), **patience
        )
        self._task: asyncio.Task[None] | None = None
        self._applied: dict[TopicPartition, int] = {}
        """The offset after the last record that was handled here."""
        self._stopping = asyncio.Event()
        self.connected = False
        """Whether it has joined its group; for readiness."""

    def start(self) -> None:
        """Begin in the background, and go on trying while Kafka is away."""
        self._task = asyncio.create_task(self._run(), name=f"consume {self._group}")
        self._task.add_done_callback(self._ended)

    def _ended(self, reading: asyncio.Task[None]) -> None:
        self.connected = False  # whatever ended it: nobody may think that this one reads
        if not reading.cancelled() and (error := reading.exception()) is not None:
            log.error("reading ended", group=self._group, exc_info=error)

    async def stop(self) -> None:
        """Finish the batch in hand, commit, leave the group."""
        self._stopping.set()
        await ended(self._task, within=8)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(3):
                await self._kafka.stop()

    async def _run(self) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            try:
                await self._kafka.start()
                break
            except KafkaError as error:
                log.debug("kafka is away", error=str(error))
                await self._pause(wait)
                wait = min(wait * 1.5, 1.0)
        self._kafka.subscribe(self._topics)
        self.connected = True
        while not self._stopping.is_set():
            try:
                fetched = await fetch(self._kafka, self._positions, timeout_ms=250, max_records=self._batch)
            except KafkaError as error:
                log.warning("fetch failed", error=str(error))
                await self._pause(0.2)
                continue
            if fetched:
                # Looked at first: what comes while the batch is handled may be known before it is done.
                more = any(self._lags(_after(fetched)).values())
                began = time.monotonic()
                await self._apply(fetched)
                if self._rest and not more:
                    await self._pause(min(self._rest * (time.monotonic() - began), MOST_REST_S))

    async def _positions(self) -> Mapping[TopicPartition, int]:
        """The offset of each partition that is handled next."""
        positions = {}
        for partition in self._kafka.assignment():
            been = await self._kafka.committed(partition)
            positions[partition] = max(self._applied.get(partition, 0), been or 0)
        return positions

    def _lags(self, offsets: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """How many records each of these partitions is known to have from the offset on, where it is still ours."""
        assigned = self._kafka.assignment()
        ends = {partition: self._kafka.highwater(partition) for partition in offsets if partition in assigned}
        return {partition: end - offsets[partition] for partition, end in ends.items() if end is not None}

    async def _apply(self, fetched: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> None:
        raw = {(r.topic, r.partition, r.offset): r for records in fetched.values() for r in records}
        for record in raw.values():
            RECORDS_CONSUMED.labels(record.topic).inc()
        batch: list[Received] = []
        unreadable: list[tuple[ConsumerRecord, str]] = []
        for record in raw.values():
            try:
                batch.append(decode(record, self._prefix))
            except Unreadable as error:
                unreadable.append((record, str(error)))
        wait = 0.05
        while True:
            try:
                while unreadable:
                    await self._dead_letters.put(*unreadable[0])
                    unreadable.pop(0)
                if batch:
                    trace = batch[0].event.traceparent
                    with telemetry.continue_from(trace, f"consume {batch[0].topic}"):
                        await self._handler(batch)
                break
            except Rejected as rejected:
                record = rejected.record
                source = raw[(f"{self._prefix}{record.topic}", record.partition, record.offset)]
                unreadable.append((source, str(rejected)))
                batch = [other for other in batch if other is not record]
                continue
            except Busy as busy:
                log.warning("busy, trying again", group=self._group, why=str(busy))
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("handler failed, trying again", group=self._group)
            if self._stopping.is_set():
                return  # nothing is committed: it is read again after the start
            await self._pause(wait)
            wait = min(wait * 2, 2.0)
            if not self._still_assigned(fetched):
                return  # whoever has the partition now reads it from the last commit
        self._applied.update(_after(fetched))
        for received in batch:
            RECORDS_APPLIED.labels(received.topic).inc()
        await self._commit(_after(fetched))

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        assigned = self._kafka.assignment()
        mine = {partition: offset for partition, offset in offsets.items() if partition in assigned}
        for partition, lag in self._lags(mine).items():
            CONSUMER_LAG.labels(self._group, partition.topic, str(partition.partition)).set(lag)
        if not mine:
            return
        try:
            await self._kafka.commit(mine)
        except (CommitFailedError, IllegalStateError):
            pass  # rebalanced: it is delivered again, and repeats change nothing
        except KafkaError as error:
            log.warning("commit failed; the records come again", error=str(error))

    def _still_assigned(self, fetched: Iterable[TopicPartition]) -> bool:
        assigned = self._kafka.assignment()
        return all(partition in assigned for partition in fetched)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()


def _after(fetched: Mapping[TopicPartition, Sequence[ConsumerRecord]]) -> dict[TopicPartition, int]:
    """The offset after the last record of each partition."""
    return {partition: records[-1].offset + 1 for partition, records in fetched.items() if records}
