"""A quarrel that somebody reports without a call of its own: kept and told like an incident, on `disputes`.

The case's id is made from the incident's, or from client and key as an incident's would be, so the answer can name it
before mediation has heard of it.
"""

from collections.abc import Callable
from typing import Any

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor, Category, Location
from fengqiao.contracts.topics import DISPUTES
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import Conflict, KeyReused, Unavailable
from fengqiao.runtime.relay import with_pending
from services.intake import records
from services.intake.acceptance import Patience
from services.intake.domain.categories import Row
from services.intake.domain.drafts import DisputeDraft, to_the_millisecond
from services.intake.domain.errors import ForeignArea, WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.placing import place
from services.intake.domain.taking import fingerprint
from services.intake.inserting import Inserts
from services.intake.outbox import Outbox
from services.intake.refusals import store_answers


class Disputes:
    """Takes disputes."""

    def __init__(
        self,
        grounds: Grounds,
        incidents: Collection,
        inserts: Inserts,
        outbox: Outbox,
        again: Callable[[], float],
        clock: Clock,
    ) -> None:
        """again: real seconds after which one whom the store left without an answer may come again."""
        self._grounds = grounds
        self._incidents = incidents
        self._inserts = inserts
        self._outbox = outbox
        self._again = again
        self._clock = clock

    async def report(
        self, caller: Principal, draft: DisputeDraft, header_key: str | None, patience: Patience
    ) -> dict[str, Any]:
        """The answer that names the case. Raises Refusal and Problem."""
        async with store_answers(patience.store, self._again):
            document = await self._document(caller, draft, draft.external_id or header_key)
            kept, is_new = await self._inserts.insert(document)
        if kept is None:
            raise Unavailable("The dispute cannot be read just now: send it again with the same key.")
        if kept["fingerprint"] != document["fingerprint"]:
            if draft.incident_id is not None:
                raise Conflict("Another dispute was reported of this incident: its case is there.", allowed=[])
            raise KeyReused("The key of this request was used for another dispute: use a new one.")
        if is_new:
            failpoint("intake.dispute-inserted")
        relay = await self._outbox.tell(kept, patience.kafka)
        return {
            "case_id": ids.case_id(ids.incident_id(kept["area"], kept["_id"])),
            "area": kept["area"],
            "relay": relay,
            "replayed": not is_new,
        }

    async def _document(self, caller: Principal, draft: DisputeDraft, key: str | None) -> Document:
        location: Location | None = None
        category: Category | None = None
        number: str | None = None
        if draft.incident_id is not None:
            incident = await self._incident(caller, draft.incident_id)
            id = ids.key_of_incident(draft.incident_id)
            ground = self._grounds.by_area[incident["area"]]
            location = Location.of(incident["location"])
            category = Category.of(incident["category"])
            number = incident["dispatch"].get("number")
        else:
            if key is None:
                raise WrongField("/external_id", "send external_id, or the header Idempotency-Key")
            id = ids.digest(caller.client, "dispute", key)
            placed = place(draft.location, draft.area, self._grounds, caller.may)
            ground = placed.ground
            location = placed.location if draft.location is not None else None
        kind = _kind(ground, draft.kind)
        now = to_the_millisecond(self._clock.now())
        case_id = ids.case_id(ids.incident_id(ground.area.id, id))
        event = DisputeReported(
            case_id=case_id,
            area=ground.area.id,
            origin="incident" if draft.incident_id is not None else draft.origin,
            kind=kind.category.code,
            reported_at=draft.reported_at or now,
            by=Actor(client=caller.client, role=caller.role, unit=caller.unit),
            incident_id=draft.incident_id,
            number=number,
            category=category or kind.category,
            location=location,
            settled_on_scene=draft.settled_on_scene,
        )
        document = {
            "_id": id,
            "area": ground.area.id,
            "client": caller.client,
            "fingerprint": fingerprint(draft),
            "received_at": now,
        }
        return with_pending(document, records.telling(event, case_id, 1, DISPUTES.name, ground, now))

    async def _incident(self, caller: Principal, id: str) -> Document:
        area = ids.area_of(id)
        if not caller.may(area):
            raise ForeignArea(area)
        incident = await self._incidents.get(ids.key_of_incident(id))
        if incident is None or incident["area"] != area:
            raise WrongField("/incident_id", "there is no such incident")
        return incident


def _kind(ground: Ground, word: str) -> Row:
    row = ground.categories.find(word)
    if row is None:
        raise WrongField("/kind", ground.categories.unknown(word))
    if row.dispute_kind is None:
        raise WrongField("/kind", f"{row.category.name_en} ({row.category.code}) is no kind of dispute")
    return row
