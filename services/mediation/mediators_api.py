"""Who mediates, over REST: everybody of an area with the present load, and whom the rules choose for a case."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from fengqiao.runtime.problems import problem_responses
from services.mediation import answers
from services.mediation.case_desk import CaseDesk
from services.mediation.case_documents import case_of
from services.mediation.case_store import store_in_time
from services.mediation.cases_api import Caller, CaseId, json
from services.mediation.domain.assigning import Chosen, Wanted, suggest
from services.mediation.domain.rules import Rules
from services.mediation.jurisdiction import Jurisdiction


def router(desk: CaseDesk, whose: Jurisdiction, rules: Mapping[str, Rules]) -> APIRouter:
    """rules: of each area that this installation serves."""
    routes = APIRouter(tags=["mediators"])

    @routes.get("/v1/mediators", response_model=answers.Mediators, responses=problem_responses(404, 422, 503))
    async def mediators(
        caller: Caller,
        area: Annotated[str, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")],
        kind: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Response:
        """Those who mediate in the area, and the venues; with `kind` those made for it or taking whatever comes."""
        mine = rules[whose.area(area, caller)]
        async with store_in_time():
            counts = await desk.loads(area)

        def wanted(said: Sequence[str]) -> bool:
            return kind is None or not said or mine.kinds.fit(kind, said)[0] > 0

        people = [
            answers.MediatorAnswer(
                id=one.id,
                name_zh=one.name_zh,
                name_en=one.name_en,
                role=one.role,
                skills=list(one.skills),
                grid_cells=list(one.grid_cells),
                tiers=list(one.tiers),
                open_cases=counts[one.id],
                most=one.most,
            )
            for one in mine.force.mediators
            if wanted(one.skills)
        ]
        places = [
            answers.VenueAnswer(
                id=one.id,
                name_zh=one.name_zh,
                name_en=one.name_en,
                kind=one.kind,
                takes=list(one.takes),
                grid_cells=list(one.grid_cells),
                tiers=list(one.tiers),
                members=list(one.members),
            )
            for one in mine.force.venues
            if wanted(one.takes)
        ]
        return json(answers.Mediators(items=people, venues=places))

    @routes.get("/v1/cases/{id}/assignment", response_model=answers.Assignment, responses=problem_responses(404, 503))
    async def assignment(id: CaseId, caller: Caller) -> Response:
        """Whom the rules choose for this case, and where, each with the reasons. Nothing is decided."""
        mine = rules[whose.case(id, caller)]
        case = case_of(await desk.case(id))
        tier = case.tier or 1
        async with store_in_time():
            loads = await desk.loads(case.area)
        found = suggest(Wanted(case.kind, case.grid_cell, tier), mine.force, mine.kinds, loads)
        return json(
            answers.Assignment(
                case_id=id,
                tier=tier,
                venues=[_chosen(one) for one in found.venues],
                team=[_chosen(one) for one in found.team],
                missing=list(found.missing),
            )
        )

    return routes


def _chosen(one: Chosen) -> answers.ChosenAnswer:
    return answers.ChosenAnswer(id=one.id, name_zh=one.name_zh, name_en=one.name_en, role=one.role, why=list(one.why))
