"""`GET /v1/incidents/{id}/recommendation`: whom dispatch would send, with nothing decided (D1).

Only the area's writer has the board and every position, and any instance may be asked. So the question travels as a
command and its answer as the command's result, the way everything else does that the writer has to say: no second
board and no second set of positions has to be kept true. It costs one entry of the journal, which then shows what was
recommended beside what was done.
"""

import secrets
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel

from fengqiao.contracts import commands, ids
from fengqiao.contracts.model import Actor
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.problems import NotFound, Unavailable, problem_responses
from services.dispatch.command_desk import CommandDesk
from services.dispatch.domain.messages import RoleRanked
from services.dispatch.giving import answer

WAIT_SECONDS: Final = 2.0


class Recommendation(BaseModel):
    """For each role that waits (or, where none does, each of the plan's) who could go, the best first."""

    incident_id: str
    at: AwareDatetime
    roles: tuple[RoleRanked, ...]


def router(desk: CommandDesk, areas: frozenset[str], clock: Clock) -> APIRouter:
    """areas: those that this installation serves."""
    routes = APIRouter(tags=["reads"])

    @routes.get(
        "/v1/incidents/{id}/recommendation",
        response_model=Recommendation,
        responses=problem_responses(404, 409, 422, 503),
    )
    async def recommendation(
        id: Annotated[str, Path(max_length=80)], caller: Annotated[Principal, require("dispatch:read")]
    ) -> Response:
        """The ranked choice; nothing is decided, and nobody is told."""
        area = ids.area_of(id)
        if not ids.is_incident_id(id) or area not in areas:
            raise NotFound(f"There is no incident {id[:80]}.")
        caller.check_area(area)
        now = clock.now()
        question = commands.Recommend(
            command_id=ids.command_id(caller.client, secrets.token_hex(16)),
            area=area,
            by=Actor(client=caller.client, role=caller.role, unit=caller.unit),
            received_at=now,
            incident_id=id,
        )
        try:
            result = await desk.send(question, WAIT_SECONDS)
        except StoreUnavailable as error:
            raise Unavailable(str(error)) from error
        if result is None:
            raise Unavailable("The area's writer has not answered in time: ask again.", retry_after=1)
        if result["status"] == "refused":
            return answer(result, question.command_id)
        told: dict[str, Any] = {"incident_id": id, "at": now, "roles": result["recommendation"]}
        return Response(orjson.dumps(told, option=orjson.OPT_UTC_Z), 200, media_type="application/json")

    return routes
