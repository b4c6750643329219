"""`fengqiao dlq`: what could not be understood, and the way back once it can be.

A dead-letter topic keeps what it was given. How far it has been dealt with is a consumer group's offset in Kafka
(`dlq-redrive`), so that no letter is sent back twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import typer
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.cli.places import settings
from fengqiao.contracts.topics import TOPICS
from fengqiao.runtime import cloudevents
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.errors import RuntimeFault
from fengqiao.runtime.publisher import Publisher

GROUP: Final = "dlq-redrive"
PARTITION: Final = 0
"""A dead-letter topic has one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A record that nobody could read. type, subject, sequence: as its headers say, where they do."""

    topic: str
    offset: int
    """In the dead-letter topic."""
    reason: str
    at: str
    source_partition: int
    source_offset: int
    type: str | None
    subject: str | None
    sequence: str | None
    bytes: int


def show(*, as_json: bool) -> int:
    """Print the letters that have not been sent back. 0: none, 1: some, 2: Kafka does not answer."""
    read = settings()
    try:
        letters = asyncio.run(_all(read.bootstrap_servers, read.topic_prefix))
    except (KafkaError, OSError, TimeoutError) as error:
        typer.echo(f"Kafka at {read.bootstrap_servers} does not answer: {error}", err=True)
        return 2
    if as_json:
        typer.echo(json.dumps([asdict(letter) for letter in letters], ensure_ascii=False, indent=1))
    elif not letters:
        typer.echo("No dead letters.")
    else:
        for letter in letters:
            what = letter.type or "no type"
            typer.echo(f"{letter.topic} {letter.offset}\t{letter.at}\t{what} {letter.subject or ''}\t{letter.reason}")
    return 1 if letters else 0


def send_back(topic: str) -> int:
    """Give the letters of one topic to their readers again. 0 when that worked."""
    read = settings()
    known = {one.name for one in TOPICS}
    if topic not in known:
        typer.echo(f"There is no topic {topic}: it is one of {', '.join(sorted(known))}.", err=True)
        return 2
    try:
        sent = asyncio.run(redrive(read.bootstrap_servers, read.topic_prefix, topic))
    except (KafkaError, RuntimeFault, OSError, TimeoutError) as error:
        typer.echo(f"Stopped: {error}. What was sent back is remembered; run it again.", err=True)
        return 1
    typer.echo(f"{sent} sent back to {topic}. A reader that has gone past a number of its stream skips it.")
    return 0


async def _all(bootstrap_servers: str, prefix: str) -> list[Letter]:
    return [letter async for letter in waiting(bootstrap_servers, prefix, [topic.name for topic in TOPICS])]


async def waiting(bootstrap_servers: str, prefix: str, topics: Sequence[str]) -> AsyncIterator[Letter]:
    """The letters of these topics that have not been sent back, topic by topic. Raises KafkaError."""
    async with _Reader(bootstrap_servers, prefix) as reader:
        for topic in topics:
            async for record in reader.unsent(topic):
                yield _letter(topic, record)


async def redrive(bootstrap_servers: str, prefix: str, topic: str) -> int:
    """Publish each waiting letter to `topic` as it was first; how many. Raises KafkaError and KafkaUnavailable.

    It goes back to the partition that it came from, under its own key and headers. Dying in between sends the last
    one twice, with the same id.
    """
    publisher = Publisher(bootstrap_servers, "dlq")
    await publisher.start()
    sent = 0
    try:
        async with asyncio.timeout(20):
            await publisher.wait_available()
        async with _Reader(bootstrap_servers, prefix) as reader:
            async for record in reader.unsent(topic):
                headers = [(name, value) for name, value in record.headers if not name.startswith("dlq_")]
                await publisher.publish_raw(
                    f"{prefix}{topic}", record.key, record.value, headers, int(_dlq(record).get("partition", "0"))
                )
                await reader.done(topic, record)
                sent += 1
    finally:
        await publisher.stop()
    return sent


class _Reader:
    """Reads dead-letter topics from where they have been dealt with to where they end now."""

    def __init__(self, bootstrap_servers: str, prefix: str) -> None:
        self._prefix = prefix
        self._kafka: AIOKafkaConsumer = new_consumer(bootstrap_servers, f"{prefix}{GROUP}")

    async def __aenter__(self) -> _Reader:
        await self._kafka.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kafka.stop()

    async def unsent(self, topic: str) -> AsyncIterator[ConsumerRecord]:
        tp = self._partition(topic)
        self._kafka.assign([tp])
        end = (await self._kafka.end_offsets([tp]))[tp]
        begin = (await self._kafka.beginning_offsets([tp]))[tp]
        at = max(await self._kafka.committed(tp) or 0, begin)
        self._kafka.seek(tp, at)
        while at < end:
            for record in (await self._kafka.getmany(tp, timeout_ms=500)).get(tp, []):
                at = record.offset + 1
                if at <= end:
                    yield record

    async def done(self, topic: str, record: ConsumerRecord) -> None:
        await self._kafka.commit({self._partition(topic): record.offset + 1})

    def _partition(self, topic: str) -> TopicPartition:
        return TopicPartition(f"{self._prefix}{topic}.dlq", PARTITION)


def _dlq(record: ConsumerRecord) -> Mapping[str, str]:
    return {
        name.removeprefix("dlq_"): value.decode(errors="replace")
        for name, value in record.headers
        if name.startswith("dlq_")
    }


def _letter(topic: str, record: ConsumerRecord) -> Letter:
    marks: dict[str, Any] = dict(_dlq(record))
    return Letter(
        topic=topic,
        offset=record.offset,
        reason=marks.get("reason", ""),
        at=marks.get("at", ""),
        source_partition=int(marks.get("partition", 0)),
        source_offset=int(marks.get("offset", 0)),
        type=cloudevents.header(record.headers, "ce_type"),
        subject=cloudevents.header(record.headers, "ce_subject"),
        sequence=cloudevents.header(record.headers, "ce_sequence"),
        bytes=len(record.value or b""),
    )
