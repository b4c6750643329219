"""HTTP in: what became of an area's notices."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fengqiao.contracts.ids import AREA_PATTERN
from fengqiao.geo.areas import Area
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.http import JsonResponse, problem_responses
from fengqiao.runtime.problems import NotFound, Unavailable
from services.notify.delivery_documents import delivery_of


class Notice(BaseModel):
    """state: open (it is tried again), delivered, failed (a person has to tell them)."""

    id: str
    notification_id: str
    to: str
    what: str | None
    target: str | None
    state: str
    why: str | None
    status: int | None
    """The target's last answer."""
    attempts: int
    incident_id: str | None
    number: str | None
    case_id: str | None


class Notices(BaseModel):
    items: list[Notice]
    next: None = None


def router(collection: Collection, areas: Mapping[str, Area]) -> APIRouter:
    """areas: all of this installation, by id."""
    routes = APIRouter(tags=["notices"])

    @routes.get("/v1/notices", response_model=Notices, responses=problem_responses(403, 404, 422, 503))
    async def notices(
        caller: Annotated[Principal, require("dispatch:read")],
        area: Annotated[str, Query(pattern=AREA_PATTERN)],
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> JsonResponse:
        """The area's latest notices: to whom, where they went, and what became of them."""
        caller.check_area(area)
        if area not in areas:
            raise NotFound(f"There is no area {area}.")
        try:
            found = await collection.find({"area": area}, sort=[("sort", -1)], limit=limit)
        except StoreUnavailable as error:
            raise Unavailable("The notices cannot be read just now.", retry_after=2) from error
        return JsonResponse({"items": [_told(one) for one in found], "next": None})

    return routes


def _told(document: Document) -> dict[str, Any]:
    one = delivery_of(document)
    return {
        "id": one.id,
        "notification_id": one.asked.notification_id,
        "to": one.asked.to,
        "what": one.asked.what,
        "target": one.target,
        "state": one.state,
        "why": one.why,
        "status": one.status,
        "attempts": one.attempts,
        "incident_id": one.asked.incident_id,
        "number": one.asked.number,
        "case_id": one.asked.case_id,
    }
