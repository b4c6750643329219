"""The handler of the consuming loop: one batch of `dispatch` into the store, so that its effect is there once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from fengqiao.runtime.consumer import Received
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.metrics import RECORDS_REPEATED, SEQUENCE_GAPS
from services.analytics.domain.folding import AreaRules, Record, advanced, fold, stream_id
from services.analytics.domain.register import Register, register_id
from services.analytics.domain.registering import DayOf, register, sort_out, undated
from services.analytics.log_records import TOPIC, record
from services.analytics.rollup_store import RollupStore

log = structlog.get_logger(__name__)

REMEMBERED: Final = 20_000
"""Incidents whose day need not be looked up."""


class Following:
    """Keeps nothing between batches but what never changes, the days of incidents: what another instance has written
    meanwhile is read, not assumed."""

    def __init__(self, store: RollupStore, rules: Mapping[str, AreaRules]) -> None:
        self._store = store
        self._rules = rules
        self._days: OrderedDict[str, DayOf] = OrderedDict()

    async def handle(self, batch: Sequence[Received]) -> None:
        """Raises Rejected and StoreUnavailable; the batch may be given again, in any cut."""
        records = [record(received, self._rules) for received in batch]
        known = await self._store.streams(map(stream_id, records))
        folded = fold(records, known, self._rules)
        stored = await self._store.at(folded.contributions)
        rollups = advanced(stored, folded, self._rules)
        new_days, registers = await self._registered(folded.counted)
        await self._store.write(rollups.values(), new_days, registers, folded.streams.values())
        self._remember(new_days)
        # Told when it is durable: a batch that is tried again is told of once.
        RECORDS_REPEATED.labels(TOPIC).inc(sum(folded.repeats.values()))
        for area, gaps in folded.gaps.items():
            SEQUENCE_GAPS.labels(TOPIC).inc(gaps)
            log.error("events are missing: the area's answers say so", area=area, gaps=gaps)
        failpoint("analytics.handled")

    async def _registered(self, counted: Sequence[Record]) -> tuple[list[DayOf], list[Register]]:
        """The days that are to be stored, and the registers that the records change."""
        asked = undated(counted)
        known = {incident: found for incident in asked if (found := self._days.get(incident)) is not None}
        known |= await self._store.days_of([incident for incident in asked if incident not in known])
        sorted_out = sort_out(counted, known, self._rules)
        stored = await self._store.registers(register_id(*place) for place in sorted_out.by_day)
        changed = []
        for (area, day), events in sorted_out.by_day.items():
            rules = self._rules[area]
            before = stored.get(register_id(area, day)) or Register(area, day, rules.partition)
            if register(before, events, rules):
                changed.append(before)
        return [found for found in sorted_out.days.values() if found.incident not in self._days], changed

    def _remember(self, days: Sequence[DayOf]) -> None:
        for found in days:
            self._days[found.incident] = found
        while len(self._days) > REMEMBERED:
            self._days.popitem(last=False)
