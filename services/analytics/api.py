"""HTTP in: `GET /v1/response-times`."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse
from fengqiao.runtime.problems import FieldError, NotFound, Unprocessable, problem_responses
from services.analytics.asking import MissingEvents, readable
from services.analytics.day_range import InvalidRange, day_range
from services.analytics.domain.dimensions import ASKABLE, MOST_AT_ONCE
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.segments import SEGMENTS
from services.analytics.response_times import Question, answer
from services.analytics.rollup_store import RollupStore


class ResponseTimesRow(BaseModel):
    """count and mean_s are exact; quantiles are by nearest rank, at most 1 % away. Seconds."""

    key: dict[str, str | int | None]
    count: int
    mean_s: float
    p50_s: float
    p90_s: float
    p99_s: float
    within_target: float | None
    """Share of those that had a target; null where none had one."""


class ResponseTimes(BaseModel):
    """Response times of the incidents received on the local days `from` … `to`, both included."""

    area: str
    segment: str
    by: list[str]
    from_: Annotated[str, Field(alias="from")]
    to: str
    timezone: str
    widened: bool
    """The range asked for begins or ends inside a day; the answer is for the whole of it."""
    rows: list[ResponseTimesRow]
    rows_in_all: int
    cut: bool
    """There are more rows than these: the ones with the most incidents are shown."""
    true_up_to: dict[str, int]
    """Partition of `dispatch` → offset of the last record that is in the numbers; -1: none."""
    incomplete: bool
    gaps: list[MissingEvents]


def router(store: RollupStore, rules: Mapping[str, AreaRules]) -> APIRouter:
    """rules: of each area that this installation serves."""
    routes = APIRouter(tags=["response times"])

    @routes.get(
        "/v1/response-times",
        response_model=ResponseTimes,
        responses=problem_responses(404, 422, 503),
    )
    async def response_times(
        caller: Annotated[Principal, require("analytics:read")],
        area: Annotated[str, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")],
        since: Annotated[str, Query(alias="from", max_length=40, examples=["2024-10-01"])],
        until: Annotated[str, Query(alias="to", max_length=40, examples=["2024-10-31"])],
        by: Annotated[str, Query(max_length=120, examples=["station,category,hour"])] = "",
        segment: Annotated[str, Query(max_length=60)] = "received_to_on_scene",
    ) -> JsonResponse:
        """Count, mean, quantiles and share within target of one segment, by up to three dimensions.

        `from`, `to`: local days of the area (`to` included), or instants with an offset (`to` excluded; answered for
        whole days). An incident belongs to the day and hour in which it was received.
        """
        caller.check_area(area)
        if area not in rules:
            raise NotFound(f"There is no area {area}.")
        errors = []
        dimensions = tuple(filter(None, by.split(",")))
        if fault := _fault_in(dimensions):
            errors.append(FieldError("/by", fault, "query"))
        if segment not in SEGMENTS:
            errors.append(FieldError("/segment", f"Choose one of {', '.join(SEGMENTS)}.", "query"))
        try:
            days = day_range(since, until, rules[area].timezone)
        except InvalidRange as error:
            errors.append(FieldError(f"/{error.field}", str(error), "query"))
        if errors:
            raise Unprocessable(" ".join(error.detail for error in errors), errors=errors)
        with readable():
            told: dict[str, Any] = await answer(store, Question(rules[area], days, dimensions, segment))
        return JsonResponse(told)

    return routes


def _fault_in(by: tuple[str, ...]) -> str | None:
    """What is wrong with the dimensions asked for; None when nothing is."""
    allowed = f"Choose up to {MOST_AT_ONCE} of {', '.join(ASKABLE)}."
    unknown = [one for one in by if one not in ASKABLE]
    if unknown:
        return f"{unknown[0]} is not a dimension. {allowed}"
    if len(by) > MOST_AT_ONCE:
        return f"{len(by)} dimensions are too many. {allowed}"
    if len(set(by)) < len(by):
        return f"A dimension is named twice. {allowed}"
    return None
