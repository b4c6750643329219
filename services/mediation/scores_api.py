"""Scores, outcomes and the justice bureau's report over REST (M9, M10, M13)."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from fengqiao.runtime.documents import Collection
from fengqiao.runtime.problems import problem_responses
from services.mediation import answers, periods
from services.mediation.case_store import store_in_time
from services.mediation.cases_api import LIST_SECONDS, Caller, json
from services.mediation.domain.rules import Rules
from services.mediation.domain.scoring import Score, mediator_scores, outcomes, worker_scores
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.justice_report import XLSX, workbook

AreaId = Annotated[str, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")]
Month = Annotated[str | None, Query(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", description="Like 2024-10")]
Year = Annotated[int | None, Query(ge=1900, le=2199)]
_PATIENCE: Final = LIST_SECONDS


def router(cases: Collection, hazards: Collection, whose: Jurisdiction, rules: Mapping[str, Rules]) -> APIRouter:
    """rules: of each area that this installation serves."""
    routes = APIRouter(tags=["scores"])

    @routes.get("/v1/scores", response_model=answers.Scores, responses=problem_responses(404, 422, 503))
    async def scores(caller: Caller, area: AreaId, month: Month = None, year: Year = None) -> Response:
        """What grid workers and mediators have done in a month or a year, by the area's weights, and what came of the
        cases. Of a year the gold mediators 金牌调解员 are named."""
        mine = rules[whose.area(area, caller)]
        chosen = periods.period(month, year, mine.timezone)
        async with store_in_time(_PATIENCE):
            opened = await periods.opened(cases, area, chosen)
            ended = await periods.disposed(cases, area, chosen)
            finders = await periods.hazard_finders(hazards, area, chosen)
        told = outcomes(len(opened), ended)
        answer = answers.Scores(
            area=area,
            period=chosen.name,
            workers=[_score(one) for one in worker_scores(mine.scores, opened, ended, finders)],
            mediators=[_score(one) for one in mediator_scores(mine.scores, ended, yearly=chosen.yearly)],
            outcomes=answers.OutcomesAnswer(
                opened=told.opened,
                disposed=told.disposed,
                settled=told.settled,
                by_grade=dict(told.by_grade),
                resolution_rate=told.resolution_rate,
                first_session_rate=told.first_session_rate,
                performance_rate=told.performance_rate,
                satisfaction_rate=told.satisfaction_rate,
            ),
        )
        return json(answer)

    @routes.get(
        "/v1/reports/justice.xlsx",
        responses={200: {"content": {XLSX: {}}, "description": "A spreadsheet"}, **problem_responses(404, 422, 503)},
        response_class=Response,
    )
    async def justice(caller: Caller, area: AreaId, month: Month = None, year: Year = None) -> Response:
        """The justice bureau's report: each case that was disposed of in the month or year, in both classifications,
        without a name; sums by class."""
        mine = rules[whose.area(area, caller)]
        chosen = periods.period(month, year, mine.timezone)
        async with store_in_time(_PATIENCE):
            ended = await periods.disposed(cases, area, chosen)
        # A year of a busy area takes a second to write: beside the loop, not in it.
        content = await asyncio.to_thread(workbook, ended, chosen.name, mine)
        name = f"justice-{area}-{chosen.name}.xlsx"
        return Response(content, media_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})

    return routes


def _score(one: Score) -> answers.ScoreAnswer:
    return answers.ScoreAnswer(id=one.id, counts=dict(one.counts), points=one.points, gold=one.gold)
