"""This instance's share of the areas: Kafka's consumer group gives partitions, and each gets an owner."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.contracts.topics import Topic
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.consumer import DeadLetters, fetch, new_consumer, patiently
from fengqiao.runtime.publisher import Publisher
from services.dispatch.beside import BESIDE
from services.dispatch.partition import MERGED, PartitionOwner
from services.dispatch.writer import AreaWriter

log = structlog.get_logger(__name__)

BESIDE_LINGER_MS: Final = 100
"""For how long the broker may hold back positions and states so that they come together."""
WriterOf = Callable[[str], AreaWriter]


class Instance(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """Reads all inputs of the partitions it is given and hands them to their owners.

    areas: partition → the areas on it. All topics are co-partitioned, so the range assignor gives the same numbers
    of each topic to the same instance.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        areas: Mapping[int, Sequence[str]],
        new_writer: WriterOf,
        publisher: Publisher,
        clock: Clock,
        prefix: str,
        session_timeout: float = 10.0,
    ) -> None:
        self._areas = areas
        self._new_writer = new_writer
        self._clock = clock
        self._prefix = prefix
        group = f"{prefix}dispatch"
        self._dead_letters = DeadLetters(publisher, group)
        self._consumer: AIOKafkaConsumer = new_consumer(
            bootstrap_servers, group, session_timeout_ms=int(session_timeout * 1000)
        )
        # Without a group: it reads of the partitions that the group has given to the other one.
        self._beside: AIOKafkaConsumer = new_consumer(bootstrap_servers, None, **patiently(BESIDE_LINGER_MS))
        # A fetch that waits for records holds its connection for half a second: questions go over another one.
        self._asker: AIOKafkaConsumer = new_consumer(bootstrap_servers, None)
        self._owners: dict[int, PartitionOwner] = {}
        self._kept: dict[str, AreaWriter] = {}
        """Writers of areas that a rebalance has taken, until it is known whose they are next: most stay where they
        were, and a board that is there needs only what others have written meanwhile."""
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._reading_beside: asyncio.Task[None] | None = None
        self.connected = False
        self.refused: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done, with a sentence, when a journal and these topics do not belong together."""

    @property
    def owners(self) -> Mapping[int, PartitionOwner]:
        return self._owners

    def state(self) -> str:
        """For readiness: `ok`, or what is being waited for."""
        if not self.connected:
            return "waiting for Kafka"
        waiting = [number for number, owner in self._owners.items() if not owner.ready]
        return f"taking over partitions {waiting}" if waiting else "ok"

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="dispatch instance")
        self._task.add_done_callback(self._ended)

    def _ended(self, reading: asyncio.Task[None]) -> None:
        """Who cannot read on decides nothing: better that the process ends, loudly, than that it looks well."""
        if not reading.cancelled() and (error := reading.exception()) is not None and not self.refused.done():
            log.error("reading ended", exc_info=error)
            self.refused.set_result(f"dispatch cannot read on: {type(error).__name__}: {error}")

    async def stop(self) -> None:
        self._stopping.set()
        await self._give_up(list(self._owners))
        await ended(self._task, self._reading_beside, within=2)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(3):
                await self._consumer.stop()
                await self._beside.stop()
                await self._asker.stop()

    async def _run(self) -> None:
        for consumer in (self._asker, self._beside, self._consumer):
            await self._connect(consumer)
        if self._stopping.is_set():
            return
        self._consumer.subscribe([self._named(topic) for topic in MERGED], listener=self)
        self._reading_beside = asyncio.create_task(self._read(self._beside, BESIDE), name="dispatch beside")
        self._reading_beside.add_done_callback(self._ended)
        await self._read(self._consumer, MERGED)

    async def _connect(self, consumer: AIOKafkaConsumer) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            try:
                await consumer.start()
                return
            except KafkaError as error:
                log.debug("kafka is away", error=str(error))
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, 1.0)

    async def _read(self, consumer: AIOKafkaConsumer, topics: Sequence[Topic]) -> None:
        """Hand what is fetched of these topics to the owners of their partitions."""
        names = {self._named(topic): topic for topic in topics}

        async def positions() -> Mapping[TopicPartition, int]:
            assigned = consumer.assignment()
            return {
                TopicPartition(name, number): owner.position(topic)
                for number, owner in self._owners.items()
                for name, topic in names.items()
                if TopicPartition(name, number) in assigned
            }

        while not self._stopping.is_set():
            try:
                fetched = await fetch(consumer, positions, timeout_ms=200, max_records=1000)
            except KafkaError as error:
                log.warning("fetch failed", error=str(error))
                await asyncio.sleep(0.2)
                continue
            for partition, records in fetched.items():
                owner = self._owners.get(partition.partition)
                if owner is not None:
                    owner.feed(names[partition.topic], records)

    def _named(self, topic: Topic) -> str:
        return f"{self._prefix}{topic.name}"

    def _read_beside_of(self, numbers: Sequence[int]) -> None:
        """Each owner says by `seek` from where."""
        if numbers:
            self._beside.assign([TopicPartition(self._named(topic), number) for number in numbers for topic in BESIDE])
        else:
            self._beside.unsubscribe()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """aiokafka swallows what is raised here, so nothing is left to chance."""
        try:
            numbers = sorted({partition.partition for partition in assigned})
            self._read_beside_of(numbers)
            for number in numbers:
                areas = self._areas.get(number, ())
                if staying := [area for area in areas if area in self._kept]:
                    log.info("areas stay", partition=number, areas=staying)
                writers = {area: self._kept.get(area) or self._new_writer(area) for area in areas}
                owner = PartitionOwner(
                    number,
                    writers,
                    self._consumer,
                    self._beside,
                    self._asker,
                    self._dead_letters,
                    self._clock,
                    self._prefix,
                )
                owner.refused.add_done_callback(self._pass_on)
                self._owners[number] = owner
                owner.start()
            self._kept.clear()
            self.connected = True
        except Exception:
            log.exception("partitions could not be taken over")

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Another instance may have them next: finish and let go."""
        try:
            await self._give_up(sorted({partition.partition for partition in revoked}))
        except Exception:
            log.exception("partitions could not be given up in order")

    def _pass_on(self, refused: "asyncio.Future[str]") -> None:
        if not self.refused.done():
            self.refused.set_result(refused.result())

    async def _give_up(self, numbers: Sequence[int]) -> None:
        owners = [owner for number in numbers if (owner := self._owners.pop(number, None)) is not None]
        for writers in await asyncio.gather(*(owner.stop() for owner in owners)):
            self._kept.update(writers)
