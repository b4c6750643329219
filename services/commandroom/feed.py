"""From Kafka to the audience: compacted topics from their start, the tails from now on, every record once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.contracts import topics
from fengqiao.contracts.topics import Topic
from fengqiao.runtime import cloudevents
from fengqiao.runtime.background import ended
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.errors import Busy, Unreadable
from fengqiao.runtime.metrics import RECORDS_CONSUMED, RECORDS_REPEATED
from fengqiao.runtime.streams import Sequences
from fengqiao.runtime.topics_admin import cluster
from services.commandroom import sse
from services.commandroom.audience import Audience, News
from services.commandroom.board import LiveBoard
from services.commandroom.resume import Place, StaleToken
from services.commandroom.undecided import UndecidedWatch

log = structlog.get_logger(__name__)

WHOLE: Final = (topics.INCIDENT_STATE, topics.UNIT_STATE, topics.UNIT_POSITIONS)
TAILS: Final = (topics.DISPATCH, topics.MEDIATION, topics.INCIDENTS, topics.NOTICES, topics.INSIGHTS)
LOOK_BACK: Final = {
    topics.DISPATCH.name: 500,
    topics.MEDIATION.name: 2000,
    topics.INCIDENTS.name: 5000,
    topics.NOTICES.name: 0,
    topics.INSIGHTS.name: 0,
}
"""Records of each tail's partition that are read at the start, for undecided incidents and cases that go on."""
LOOK_EVERY: Final = 3.0
"""Real seconds between looks whether a Kafka that says nothing is still there."""
MOST_STREAMS: Final = 200_000
"""Streams of which the last number is remembered, those that went on last. An incident has three or four, and nearly
all end. A record is repeated when its publisher was away before it had marked it: in between others would have to tell
of 50,000 incidents, which takes half an hour at 30 a second, and weeks in a large city."""
MOST_REPEATS: Final = 50_000
LONGEST_READ: Final = 20.0
"""Real seconds for what a client has missed; after that it begins again with a snapshot."""
REPORTED: Final = "fengqiao.incident.reported.v1"
DECIDED: Final = ("fengqiao.incident.opened.v1", "fengqiao.incident.state.v1")
ALARM: Final = "fengqiao.alarm.undecided.v1"
ALARM_CLEARED: Final = "fengqiao.alarm.undecided-cleared.v1"


@dataclass(frozen=True, slots=True)
class Names:
    prefix: str

    def partitions(self, chosen: Sequence[Topic]) -> list[TopicPartition]:
        return [TopicPartition(f"{self.prefix}{topic.name}", n) for topic in chosen for n in range(topic.partitions)]

    def key(self, partition: TopicPartition) -> str:
        """As a resume token names it."""
        return f"{partition.topic.removeprefix(self.prefix)}/{partition.partition}"

    def partition(self, key: str) -> TopicPartition:
        topic, _, number = key.rpartition("/")
        return TopicPartition(f"{self.prefix}{topic}", int(number))


class Feed:
    """Follows all topics without a group: every instance holds everything, so any can serve any client."""

    def __init__(
        self, bootstrap_servers: str, prefix: str, board: LiveBoard, audience: Audience, watch: UndecidedWatch
    ) -> None:
        self._bootstrap = bootstrap_servers
        self.names = Names(prefix)
        self._board = board
        self._audience = audience
        self._watch = watch
        self._seen = Sequences(whole=False, most=MOST_STREAMS)
        self._repeats: dict[tuple[str, int], None] = {}
        """Where records lie that repeat earlier ones: a client that resumes between the two is not told them."""
        self._offsets: dict[str, int] = {}
        self._told: dict[str, int] = {}
        """The last sequence of dispatch, by area."""
        self._ends: dict[TopicPartition, int] = {}
        self._cluster = ""
        self._next_look = 0.0
        self._task: asyncio.Task[None] | None = None
        self._alarms: asyncio.Task[None] | None = None
        self.connected = False
        """A broker answered when it was last asked."""
        self.loaded = asyncio.Event()
        """Everything that was there at the start has been read."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="feed")
        self._alarms = asyncio.create_task(self._raise_alarms(), name="undecided")

    async def stop(self) -> None:
        await ended(self._task, self._alarms)

    def place(self) -> Place:
        """Where everybody stands who has been told everything so far."""
        return Place(self._cluster, dict(self._offsets), dict(self._told))

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except (KafkaError, Busy) as error:
                self.connected = False
                log.warning("kafka is away, the board stands still", why=str(error)[:200])
            except Exception:
                log.exception("the feed stumbled and begins again")
            await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        names = [f"{self.names.prefix}{topic.name}" for topic in (*WHOLE, *TAILS)]
        found = await cluster(self._bootstrap, names)
        if self._cluster and found.id != self._cluster:
            log.error("this is another Kafka than before: everything is read anew", was=self._cluster, now=found.id)
            self._forget()
        self._cluster = found.id
        consumer = new_consumer(self._bootstrap, None)
        await consumer.start()
        try:
            await self._begin(consumer)
            self.connected = True
            while True:
                fetched = await consumer.getmany(timeout_ms=500)
                if not fetched:
                    await self._look(consumer)
                for partition, records in fetched.items():
                    for record in records:
                        self._take(partition, record)
                if not self.loaded.is_set() and self._caught_up():
                    self._alarm_what_is_due()  # before the first client: alarms outlive a restart
                    self.loaded.set()
                    log.info("the board is whole", areas=sorted(self._board.areas))
        finally:
            with contextlib.suppress(Exception):
                await consumer.stop()

    async def _look(self, consumer: AIOKafkaConsumer) -> None:
        """Kafka's silence may be its absence: ask it, at most every few seconds and only when it says nothing."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_EVERY
        try:
            async with asyncio.timeout(LOOK_EVERY):
                await consumer.end_offsets([next(iter(consumer.assignment()))])
            self.connected = True
        except (KafkaError, TimeoutError) as error:
            if self.connected:
                log.warning("kafka does not answer, the board stands still", why=str(error)[:200])
            self.connected = False

    async def _begin(self, consumer: AIOKafkaConsumer) -> None:
        whole, tails = self.names.partitions(WHOLE), self.names.partitions(TAILS)
        consumer.assign([*whole, *tails])
        self._ends = await consumer.end_offsets([*whole, *tails])
        begins = await consumer.beginning_offsets([*whole, *tails])
        for partition in [*whole, *tails]:
            key = self.names.key(partition)
            if key in self._offsets:
                start = max(self._offsets[key], begins[partition])  # Kafka was away: go on where we were
            elif partition in whole:
                start = begins[partition]
            else:
                start = max(begins[partition], self._ends[partition] - LOOK_BACK[key.rpartition("/")[0]])
            self._offsets[key] = start
            consumer.seek(partition, start)

    def _forget(self) -> None:
        """Begin with nothing; whoever listens comes back with a token of the other Kafka, and gets a snapshot."""
        self.loaded.clear()
        self._board.clear()
        self._watch.clear()
        self._seen = Sequences(whole=False, most=MOST_STREAMS)
        for held in (self._repeats, self._offsets, self._told, self._ends):
            held.clear()
        self._audience.drop_all()

    def _caught_up(self) -> bool:
        return all(self._offsets[self.names.key(partition)] >= end for partition, end in self._ends.items())

    def _take(self, partition: TopicPartition, record: ConsumerRecord) -> None:
        key = self.names.key(partition)
        if record.offset < self._offsets[key]:
            return
        self._offsets[key] = record.offset + 1
        RECORDS_CONSUMED.labels(key.partition("/")[0]).inc()
        event = self._understood(key, record)
        if event is not None and self.loaded.is_set() and self._audience.anybody:
            self._audience.tell(
                News(area_of(event), event.type, sse.frame(event.type, sse.structured(event), self.place().token()))
            )

    def _understood(self, key: str, record: ConsumerRecord) -> CloudEvent | None:
        """The event of a record, after the board has taken it in; None where it is no news for a client."""
        if record.value is None:
            if key.partition("/")[0] == topics.INCIDENT_STATE.name:
                self._board.removed((record.key or b"").decode(errors="replace"))
            return None
        event = _event(record)
        if event is None:
            return None
        stream = _stream(key, event)
        if self._seen.place(stream, event.sequence) == "repeat":
            RECORDS_REPEATED.labels(key.partition("/")[0]).inc()
            self._repeats[key, record.offset] = None
            if len(self._repeats) > MOST_REPEATS:
                del self._repeats[next(iter(self._repeats))]
            return None
        self._seen.applied(stream, event.sequence)
        self._board.apply(event)
        self._watched(event, record.timestamp / 1000)
        if event.source == "dispatch" and event.subject == area_of(event):
            self._told[event.subject] = event.sequence
        return event

    def _watched(self, event: CloudEvent, recorded_at: float) -> None:
        if event.type not in (REPORTED, *DECIDED):
            return
        data: Any = orjson.loads(event.data)
        incident = data.get("incident_id") if isinstance(data, dict) else None
        if not isinstance(incident, str):
            return  # dispatch cannot read it either, dead-letters it and says so
        if event.type == REPORTED:
            area = area_of(event)
            if not self._board.knows(area, incident):
                age = max(time.time() - recorded_at, 0.0)
                report = {"received_at": event.time.isoformat(), **data}
                self._watch.accepted(report, area, age, time.monotonic())
        elif (cleared := self._watch.decided(incident)) is not None and self.loaded.is_set():
            self._audience.tell(self._alarm(ALARM_CLEARED, cleared))

    async def _raise_alarms(self) -> None:
        while True:
            await asyncio.sleep(0.25)
            if self.loaded.is_set():
                self._alarm_what_is_due()

    def _alarm_what_is_due(self) -> None:
        for alarm in list(self._watch.due(time.monotonic(), self._board.knows)):
            log.error("undecided incident", incident=alarm["incident_id"], area=alarm["area"])
            self._audience.tell(self._alarm(ALARM, alarm))

    def _alarm(self, kind: str, alarm: Mapping[str, Any]) -> News:
        told = {
            "specversion": "1.0",
            "id": f"commandroom/{kind}/{alarm['incident_id']}",
            "type": kind,
            "source": "commandroom",
            "subject": alarm["incident_id"],
            "time": datetime.now(UTC),
            "data": dict(alarm),
        }
        data = orjson.dumps(told, option=orjson.OPT_UTC_Z)
        return News(str(alarm["area"]), kind, sse.frame(kind, data, self.place().token()))

    def missed(self, place: Place, longest: int) -> "Missed":
        """What lies between `place` and now. Raises StaleToken."""
        now = dict(self._offsets)
        begins = {key: place.offsets.get(key, 0) for key in now}
        if place.cluster != self._cluster or place.offsets.keys() - now.keys():
            raise StaleToken("the token is of another Kafka")
        if any(begins[key] > end for key, end in now.items()):
            raise StaleToken("the token is ahead of this Kafka")
        if sum(end - begins[key] for key, end in now.items()) > longest:
            raise StaleToken("the token is too old")
        return Missed(self._bootstrap, self.names, place, now, self._repeats)


class Missed:
    """The records between a client's place and where the feed stood when it came back."""

    def __init__(
        self,
        bootstrap_servers: str,
        names: Names,
        place: Place,
        ends: Mapping[str, int],
        repeats: Collection[tuple[str, int]] = (),
    ) -> None:
        self._bootstrap = bootstrap_servers
        self._repeats = repeats
        self._names = names
        self._place = place
        self._ends = ends

    async def read(self) -> AsyncIterator[News]:
        """Every event of them once, each with the token after it.

        Raises StaleToken before the first, KafkaError, TimeoutError when Kafka says nothing for 20 s.
        """
        reached = {key: self._place.offsets.get(key, 0) for key in self._ends}
        bounds = {
            self._names.partition(key): (begin, self._ends[key])
            for key, begin in reached.items()
            if begin < self._ends[key]
        }
        if not bounds:
            return
        consumer = new_consumer(self._bootstrap, None)
        await consumer.start()
        try:
            consumer.assign(list(bounds))
            kept = await consumer.beginning_offsets(list(bounds))
            if any(kept[partition] > begin for partition, (begin, _) in bounds.items()):
                raise StaleToken("the token is older than what Kafka keeps")
            for partition, (begin, _) in bounds.items():
                consumer.seek(partition, begin)
            async with asyncio.timeout(LONGEST_READ):
                records = await self._collected(consumer, bounds)
        finally:
            await consumer.stop()
        sequences = dict(self._place.sequences)
        seen = Sequences(
            {f"{topics.DISPATCH.name}:dispatch/{area}": number for area, number in sequences.items()}, whole=False
        )
        for key, record in records:
            reached[key] = record.offset + 1
            event = _event(record)
            if event is None or (key, record.offset) in self._repeats:
                continue
            stream = _stream(key, event)
            if seen.place(stream, event.sequence) == "repeat":
                continue
            seen.applied(stream, event.sequence)
            if event.source == "dispatch" and event.subject == area_of(event):
                sequences[event.subject] = event.sequence
            token = Place(self._place.cluster, reached, sequences).token()
            yield News(area_of(event), event.type, sse.frame(event.type, sse.structured(event), token))

    async def _collected(
        self, consumer: AIOKafkaConsumer, bounds: Mapping[TopicPartition, tuple[int, int]]
    ) -> list[tuple[str, ConsumerRecord]]:
        """The records of each partition within its bounds, in the order in which Kafka recorded them."""
        collected: list[tuple[str, ConsumerRecord]] = []
        left = set(bounds)
        while left:
            for partition, records in (await consumer.getmany(timeout_ms=500)).items():
                key = self._names.key(partition)
                collected += [(key, record) for record in records if record.offset < bounds[partition][1]]
            for partition in list(left):
                if await consumer.position(partition) >= bounds[partition][1]:
                    left.discard(partition)
        return sorted(collected, key=lambda one: (one[1].timestamp, one[0], one[1].offset))


def _event(record: ConsumerRecord) -> CloudEvent | None:
    """The event of a record; None where there is none for a client."""
    if record.value is None:
        return None
    try:
        event = cloudevents.read(record.headers, record.value)
        orjson.loads(event.data)
    except (Unreadable, orjson.JSONDecodeError):
        return None  # its reader has put it on the dead-letter topic, and dispatch raises the alarm
    return event


def _stream(key: str, event: CloudEvent) -> str:
    """What the sequence counts in: a unit's states and its positions have the same source and subject."""
    return f"{key.partition('/')[0]}:{event.stream}"


def area_of(event: CloudEvent) -> str:
    """The area that an event is about: `area`, `area/id`, or an id with the area in front."""
    return event.subject.partition("/")[0].partition("-")[0]
