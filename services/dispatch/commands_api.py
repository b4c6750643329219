"""Commands over REST: crews' steps, duty, positions, dispatchers' orders.

A command answers `202 {command_id}`; with `Prefer: wait=2` it answers `200` with what became of it, `403`, `404` or
`409` with the reason when it is refused, or `202` when it is not decided in time. A command sent twice with the same
`Idempotency-Key` acts once.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from fengqiao.contracts import commands
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.datums import to_wgs84
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.metrics import POSITIONS_IGNORED
from fengqiao.runtime.problems import Unprocessable, problem_responses
from services.dispatch import requests
from services.dispatch.forms import Forms
from services.dispatch.giving import (
    DECLARED,
    AssignmentId,
    ByCrew,
    ByDesk,
    ByUnit,
    Giving,
    IncidentId,
    Known,
    Sent,
    UnitPath,
)
from services.dispatch.positions import AHEAD


def router(giving: Giving, forms: Forms) -> APIRouter:
    routes = APIRouter(tags=["commands"])

    async def step(
        kind: type[commands.AssignmentCommand],
        id: str,
        sent: Sent,
        body: requests.Step,
        words: str | None = None,
        **more: Any,
    ) -> Response:
        area, unit = giving.of_assignment(id, sent.caller)
        return await giving.give(kind, area, sent, body, words, unit, assignment_id=id, **more)

    @routes.post("/v1/assignments/{id}/received", **DECLARED)
    async def received(id: AssignmentId, sent: ByCrew, body: requests.Step | None = None) -> Response:
        """The crew's terminal has it. Sent by the terminal itself; nobody has read it yet."""
        return await step(commands.Received, id, sent, body or requests.Step())

    @routes.post("/v1/assignments/{id}/acknowledge", **DECLARED)
    async def acknowledge(id: AssignmentId, sent: ByCrew, body: requests.Step | None = None) -> Response:
        """The crew has read it."""
        return await step(commands.Acknowledge, id, sent, body or requests.Step())

    @routes.post("/v1/assignments/{id}/en-route", **DECLARED)
    async def en_route(id: AssignmentId, sent: ByCrew, body: requests.Step | None = None) -> Response:
        """The crew is on its way."""
        return await step(commands.EnRoute, id, sent, body or requests.Step())

    @routes.post("/v1/assignments/{id}/on-scene", **DECLARED)
    async def on_scene(id: AssignmentId, sent: ByCrew, body: requests.Step | None = None) -> Response:
        """The crew is there."""
        return await step(commands.OnScene, id, sent, body or requests.Step())

    @routes.post("/v1/assignments/{id}/clear", **DECLARED)
    async def clear(id: AssignmentId, sent: ByCrew, body: requests.Cleared) -> Response:
        """Done there, with a result of the area's list. A dispute becomes a mediation case, which the answer names."""
        area, _ = giving.of_assignment(id, sent.caller)
        forms.check_result(area, body.disposition, "/disposition")
        if body.dispute is not None:
            forms.check_kind(area, body.dispute.kind, "/dispute/kind")
        dispute = None if body.dispute is None else commands.DisputeFound(**body.dispute.model_dump())
        form = None if body.feedback is None else await forms.kept(body.feedback, area, sent, "/feedback/result")
        told: dict[str, Any] = {"disposition": body.disposition, "dispute": dispute, "feedback": form}
        return await step(commands.Clear, id, sent, body, **told)

    @routes.post("/v1/assignments/{id}/decline", **DECLARED)
    async def decline(id: AssignmentId, sent: ByCrew, body: requests.Explained) -> Response:
        """The crew cannot go; another is sent."""
        return await step(commands.Decline, id, sent, body, body.reason)

    @routes.post("/v1/assignments/{id}/cancel", **DECLARED)
    async def cancel_assignment(id: AssignmentId, sent: ByDesk, body: requests.Explained) -> Response:
        """A dispatcher takes the unit off."""
        return await step(commands.CancelAssignment, id, sent, body, body.reason)

    @routes.post("/v1/incidents/{id}/assign", **DECLARED)
    async def assign(id: IncidentId, sent: ByDesk, body: requests.Assign) -> Response:
        """A dispatcher sends these units, whatever the plan says; all of them or none."""
        units = tuple(dict.fromkeys(body.units))
        return await giving.order(commands.Assign, id, sent, body, body.reason, units=units)

    @routes.post("/v1/incidents/{id}/steps/{step_id}/done", **DECLARED)
    async def step_done(
        id: IncidentId,
        step_id: Annotated[str, Path(max_length=40)],
        sent: ByDesk,
        body: requests.Step | None = None,
    ) -> Response:
        """A step of the incident's plan is done: merchants have broadcast, volunteers have their message."""
        return await giving.order(commands.StepDone, id, sent, body or requests.Step(), step=step_id)

    @routes.post("/v1/incidents/{id}/cancel", **DECLARED)
    async def cancel_incident(id: IncidentId, sent: ByDesk, body: requests.Cancel) -> Response:
        """End it without a result; units on it are stood down."""
        return await giving.order(commands.CancelIncident, id, sent, body, body.reason, why=body.why)

    @routes.put("/v1/units/{unit}/duty", **DECLARED)
    async def duty(unit: UnitPath, sent: ByUnit, body: requests.Duty, area: str | None = None) -> Response:
        """Sign a unit on or off. `area` may be left out by a token that is for one area only."""
        where = giving.area_with(sent.caller, area, unit)
        more = {"on": body.on, "shift": body.shift, "crew": body.crew}
        return await giving.give(commands.SetDuty, where, sent, body, unit=unit, **more)

    @routes.post("/v1/positions", status_code=202, responses=problem_responses(404, 422, 503))
    async def positions(
        caller: Annotated[Principal, require("positions:write")], body: list[requests.Position]
    ) -> dict[str, int]:
        """Where units are. All are taken or none; those ahead of the time here (a terminal with a wrong clock) are
        ignored and counted: they would make every right one that comes until then look old."""
        if len(body) > 500:
            raise Unprocessable.at("", "At most 500 positions at a time.")
        moved: list[UnitPosition] = []
        now: datetime = giving.clock.now()
        for index, position in enumerate(body):
            area = giving.one_area(caller, position.area)
            if not giving.has_unit(area, position.unit):
                raise Unprocessable.at(f"/{index}/unit", f"There is no unit {position.unit} in {area}.")
            caller.check_unit(position.unit)
            if position.at > now + AHEAD:
                POSITIONS_IGNORED.labels("future").inc()
                continue
            lon, lat = to_wgs84(position.lon, position.lat, position.datum)
            moved.append(UnitPosition(area=area, unit=position.unit, lon=lon, lat=lat, at=position.at, received_at=now))
        if moved:
            await giving.desk.moved(moved)
        return {"accepted": len(moved)}

    @routes.get("/v1/commands/{command_id}", response_model=Known, responses=problem_responses(404, 503))
    async def what_became(
        command_id: Annotated[str, Path(max_length=40)], caller: Annotated[Principal, require("dispatch:read")]
    ) -> Known:
        """`done`, `refused` with its problem, or `pending`. For whoever gave it, and for those who read its area; 404
        where an id is neither's, or nothing is known of it."""
        return await giving.became(command_id, caller)

    return routes
