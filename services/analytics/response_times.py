"""Answers: the rollups of a range at one offset of the log, merged (A1)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fengqiao.runtime.errors import Busy
from services.analytics.day_range import DayRange
from services.analytics.domain.dimensions import OF_THE_DAY, months_do, projection, set_for
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.merging import QUANTILES, Row, merge, most_counted, reachable
from services.analytics.domain.rollups import Address, Rollup
from services.analytics.domain.streams import Gap, Stream
from services.analytics.log_records import SOURCE
from services.analytics.past_store import past_area
from services.analytics.rollup_store import RollupStore

MOST_ROWS: Final = 1000
_TRIES: Final = 20
_PATIENCE: Final = 2.0
"""Real seconds for all reading of one answer, however often it begins anew."""


@dataclass(frozen=True, slots=True)
class Question:
    """by: up to three of `dimensions.ASKABLE`."""

    rules: AreaRules
    range: DayRange
    by: tuple[str, ...]
    segment: str


async def answer(store: RollupStore, question: Question) -> dict[str, Any]:
    """The numbers and what they are true up to. Raises Busy."""
    try:
        async with asyncio.timeout(_PATIENCE):
            stream, rollups = await _at_one_offset(store, question)
    except TimeoutError:
        raise Busy(f"the store did not hand out the numbers within {_PATIENCE:g} s") from None
    project = projection(set_for(question.by), question.by)
    by_period = bool(set(question.by) & set(OF_THE_DAY))
    rows = await asyncio.to_thread(merge, rollups, project, stream.offset, by_period=by_period)
    begins = question.range.begins(question.rules.timezone)
    gaps = [gap for gap in stream.gaps if _may_concern(gap, begins)]
    return {
        "area": question.rules.area,
        "segment": question.segment,
        "by": question.by,
        "from": question.range.first.isoformat(),
        "to": question.range.last.isoformat(),
        "timezone": str(question.rules.timezone),
        "widened": question.range.widened,
        "rows": [_told(question.by, row) for row in most_counted(rows, MOST_ROWS)],
        "rows_in_all": len(rows),
        "cut": len(rows) > MOST_ROWS,
        "true_up_to": {str(stream.partition): stream.offset},
        "incomplete": bool(gaps),
        "gaps": [{"first": gap.first, "last": gap.last, "noticed_at": gap.noticed_at} for gap in gaps],
    }


async def _at_one_offset(store: RollupStore, question: Question) -> tuple[Stream, list[Rollup]]:
    """The stream as it was read first, and rollups of which each can tell what it was at that offset.

    A stream at an offset says that every rollup has all up to there; what a rollup has after it is stepped back
    over. That fails only when a rollup was written several times in between: then both are read again.
    """
    id = f"{SOURCE}/{question.rules.area}"
    kept = set_for(question.by)
    days = question.range
    periods = days.periods() if months_do(question.by) else [day.isoformat() for day in days.days()]
    ids = [Address(question.rules.area, period, kept, question.segment).id for period in periods]
    past_ids = [Address(past_area(question.rules.area), period, kept, question.segment).id for period in periods]
    # An imported past is no part of the log: it is true at every offset of it.
    past = [replace(rollup, applied=-1) for rollup in (await store.rollups(past_ids)).values()]
    for _ in range(_TRIES):
        stream = (await store.streams([id])).get(id) or Stream(SOURCE, question.rules.area, question.rules.partition)
        rollups = list((await store.rollups(ids)).values())
        if all(reachable(rollup, stream.offset) for rollup in rollups):
            return stream, [*past, *rollups]
    raise Busy("the numbers of this range are being written too fast to read them at one moment")


def _may_concern(gap: Gap, begins: datetime) -> bool:
    # What is missing happened before the event that showed it; when its incident was received, nobody knows. So it
    # may belong to any day up to then, and to none after.
    return gap.noticed_at >= begins


def _told(by: Sequence[str], row: Row) -> dict[str, Any]:
    quantiles = {f"p{percent}_s": round(seconds, 3) for percent, seconds in zip(QUANTILES, row.quantiles, strict=True)}
    return {
        "key": dict(zip(by, row.key, strict=True)),
        "count": row.count,
        "mean_s": round(row.mean, 3),
        **quantiles,
        "within_target": row.within_target,
    }
