"""HTTP in: comparisons, heat map, indicators, losses, rankings, reviews (A2, A3, A7, A8, A9)."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse
from fengqiao.runtime.problems import problem_responses
from services.analytics import figures
from services.analytics.asking import (
    AreaParameter,
    Faults,
    FromParameter,
    Named,
    Numbers,
    Told,
    ToParameter,
    named,
    readable,
    span_of,
)
from services.analytics.domain import comparing, losses, ranking
from services.analytics.domain.heat import SIZES, heat
from services.analytics.domain.indicators import NOT_KEPT
from services.analytics.domain.periods import InvalidPeriod, compared
from services.analytics.domain.reviewing import FINDINGS, review
from services.analytics.registers import table_of


class Change(BaseModel):
    """share null: there is none, and `why` says why; `text` can be printed as it is."""

    before: int | None
    share: float | None
    why: str | None
    text: Named


class ComparedRow(BaseModel):
    key: str
    name: Named
    count: int
    on_period: Change
    on_year: Change


class Comparison(Told):
    """Valid incidents 有效警情 received in a period, held against the one before 环比 and last year's 同比."""

    period: str
    of: str
    by: str
    version: str
    running: bool
    """The period is not over: it is compared as far as it has come, with as many days of the others."""
    spans: dict[str, dict[str, str]]
    rows: list[ComparedRow]


class Losses(Told):
    view: str
    by: str
    rows: list[dict[str, Any]]
    last_year: list[dict[str, Any]]
    change: dict[str, Change]


class NotKept(BaseModel):
    """What the room is asked for and nobody tells this system: it is not in the rows, and 0 would be a lie."""

    id: str
    name: Named
    why: Named


class Indicators(Told):
    rows: list[dict[str, Any]]
    not_kept: list[NotKept]


class Rankings(Told):
    by: str
    clocks: list[dict[str, Any]]


class Reviews(Told):
    week: str
    closed: int
    drawn: int
    sound: int
    findings: dict[str, Named]
    sample: list[dict[str, Any]]


class HeatMap(BaseModel):
    """GeoJSON: a point in the middle of each square, WGS-84. `about` says the rest."""

    type: str
    features: list[dict[str, Any]]
    about: dict[str, Any]


def router(numbers: Numbers) -> APIRouter:
    """numbers: of each area that this installation serves."""
    routes = APIRouter(tags=["numbers"])
    refusals = problem_responses(404, 422, 503)

    @routes.get("/v1/comparisons", response_model=Comparison, responses=refusals)
    async def comparisons(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        period: Annotated[str, Query(max_length=20)] = "month",
        of: Annotated[str, Query(max_length=20, examples=["2024-10"])] = "",
        by: Annotated[str, Query(max_length=40)] = "group",
        version: Annotated[str, Query(max_length=20)] = "current",
    ) -> JsonResponse:
        """Counts of a period, with 环比 and 同比. `by`: groups of the area's report, categories, stations, cells."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        faults.choose("by", by, comparing.BY)
        faults.choose("version", version, comparing.VERSIONS)
        spans = None
        try:
            spans = compared(period, of, numbers.today(rules))
        except InvalidPeriod as error:
            faults.say(error.field, str(error))
        faults.check()
        assert spans is not None
        with readable():
            sheet, view = await figures.comparison(numbers.store, rules, profile, spans, by, version)
        told = {"period": period, "of": of, "by": by, "version": version, "running": spans.running}
        where = {"now": spans.span, "before": spans.before, "last_year": spans.last_year}
        return JsonResponse(
            {
                "area": area,
                **told,
                "spans": {name: _span(one.first, one.last) for name, one in where.items()},
                "rows": [figures.compared_row(line) for line in sheet],
                **view.said(),
            }
        )

    @routes.get("/v1/heatmap", response_model=HeatMap, responses=refusals)
    async def heatmap(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        since: FromParameter,
        until: ToParameter,
        category: Annotated[str, Query(max_length=12, pattern=r"^([0-9]{2,12})?$")] = "",
        hours: Annotated[str, Query(max_length=20, examples=["21-6"])] = "",
        size: Annotated[int, Query(description="Side of a square in 0.001°: 1, 2, 5 or 10.")] = 2,
    ) -> JsonResponse:
        """Incidents by square. `hours=21-6`: received from 21:00 to 05:59 local; `category`: a code and all below."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        chosen = _hours(hours)
        if chosen is None:
            faults.say(
                "hours", "Give two hours of the day, 0 to 24, such as 21-6: from the first to before the second."
            )
        if size not in SIZES:
            faults.say("size", f"Choose one of {', '.join(map(str, SIZES))}.")
        days = faults.range(since, until, rules)
        faults.check()
        span = span_of(days)
        with readable():
            [table], view = await table_of(numbers.store, rules, [span])
        found = heat(table, profile, size, [category] if category else [], chosen or [])
        features = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [one.lon, one.lat]},
                "properties": {
                    "count": one.count,
                    "share": round(one.count / found.counted, 6),
                    "by_hour": one.by_hour,
                },
            }
            for one in found.squares
        ]
        about = {"area": area, **_span(span.first, span.last), "counted": found.counted, "unplaced": found.unplaced}
        return JsonResponse(
            {"type": "FeatureCollection", "features": features, "about": about | {"cut": found.cut} | view.said()}
        )

    @routes.get("/v1/indicators", response_model=Indicators, responses=refusals)
    async def indicators(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        since: FromParameter,
        until: ToParameter,
    ) -> JsonResponse:
        """The command room's indicators of the incidents received, and the cases opened, on these days."""
        rules, _ = numbers.of(caller, area)
        faults = Faults()
        days = faults.range(since, until, rules)
        faults.check()
        with readable():
            rows, said = await figures.indicator_rows(numbers, area, span_of(days))
        not_kept = [{"id": id, "name": named(name), "why": named(why)} for id, name, why in NOT_KEPT]
        return JsonResponse({"area": area, "rows": rows, "not_kept": not_kept, **said})

    @routes.get("/v1/losses", response_model=Losses, responses=refusals)
    async def losses_(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        since: FromParameter,
        until: ToParameter,
        view: Annotated[str, Query(max_length=20)] = "all",
        by: Annotated[str, Query(max_length=20)] = "none",
    ) -> JsonResponse:
        """What was lost, recovered and held back, with the same days of the year before."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        faults.choose("view", view, losses.VIEWS)
        faults.choose("by", by, losses.BY)
        days = faults.range(since, until, rules)
        faults.check()
        with readable():
            told, seen = await figures.loss_rows(numbers.store, rules, profile, span_of(days), view, by)
        return JsonResponse({"area": area, "view": view, "by": by, **told, **seen.said()})

    @routes.get("/v1/rankings", response_model=Rankings, responses=refusals)
    async def rankings(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        since: FromParameter,
        until: ToParameter,
        by: Annotated[str, Query(max_length=20)] = "station",
        clock: Annotated[str, Query(max_length=20)] = "",
    ) -> JsonResponse:
        """Stations or crews on each clock, the best first; `clock`: one of them only."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        faults.choose("by", by, ranking.BY)
        if clock:
            faults.choose("clock", clock, [one.id for one in profile.clocks])
        days = faults.range(since, until, rules)
        faults.check()
        with readable():
            rows, view = await figures.ranking_rows(numbers.store, rules, profile, span_of(days), by, clock)
        return JsonResponse({"area": area, "by": by, "clocks": rows, **view.said()})

    @routes.get("/v1/reviews", response_model=Reviews, responses=refusals)
    async def reviews(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        week: Annotated[str, Query(max_length=10, examples=["2024-W44"])],
    ) -> JsonResponse:
        """The records of the week that are drawn for review, with what they lack. Everybody gets the same sample."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        spans = None
        try:
            spans = compared("week", week, numbers.today(rules))
            if spans.running:
                faults.say("week", f"{week} is not over: records are drawn when it is.")
        except InvalidPeriod as error:
            faults.say("week", str(error))
        faults.check()
        assert spans is not None
        with readable():
            [table], view = await table_of(numbers.store, rules, [spans.span])
        found = review(table, profile, week)
        return JsonResponse(
            {
                "area": area,
                "week": week,
                "closed": found.closed,
                "drawn": len(found.sample),
                "sound": found.sound,
                "findings": {name: named(text) for name, text in FINDINGS.items()},
                "sample": [figures.review_row(one) for one in found.sample],
                **view.said(),
            }
        )

    return routes


def _span(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}


def _hours(text: str) -> list[int] | None:
    """The hours of `21-6`; none: all; None: they are wrong."""
    if not text:
        return []
    parts = text.split("-")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() and int(part) <= 24 for part in parts):
        return None
    begin, end = int(parts[0]) % 24, int(parts[1])
    return [(begin + n) % 24 for n in range(((end - begin - 1) % 24) + 1)]
