"""The handler of the consuming loop: one batch of `dispatch` into the store, so that its effect is there once."""

from collections.abc import Mapping, Sequence

import structlog

from fengqiao.runtime.consumer import Received
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.metrics import RECORDS_REPEATED, SEQUENCE_GAPS
from services.analytics.domain.folding import AreaRules, advanced, fold, stream_id
from services.analytics.log_records import TOPIC, record
from services.analytics.rollup_store import RollupStore

log = structlog.get_logger(__name__)


class Following:
    """Keeps nothing between batches: what another instance has written meanwhile is read, not assumed."""

    def __init__(self, store: RollupStore, rules: Mapping[str, AreaRules]) -> None:
        self._store = store
        self._rules = rules

    async def handle(self, batch: Sequence[Received]) -> None:
        """Raises Rejected and StoreUnavailable; the batch may be given again, in any cut."""
        records = [record(received, self._rules) for received in batch]
        known = await self._store.streams(map(stream_id, records))
        folded = fold(records, known, self._rules)
        stored = await self._store.at(folded.contributions)
        await self._store.write(advanced(stored, folded, self._rules).values(), folded.streams.values())
        # Told when it is durable: a batch that is tried again is told of once.
        RECORDS_REPEATED.labels(TOPIC).inc(sum(folded.repeats.values()))
        for area, gaps in folded.gaps.items():
            SEQUENCE_GAPS.labels(TOPIC).inc(gaps)
            log.error("events are missing: the area's answers say so", area=area, gaps=gaps)
        failpoint("analytics.handled")
