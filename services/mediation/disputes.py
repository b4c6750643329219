"""Disputes become cases: the consumer of `disputes`. A dispute that comes again, or by two ways, is one case."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from pydantic import ValidationError

from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.ids import area_of
from fengqiao.runtime import telemetry
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.consumer import Received, Rejected
from fengqiao.runtime.documents import Document
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.metrics import RECORDS_REPEATED
from services.mediation.case_desk import CaseDesk
from services.mediation.case_documents import new_document
from services.mediation.case_store import CaseStore
from services.mediation.domain.decide import opening
from services.mediation.domain.happenings import Opened
from services.mediation.domain.rules import Rules
from services.mediation.parties import Parties

log = structlog.get_logger(__name__)
AT_ONCE: Final = 100
"""Cases stored in one round trip: well within the deadline of the store."""


class DisputeDesk:
    """Opens a case for each dispute. Raises Busy where the store is away; nothing is committed then."""

    def __init__(
        self, store: CaseStore, parties: Parties, desk: CaseDesk, clock: Clock, rules: Mapping[str, Rules]
    ) -> None:
        self._store = store
        self._parties = parties
        self._desk = desk
        self._clock = clock
        self._rules = rules

    async def __call__(self, batch: Sequence[Received]) -> None:
        new: dict[str, Document] = {}
        said: dict[str, list[Opened]] = defaultdict(list)
        for received in batch:
            dispute = _read(received)
            trace = received.event.traceparent or telemetry.traceparent()
            rules = self._rules.get(dispute.area)
            if rules is None:
                raise Rejected(received, f"there is no area {dispute.area} here")
            opened, *more = opening(dispute, self._clock.now(), rules)
            assert isinstance(opened, Opened)  # it begins with that
            said[dispute.case_id].append(opened)
            if dispute.case_id in new:
                RECORDS_REPEATED.labels(received.topic).inc()
                continue
            new[dispute.case_id] = new_document([opened, *more], trace)
        documents = list(new.values())
        old: set[str] = set()
        for begin in range(0, len(documents), AT_ONCE):
            old |= await self._open(documents[begin : begin + AT_ONCE], batch[0].topic)
        for id, told in said.items():
            # What opened the case is in it; the same dispute by another way may know more.
            for again in told if id in old else told[1:]:
                await self._desk.complete(id, again)
        failpoint("mediation.handled")

    async def _open(self, documents: Sequence[Document], topic: str) -> set[str]:
        """The ids of cases that were there already."""
        fresh = await self._store.insert_each(documents)
        failpoint("mediation.inserted")
        await self._parties.have_a_case([document["_id"] for document in documents])
        for document, is_new in zip(documents, fresh, strict=True):
            if not is_new:
                # Stored before, by this event or by another about the same incident. Its own events are told by
                # whoever stored it, or by the relay's look for unsent ones.
                RECORDS_REPEATED.labels(topic).inc()
                continue
            try:
                await self._store.relay.relay(document)
            except KafkaUnavailable as away:
                log.warning("case opened, to be told later", case=document["_id"], why=str(away))
            # Of what was settled on the scene nothing is left to grade.
            if document.get("open"):
                await self._desk.link(document["_id"])
        return {document["_id"] for document, is_new in zip(documents, fresh, strict=True) if not is_new}


def _read(received: Received) -> DisputeReported:
    event = received.event
    if event.type != DisputeReported.TYPE:
        raise Rejected(received, f"{event.type} does not belong on disputes")
    try:
        dispute = DisputeReported.read(event.data)
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors()[:5])
        raise Rejected(received, f"the dispute cannot be understood: {fields or 'not JSON'}") from None
    if area_of(dispute.case_id) != dispute.area:
        raise Rejected(received, f"case {dispute.case_id} is not of the area {dispute.area}")
    return dispute
