"""Hazards over REST: whoever is on a round finds and checks them; mediators order and close."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.geo.areas import Area
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.paging import link
from fengqiao.runtime.problems import problem_responses
from services.mediation import answers, requests
from services.mediation.case_desk import CaseDesk, actor
from services.mediation.case_store import store_in_time
from services.mediation.cases_api import (
    LIST_SECONDS,
    AreaQuery,
    Caller,
    Cursor,
    Key,
    Limit,
    OptionalKey,
    cell_location,
    json,
)
from services.mediation.commands_api import IfMatch, Mediator
from services.mediation.cursors import read_cursor, write_cursor
from services.mediation.domain import hazards as own
from services.mediation.domain.decide import opening
from services.mediation.domain.hazards import HazardStage, hazard_allowed
from services.mediation.domain.rules import Rules, later
from services.mediation.hazard_desk import Build, HazardDesk, hazard_of
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.kind_check import check_kind
from services.mediation.papers import write
from services.mediation.party_marks import PartyMarks
from services.mediation.preconditions import etag
from services.mediation.sent import sent

HazardId = Annotated[str, Path(description="The hazard's id, as `POST /v1/hazards` gave it")]
Finder = Annotated[Principal, require("disputes:write")]


def told(document: Document, relay: str | None = None, replayed: bool = False) -> answers.HazardAnswer:
    hazard = hazard_of(document)
    fields = {name: getattr(hazard, name) for name in answers.HazardAnswer.model_fields if hasattr(hazard, name)}
    return answers.HazardAnswer(
        **fields,
        revision=document["revision"],
        allowed=list(hazard_allowed(hazard)),
        relay=relay or ("pending" if document.get("unsent") else "done"),
        replayed=replayed,
    )


def router(
    desk: HazardDesk,
    cases: CaseDesk,
    hazards: Collection,
    areas: Mapping[str, Area],
    marks: PartyMarks,
    clock: Clock,
    rules: Mapping[str, Rules],
) -> APIRouter:
    """areas: those that this installation serves, rules: theirs."""
    routes = APIRouter(tags=["hazards"])
    whose = Jurisdiction(areas)

    @routes.post(
        "/v1/hazards",
        status_code=201,
        response_model=answers.HazardAnswer,
        responses=problem_responses(404, 422, 503),
    )
    async def found(caller: Finder, body: requests.FindHazard, key: Key) -> Response:
        """A hazard was found. With `opens_case` it is a quarrel, too, and the answer names its case. The same key gives
        the same hazard and the same case."""
        whose.area(body.area, caller)
        place = cell_location(areas[body.area], body.grid_cell)
        now, digest = clock.now(), ids.digest(caller.client, "hazard", key)
        id = ids.hazard_id(body.area, digest)
        fingerprint = marks.fingerprint(body.model_dump_json())
        case_id = None
        if body.opens_case is not None:
            check_kind(rules[body.area], body.opens_case.kind, "/opens_case/kind")
            case_id = ids.case_id(ids.incident_id(body.area, digest))
            dispute = DisputeReported(
                case_id=case_id,
                area=body.area,
                origin="screening",
                kind=body.opens_case.kind,
                reported_at=body.found_at or now,
                by=actor(caller),
                location=place,
                found_by="hazard_round",
            )
            # First the case: dying here, the same request finds it and goes on.
            await cases.open(case_id, opening(dispute, now, rules[body.area], id), None, fingerprint)
            failpoint("mediation.hazard-case-opened")
        reference, paper = None, None
        if body.description is not None:
            reference, paper = write({"description": body.description}, id, body.area, caller.client, now)
        event = own.Found(
            at=now,
            by=actor(caller),
            hazard_id=id,
            area=body.area,
            kind=body.kind,
            grid_cell=body.grid_cell,
            description=reference,
            case_id=case_id,
            found_at=body.found_at or now,
        )
        document, relay, replayed = await desk.found(event, paper, fingerprint)
        headers = {"Location": f"/v1/hazards/{id}", "ETag": etag(document["revision"])}
        return json(told(document, relay, replayed), 200 if replayed else 201, headers)

    @routes.get("/v1/hazards", response_model=answers.Hazards, responses=problem_responses(404, 422, 503))
    async def listed(
        request: Request,
        caller: Caller,
        area: AreaQuery = None,
        stage: HazardStage | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """Hazards of the caller's areas, the newest first."""
        where: dict[str, Any] = {"area": {"$in": whose.areas(area, caller)}}
        if stage is not None:
            where["stage"] = stage
        if cursor is not None:
            where["sort"] = {"$lt": read_cursor(cursor)[0]}
        async with store_in_time(LIST_SECONDS):
            there = await hazards.find(where, sort=[("sort", -1)], limit=limit + 1)
        following = write_cursor(there[limit - 1]["sort"]) if len(there) > limit else None
        answer = answers.Hazards(items=[told(one) for one in there[:limit]], next=following)
        return json(answer, headers=link(request.url, following))

    @routes.get("/v1/hazards/{id}", response_model=answers.HazardAnswer, responses=problem_responses(404, 503))
    async def one(id: HazardId, caller: Caller) -> Response:
        """One hazard."""
        whose.hazard(id, caller)
        document = await desk.hazard(id)
        return json(told(document), headers={"ETag": etag(document["revision"])})

    declared: dict[str, Any] = {
        "response_model": answers.HazardAnswer,
        "responses": problem_responses(404, 409, 412, 422, 428, 503),
    }

    async def give(
        id: str,
        caller: Principal,
        if_match: str | None,
        key: str | None,
        body: requests.Body,
        words: dict[str, str | None],
        build: Build,
    ) -> Response:
        whose.hazard(id, caller)
        command = sent(marks, caller.client, id, key, body)
        written = {name: text for name, text in words.items() if text is not None}
        document, relay, replayed = await desk.carry_out(id, caller.client, if_match, command, written or None, build)
        return json(told(document, relay, replayed), headers={"ETag": etag(document["revision"])})

    @routes.post("/v1/hazards/{id}/order", **declared)
    async def order(
        id: HazardId, caller: Mediator, body: requests.OrderHazard, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Order that it is put right by a date. Told when that has passed and nobody has checked it."""

        def build(paper: Any) -> own.HazardHappened:
            return own.Ordered(
                at=clock.now(), by=actor(caller), order=paper, responsible=body.responsible, due_at=body.due_at
            )

        return await give(id, caller, if_match, key, body, {"order": body.order}, build)

    @routes.post("/v1/hazards/{id}/check", **declared)
    async def check(
        id: HazardId, caller: Finder, body: requests.CheckHazard, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Say whether it has been put right. If not, order it anew."""

        def build(paper: Any) -> own.HazardHappened:
            return own.Checked(at=clock.now(), by=actor(caller), rectified=body.rectified, words=paper)

        return await give(id, caller, if_match, key, body, {"note": body.note}, build)

    @routes.post("/v1/hazards/{id}/close", **declared)
    async def close(
        id: HazardId, caller: Mediator, body: requests.CloseHazard, if_match: IfMatch = None, key: OptionalKey = None
    ) -> Response:
        """Nothing is left to do: it was put right, was none, or somebody else sees to it."""

        def build(paper: Any) -> own.HazardHappened:
            now, mine = clock.now(), rules[ids.area_of(id)]
            forget_at = later(now, mine.timezone, days=mine.retention_days)
            return own.Ended(at=now, by=actor(caller), result=body.result, words=paper, forget_at=forget_at)

        return await give(id, caller, if_match, key, body, {"note": body.note}, build)

    return routes
