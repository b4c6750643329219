"""What other instances took and what dispatch ended: the tail of `incidents` and `dispatch`, for suggesting duplicates.

No group and no commits: every instance follows every area from half an hour back, and a record that cannot be read is
left to those whose work it is. Nothing waits for it, so it reads in gulps.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable
from typing import Final

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from fengqiao.contracts.dispatch import IncidentCancelledByDispatch, IncidentClosed, IncidentEvent
from fengqiao.contracts.incidents import IncidentReported, IncidentUpdated
from fengqiao.contracts.topics import DISPATCH, INCIDENTS
from fengqiao.runtime.background import ended
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.cloudevents import header
from fengqiao.runtime.consumer import new_consumer
from services.intake.domain.duplicates import WITHIN_S, RecentIncidents, Sighting

PAUSE_S: Final = 0.3
_ENDS: Final[dict[str, type[IncidentEvent]]] = {
    event.TYPE: event for event in (IncidentClosed, IncidentCancelledByDispatch)
}

log = structlog.get_logger(__name__)


class Neighbours:
    """Feeds `recent`. partitions: those of the areas."""

    def __init__(
        self, bootstrap_servers: str, prefix: str, partitions: Iterable[int], recent: RecentIncidents, clock: Clock
    ) -> None:
        self._bootstrap = bootstrap_servers
        self._assigned = [
            TopicPartition(f"{prefix}{topic.name}", partition)
            for topic in (INCIDENTS, DISPATCH)
            for partition in sorted(set(partitions))
        ]
        self._recent = recent
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="neighbours")

    async def stop(self) -> None:
        await ended(self._task)

    async def _run(self) -> None:
        while True:
            # The broker may hold an answer back until it is worth fetching: seconds do not matter here.
            kafka = new_consumer(self._bootstrap, None, fetch_min_bytes=65536, fetch_max_wait_ms=500)
            try:
                await kafka.start()
                await self._follow(kafka)
            except KafkaError as error:
                log.debug("kafka is away", error=str(error))
            except Exception:
                log.exception("following the neighbours failed, beginning again")
            finally:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(3):
                        await kafka.stop()
            await asyncio.sleep(1.0)

    async def _follow(self, kafka: AIOKafkaConsumer) -> None:
        kafka.assign(self._assigned)
        await self._seek(kafka)
        while True:
            fetched = await kafka.getmany(timeout_ms=1000, max_records=2000)
            # Incidents before what dispatch says of them.
            for partition in sorted(fetched, key=lambda one: one.topic, reverse=True):
                for record in fetched[partition]:
                    self.take(record)
            await asyncio.sleep(PAUSE_S)

    async def _seek(self, kafka: AIOKafkaConsumer) -> None:
        """To half an hour of domain time ago, as Kafka's own times tell."""
        ends = await kafka.end_offsets(self._assigned)
        at_ms = int((time.time() - WITHIN_S / self._clock.speed) * 1000)
        found = await kafka.offsets_for_times(dict.fromkeys(self._assigned, at_ms))
        for partition in self._assigned:
            first = found.get(partition)
            kafka.seek(partition, ends[partition] if first is None else first.offset)

    def take(self, record: ConsumerRecord) -> None:
        """One record: a call that another instance took, a change of one, or the end of one."""
        kind = header(record.headers, "ce_type")
        if kind == IncidentReported.TYPE and (header(record.headers, "ce_subject") or "") not in self._recent:
            with contextlib.suppress(ValidationError):
                self._recent.add(_sighting(IncidentReported.read(record.value or b"")))
        elif kind == IncidentUpdated.TYPE:
            with contextlib.suppress(ValidationError):
                event = IncidentUpdated.read(record.value or b"")
                if event.location is not None or event.category is not None:
                    self._recent.change(event.incident_id, event.location, event.category)
        elif kind is not None and kind in _ENDS:
            with contextlib.suppress(ValidationError):
                self._recent.forget(_ENDS[kind].read(record.value or b"").incident_id)


def _sighting(event: IncidentReported) -> Sighting:
    return Sighting(
        event.incident_id,
        event.area,
        event.category.code,
        event.location.lon,
        event.location.lat,
        event.location.confidence,
        event.reported_at.timestamp(),
        event.received_at.timestamp(),
    )
