"""From what lies on `mediation` to the documents of its cases; the handler of a consuming loop of its own."""

from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from pydantic import ValidationError

from fengqiao.contracts import topics
from fengqiao.contracts.mediation import CaseEvent
from fengqiao.contracts.model import Data
from fengqiao.runtime.consumer import Received, Rejected
from fengqiao.runtime.metrics import RECORDS_REPEATED, SEQUENCE_GAPS
from services.analytics.domain.cases import CaseRecord, fold_cases
from services.analytics.domain.folding import AreaRules
from services.analytics.rollup_store import RollupStore

TOPIC: Final = topics.MEDIATION.name
SOURCE: Final = "mediation"
_KNOWN: Final[dict[str, type[CaseEvent]]] = {
    event.TYPE: event for event in topics.MEDIATION.events if issubclass(event, CaseEvent)
}
_OF_A_CASE: Final = "fengqiao.case."
log = structlog.get_logger(__name__)


class _Whose(Data):
    """What every event about a case says, also one of a type that is not known here."""

    area: str


def case_record(received: Received, rules: Mapping[str, AreaRules]) -> CaseRecord | None:
    """None for what is about no case, such as a hazard. Raises Rejected when the record is of no area served here, or
    cannot be read.

    A case's type that is not known here takes its number in the case's stream and nothing more.
    """
    event = received.event
    if event.type not in _KNOWN and not event.type.startswith(_OF_A_CASE):
        return None
    if event.source != SOURCE:
        raise Rejected(received, f"{event.stream[:120]} is not the stream of a case")
    known = _KNOWN.get(event.type)
    try:
        data = known.read(event.data) if known is not None else None
        area = data.area if data is not None else _Whose.read(event.data).area
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the record"
        raise Rejected(received, f"{event.type}: {where}: {first['msg']}") from error
    if area not in rules:
        raise Rejected(received, f"{event.type}: {area[:60]} is no area that this installation serves")
    return CaseRecord(event.subject, area, received.partition, received.offset, event.sequence, event.time, data)


class FollowingCases:
    """Keeps nothing between batches, like `Following`; a case gives way only to one that has applied more."""

    def __init__(self, store: RollupStore, rules: Mapping[str, AreaRules]) -> None:
        self._store = store
        self._rules = rules

    async def handle(self, batch: Sequence[Received]) -> None:
        """Raises Rejected and StoreUnavailable; the batch may be given again, in any cut."""
        read = [case_record(received, self._rules) for received in batch]
        records = [one for one in read if one is not None]
        stored = await self._store.cases(record.case_id for record in records)
        changed, repeats, gaps = fold_cases(records, stored)
        await self._store.put_cases(changed.values())
        RECORDS_REPEATED.labels(TOPIC).inc(repeats)
        if gaps:
            SEQUENCE_GAPS.labels(TOPIC).inc(gaps)
            log.error("events of cases are missing", gaps=gaps)
