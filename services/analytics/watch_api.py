"""HTTP in: warnings and where to stand by (A4, A5)."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse
from fengqiao.runtime.problems import problem_responses
from services.analytics.asking import AreaParameter, Faults, Named, Numbers, named, readable
from services.analytics.domain.demand import Advice, band_at
from services.analytics.watch import Watch


class Warned(BaseModel):
    """Something more than expected. chance: of seeing anything as unusual in that look with everything as usual;
    weekly_false_alarms: with what chance an ordinary week brings a warning of this kind."""

    id: str
    what: str
    text: Named
    at: AwareDatetime
    begins: AwareDatetime
    ends: AwareDatetime
    expected: float
    seen: int
    chance: float
    weekly_false_alarms: float
    method: str
    history_days: int
    grid_cells: list[str]
    middle: list[float] | None
    radius_metres: float | None
    place_name: str | None
    category: str | None
    name: Named | None
    incidents: list[dict[str, str]]


class Warnings(BaseModel):
    items: list[Warned]
    next: str | None


class Patrol(BaseModel):
    point: str
    begins: AwareDatetime
    ends: AwareDatetime
    expected: float


class Standby(BaseModel):
    """known false: the history is too short, or the area has no points; dispatch then goes by the area's plan."""

    area: str
    known: bool
    band: str | None
    begins: AwareDatetime | None
    ends: AwareDatetime | None
    points: list[dict[str, Any]]
    order: list[str]
    mean_seconds: list[float]
    patrols: list[Patrol]
    history_days: int


def router(numbers: Numbers, watch: Watch) -> APIRouter:
    routes = APIRouter(tags=["watch"])
    refusals = problem_responses(404, 422, 503)

    @routes.get("/v1/warnings", response_model=Warnings, responses=refusals)
    async def warnings(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        since: Annotated[str, Query(alias="from", max_length=40)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=200)] = "",
    ) -> JsonResponse:
        """What was warned of, the latest first; from 30 days ago where `from` is not said. `cursor`: `next` of the
        answer before."""
        rules, _ = numbers.of(caller, area)
        faults = Faults()
        begin = numbers.now(rules) - timedelta(days=30)
        if since:
            today = numbers.today(rules).isoformat()
            days = faults.range(since, max(since, today)[:10] if len(since) == 10 else today, rules)
            if days is not None:
                begin = datetime.combine(days.first, time(), rules.timezone)
        ends, _, id = cursor.partition("~")
        if cursor and not (ends and id):
            faults.say("cursor", "This is not a cursor of an answer.")
        faults.check()
        with readable():
            after = (ends, id) if cursor else None
            found = await numbers.store.warnings(area, begin.astimezone(UTC), after, limit + 1)
        last = found[limit - 1] if len(found) > limit else None
        more = None if last is None else f"{last['ends']}~{last['_id']}"
        items = [
            {"id": one["_id"], **{key: one[key] for key in one if key not in ("_id", "area")}} for one in found[:limit]
        ]
        answer = JsonResponse({"items": items, "next": more})
        if more is not None:
            following = {"area": area, "limit": limit, "cursor": more} | ({"from": since} if since else {})
            answer.headers["Link"] = f'</v1/warnings?{urlencode(following)}>; rel="next"'
        return answer

    @routes.get("/v1/standby", response_model=Standby, responses=refusals)
    async def standby(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        at: Annotated[str, Query(max_length=40, examples=["2024-10-30T22:00:00+08:00"])] = "",
    ) -> JsonResponse:
        """Where the next calls are expected in the band of hours that holds `at` (now, where it is not said)."""
        rules, profile = numbers.of(caller, area)
        faults = Faults()
        instant = numbers.now(rules)
        if at:
            try:
                asked = datetime.fromisoformat(at)
                if asked.tzinfo is None:
                    raise ValueError
                instant = asked.astimezone(rules.timezone)
            except (ValueError, OverflowError):
                faults.say("at", "Give an instant with its offset, such as 2024-10-30T22:00:00+08:00 (%2B08:00).")
        faults.check()
        found = band_at(profile.bands, instant)
        advice = None
        with readable():
            if found is not None:
                advice = await watch.advice(area, *found)
        return JsonResponse(_standby(numbers, area, advice))

    return routes


def _standby(numbers: Numbers, area: str, advice: Advice | None) -> dict[str, Any]:
    if advice is None:
        nothing: dict[str, Any] = {"points": [], "order": [], "mean_seconds": [], "patrols": [], "history_days": 0}
        return {"area": area, "known": False, "band": None, "begins": None, "ends": None, **nothing}
    points = [
        {"id": point.id, "name": named(point.name), "at": list(point.at), "expected": advice.weights[point.id]}
        for point in numbers.profiles[area].points
    ]
    return {
        "area": area,
        "known": True,
        "band": advice.band.id,
        "begins": advice.begins.astimezone(UTC),
        "ends": advice.ends.astimezone(UTC),
        "points": sorted(points, key=lambda point: -float(str(point["expected"]))),
        "order": list(advice.order),
        "mean_seconds": list(advice.mean_seconds),
        "patrols": [
            {
                "point": one.point,
                "begins": one.begins.astimezone(UTC),
                "ends": one.ends.astimezone(UTC),
                "expected": one.expected,
            }
            for one in advice.patrols
        ],
        "history_days": advice.history_days,
    }
