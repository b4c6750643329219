"""Whether the documents have all that lay in the log when it was first asked for: what is made once is made of that.

What falls due is looked for by the clock, and the clock goes on while the fold is behind: after a start, in a rush, or
while nobody ran. Where the log ended is asked after the period is over and held for that look, so that a log that goes
on growing does not put it off for ever.
"""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.contracts import topics
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.errors import KafkaUnavailable
from services.analytics.asking import Numbers
from services.analytics.log_records import SOURCE

DISPATCH: Final = topics.DISPATCH.name
MEDIATION: Final = topics.MEDIATION.name
WITHIN: Final = 5.0
"""Real seconds for an answer of Kafka."""
Offsets = Mapping[int, int]
"""By partition; each is that of the next record."""
log = structlog.get_logger(__name__)


class Log(Protocol):
    """One topic as its readers know it. Raises KafkaUnavailable."""

    async def ends(self, partitions: Iterable[int]) -> Offsets:
        """Where they end now."""

    async def committed(self, partitions: Iterable[int]) -> Offsets:
        """To where whoever folds it has read them: what it could not take has been put aside."""


class KafkaLog:
    """Asks Kafka. group: whose commits count; this reads nothing and does not join it."""

    def __init__(self, bootstrap_servers: str, group: str, topic: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._group = group
        self._topic = topic
        self._kafka: AIOKafkaConsumer | None = None

    async def stop(self) -> None:
        kafka, self._kafka = self._kafka, None
        if kafka is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(3):
                    await kafka.stop()

    async def ends(self, partitions: Iterable[int]) -> Offsets:
        wanted = [TopicPartition(self._topic, one) for one in partitions]
        try:
            async with asyncio.timeout(WITHIN):
                found = await (await self._connected()).end_offsets(wanted)
        except (KafkaError, TimeoutError) as error:
            raise KafkaUnavailable(f"where {self._topic} ends is not known: {error}") from error
        return {one.partition: end for one, end in found.items()}

    async def committed(self, partitions: Iterable[int]) -> Offsets:
        try:
            async with asyncio.timeout(WITHIN):
                kafka = await self._connected()
                return {one: await kafka.committed(TopicPartition(self._topic, one)) or 0 for one in partitions}
        except (KafkaError, TimeoutError) as error:
            raise KafkaUnavailable(f"how far {self._topic} was read is not known: {error}") from error

    async def _connected(self) -> AIOKafkaConsumer:
        if self._kafka is None:
            kafka = new_consumer(self._bootstrap_servers, self._group)
            try:
                await kafka.start()
            except BaseException:
                with contextlib.suppress(Exception):
                    await kafka.stop()
                raise
            self._kafka = kafka
        return self._kafka


class LogEnd:
    """Answers for each look by itself. One task asks at a time."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._logs: dict[str, Log] = {}
        self._asked: dict[tuple[str, str], tuple[str, dict[tuple[str, int], int]]] = {}
        """By area and look: its run, and where each partition had ended when it was first due."""

    def follow(self, topic: str, kafka: Log) -> None:
        """topic: without the prefix."""
        self._logs[topic] = kafka

    async def reached(self, area: str, look: str, run: str, *read: str) -> bool:
        """Whether all that lay in the topics `read` at the first question about this run is in the documents.

        Raises Busy.
        """
        asked, ends = self._asked.get((area, look), ("", {}))
        if asked != run:
            ends = {}
            for topic in read:
                for partition, end in (await self._log(topic).ends(self._partitions(area, topic))).items():
                    ends[topic, partition] = end
            self._asked[area, look] = run, ends
        lacking = {place: end for place, end in ends.items() if end > 0}
        for how in (self._stored, self._committed):
            for topic in {topic for topic, _ in lacking}:
                to = await how(topic, [partition for name, partition in lacking if name == topic])
                lacking = {
                    (name, partition): end
                    for (name, partition), end in lacking.items()
                    if name != topic or to.get(partition, 0) < end
                }
        if lacking and asked != run:
            log.info("a look waits for what lies in the log", area=area, look=look, run=run)
        return not lacking

    def _log(self, topic: str) -> Log:
        if topic not in self._logs:
            raise KafkaUnavailable(f"{topic} is not followed yet")
        return self._logs[topic]

    def _partitions(self, area: str, topic: str) -> list[int]:
        """Where the area's records lie: in one partition of `dispatch`, in any of `mediation`."""
        return [self._numbers.rules[area].partition] if topic == DISPATCH else list(range(topics.MEDIATION.partitions))

    async def _stored(self, topic: str, partitions: Iterable[int]) -> Offsets:
        """As the documents say it. The streams of a batch are written last: any of a partition speaks for all."""
        if topic == MEDIATION:
            return {partition: last + 1 for partition, last in (await self._numbers.dossiers.marks()).items()}
        wanted = set(partitions)
        ids = [f"{SOURCE}/{area}" for area, rules in self._numbers.rules.items() if rules.partition in wanted]
        to: dict[int, int] = {}
        for stream in (await self._numbers.store.streams(ids)).values():
            to[stream.partition] = max(stream.offset + 1, to.get(stream.partition, 0))
        return to

    async def _committed(self, topic: str, partitions: Iterable[int]) -> Offsets:
        """What nobody could take, or is of no area served here, is in no document and lies at the end all the same."""
        return await self._log(topic).committed(partitions)
