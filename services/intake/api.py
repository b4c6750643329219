"""HTTP in: the incident resource. The other routes are in `batch_api`, `disputes_api` and `lookup_api`."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request

from fengqiao.contracts import ids
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.documents import Document
from fengqiao.runtime.http import JsonResponse, problem_responses
from fengqiao.runtime.problems import Forbidden, NotFound
from services.intake import records
from services.intake.acceptance import Patience
from services.intake.answers import AcceptedAnswer, ChangedAnswer, IncidentAnswer, IncidentsAnswer, ReportAnswer
from services.intake.audit import reading
from services.intake.corrections import etag
from services.intake.desk import Desk, desk_of, idempotency_key
from services.intake.domain.drafts import (
    KEY_LENGTH,
    AnotherCallerDraft,
    CancelDraft,
    ChangeDraft,
    IncidentDraft,
    to_the_millisecond,
)
from services.intake.domain.errors import Refusal
from services.intake.domain.masking import masked_name, masked_phone
from services.intake.domain.outcome import merged_into, on_it
from services.intake.json_body import body_of, read_body
from services.intake.refusals import problem_of, store_answers
from services.intake.sight import called, check_id, check_sight, sees_area

router = APIRouter(prefix="/v1", tags=["incidents"])

Writer = Annotated[Principal, require("incidents:write")]
Reader = Annotated[Principal, require("incidents:read")]
# One at a time: where the store has no index, a look for somebody else's number reads every incident.
_scanning = asyncio.Semaphore(1)


@router.post(
    "/incidents",
    status_code=202,
    response_model=None,
    responses={202: {"model": AcceptedAnswer}, **problem_responses(422, 429, 503)},
    openapi_extra=body_of(IncidentDraft, key=True),
)
async def report_incident(request: Request, caller: Writer) -> JsonResponse:
    """Report an incident. Accepted means kept; the same `external_id` or `Idempotency-Key` again is the same one."""
    patience = Patience.from_now()
    draft = await read_body(request, IncidentDraft)
    try:
        answer = await desk_of(request).acceptance.accept(caller, draft, idempotency_key(request), patience)
    except Refusal as refusal:
        raise problem_of(refusal) from None
    return JsonResponse(answer, 202)


@router.get(
    "/incidents", response_model=None, responses={200: {"model": IncidentsAnswer}, **problem_responses(422, 503)}
)
async def find_incidents(
    request: Request, caller: Reader, external_id: Annotated[str, Query(min_length=1, max_length=KEY_LENGTH)]
) -> JsonResponse:
    """What became of the incident with this number of the reporting system. Dispatchers find everybody's."""
    desk = desk_of(request)
    async with store_answers(Patience.from_now().store):
        own = await desk.incidents.get(ids.digest(caller.client, "incident", external_id))
        found = [own] if own is not None and own["external_id"] == external_id else []
        if sees_area(caller):
            async with _scanning:
                found = await desk.incidents.find({"external_id": external_id}, limit=200)
    items = [_view(desk, known) for known in found if caller.may(known["area"])]
    return JsonResponse({"items": items, "next": None})


@router.get(
    "/incidents/{id}", response_model=None, responses={200: {"model": IncidentAnswer}, **problem_responses(404, 503)}
)
async def read_incident(request: Request, caller: Reader, id: str) -> JsonResponse:
    """What became of an incident: for whoever sent it, and for dispatchers of its area."""
    desk = desk_of(request)
    check_id(caller, id)
    async with store_answers(Patience.from_now().store):
        known = await _known(desk, id)
    check_sight(caller, known)
    answer = JsonResponse(_view(desk, known))
    answer.headers["ETag"] = etag(known)
    return answer


@router.get(
    "/incidents/{id}/report",
    response_model=None,
    responses={200: {"model": ReportAnswer}, **problem_responses(404, 503)},
)
async def read_report(request: Request, caller: Annotated[Principal, require("report:read")], id: str) -> JsonResponse:
    """The words of a report: for dispatchers of the area and the crew on it. Each look is written down first."""
    desk = desk_of(request)
    area = ids.area_of(id)
    lent = caller.role == "crew" and not caller.may(area)
    if not lent or not ids.is_incident_id(id):
        check_id(caller, id)
    shown = caller.has("personal:read")
    async with store_answers(Patience.from_now().store):
        known = await desk.incidents.get(ids.key_of_incident(id)) if lent else await _known(desk, id)
        if caller.role == "crew" and (known is None or not await _crew_is_on(desk, known, called(caller, area))):
            caller.check_area(area)
            raise Forbidden("Only the crew that is assigned reads the words of a report.")
        assert known is not None  # it is looked for without a 404 for a crew of another area only
        await desk.audit.note(reading(caller, id, to_the_millisecond(desk.clock.now()), unmasked=shown))
    return JsonResponse(_report(known, shown=shown))


@router.patch(
    "/incidents/{id}",
    status_code=202,
    response_model=None,
    responses={202: {"model": ChangedAnswer}, **problem_responses(404, 409, 412, 422, 429, 503)},
    openapi_extra=body_of(ChangeDraft, key=True),
)
async def correct_incident(request: Request, caller: Writer, id: str) -> JsonResponse:
    """More is known: words are added, the rest replaced. With `If-Match`, only if nobody was quicker."""
    patience = Patience.from_now()
    check_id(caller, id)
    draft = await read_body(request, ChangeDraft)
    desk = desk_of(request)
    if_match = request.headers.get("if-match")
    try:
        with desk.admission.enter(caller.client, emergency=sees_area(caller)):
            answer = await desk.corrections.correct(
                caller, id, draft, idempotency_key(request), None if if_match == "*" else if_match, patience
            )
    except Refusal as refusal:
        raise problem_of(refusal) from None
    return _changed(answer)


@router.post(
    "/incidents/{id}/callers",
    status_code=202,
    response_model=None,
    responses={202: {"model": ChangedAnswer}, **problem_responses(404, 409, 422, 429, 503)},
    openapi_extra=body_of(AnotherCallerDraft, key=True),
)
async def add_caller(request: Request, caller: Writer, id: str) -> JsonResponse:
    """One more person called about it. With an `Idempotency-Key`, a repeat adds nobody."""
    patience = Patience.from_now()
    check_id(caller, id)
    draft = await read_body(request, AnotherCallerDraft)
    desk = desk_of(request)
    try:
        with desk.admission.enter(caller.client, emergency=sees_area(caller)):
            answer = await desk.corrections.add_caller(caller, id, draft, idempotency_key(request), patience)
    except Refusal as refusal:
        raise problem_of(refusal) from None
    return _changed(answer)


@router.post(
    "/incidents/{id}/cancel",
    status_code=202,
    response_model=None,
    responses={202: {"model": ChangedAnswer}, **problem_responses(404, 409, 422, 429, 503)},
    openapi_extra=body_of(CancelDraft),
)
async def cancel_incident(request: Request, caller: Writer, id: str) -> JsonResponse:
    """The source takes it back; dispatch ends the incident. Again changes nothing."""
    patience = Patience.from_now()
    check_id(caller, id)
    draft = await read_body(request, CancelDraft)
    desk = desk_of(request)
    try:
        with desk.admission.enter(caller.client, emergency=sees_area(caller)):
            answer = await desk.corrections.cancel(caller, id, draft, patience)
    except Refusal as refusal:
        raise problem_of(refusal) from None
    return _changed(answer)


def _changed(answer: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(answer, 202)
    response.headers["ETag"] = etag(answer)
    return response


async def _known(desk: Desk, id: str) -> Document:
    known = await desk.incidents.get(ids.key_of_incident(id))
    if known is None or known["area"] != ids.area_of(id):
        raise NotFound("There is no incident with this id.")
    return known


async def _crew_is_on(desk: Desk, known: Document, unit: frozenset[str]) -> bool:
    """Whether the unit is on the incident, or on the one that it was merged into."""
    told: Document | None = known
    while told is not None:
        if on_it(told["dispatch"], unit):
            return True
        into = merged_into(told["dispatch"])
        told = None if into is None else await desk.incidents.get(ids.key_of_incident(into[0]))
    return False


def _view(desk: Desk, known: Document) -> dict[str, Any]:
    return records.view(known, desk.grounds.get(known["area"]))


def _report(known: Document, *, shown: bool) -> dict[str, Any]:
    return {
        "incident_id": records.id_of(known),
        "words": [{**one, "at": records.utc(one["at"])} for one in known["words"]],
        "address": known["address"],
        "callers": [
            {
                "at": records.utc(one["at"]),
                "name": one["name"] if shown else masked_name(one["name"]),
                "phone": one["phone"] if shown else masked_phone(one["phone"]),
            }
            for one in known["callers"]
        ],
        "masked": not shown,
    }
