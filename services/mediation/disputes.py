"""Disputes become cases: the consumer of `disputes`. A dispute that comes again, or by two ways, is one case."""

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
        for received in batch:
            dispute = _read(received)
            if dispute.case_id in new:
                RECORDS_REPEATED.labels(received.topic).inc()
                continue
            trace = received.event.traceparent or telemetry.traceparent()
            rules = self._rules.get(dispute.area)
            if rules is None:
                raise Rejected(received, f"there is no area {dispute.area} here")
            new[dispute.case_id] = new_document(opening(dispute, self._clock.now(), rules), trace)
        documents = list(new.values())
        for begin in range(0, len(documents), AT_ONCE):
            await self._open(documents[begin : begin + AT_ONCE], batch[0].topic)
        failpoint("mediation.handled")

    async def _open(self, documents: Sequence[Document], topic: str) -> None:
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
