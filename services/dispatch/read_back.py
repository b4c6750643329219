"""Reading a partition again, from an offset to where it ends now: what was published, by whoever published it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.runtime import cloudevents
from fengqiao.runtime.consumer import fetch, new_consumer
from fengqiao.runtime.errors import KafkaUnavailable

STALL_S: Final = 20.0
"""So long may nothing come of what is there."""


async def records(bootstrap_servers: str, topic: str, partition: int, offset: int = 0) -> AsyncIterator[ConsumerRecord]:
    """The records at or after `offset`, up to the end at the time of the call. Raises KafkaUnavailable."""
    consumer: AIOKafkaConsumer = new_consumer(bootstrap_servers, None)
    tp = TopicPartition(topic, partition)
    at = offset

    async def lacking() -> Mapping[TopicPartition, int]:
        return {tp: at}

    try:
        async with asyncio.timeout(STALL_S):
            await consumer.start()
            consumer.assign([tp])
            end = (await consumer.end_offsets([tp]))[tp]
            begin = (await consumer.beginning_offsets([tp]))[tp]
        at = max(min(offset, end), begin)
        consumer.seek(tp, at)
        moved = time.monotonic()
        while at < end:
            fetched = await fetch(consumer, lacking, tp, timeout_ms=500, max_records=2000)
            for record in fetched.get(tp, ()):
                if record.offset < end:
                    yield record
            # A compacted topic may have no record just before its end: the position tells.
            before, at = at, await consumer.position(tp)
            if at > before:
                moved = time.monotonic()
            elif time.monotonic() - moved > STALL_S:
                raise TimeoutError(f"nothing came after offset {at}")
    except (KafkaError, TimeoutError) as error:
        raise KafkaUnavailable(f"reading back {topic}: {type(error).__name__} {error}") from error
    finally:
        with contextlib.suppress(Exception):
            await consumer.stop()


class PublishedTail:
    """Finds the last event of an area that is on its partition of `dispatch`."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap = bootstrap_servers

    async def __call__(self, topic: str, partition: int, area: str, offset: int) -> tuple[int, int]:
        """The last sequence of the area at or after `offset` (0: none), and where to look on from. Raises
        KafkaUnavailable."""
        last, end = 0, offset
        async for record in records(self._bootstrap, topic, partition, offset):
            end = record.offset + 1
            if cloudevents.header(record.headers, "ce_subject") == area:
                last = max(last, cloudevents.sequence_of(record.headers) or 0)
        return last, end
