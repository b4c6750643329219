"""Orders over REST: what dispatchers decide against the rules, forms, and the officer in need (D10, D13, I4, I6, I8).

They answer as all commands do (see `commands_api`). Words go into papers; events carry references.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Response

from fengqiao.contracts import ids, orders
from fengqiao.contracts.model import Location
from fengqiao.geo.areas import AreaIndex
from fengqiao.geo.datums import to_wgs84
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.problems import Unprocessable
from services.dispatch import requests
from services.dispatch.forms import Forms
from services.dispatch.giving import DECLARED, Giving, IncidentId, Key, Prefer, UnitPath

Crew = Annotated[Principal, require("assignments:command")]
DeskOfficer = Annotated[Principal, require("dispatch:command")]


def router(giving: Giving, forms: Forms, ground: AreaIndex) -> APIRouter:
    """ground: what a place belongs to."""
    routes = APIRouter(tags=["orders"])

    async def order(
        kind: type[orders.IncidentOrder],
        id: str,
        body: requests.Step,
        caller: Principal,
        key: str | None,
        prefer: str | None,
        words: str | None,
        /,
        **more: Any,
    ) -> Response:
        area = giving.area_of(id, ids.is_incident_id, caller)
        marks = await giving.begin(caller, area, key, body, words)
        return await giving.give(kind(**marks, incident_id=id, **more), prefer)

    def of_same_area(id: str, other: str, pointer: str) -> str:
        """Raises Unprocessable: areas decide for themselves, so nothing joins incidents of two of them."""
        if ids.area_of(id) != ids.area_of(other):
            raise Unprocessable.at(pointer, f"{other} is of another area: incidents of one area only are joined.")
        return other

    @routes.post("/v1/incidents/{id}/reassign", **DECLARED)
    async def reassign(
        id: IncidentId, caller: DeskOfficer, body: requests.Assign, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """Exactly these units from now on: others are taken off, in one step; all of it or nothing."""
        units = tuple(dict.fromkeys(body.units))
        return await order(orders.Reassign, id, body, caller, key, prefer, body.reason, units=units)

    @routes.post("/v1/incidents/{id}/hold", **DECLARED)
    async def hold(
        id: IncidentId, caller: DeskOfficer, body: requests.Hold, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """It waits until then, or until it is released; whoever is on the way is taken off."""
        if body.until <= giving.clock.now():
            raise Unprocessable.at("/until", "This time is over: give one that is still to come.")
        return await order(orders.Hold, id, body, caller, key, prefer, body.reason, until=body.until)

    @routes.post("/v1/incidents/{id}/release", **DECLARED)
    async def release(
        id: IncidentId,
        caller: DeskOfficer,
        body: requests.MaybeExplained | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """It is served again, now."""
        body = body or requests.MaybeExplained()
        return await order(orders.Release, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/reopen", **DECLARED)
    async def reopen(
        id: IncidentId, caller: DeskOfficer, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A closed or cancelled incident is worked on again; its plan is filled anew. Possible for a day."""
        return await order(orders.Reopen, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/note", **DECLARED)
    async def note(
        id: IncidentId, caller: DeskOfficer, body: requests.Note, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """Words for the file, at any time; the event carries their paper's id and hash."""
        return await order(orders.TakeNote, id, body, caller, key, prefer, body.text)

    @routes.post("/v1/incidents/{id}/category", **DECLARED)
    async def category(
        id: IncidentId, caller: DeskOfficer, body: requests.Category, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The confirmed (crew's) or corrected (review's) version; a graver plan sends what it wants in addition."""
        area = giving.area_of(id, ids.is_incident_id, caller)
        set_to = forms.category(area, body.code, "/code")
        more = {"version": body.version, "category": set_to}
        return await order(orders.SetCategory, id, body, caller, key, prefer, body.reason, **more)

    @routes.post("/v1/incidents/{id}/merge", **DECLARED)
    async def merge(
        id: IncidentId, caller: DeskOfficer, body: requests.Merge, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """It is the same event as `into`: it ends as merged, and its callers count there.

        Units that stand at its scene, or that a role waits for at the other one, go over; the rest is stood down.
        """
        into = of_same_area(id, body.into, "/into")
        return await order(orders.Merge, id, body, caller, key, prefer, body.reason, into=into)

    @routes.post("/v1/incidents/{id}/unmerge", **DECLARED)
    async def unmerge(
        id: IncidentId, caller: DeskOfficer, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """It stands by itself again with its own callers, and its plan is filled anew. Possible for a day."""
        return await order(orders.Unmerge, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/link", **DECLARED)
    async def link(
        id: IncidentId, caller: DeskOfficer, body: requests.Link, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The two belong together; nothing else changes. `urge` rings the crews of the one it leads to."""
        more = {"to_incident": of_same_area(id, body.to, "/to"), "kind": body.kind}
        return await order(orders.Link, id, body, caller, key, prefer, body.reason, **more)

    @routes.post("/v1/incidents/{id}/urge", **DECLARED)
    async def urge(
        id: IncidentId,
        caller: DeskOfficer,
        body: requests.MaybeExplained | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """Ring the crews on it 催办."""
        body = body or requests.MaybeExplained()
        return await order(orders.Urge, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/feedback", **DECLARED)
    async def feedback(
        id: IncidentId, caller: Crew, body: requests.Feedback, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A form of the crew's. The final one is refused while it lacks what its category needs, and closes an
        incident that only waited for it."""
        area = giving.area_of(id, ids.is_incident_id, caller)
        confirmed = None if body.category is None else forms.category(area, body.category, "/category")
        key = key or giving.new_key()
        form = await forms.kept(body, area, key, caller.client)
        step = requests.Step(at=body.at)
        return await order(orders.GiveFeedback, id, step, caller, key, prefer, None, form=form, confirmed=confirmed)

    @routes.post("/v1/units/{unit}/emergency", **DECLARED)
    async def emergency(
        unit: UnitPath,
        caller: Annotated[Principal, require("units:write")],
        body: requests.Emergency | None = None,
        area: str | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """An officer of the unit needs help: above everything. The answer names the incident that is opened."""
        where = giving.area_with(caller, area, unit)
        body = body or requests.Emergency()
        marks = await giving.begin(caller, where, key, body, None)
        command = orders.CallEmergency(**marks, unit=unit, location=_place(ground, where, body))
        return await giving.give(command, prefer)

    @routes.post("/v1/units/{unit}/emergency/end", **DECLARED)
    async def end_emergency(
        unit: UnitPath,
        caller: DeskOfficer,
        body: requests.Explained,
        area: str | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """A dispatcher stands it down; the incident goes on until it is cleared or cancelled."""
        where = giving.area_with(caller, area, unit)
        marks = await giving.begin(caller, where, key, body, body.reason)
        return await giving.give(orders.EndEmergency(**marks, unit=unit), prefer)

    return routes


def _place(ground: AreaIndex, area: str, body: requests.Emergency) -> Location | None:
    """Where the terminal says it is; None where it says nothing, or a place outside the area (the last position
    counts then: an emergency is never refused for a wrong fix)."""
    if body.lon is None or body.lat is None:
        return None
    lon, lat = to_wgs84(body.lon, body.lat, body.datum)
    found = ground.locate(lon, lat)
    if found is None or found.area != area:
        return None
    return Location.of({"lon": lon, "lat": lat, **found.divisions()})
