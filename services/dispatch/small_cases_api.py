"""Small cases over REST (D11), and how an area handles incidents: its results, forms and what is small."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Query, Request, Response

from fengqiao.contracts import ids, orders
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.paging import link
from fengqiao.runtime.problems import NotFound, Unavailable, problem_responses
from services.dispatch import lent_crews, requests
from services.dispatch.cursors import read_cursor
from services.dispatch.domain.forces import Forces
from services.dispatch.forms import Forms
from services.dispatch.giving import DECLARED, ByCrew, ByDesk, Giving, IncidentId
from services.dispatch.stores import Stores

Reader = Annotated[Principal, require("dispatch:read")]
_AREA = r"^[a-z][a-z0-9]{1,31}$"


def router(giving: Giving, forms: Forms, stores: Stores, forces: Mapping[str, Forces]) -> APIRouter:
    """forces: of each area that this installation serves."""
    routes = APIRouter(tags=["small cases"])

    def served(area: str, caller: Principal) -> str:
        if area not in forces:
            raise NotFound(f"There is no area {area[:40]}.")
        caller.check_area(area)
        return area

    @routes.get("/v1/small-cases", responses=problem_responses(404, 422, 503))
    async def small_cases(
        request: Request,
        caller: Reader,
        area: Annotated[str, Query(pattern=_AREA)],
        status: Literal["open", "overdue", "solved"] | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Response:
        """Those that are not solved, the newest first: `status` open, or overdue (red). `status=solved` for the
        others."""
        served(area, caller)
        wanted = ["open", "overdue"] if status is None else [status]
        where: dict[str, Any] = {"area": area, "small_case": {"$in": wanted}}
        if cursor is not None:
            where["sort"] = {"$lt": read_cursor(cursor)}
        try:
            found = await stores.incidents.find(where, sort=[("sort", -1)], limit=limit + 1)
        except StoreUnavailable as error:
            raise Unavailable("The list cannot be read just now.", retry_after=2) from error
        following = str(found[limit - 1]["sort"]) if len(found) > limit else None
        body = {"items": [_told(one["state"]) for one in found[:limit]], "next": following}
        return Response(orjson.dumps(body), 200, link(request.url, following), media_type="application/json")

    @routes.post("/v1/small-cases/{incident_id}/owner", **DECLARED)
    async def owner(incident_id: IncidentId, sent: ByDesk, body: requests.Owner) -> Response:
        """Name who has to solve it; its time does not begin anew."""
        return await giving.order(orders.OwnSmallCase, incident_id, sent, body, body.reason, owner=body.owner)

    @routes.post("/v1/small-cases/{incident_id}/solve", **DECLARED)
    async def solve(incident_id: IncidentId, sent: ByCrew, body: requests.Solved) -> Response:
        """It is solved. A crew solves the cases that its unit owns."""
        area = giving.area_of(incident_id, ids.is_incident_id, sent.caller)
        forms.check_solves(area, body.result, "/result")
        return await giving.order(orders.SolveSmallCase, incident_id, sent, body, body.reason, result=body.result)

    @routes.get("/v1/areas/{area}/handling", responses=problem_responses(404))
    async def handling(caller: Reader, area: str) -> dict[str, Any]:
        """Results, which final forms need what and are due, and which categories are small cases.

        A crew that a neighbour may borrow reads that area's too: it clears there.
        """
        if lent_crews.name_in(area, caller, forces) is None:
            served(area, caller)
        rules = forces[area].handling
        return {
            "area": area,
            "results": [
                {
                    "code": one.code,
                    "ga_code": one.ga_code,
                    "name_zh": one.name_zh,
                    "name_en": one.name_en,
                    "solves": one.solves,
                    "exempt": one.exempt,
                }
                for one in rules.results.values()
            ],
            "forms": [{"categories": one.categories, "due": one.due, "require": one.require} for one in rules.forms],
            "small_cases": [
                {"category": code, "hours": within.total_seconds() / 3600} for code, within in rules.small.items()
            ],
            "link_from": rules.link_from,
        }

    return routes


def _told(state: str) -> dict[str, Any]:
    """The row of the list: the case, and what it is about."""
    whole = orjson.loads(state)
    about = {name: whole[name] for name in ("incident_id", "number", "area", "category", "location", "status")}
    return {**about, "red": whole["small_case"]["status"] == "overdue", "small_case": whole["small_case"]}
