"""Reads: incidents with their timeline, units, boards, the journal, papers. Any instance answers any of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from fengqiao.contracts import ids
from fengqiao.contracts.states import IncidentStatus
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.journal import Head, Journal
from fengqiao.runtime.paging import link
from fengqiao.runtime.problems import NotFound, Unavailable, problem_responses
from services.dispatch import lent_crews, requests, views
from services.dispatch.cursors import read_cursor
from services.dispatch.domain.forces import Forces
from services.dispatch.earlier import earlier_at
from services.dispatch.force import force
from services.dispatch.papers import Papers
from services.dispatch.stores import Stores
from services.dispatch.surroundings import Surroundings

Caller = Annotated[Principal, require("dispatch:read")]
Limit = Annotated[int, Query(ge=1, le=200)]
MOST_ON_BOARD: Final = 1000
"""Open incidents that a board lists, the newest first."""
_AREA = r"^[a-z][a-z0-9]{1,31}$"
AreaQuery = Annotated[str, Query(pattern=_AREA)]
AreaPath = Annotated[str, Path(pattern=_AREA)]


def _json(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), 200, headers, media_type="application/json")


def whole(document: Document) -> dict[str, Any]:
    """An incident as it is told: its state, with `id`, and its timeline."""
    state: dict[str, Any] = orjson.loads(document["state"])
    return {"id": document["_id"], **state, "timeline": views.timeline(document.get("timeline", ()))}


def brief(document: Document) -> dict[str, Any]:
    state: dict[str, Any] = orjson.loads(document["state"])
    return {"id": document["_id"], **state}


def router(
    stores: Stores,
    forces: Mapping[str, Forces],
    papers: Papers,
    clock: Clock,
    surroundings: Mapping[str, Surroundings],
) -> APIRouter:
    """forces, surroundings: of each area that this installation serves."""
    routes = APIRouter(tags=["reads"])
    absent = problem_responses(404, 422, 503)

    def served(area: str, caller: Principal) -> str:
        if area not in forces:
            raise NotFound(f"There is no area {area[:40]}.")
        caller.check_area(area)
        return area

    async def listed(collection: Collection, where: dict[str, Any], sort: str, limit: int) -> list[Document]:
        try:
            return await collection.find(where, sort=[(sort, -1)], limit=limit)
        except StoreUnavailable as error:
            raise Unavailable("The list cannot be read just now.", retry_after=2) from error

    async def scene(area: str, state: dict[str, Any]) -> dict[str, Any]:
        near = surroundings[area].near(state["location"]["lon"], state["location"]["lat"], clock.now())
        try:
            return {**near, "earlier": await earlier_at(stores, area, state)}
        except StoreUnavailable as error:
            raise Unavailable("The incident cannot be read just now.", retry_after=2) from error

    async def holes(area: str) -> list[dict[str, Any]]:
        try:
            document = await stores.areas.get(area)
        except StoreUnavailable as error:
            raise Unavailable("The board cannot be read just now.", retry_after=2) from error
        plan = forces[area].standby
        rules = {} if plan is None else {rule.id: rule for rule in plan.coverage}
        found = [] if document is None else document["holes"]
        return [{**hole, "kinds": rules[hole["rule"]].kinds if hole["rule"] in rules else ()} for hole in found]

    async def unit_states(area: str) -> list[dict[str, Any]]:
        keys = [f"{area}/{unit}" for unit in forces[area].units]
        try:
            found = await stores.units.get_many(keys)
        except StoreUnavailable as error:
            raise Unavailable("The units cannot be read just now.", retry_after=2) from error
        states = []
        for unit in forces[area].units.values():
            stored = found.get(f"{area}/{unit.id}")
            text = stored["state"] if stored is not None else views.unit_state(area, unit, None).wire()
            states.append(orjson.loads(text))
        return states

    async def borrowed_states(area: str) -> list[dict[str, Any]]:
        keys = [f"{area}/{unit}" for unit in lent_crews.names_in(area, forces)]
        if not keys:
            return []
        try:
            found = await stores.units.get_many(keys)
        except StoreUnavailable as error:
            raise Unavailable("The units cannot be read just now.", retry_after=2) from error
        told = [orjson.loads(found[key]["state"]) for key in keys if key in found]
        return [state for state in told if state["status"] != "off_duty"]

    @routes.get("/v1/incidents/{id}", responses=absent)
    async def incident(id: Annotated[str, Path(max_length=80)], caller: Caller) -> Response:
        """One incident: state, assignments with their reasons, timeline, and what is near the scene."""
        if not ids.is_incident_id(id):
            raise NotFound(f"There is no incident {id[:80]}.")
        lent = lent_crews.name_in(ids.area_of(id), caller, forces)
        if lent is None:
            served(ids.area_of(id), caller)
        try:
            document = await stores.incidents.get(id)
        except StoreUnavailable as error:
            raise Unavailable("The incident cannot be read just now.", retry_after=2) from error
        if document is None:
            raise NotFound("Dispatch has not heard of this incident (yet).")
        if lent is not None and all(one["unit"] != lent for one in brief(document).get("assignments", ())):
            caller.check_area(ids.area_of(id))
        told = whole(document)
        told["surroundings"] = await scene(ids.area_of(id), told)
        return _json(told, {"ETag": f'"{document["sequence"]}"'})

    @routes.get("/v1/incidents", responses=absent)
    async def incidents(
        request: Request,
        caller: Caller,
        area: AreaQuery,
        number: Annotated[str | None, Query(max_length=12)] = None,
        status: IncidentStatus | None = None,
        category: Annotated[str | None, Query(pattern=r"^[0-9]{2,12}$")] = None,
        open: bool | None = None,
        since: Annotated[requests.Time | None, Query(alias="from")] = None,
        until: Annotated[requests.Time | None, Query(alias="to")] = None,
        limit: Limit = 50,
        cursor: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Response:
        """Incidents of an area, the newest first. `cursor`: from the answer before."""
        served(area, caller)
        where: dict[str, Any] = {"area": area}
        for name, value in (("number", number), ("status", status), ("category", category), ("open", open)):
            if value is not None:
                where[name] = value
        if since is not None or until is not None:
            where["received_at"] = {op: at for op, at in (("$gte", since), ("$lt", until)) if at is not None}
        if cursor is not None:
            where["sort"] = {"$lt": read_cursor(cursor)}
        found = await listed(stores.incidents, where, "sort", limit + 1)
        items, more = found[:limit], len(found) > limit
        next_cursor = str(items[-1]["sort"]) if more else None
        return _json({"items": [brief(one) for one in items], "next": next_cursor}, link(request.url, next_cursor))

    @routes.get("/v1/areas/{area}/board", responses=absent)
    async def board(area: AreaPath, caller: Caller) -> Response:
        """What is going on now: open incidents, every unit, those of neighbours that help here and those
        that are lent, the force against its plan, and holes in coverage. `more`: older incidents are open too, and
        `GET /v1/incidents` lists them."""
        served(area, caller)
        found = await listed(stores.incidents, {"area": area, "open": True}, "sort", MOST_ON_BOARD + 1)
        states, now = await unit_states(area), clock.now()
        return _json(
            {
                "area": area,
                "at": now,
                "incidents": [brief(one) for one in found[:MOST_ON_BOARD]],
                "more": len(found) > MOST_ON_BOARD,
                "units": states,
                "force": force(forces[area], states, now),
                "holes": await holes(area),
                "borrowed": await borrowed_states(area),
                "lent": [one for one in states if one.get("lent_to")],
            }
        )

    @routes.get("/v1/units", responses=absent)
    async def units(area: AreaQuery, caller: Caller) -> Response:
        """Every unit of the area, on duty or not."""
        return _json({"items": await unit_states(served(area, caller)), "next": None})

    @routes.get("/v1/journal/{area}", responses=absent)
    async def journal(
        area: AreaPath,
        caller: Annotated[Principal, require("journal:read")],
        after: Annotated[int, Query(ge=0, le=2**53)] = 0,
        limit: Limit = 50,
    ) -> Response:
        """The decisions of the area, entry by entry, with the hashes that chain them."""
        served(area, caller)
        chain = Journal(stores.journal, area)
        try:
            before = await chain.entry(after) if after else None
            if after and before is None:
                return _json({"items": [], "next": None})
            head = Head() if before is None else Head(before.n, before.hash)
            items = [
                {"n": entry.n, "previous": entry.previous, "hash": entry.hash, "body": orjson.Fragment(entry.body)}
                async for entry in chain.entries(head, limit)
            ]
        except StoreUnavailable as error:
            raise Unavailable("The journal cannot be read just now.", retry_after=2) from error
        return _json({"items": items, "next": str(items[-1]["n"]) if len(items) == limit else None})

    @routes.get("/v1/papers/{id}", responses=absent)
    async def paper(
        id: Annotated[str, Path(max_length=80)], caller: Annotated[Principal, require("papers:read")]
    ) -> Response:
        """The words of a reason or a note. Who reads them is recorded first."""
        try:
            found = await papers.read(id)
            if found is None or not caller.may(found["area"]):
                raise NotFound("There is no such paper.")
            await papers.note_reading(
                {"at": clock.now().isoformat(), "client": caller.client, "role": caller.role, "paper": id}
            )
        except StoreUnavailable as error:
            raise Unavailable("The paper cannot be shown just now.", retry_after=2) from error
        return _json({"id": id, "area": found["area"], "by": found["by"], "at": found["at"], "words": found["words"]})

    return routes
