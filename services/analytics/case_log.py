"""From what lies on `mediation` to the documents of cases and hazards; the handler of a consuming loop of its own."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from pydantic import ValidationError

from fengqiao.contracts import topics
from fengqiao.contracts.hazards import HazardEvent
from fengqiao.contracts.mediation import CaseEvent
from fengqiao.contracts.model import Data
from fengqiao.runtime.consumer import Received, Rejected
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.metrics import RECORDS_REPEATED, SEQUENCE_GAPS
from services.analytics.domain.cases import Case
from services.analytics.domain.dossiers import SOURCE, DossierRecord, fold_dossiers
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.hazards import Hazard
from services.analytics.dossier_store import DossierStore

TOPIC: Final = topics.MEDIATION.name
_CASES: Final[dict[str, type[CaseEvent]]] = {
    event.TYPE: event for event in topics.MEDIATION.events if issubclass(event, CaseEvent)
}
_HAZARDS: Final[dict[str, type[HazardEvent]]] = {
    event.TYPE: event for event in topics.MEDIATION.events if issubclass(event, HazardEvent)
}
_OF_A_CASE: Final = "fengqiao.case."
_OF_A_HAZARD: Final = "fengqiao.hazard."
log = structlog.get_logger(__name__)


class _Whose(Data):
    """What every event about a case or a hazard says, also one of a type that is not known here."""

    area: str


def case_record(received: Received, rules: Mapping[str, AreaRules]) -> DossierRecord | None:
    """None for what is about no case. Raises Rejected when the record is of no area served here, or cannot be read.

    A case's type that is not known here takes its number in the case's stream and nothing more.
    """
    if received.event.type not in _CASES and not received.event.type.startswith(_OF_A_CASE):
        return None
    return _record(received, rules, _CASES.get(received.event.type))


def hazard_record(received: Received, rules: Mapping[str, AreaRules]) -> DossierRecord | None:
    """As `case_record`, of a hazard."""
    if not received.event.type.startswith(_OF_A_HAZARD):
        return None
    return _record(received, rules, _HAZARDS.get(received.event.type))


def _record(received: Received, rules: Mapping[str, AreaRules], known: Any) -> DossierRecord:
    event = received.event
    if event.source != SOURCE:
        raise Rejected(received, f"{event.stream[:120]} is not a stream of {SOURCE}")
    try:
        data = known.read(event.data) if known is not None else None
        area = data.area if data is not None else _Whose.read(event.data).area
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise Rejected(received, f"{event.type}: {where}: {first['msg']}") from error
    if area not in rules:
        raise Rejected(received, f"{event.type}: {area[:60]} is no area that this installation serves")
    return DossierRecord(event.subject, area, received.partition, received.offset, event.sequence, event.time, data)


class FollowingCases:
    """Keeps nothing between batches, like `Following`; a dossier gives way only to one that has applied more."""

    def __init__(self, store: DossierStore, rules: Mapping[str, AreaRules]) -> None:
        self._store = store
        self._rules = rules

    async def handle(self, batch: Sequence[Received]) -> None:
        """Raises Rejected and StoreUnavailable; the batch may be given again, in any cut."""
        cases = [one for received in batch if (one := case_record(received, self._rules)) is not None]
        hazards = [one for received in batch if (one := hazard_record(received, self._rules)) is not None]
        some, repeats, gaps = fold_dossiers(cases, await self._store.cases(one.id for one in cases), Case)
        more, repeats_more, gaps_more = fold_dossiers(
            hazards, await self._store.hazards(one.id for one in hazards), Hazard
        )
        # Before the case says that it is done: whoever dies in between does it again.
        for case in some.values():
            if case.forgotten:
                await self._store.forget_in_bulletins(case.area, case.id)
        await self._store.put(some.values(), more.values())
        failpoint("analytics.cases-written")
        read_to: dict[int, int] = {}
        for received in batch:
            read_to[received.partition] = max(received.offset, read_to.get(received.partition, -1))
        await self._store.put_marks(read_to)
        RECORDS_REPEATED.labels(TOPIC).inc(repeats + repeats_more)
        if gaps + gaps_more:
            SEQUENCE_GAPS.labels(TOPIC).inc(gaps + gaps_more)
            lacking = {one.area for one in some.values() if one.stream.gaps}
            lacking |= {one.area for one in more.values() if one.stream.gaps}
            log.error("events are missing: the areas' answers say so", areas=sorted(lacking), gaps=gaps + gaps_more)
