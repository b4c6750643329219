"""Documents of a case to print, over REST. They name the parties: who opens one is recorded first."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Response

from fengqiao.runtime.audit import Audit
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.problems import Conflict, NotFound, problem_responses
from services.mediation.case_desk import CaseDesk
from services.mediation.case_documents import case_of
from services.mediation.case_store import store_in_time
from services.mediation.cases_api import CaseId
from services.mediation.domain.case import Case
from services.mediation.domain.hindrances import allowed
from services.mediation.domain.rules import Rules
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.papers import Papers
from services.mediation.parties import Parties
from services.mediation.personal_api import audited
from services.mediation.printed import agreement_page, notice_page, scene_page

Reader = Annotated[Principal, require("cases:read", "personal:read")]
HTML = "text/html; charset=utf-8"
# The page shows names and may be kept nowhere but where somebody puts it.
_PRIVATE = {"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
Render = Callable[[Case, list[dict[str, Any]], Mapping[str, Any] | None], str]


def router(
    desk: CaseDesk,
    parties: Parties,
    papers: Papers,
    audit: Audit,
    whose: Jurisdiction,
    clock: Clock,
    rules: Mapping[str, Rules],
) -> APIRouter:
    """rules: of each area that this installation serves."""
    routes = APIRouter(tags=["documents to print"])
    declared: dict[str, Any] = {
        "response_class": Response,
        "responses": {200: {"content": {"text/html": {}}, "description": "A page"}, **problem_responses(404, 409, 503)},
    }

    async def page(case: Case, what: str, caller: Principal, paper: str | None, render: Render) -> Response:
        async with store_in_time():
            named = await parties.of(case.id)
            words = None if paper is None else await papers.read(paper)
            if case.forgotten_at is not None or (paper is not None and words is None):
                raise NotFound("The parties and papers of this case have been erased.")
            await audit.note(audited(caller, what, case.id, clock))
        content = render(case, named, None if words is None else words["words"])
        return Response(content, media_type=HTML, headers=_PRIVATE)

    @routes.get("/v1/cases/{id}/agreement.html", **declared)
    async def agreement(id: CaseId, caller: Reader) -> Response:
        """The agreement as it is printed and signed (A4, Chinese); of what was settled on the scene the short form."""
        mine = rules[whose.case(id, caller)]
        case = case_of(await desk.case(id))
        if case.agreement is not None:
            written = case.agreement.words.paper_id
            return await page(
                case,
                "agreement",
                caller,
                written,
                lambda one, named, words: agreement_page(one, named, words or {}, mine),
            )
        if case.outcome == "settled_on_scene":
            words = case.description.paper_id if case.description else None
            return await page(
                case, "agreement", caller, words, lambda one, named, words: scene_page(one, named, words, mine)
            )
        raise Conflict("The case has no agreement.", allowed=allowed(case))

    @routes.get("/v1/cases/{id}/notice.html", **declared)
    async def notice(id: CaseId, caller: Reader) -> Response:
        """What the parties of a mediation that has failed are told, with what is open to them."""
        mine = rules[whose.case(id, caller)]
        case = case_of(await desk.case(id))
        if case.outcome != "failed":
            raise Conflict("The mediation of this case has not failed.", allowed=allowed(case))
        return await page(case, "notice", caller, None, lambda one, named, _: notice_page(one, named, mine))

    return routes
