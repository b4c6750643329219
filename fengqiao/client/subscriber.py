"""A subscriber of the topics: events once each, in the order of their stream, from where it likes to begin."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from aiokafka import TopicPartition
from pydantic import ValidationError

from fengqiao.contracts.model import Event
from fengqiao.contracts.topics import Topic
from fengqiao.runtime import cloudevents
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.errors import Unreadable
from fengqiao.runtime.streams import Sequences


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as it was published. data: as its model; None for a type this version does not know there."""

    topic: str
    partition: int
    offset: int
    envelope: CloudEvent
    data: Event | None


async def subscribe(
    bootstrap_servers: str, topics: Sequence[Topic], *, prefix: str = "", from_start: bool = True
) -> AsyncIterator[Heard]:
    """Every event of the topics, without repeats. from_start False: only what comes from now on.

    Records that nobody can read are stepped over: their reader has put them on the dead-letter topic.
    """
    seen = Sequences(whole=False)
    # By topic: two may say the same of something else.
    kinds = {(f"{prefix}{topic.name}", event.TYPE): event for topic in topics for event in topic.events}
    consumer = new_consumer(bootstrap_servers, None)
    await consumer.start()
    try:
        partitions = [TopicPartition(f"{prefix}{topic.name}", n) for topic in topics for n in range(topic.partitions)]
        consumer.assign(partitions)
        if from_start:
            await consumer.seek_to_beginning(*partitions)
        else:
            await consumer.seek_to_end(*partitions)
        while True:
            fetched = await consumer.getmany(timeout_ms=500)
            for records in fetched.values():
                for record in records:
                    try:
                        event = cloudevents.read(record.headers, record.value)
                        kind = kinds.get((record.topic, event.type))
                        data = None if kind is None else kind.read(event.data)
                    except (Unreadable, ValidationError, RecursionError):
                        continue
                    # A unit's states and its positions have the same source and subject: the topic tells them apart.
                    stream = f"{record.topic}:{event.stream}"
                    if seen.place(stream, event.sequence) == "repeat":
                        continue
                    seen.applied(stream, event.sequence)
                    yield Heard(
                        record.topic.removeprefix(prefix),
                        record.partition,
                        record.offset,
                        event,
                        data,
                    )
    finally:
        await consumer.stop()
