"""Taking a call: kept before it is answered, told before it is answered if Kafka lets us, one incident for one key.

take           make it whole, or refuse it by field
insert         with all others that wait at the moment, as one group; the `_id` is made from client and key, so
               the same key again finds what was kept, also after an answer that got lost
tell           publish `incident.reported`; what Kafka does not acknowledge in time is told later
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from fengqiao.contracts import ids
from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import Location
from fengqiao.contracts.topics import INCIDENTS
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Document
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import KeyReused, Unavailable
from fengqiao.runtime.relay import with_pending
from services.intake import records
from services.intake.admission import EMERGENCY_SOURCE, Admission, is_emergency
from services.intake.domain.drafts import IncidentDraft, to_the_millisecond
from services.intake.domain.duplicates import WITHIN_S, RecentIncidents, Sighting
from services.intake.domain.errors import WrongField
from services.intake.domain.ground import Grounds
from services.intake.domain.taking import Taken, fingerprint, reported, take
from services.intake.inserting import Inserts
from services.intake.outbox import Outbox
from services.intake.refusals import store_answers
from services.intake.sight import may_report_as

STORE_S: Final = 1.3
"""Real seconds from the beginning of a request within which the store must have answered."""
KAFKA_S: Final = 1.5
"""Real seconds from the beginning of a request after which nobody waits for Kafka any more. What promises 2 s is kept
also when thousands come back at the same moment after an outage."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Until when one request waits, in seconds of the loop."""

    store: float
    kafka: float

    @classmethod
    def from_now(cls) -> "Patience":
        began = asyncio.get_running_loop().time()
        return cls(began + STORE_S, began + KAFKA_S)


class Acceptance:
    """Takes calls. inserts: of emergencies, which wait for no others, and of the rest."""

    def __init__(
        self,
        grounds: Grounds,
        emergencies: Inserts,
        inserts: Inserts,
        outbox: Outbox,
        recent: RecentIncidents,
        admission: Admission,
        clock: Clock,
    ) -> None:
        self._grounds = grounds
        self._emergencies = emergencies
        self._inserts = inserts
        self._outbox = outbox
        self._recent = recent
        self._admission = admission
        self._clock = clock

    async def accept(
        self, caller: Principal, draft: IncidentDraft, header_key: str | None, patience: Patience
    ) -> dict[str, Any]:
        """The answer to a post. Raises Refusal and Problem."""
        key = draft.external_id or header_key
        if key is None:
            raise WrongField("/external_id", "send external_id, or the header Idempotency-Key: it makes a repeat safe")
        # Of the others only the category tells whether they are emergencies; these are refused before they are placed.
        inserts = self._in_time(True, patience) if draft.source == EMERGENCY_SOURCE else None
        taken = take(draft, self._grounds, caller.may, lambda source: may_report_as(caller, source))
        emergency = is_emergency(taken.source.source, taken.priority)
        with self._admission.enter(caller.client, emergency=emergency):
            inserts = inserts or self._in_time(emergency, patience)
            return await self._keep(inserts, caller.client, draft, key, taken, patience)

    def like(self, area: str, code: str, location: Location) -> tuple[DuplicateCandidate, ...]:
        """Which open incidents a call of now, of that category and place, may be about; the best first."""
        at = self._clock.now().timestamp()
        self._recent.forget_before(at - WITHIN_S)
        return self._recent.like(Sighting("", area, code, location.lon, location.lat, location.confidence, at, at))

    def _in_time(self, emergency: bool, patience: Patience) -> Inserts:
        """Where it is written. Raises Unavailable where that would be too late."""
        inserts = self._emergencies if emergency else self._inserts
        if not inserts.in_time(patience.store):
            raise self._admission.crowded(emergency=emergency)
        return inserts

    async def _keep(
        self, inserts: Inserts, client: str, draft: IncidentDraft, key: str, taken: Taken, patience: Patience
    ) -> dict[str, Any]:
        id = ids.digest(client, "incident", key)
        mark = fingerprint(draft)
        document, sighting = self._document(id, client, draft, mark, taken)
        try:
            async with store_answers(patience.store, self._admission.turn):
                kept, is_new = await inserts.insert(document)
        except Unavailable:
            self._outbox.later(id)  # it may be there all the same
            raise
        if kept is None:
            raise Unavailable("The incident cannot be read just now: send it again with the same key.")
        if kept["fingerprint"] != mark:
            raise KeyReused(
                f"The key of this request was used for {records.id_of(kept)}, which said something else. "
                "Use a new key, or PATCH the incident."
            )
        if is_new:
            self._recent.add(sighting)
            failpoint("intake.inserted")
        relay = await self._outbox.tell(kept, patience.kafka)
        return records.accepted_answer(kept, relay, replayed=not is_new)

    def _document(
        self, id: str, client: str, draft: IncidentDraft, mark: str, taken: Taken
    ) -> tuple[Document, Sighting]:
        now = to_the_millisecond(self._clock.now())
        reported_at = draft.reported_at or now
        incident_id = ids.incident_id(taken.area, id)
        sighting = Sighting(
            incident_id,
            taken.area,
            taken.category.code,
            taken.location.lon,
            taken.location.lat,
            taken.location.confidence,
            reported_at.timestamp(),
            now.timestamp(),
        )
        self._recent.forget_before(sighting.received_at - WITHIN_S)
        duplicates = self._recent.like(sighting)
        event = reported(incident_id, taken, reported_at, now, duplicates, draft.answered_at)
        document = records.new_incident(id, client, draft, mark, taken, reported_at, now, duplicates)
        told = records.telling(event, incident_id, 1, INCIDENTS.name, taken.ground, now)
        return with_pending(document, told), sighting
