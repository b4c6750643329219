"""Orders over REST: what dispatchers decide against the rules, forms, and the officer in need (D10, D13, I4, I6, I8).

They answer as all commands do (see `commands_api`). Words go into papers; events carry references.
"""

from fastapi import APIRouter, Response

from fengqiao.contracts import ids, orders
from fengqiao.contracts.model import Location
from fengqiao.geo.areas import AreaIndex
from fengqiao.geo.datums import to_wgs84
from fengqiao.runtime.problems import Unprocessable
from services.dispatch import requests
from services.dispatch.forms import Forms
from services.dispatch.giving import DECLARED, ByCrew, ByDesk, ByUnit, Giving, IncidentId, UnitPath


def router(giving: Giving, forms: Forms, ground: AreaIndex) -> APIRouter:
    """ground: what a place belongs to."""
    routes = APIRouter(tags=["orders"])

    def of_same_area(id: str, other: str, pointer: str) -> str:
        """Raises Unprocessable: areas decide for themselves, so nothing joins incidents of two of them."""
        if ids.area_of(id) != ids.area_of(other):
            raise Unprocessable.at(pointer, f"{other} is of another area: incidents of one area only are joined.")
        return other

    @routes.post("/v1/incidents/{id}/reassign", **DECLARED)
    async def reassign(id: IncidentId, sent: ByDesk, body: requests.Assign) -> Response:
        """Exactly these units from now on: others are taken off, in one step; all of it or nothing."""
        units = tuple(dict.fromkeys(body.units))
        return await giving.order(orders.Reassign, id, sent, body, body.reason, units=units)

    @routes.post("/v1/incidents/{id}/hold", **DECLARED)
    async def hold(id: IncidentId, sent: ByDesk, body: requests.Hold) -> Response:
        """It waits until then, or until it is released; whoever is on the way is taken off."""
        if body.until <= giving.clock.now():
            raise Unprocessable.at("/until", "This time is over: give one that is still to come.")
        return await giving.order(orders.Hold, id, sent, body, body.reason, until=body.until)

    @routes.post("/v1/incidents/{id}/release", **DECLARED)
    async def release(id: IncidentId, sent: ByDesk, body: requests.MaybeExplained | None = None) -> Response:
        """It is served again, now."""
        body = body or requests.MaybeExplained()
        return await giving.order(orders.Release, id, sent, body, body.reason)

    @routes.post("/v1/incidents/{id}/reopen", **DECLARED)
    async def reopen(id: IncidentId, sent: ByDesk, body: requests.Explained) -> Response:
        """A closed or cancelled incident is worked on again; its plan is filled anew. Possible for a day."""
        return await giving.order(orders.Reopen, id, sent, body, body.reason)

    @routes.post("/v1/incidents/{id}/note", **DECLARED)
    async def note(id: IncidentId, sent: ByDesk, body: requests.Note) -> Response:
        """Words for the file, at any time; the event carries their paper's id and hash."""
        return await giving.order(orders.TakeNote, id, sent, body, body.text)

    @routes.post("/v1/incidents/{id}/category", **DECLARED)
    async def category(id: IncidentId, sent: ByDesk, body: requests.Category) -> Response:
        """The confirmed (crew's) or corrected (review's) version; a graver plan sends what it wants in addition."""
        area = giving.area_of(id, ids.is_incident_id, sent.caller)
        set_to = forms.category(area, body.code, "/code")
        more = {"version": body.version, "category": set_to}
        return await giving.order(orders.SetCategory, id, sent, body, body.reason, **more)

    @routes.post("/v1/incidents/{id}/merge", **DECLARED)
    async def merge(id: IncidentId, sent: ByDesk, body: requests.Merge) -> Response:
        """It is the same event as `into`: it ends as merged, and its callers count there.

        Units that stand at its scene, or that a role waits for at the other one, go over; the rest is stood down.
        """
        into = of_same_area(id, body.into, "/into")
        return await giving.order(orders.Merge, id, sent, body, body.reason, into=into)

    @routes.post("/v1/incidents/{id}/unmerge", **DECLARED)
    async def unmerge(id: IncidentId, sent: ByDesk, body: requests.Explained) -> Response:
        """It stands by itself again with its own callers, and its plan is filled anew. Possible for a day."""
        return await giving.order(orders.Unmerge, id, sent, body, body.reason)

    @routes.post("/v1/incidents/{id}/link", **DECLARED)
    async def link(id: IncidentId, sent: ByDesk, body: requests.Link) -> Response:
        """The two belong together; nothing else changes. `urge` rings the crews of the one it leads to."""
        more = {"to_incident": of_same_area(id, body.to, "/to"), "kind": body.kind}
        return await giving.order(orders.Link, id, sent, body, body.reason, **more)

    @routes.post("/v1/incidents/{id}/urge", **DECLARED)
    async def urge(id: IncidentId, sent: ByDesk, body: requests.MaybeExplained | None = None) -> Response:
        """Ring the crews on it 催办."""
        body = body or requests.MaybeExplained()
        return await giving.order(orders.Urge, id, sent, body, body.reason)

    @routes.post("/v1/incidents/{id}/feedback", **DECLARED)
    async def feedback(id: IncidentId, sent: ByCrew, body: requests.Feedback) -> Response:
        """A form of the crew's. The final one is refused while it lacks what its category needs, and closes an
        incident that only waited for it."""
        area = giving.area_of(id, ids.is_incident_id, sent.caller)
        confirmed = None if body.category is None else forms.category(area, body.category, "/category")
        form = await forms.kept(body, area, sent)
        step = requests.Step(at=body.at)
        return await giving.order(orders.GiveFeedback, id, sent, step, None, form=form, confirmed=confirmed)

    @routes.post("/v1/units/{unit}/emergency", **DECLARED)
    async def emergency(
        unit: UnitPath,
        sent: ByUnit,
        body: requests.Emergency | None = None,
        area: str | None = None,
    ) -> Response:
        """An officer of the unit needs help: above everything. The answer names the incident that is opened."""
        where = giving.area_with(sent.caller, area, unit)
        body = body or requests.Emergency()
        location = _place(ground, where, body)
        return await giving.give(orders.CallEmergency, where, sent, body, unit=unit, location=location)

    @routes.post("/v1/units/{unit}/emergency/end", **DECLARED)
    async def end_emergency(
        unit: UnitPath,
        sent: ByDesk,
        body: requests.Explained,
        area: str | None = None,
    ) -> Response:
        """A dispatcher stands it down; the incident goes on until it is cleared or cancelled."""
        where = giving.area_with(sent.caller, area, unit)
        return await giving.give(orders.EndEmergency, where, sent, body, body.reason, unit=unit)

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
