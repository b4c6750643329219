"""The figures of routes and bulletins: read the registers, ask the core, put it in the words of an answer."""

import asyncio
from datetime import timedelta
from typing import Any

from services.analytics.asking import Numbers, named
from services.analytics.domain import comparing
from services.analytics.domain.cases import count_cases
from services.analytics.domain.comparing import Change, Line, Period, change
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.hazards import count_hazards
from services.analytics.domain.indicators import indicators
from services.analytics.domain.losses import Losses, losses
from services.analytics.domain.periods import Compared, Span
from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.ranking import Ranking, rank
from services.analytics.domain.reviewing import Review
from services.analytics.domain.table import Table
from services.analytics.dossiers import dossiers_of
from services.analytics.registers import View, table_of
from services.analytics.rollup_store import RollupStore


async def comparison(
    store: RollupStore, rules: AreaRules, profile: Profile, spans: Compared, by: str, version: str
) -> tuple[list[Line], View]:
    """Raises Busy."""
    three = [spans.span, spans.before, spans.last_year]
    tables, view = await table_of(store, rules, three)
    now, before, last_year = (period_of(table, span, view) for table, span in zip(tables, three, strict=True))
    lines = await asyncio.to_thread(comparing.sheet, now, before, last_year, by, version, profile)
    return lines, view


def period_of(table: Table, span: Span, view: View) -> Period:
    return Period(table, len(span), sum(day in view.covered for day in span.days()))


def compared_row(line: Line) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": named(line.name),
        "count": line.count,
        "on_period": changed(line.on_period),
        "on_year": changed(line.on_year),
    }


def changed(found: Change) -> dict[str, Any]:
    share = None if found.share is None else round(found.share, 6)
    return {"before": found.before, "share": share, "why": found.why, "text": named(found.text)}


async def indicator_rows(numbers: Numbers, area: str, span: Span) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows, and what the answer says of itself. Raises Busy."""
    rules, profile = numbers.rules[area], numbers.profiles[area]
    [table], view = await table_of(numbers.store, rules, [span])
    told = await dossiers_of(numbers.dossiers, area, rules.timezone, span)
    rows = [
        {
            "id": one.id,
            "name": named(one.name),
            "count": one.count,
            "of": one.of,
            "share": None if one.share is None else round(one.share, 6),
            "means": named(one.means),
        }
        for one in indicators(table, profile, count_cases(told.cases), count_hazards(told.hazards))
    ]
    return rows, told.said(view.said())


async def loss_rows(
    store: RollupStore, rules: AreaRules, profile: Profile, span: Span, view: str, by: str
) -> tuple[dict[str, Any], View]:
    """Raises Busy."""
    earlier = Span(span.first - timedelta(days=364), span.last - timedelta(days=364))
    tables, seen = await table_of(store, rules, [span, earlier])
    now, before = (losses(table, profile, view, by) for table in tables)
    [whole], [whole_before] = (losses(table, profile, view) for table in tables)
    state = period_of(tables[1], earlier, seen).state
    against = Name("去年同期", "the same days last year")
    changes = {
        "count": changed(change(whole.count, whole_before.count, state, against)),
        "lost_yuan": changed(change(round(whole.lost_yuan), round(whole_before.lost_yuan), state, against)),
    }
    return {
        "rows": [_loss_row(one) for one in now],
        "last_year": [_loss_row(one) for one in before],
        "change": changes,
    }, seen


def _loss_row(one: Losses) -> dict[str, Any]:
    return {
        "key": one.key,
        "count": one.count,
        "with_form": one.with_form,
        "lost_yuan": one.lost_yuan,
        "recovered_yuan": one.recovered_yuan,
        "prevented_yuan": one.prevented_yuan,
        "share_recovered": None if one.share_recovered is None else round(one.share_recovered, 6),
        "vehicles_lost": one.vehicles_lost,
        "vehicles_recovered": one.vehicles_recovered,
    }


async def ranking_rows(
    store: RollupStore, rules: AreaRules, profile: Profile, span: Span, by: str, clock: str
) -> tuple[list[dict[str, Any]], View]:
    """Raises Busy."""
    [table], view = await table_of(store, rules, [span])
    found = [rank(table, profile, one, by) for one in profile.clocks if clock in ("", one.id)]
    return [ranking_row(one) for one in found if one is not None], view


def ranking_row(one: Ranking) -> dict[str, Any]:
    return {
        "clock": one.clock.id,
        "name": named(one.clock.name),
        "places": [
            {
                "rank": place.rank,
                "key": place.key,
                "name": named(place.name),
                "count": place.count,
                "mean_s": round(place.mean_s, 3),
                "p50_s": round(place.median_s, 3),
                "buckets": [
                    {"within_s": bucket.within_s, "count": bucket.count, "share": round(bucket.share, 6)}
                    for bucket in place.buckets
                ],
            }
            for place in one.places
        ],
        "worst": one.worst,
        "unfinished": list(one.unfinished),
        "unfinished_count": one.unfinished_count,
    }


def review_row(one: Review) -> dict[str, Any]:
    return {"incident_id": one.incident_id, "number": one.number, "day": one.day, "findings": list(one.findings)}
