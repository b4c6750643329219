"""HTTP in: disputes that are reported without a call."""

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse, problem_responses
from services.intake.acceptance import Patience
from services.intake.answers import DisputeAnswer
from services.intake.desk import desk_of, idempotency_key
from services.intake.domain.drafts import DisputeDraft
from services.intake.domain.errors import Refusal
from services.intake.json_body import body_of, read_body
from services.intake.refusals import problem_of

router = APIRouter(prefix="/v1", tags=["disputes"])


@router.post(
    "/disputes",
    status_code=202,
    response_model=None,
    responses={202: {"model": DisputeAnswer}, **problem_responses(409, 422, 429, 503)},
    openapi_extra=body_of(DisputeDraft, key=True),
)
async def report_dispute(request: Request, caller: Annotated[Principal, require("disputes:write")]) -> JsonResponse:
    """Report a quarrel that has to be settled. The answer names the case that mediation will open."""
    patience = Patience.from_now()
    draft = await read_body(request, DisputeDraft)
    desk = desk_of(request)
    try:
        with desk.admission.enter(caller.client, emergency=False):
            answer = await desk.disputes.report(caller, draft, idempotency_key(request), patience)
    except Refusal as refusal:
        raise problem_of(refusal) from None
    return JsonResponse(answer, 202)
