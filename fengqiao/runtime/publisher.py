"""One idempotent producer a process, which survives what aiokafka's cannot.

After a batch has failed, its producer can stay stuck on OutOfOrderSequence (aiokafka #1017): the sequence number of
the failed batch is used up. So any failure ends the producer; a new one is made in the background, and callers send
again from their own outbox or journal. While there is none, `publish` says so at once instead of waiting.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.metrics import PUBLISH_SECONDS, PUBLISHER_REBUILDS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to publish. `event` None is a tombstone. `partition` None lets the key's hash decide."""

    topic: str
    key: str
    event: CloudEvent | None
    partition: int | None = None


class Publisher:
    """Publishes with acks=all. Start it even when Kafka is away: it goes on trying.

    patience: real seconds that `publish` waits for the acknowledgement.
    """

    def __init__(self, bootstrap_servers: str, client_id: str, patience: float = 2.0) -> None:
        self._bootstrap = bootstrap_servers
        self._client_id = client_id
        self._patience = patience
        self._producer: AIOKafkaProducer | None = None
        self._builder: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()
        self._stopped = False
        self.was_available = False
        """Whether it has ever been connected."""

    async def start(self, wait: float = 0.0) -> None:
        """Begin to connect; wait at most `wait` seconds for it."""
        self._build()
        if wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._ready.wait()

    async def stop(self) -> None:
        self._stopped = True
        if self._builder is not None:
            self._builder.cancel()
        if self._producer is not None:
            self._retire(self._producer)
            self._producer = None
        if self._closing:
            await asyncio.wait(self._closing, timeout=5)

    @property
    def available(self) -> bool:
        return self._producer is not None

    async def wait_available(self) -> None:
        """Return as soon as there is a producer (again)."""
        await self._ready.wait()

    async def publish(self, record: Outgoing) -> RecordMetadata:
        """Send one record. Raises KafkaUnavailable; the record may be there all the same."""
        return (await self.publish_in_order([record]))[0]

    async def publish_in_order(self, records: Sequence[Outgoing]) -> list[RecordMetadata]:
        """Send the records; those of one partition appear there in this order, and none after one that failed.

        Raises KafkaUnavailable when any was not acknowledged; then the caller sends again from the first of which it
        does not know that it is there.
        """
        producer = self._producer
        if producer is None:
            raise KafkaUnavailable("no connection to Kafka")
        try:
            with PUBLISH_SECONDS.time():
                async with asyncio.timeout(self._patience):
                    waiting = [
                        await producer.send(
                            record.topic,
                            value=None if record.event is None else record.event.data,
                            key=record.key.encode(),
                            partition=record.partition,
                            headers=[] if record.event is None else record.event.headers(),
                        )
                        for record in records
                    ]
                    return list(await asyncio.gather(*waiting))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._fail(producer, error)
            raise KafkaUnavailable(f"{type(error).__name__}: {error}") from error

    async def publish_raw(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]],
        partition: int | None = None,
    ) -> RecordMetadata:
        """Send bytes as they are (a dead letter keeps what could not be read). Raises KafkaUnavailable."""
        producer = self._producer
        if producer is None:
            raise KafkaUnavailable("no connection to Kafka")
        try:
            async with asyncio.timeout(self._patience):
                return await producer.send_and_wait(
                    topic, value=value, key=key, headers=list(headers), partition=partition
                )
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._fail(producer, error)
            raise KafkaUnavailable(f"{type(error).__name__}: {error}") from error

    def _fail(self, producer: AIOKafkaProducer, error: Exception) -> None:
        if producer is not self._producer:
            return  # another caller saw it first
        log.warning("publisher failed, building a new one", error=f"{type(error).__name__}: {error}")
        PUBLISHER_REBUILDS.inc()
        self._producer = None
        self._ready.clear()
        self._retire(producer)
        self._build()

    def _retire(self, producer: AIOKafkaProducer) -> None:
        async def close() -> None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await producer.stop()

        task = asyncio.create_task(close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _build(self) -> None:
        if self._stopped or (self._builder is not None and not self._builder.done()):
            return
        self._builder = asyncio.create_task(self._connect())

    async def _connect(self) -> None:
        wait = 0.1
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=131072,
                max_request_size=2097152,
                request_timeout_ms=4000,
                retry_backoff_ms=100,
                metadata_max_age_ms=60000,
            )
            try:
                async with asyncio.timeout(5):
                    await producer.start()
            except Exception as error:
                log.debug("kafka is away", error=str(error))
                with contextlib.suppress(Exception):
                    await producer.stop()
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, 1.0)
                continue
            self._producer = producer
            self.was_available = True
            self._ready.set()
            return
