"""Many incidents in one request: each is taken on its own and has its own answer."""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse, problem_responses
from fengqiao.runtime.problem_handlers import json_pointer
from fengqiao.runtime.problems import FieldError, Problem, Unprocessable
from fengqiao.runtime.telemetry import current_trace_id
from services.intake.acceptance import Patience
from services.intake.answers import BatchAnswer
from services.intake.desk import Desk, desk_of
from services.intake.domain.drafts import BATCH_SIZE, IncidentDraft
from services.intake.domain.errors import Refusal, WrongField
from services.intake.json_body import body_of, read_body
from services.intake.refusals import problem_of

router = APIRouter(prefix="/v1", tags=["incidents"])
PATH = "/v1/incidents:batch"


class BatchDraft(BaseModel):
    """Incidents as they come; what is wrong with one does not touch the others."""

    model_config = ConfigDict(extra="forbid", strict=True)
    incidents: Annotated[
        list[dict[str, Any]],
        Field(
            min_length=1,
            max_length=BATCH_SIZE,
            description="Each as the body of POST /v1/incidents, with an external_id; each is checked on its own.",
        ),
    ]


@router.post(
    "/incidents:batch",
    response_model=None,
    responses={200: {"model": BatchAnswer}, **problem_responses(422, 503)},
    openapi_extra=body_of(BatchDraft),
)
async def report_incidents(request: Request, caller: Annotated[Principal, require("incidents:write")]) -> JsonResponse:
    """Report up to 500 incidents, each with an `external_id`. The answer says for each what a post of it would."""
    patience = Patience.from_now()
    batch = await read_body(request, BatchDraft)
    desk = desk_of(request)
    items = await asyncio.gather(*(_one(desk, caller, n, fields, patience) for n, fields in enumerate(batch.incidents)))
    return JsonResponse({"items": items})


async def _one(desk: Desk, caller: Principal, n: int, fields: dict[str, Any], patience: Patience) -> dict[str, Any]:
    try:
        # Through JSON once more: a strict model takes a time from text only.
        draft = IncidentDraft.model_validate_json(_json(fields))
        if draft.external_id is None:
            raise WrongField("/external_id", "required in a batch: it makes a repeat safe")
        return {"status": 202, "answer": await desk.acceptance.accept(caller, draft, None, patience)}
    except ValidationError as error:
        problem: Problem = _invalid(error)
    except Refusal as refusal:
        problem = problem_of(refusal)
    except Problem as refused:
        problem = refused
    instance = f"{PATH}#/incidents/{n}"
    return {"status": problem.status, "problem": problem.as_dict(instance=instance, trace_id=current_trace_id())}


def _json(fields: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(fields)
    except orjson.JSONEncodeError as error:
        raise Unprocessable.at("", f"cannot be used: {error}") from error


def _invalid(error: ValidationError) -> Problem:
    errors = [
        FieldError(json_pointer(one["loc"]), one["msg"])
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return Unprocessable(f"body {errors[0].pointer}: {errors[0].detail}", errors=errors)
