"""Commands on a case over REST. Each carries `If-Match` with the ETag of what its author has seen.

Stale: 412. Without it: 428. Not in this stage: 409 with what is `allowed`. A command sent twice with the same
`Idempotency-Key` acts once, also when its `If-Match` is stale by its own doing; another one with that key is 422.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response

from fengqiao.contracts.model import PaperReference
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.problems import Unprocessable, problem_responses
from services.mediation import answers, requests
from services.mediation.case_desk import Build, CaseDesk
from services.mediation.cases_api import CaseId, OptionalKey, json
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Signature, Visit
from services.mediation.domain.law import LegalFacts
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.party_marks import PartyMarks
from services.mediation.preconditions import etag
from services.mediation.sent import sent

Mediator = Annotated[Principal, require("cases:write")]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=200, description='The ETag, like `"3"`')]


def router(desk: CaseDesk, marks: PartyMarks, whose: Jurisdiction, clock: Clock) -> APIRouter:
    routes = APIRouter(tags=["commands"])
    declared: dict[str, Any] = {
        "response_model": answers.WholeCase,
        "responses": problem_responses(404, 409, 412, 422, 428, 503),
    }

    async def give(
        id: str,
        caller: Principal,
        if_match: str | None,
        key: str | None,
        body: requests.Body | None,
        words: dict[str, Any],
        build: Build,
        of: str = "",
    ) -> Response:
        whose.case(id, caller)
        command = sent(marks, caller.client, id, key, body, of)
        written = {name: text for name, text in words.items() if text is not None}
        told = await desk.carry_out(id, caller, if_match, command, written or None, build)
        answer = answers.whole(told.document, relay=told.relay, replayed=told.replayed)
        return json(answer, headers={"ETag": etag(told.document["revision"])})

    @routes.post("/v1/cases/{id}/assess", **declared)
    async def assess(
        id: CaseId, caller: Mediator, body: requests.Assess, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Grade it 黄橙红, with the reason; the grade decides the tier. The area's rules say the least grade and why;
        `law` says which mediation is allowed."""

        def build(paper: PaperReference | None) -> wish.Command:
            return wish.Assess(
                body.grade,
                _required(paper),
                body.tier,
                tuple(body.signs),
                body.money_yuan,
                body.people,
                _legal(body.law),
                body.justice_class,
            )

        return await give(id, caller, if_match, key, body, {"reason": body.reason}, build)

    @routes.post("/v1/cases/{id}/refer", **declared)
    async def refer(
        id: CaseId, caller: Mediator, body: requests.Refer, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Give it to those who mediate: those named, or those whom the area's rules choose."""
        mediators = tuple(dict.fromkeys(body.mediators))
        return await give(id, caller, if_match, key, body, {}, lambda _: wish.Refer(mediators, body.venue, body.mode))

    @routes.post("/v1/cases/{id}/plan", **declared)
    async def plan(
        id: CaseId, caller: Mediator, body: requests.MakePlan, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """一案一策: who answers for the case, and what is done. A red one is not referred without it."""

        def build(paper: PaperReference | None) -> wish.Command:
            return wish.MakePlan(body.owner, _required(paper))

        return await give(id, caller, if_match, key, body, {"measures": body.measures}, build)

    @routes.post("/v1/cases/{id}/extend", **declared)
    async def extend(
        id: CaseId, caller: Mediator, body: requests.Extend, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Go on with 人民调解 after its month: every party consents."""
        consent = tuple(dict.fromkeys(body.consent_of))
        return await give(id, caller, if_match, key, body, {}, lambda _: wish.Extend(body.until, consent))

    @routes.post("/v1/cases/{id}/confirmation", **declared)
    async def confirmation(
        id: CaseId, caller: Mediator, body: requests.Confirm, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """司法确认: the parties have asked the court together (within 30 days), and what it said."""
        asked_by = tuple(dict.fromkeys(body.asked_by))
        return await give(id, caller, if_match, key, body, {}, lambda _: wish.Confirm(body.step, asked_by))

    @routes.post("/v1/cases/{id}/sessions", **declared)
    async def session(
        id: CaseId,
        caller: Mediator,
        body: requests.HoldSession,
        if_match: IfMatch = None,
        key: OptionalKey = None,
    ) -> Response:
        """Record a session or a consultation that was held."""
        words = {"place": body.place, "note": body.note}

        def build(paper: PaperReference | None) -> wish.Command:
            present = tuple(dict.fromkeys(body.present))
            return wish.HoldSession(body.outcome, body.held_at, paper, body.form, present, body.danger)

        return await give(id, caller, if_match, key, body, words, build)

    @routes.post("/v1/cases/{id}/agreement", **declared)
    async def agreement(
        id: CaseId, caller: Mediator, body: requests.Agree, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Record the agreement: facts, duties, manner, place and deadline, signatures (or `oral`)."""
        words = {
            "facts": body.facts,
            "duties": [duty.text for duty in body.duties],
            "manner": body.manner,
            "place": body.place,
        }
        signatures = _signatures(body, clock.now())

        def build(paper: PaperReference | None) -> wish.Command:
            promises = tuple(wish.Promise(duty.party, duty.deadline) for duty in body.duties)
            return wish.Agree(_required(paper), promises, body.deadline, body.oral, signatures, body.seal)

        return await give(id, caller, if_match, key, body, words, build)

    @routes.post("/v1/cases/{id}/dispose", **declared)
    async def dispose(
        id: CaseId, caller: Mediator, body: requests.Dispose, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Say how the mediation ended. When it failed the answer says what is open to the parties (`open_to`)."""
        prevented = tuple(dict.fromkeys(body.prevented))

        def build(paper: PaperReference | None) -> wish.Command:
            return wish.Dispose(body.outcome, paper, body.danger, prevented)

        return await give(id, caller, if_match, key, body, {"note": body.note}, build)

    @routes.post("/v1/cases/{id}/performance", **declared)
    async def performance(
        id: CaseId,
        caller: Mediator,
        body: requests.RecordPerformance,
        if_match: IfMatch = None,
        key: OptionalKey = None,
    ) -> Response:
        """Record whether the agreement, or one duty of it, was performed."""
        return await give(
            id,
            caller,
            if_match,
            key,
            body,
            {"note": body.note},
            lambda paper: wish.RecordPerformance(body.performed, body.duty, paper),
        )

    @routes.post("/v1/cases/{id}/control", **declared)
    async def control(
        id: CaseId, caller: Mediator, body: requests.Control, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Order the visits: those of the area's rules, or the ones given."""
        visits = None if body.visits is None else _visits(body.visits)
        departments = tuple(dict.fromkeys(body.departments))
        return await give(id, caller, if_match, key, body, {}, lambda _: wish.Control(visits, departments))

    @routes.post("/v1/cases/{id}/visits/{visit}", **declared)
    async def visit(
        id: CaseId,
        visit: Annotated[str, Path(description="The visit's name, such as 3d")],
        caller: Mediator,
        body: requests.RecordVisit,
        if_match: IfMatch = None,
        key: OptionalKey = None,
    ) -> Response:
        """Record a visit that was made."""
        return await give(
            id,
            caller,
            if_match,
            key,
            body,
            {"note": body.note},
            lambda paper: wish.RecordVisit(visit[:64], body.calm, paper, body.satisfied),
            visit[:64],
        )

    @routes.post("/v1/cases/{id}/escalate", **declared)
    async def escalate(
        id: CaseId, caller: Mediator, body: requests.Escalate, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """One tier higher, with the reason; it is referred anew."""

        def build(paper: PaperReference | None) -> wish.Command:
            return wish.Escalate(_required(paper))

        return await give(id, caller, if_match, key, body, {"reason": body.reason}, build)

    @routes.post("/v1/cases/{id}/close", **declared)
    async def close(
        id: CaseId,
        caller: Mediator,
        if_match: IfMatch = None,
        key: OptionalKey = None,
        body: requests.Close | None = None,
    ) -> Response:
        """Nothing is left to do."""
        return await give(id, caller, if_match, key, body, {"note": body.note if body else None}, wish.Close)

    return routes


def _legal(law: requests.LegalFacts | None) -> LegalFacts | None:
    if law is None:
        return None
    return LegalFacts(
        law.public_order_case,
        law.from_civil_dispute,
        law.consent,
        law.minor_harm,
        law.crime,
        tuple(law.bars),
        law.accepted_at,
    )


def _required(paper: PaperReference | None) -> PaperReference:
    if paper is None:
        raise ValueError("this command always has words")
    return paper


def _signatures(body: requests.Agree, now: datetime) -> tuple[Signature, ...]:
    seen: set[str] = set()
    for index, one in enumerate(body.signatures):
        if one.party in seen:
            raise Unprocessable.at(f"/signatures/{index}/party", f"{one.party} has signed already.")
        seen.add(one.party)
    return tuple(Signature(party=one.party, signed_at=one.signed_at or now) for one in body.signatures)


def _visits(planned: list[requests.PlannedVisit]) -> tuple[Visit, ...]:
    seen: set[str] = set()
    for index, one in enumerate(planned):
        if one.visit in seen:
            raise Unprocessable.at(f"/visits/{index}/visit", f"There are two visits called {one.visit}.")
        seen.add(one.visit)
    return tuple(Visit(visit=one.visit, due_at=one.due_at) for one in planned)
