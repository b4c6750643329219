"""Learning from dispatch what became of the incidents: the consumer of `dispatch`, in the group `intake`.

Each incident's document takes what a batch says of it in one write, unless it has that already (`dispatch_sequence`).
What an area's events were last applied is kept in a document of its own, so that repeats are known after a restart.
"""

from collections.abc import Sequence
from typing import Final, NoReturn

import structlog
from pydantic import ValidationError

from fengqiao.contracts import ids
from fengqiao.contracts.dispatch import IncidentEvent
from fengqiao.contracts.topics import DISPATCH, EVENTS
from fengqiao.runtime.consumer import Received, Rejected
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.metrics import RECORDS_REPEATED, SEQUENCE_GAPS
from fengqiao.runtime.streams import Sequences
from services.intake.domain.outcome import TELLING, fold

GROUP: Final = "intake"
TOPIC: Final = DISPATCH.name

log = structlog.get_logger(__name__)


class Following:
    """The handler of the consumer; one batch at a time."""

    def __init__(self, incidents: Collection, followed: Collection) -> None:
        self._incidents = incidents
        self._followed = followed
        self._sequences: dict[str, int] = {}
        """The last number applied of each area."""
        self._dead: set[tuple[str, int]] = set()

    async def handle(self, batch: Sequence[Received]) -> None:
        """Raises Rejected for a record that cannot be understood, and StoreUnavailable."""
        fresh, last = await self._fresh(batch)
        by_incident: dict[str, list[IncidentEvent]] = {}
        through: dict[str, int] = {}
        for received in fresh:
            kind = TELLING.get(received.event.type)
            if kind is None:
                if received.event.type not in EVENTS:
                    self._reject(received, f"the type {received.event.type} is not known here")
                continue
            try:
                event = kind.read(received.event.data)
            except ValidationError as error:
                self._reject(received, _reason(error))
            by_incident.setdefault(event.incident_id, []).append(event)
            through[event.incident_id] = received.event.sequence
        await self._incidents.update_each(
            (
                ids.key_of_incident(incident),
                {"dispatch_sequence": {"$lt": through[incident]}},
                {
                    "$set": {
                        **{f"dispatch.{path}": value for path, value in fold(events).items()},
                        "dispatch_sequence": through[incident],
                    }
                },
            )
            for incident, events in by_incident.items()
        )
        await self._followed.put_newer([{"_id": area, "sequence": sequence} for area, sequence in last.items()])
        self._sequences |= last

    async def _fresh(self, batch: Sequence[Received]) -> tuple[list[Received], dict[str, int]]:
        """What of the batch has not been applied, and where each area stands after it."""
        places = Sequences(self._sequences)
        last: dict[str, int] = {}
        fresh = []
        looked_up: set[str] = set()
        for received in batch:
            area, sequence = received.event.subject, received.event.sequence
            place = places.place(area, sequence)
            if area not in looked_up and (place == "gap" or area not in self._sequences):
                # Applied before the restart, or by another instance before the partition came back to us.
                looked_up.add(area)
                known = await self._followed.get(area)
                if known is not None:
                    places.applied(area, int(known["sequence"]))
                place = places.place(area, sequence)
            if place == "repeat":
                RECORDS_REPEATED.labels(received.topic).inc()
                continue
            if place == "gap" and not self._only_dead(area, places.last(area), sequence):
                SEQUENCE_GAPS.labels(received.topic).inc()
                log.error("gap in a stream", stream=received.event.stream, last=places.last(area), got=sequence)
            places.applied(area, sequence)
            last[area] = sequence
            fresh.append(received)
        return fresh, last

    def _only_dead(self, area: str, last: int, sequence: int) -> bool:
        """Whether all that is missing was dead-lettered: a record counts as seen by its headers."""
        return sequence - last < 1000 and all((area, missing) in self._dead for missing in range(last + 1, sequence))

    def _reject(self, received: Received, why: str) -> NoReturn:
        self._dead.add((received.event.subject, received.event.sequence))
        raise Rejected(received, why)


def _reason(error: ValidationError) -> str:
    """Where it is wrong, never what stands there."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
