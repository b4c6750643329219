"""Cases over REST: opened by those who screen for disputes, read and listed by those who work on them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.mediation import Grade, Stage
from fengqiao.contracts.model import Location
from fengqiao.geo.areas import Area
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.paging import link
from fengqiao.runtime.problems import Unprocessable, problem_responses
from services.mediation import answers, due_list, requests
from services.mediation.case_desk import CaseDesk, actor, store_in_time
from services.mediation.cursors import read_cursor, write_cursor
from services.mediation.domain.decide import opening
from services.mediation.domain.rules import Rules
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.kind_check import check_kind
from services.mediation.lists import Lists
from services.mediation.papers import write
from services.mediation.parties import Parties
from services.mediation.party_marks import PartyMarks
from services.mediation.preconditions import etag

LIST_SECONDS = 10.0
Caller = Annotated[Principal, require("cases:read")]
CaseId = Annotated[str, Path(description="The case's id, as the dispute's report or `POST /v1/cases` gave it")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
OptionalKey = Annotated[
    str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")
]
Limit = Annotated[int, Query(ge=1, le=200)]
AreaQuery = Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")]
Cursor = Annotated[str | None, Query(min_length=1, max_length=300)]


def json(answer: answers.Answer, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(answer.json_bytes(), status, dict(headers or {}), media_type="application/json")


def router(
    desk: CaseDesk,
    cases: Collection,
    lists: Lists,
    parties: Parties,
    areas: Mapping[str, Area],
    marks: PartyMarks,
    clock: Clock,
    rules: Mapping[str, Rules],
) -> APIRouter:
    """areas: those that this installation serves, rules: theirs."""
    routes = APIRouter(tags=["cases"])
    whose = Jurisdiction(areas)

    @routes.post(
        "/v1/cases",
        status_code=201,
        response_model=answers.WholeCase,
        responses=problem_responses(404, 422, 503),
    )
    async def open_case(
        caller: Annotated[Principal, require("cases:write")], body: requests.OpenCase, key: Key
    ) -> Response:
        """A dispute that was found by screening, applied for or handed over becomes a case. The same key gives the same
        case."""
        whose.area(body.area, caller)
        check_kind(rules[body.area], body.kind, "/kind")
        now = clock.now()
        id = ids.case_id(ids.incident_id(body.area, ids.digest(caller.client, "case", key)))
        dispute = DisputeReported(
            case_id=id,
            area=body.area,
            # Somebody has asked for it, or handed it over: then nobody has looked for it.
            origin="screening" if body.source == "initiative" else "intake",
            kind=body.kind,
            reported_at=body.reported_at or now,
            by=actor(caller),
            location=cell_location(areas[body.area], body.grid_cell),
            settled_on_scene=body.settled_on_scene,
            found_by=body.found_by,
        )
        events, paper, reference = opening(dispute, now, rules[body.area]), None, None
        if body.description is not None:
            reference, paper = write({"description": body.description}, id, body.area, caller.client, now)
        events[0] = events[0].model_copy(update={"description": reference, "source": body.source})
        told = await desk.open(id, events, paper, marks.fingerprint(body.model_dump_json()))
        headers = {"Location": f"/v1/cases/{id}", "ETag": etag(told.document["revision"])}
        return json(
            answers.whole(told.document, relay=told.relay, replayed=told.replayed),
            200 if told.replayed else 201,
            headers,
        )

    @routes.get("/v1/cases", response_model=answers.Cases, responses=problem_responses(404, 422, 503))
    async def list_cases(
        request: Request,
        caller: Caller,
        area: AreaQuery = None,
        stage: Stage | None = None,
        grade: Grade | None = None,
        mediator: Annotated[str | None, Query(max_length=64, description="Open cases that lie with this one")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """Cases of the caller's areas, the newest first."""
        where: dict[str, Any] = {"area": {"$in": whose.areas(area, caller)}}
        for name, value in (("stage", stage), ("grade", grade), ("with", mediator)):
            if value is not None:
                where[name] = value
        if cursor is not None:
            where["sort"] = {"$lt": read_cursor(cursor)[0]}
        async with store_in_time(LIST_SECONDS):
            found = await cases.find(where, sort=[("sort", -1)], limit=limit + 1)
        items = found[:limit]
        following = write_cursor(items[-1]["sort"]) if len(found) > limit else None
        answer = answers.Cases(items=[answers.brief(one) for one in items], next=following)
        return json(answer, headers=link(request.url, following))

    @routes.get("/v1/due", response_model=answers.Due, responses=problem_responses(404, 422, 503))
    async def due(
        request: Request,
        caller: Caller,
        area: AreaQuery = None,
        before: requests.When | None = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """What somebody has to do before `before` (now if left out) and has not done: visits, duties of agreements,
        plans, the law's times; case by case, the case that has waited longest first."""
        end = before or clock.now()
        begin = ("", 0) if cursor is None else read_cursor(cursor)
        async with store_in_time(LIST_SECONDS):
            found, following = await due_list.page(lists, cases, whose.areas(area, caller), end, begin, limit)
        items = [
            answers.DueVisit(
                case_id=case.id,
                area=case.area,
                kind=case.kind,
                grade=case.grade,
                visit=item.key.removeprefix("visit:"),
                what=item.kind,
                due_at=item.due_at,
                told_at=item.fired_at,
                holidays_unknown=item.holidays_unknown,
            )
            for case, item in found
        ]
        return json(answers.Due(items=items, next=following), headers=link(request.url, following))

    @routes.get("/v1/cases/{id}", response_model=answers.WholeCase, responses=problem_responses(404, 503))
    async def case(id: CaseId, caller: Caller) -> Response:
        """One case with its history, and its parties masked. The ETag is the revision of what people edit."""
        whose.case(id, caller)
        document = await desk.case(id)
        async with store_in_time():
            named = await parties.of(id)
        return json(answers.whole(document, named), headers={"ETag": etag(document["revision"])})

    return routes


def cell_location(area: Area, id: str | None) -> Location | None:
    """A grid cell by its id, as precise as it is: the middle of its outline. Raises Unprocessable."""
    if id is None:
        return None
    for cell in area.grid_cells:
        if cell.id == id:
            corners = cell.polygon[:-1]
            return Location(
                lon=round(sum(lon for lon, _ in corners) / len(corners), 6),
                lat=round(sum(lat for _, lat in corners) / len(corners), 6),
                station=cell.station,
                community=cell.community,
                grid_cell=cell.id,
                zone=cell.zone,
                confidence=0.2,
            )
    raise Unprocessable.at("/grid_cell", f"The area {area.id} has no grid cell {id}.")
