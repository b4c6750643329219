"""Reading the registers of a range at one offset of the log, with the past that was imported, as one table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from fengqiao.runtime.errors import Busy
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.periods import Span
from services.analytics.domain.register import register_id
from services.analytics.domain.streams import Stream
from services.analytics.domain.table import Table
from services.analytics.log_records import SOURCE
from services.analytics.past_store import past_id
from services.analytics.rollup_store import RollupStore

_TRIES: Final = 20
_PATIENCE: Final = 5.0
"""Real seconds for all reading of one answer, however often it begins anew."""


@dataclass(frozen=True, slots=True)
class View:
    """What an answer is true up to. covered: the days of which something is known."""

    stream: Stream
    begins: datetime
    covered: frozenset[date]

    def said(self) -> dict[str, Any]:
        """As every answer says it."""
        gaps = [gap for gap in self.stream.gaps if gap.noticed_at >= self.begins]
        return {
            "true_up_to": {str(self.stream.partition): self.stream.offset},
            "incomplete": bool(gaps),
            "gaps": [{"first": gap.first, "last": gap.last, "noticed_at": gap.noticed_at} for gap in gaps],
        }


async def table_of(store: RollupStore, rules: AreaRules, spans: Sequence[Span]) -> tuple[list[Table], View]:
    """A table for each span, all at one offset. Raises Busy."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _read(store, rules, spans)
    except TimeoutError:
        raise Busy(f"the store did not hand out the registers within {_PATIENCE:g} s") from None


async def _read(store: RollupStore, rules: AreaRules, spans: Sequence[Span]) -> tuple[list[Table], View]:
    days = sorted({day for span in spans for day in span.days()})
    past = await store.registers(past_id(rules.area, day.isoformat()) for day in days)
    id = f"{SOURCE}/{rules.area}"
    begins = datetime.combine(days[0], time(), rules.timezone) if days else datetime.max.replace(tzinfo=rules.timezone)
    for _ in range(_TRIES):
        stream = (await store.streams([id])).get(id) or Stream(SOURCE, rules.area, rules.partition)
        registers = await store.registers(register_id(rules.area, day.isoformat()) for day in days)
        # A stream at an offset says that every register has all up to there; none may have more.
        if all(one.applied <= stream.offset for one in registers.values()):
            break
    else:
        raise Busy("the registers of this range are being written too fast to read them at one moment")
    by_day = {
        day: [
            one
            for one in (
                past.get(past_id(rules.area, day.isoformat())),
                registers.get(register_id(rules.area, day.isoformat())),
            )
            if one is not None
        ]
        for day in days
    }
    covered = frozenset(day for day, found in by_day.items() if found)
    tables = await asyncio.to_thread(
        lambda: [Table(one for day in span.days() for one in by_day[day]) for span in spans]
    )
    return tables, View(stream, begins, covered)
