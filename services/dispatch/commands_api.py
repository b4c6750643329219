"""Commands over REST: crews' steps, duty, positions, dispatchers' orders.

A command answers `202 {command_id}`; with `Prefer: wait=2` it answers `200` with what became of it, `403`, `404` or
`409` with the reason when it is refused, or `202` when it is not decided in time. A command sent twice with the same
`Idempotency-Key` acts once.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from fengqiao.contracts import commands, ids
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.datums import to_wgs84
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.problems import Unprocessable, problem_responses
from services.dispatch import requests
from services.dispatch.forms import Forms
from services.dispatch.giving import DECLARED, AssignmentId, Giving, IncidentId, Key, Known, Prefer, UnitPath


def router(giving: Giving, forms: Forms) -> APIRouter:
    routes = APIRouter(tags=["commands"])
    crew = Annotated[Principal, require("assignments:command")]
    desk_officer = Annotated[Principal, require("dispatch:command")]

    async def step(
        kind: type[commands.AssignmentCommand],
        id: str,
        body: requests.Step,
        caller: Principal,
        key: str | None,
        prefer: str | None,
        words: str | None = None,
        **more: Any,
    ) -> Response:
        area, unit = giving.of_assignment(id, caller)
        marks = await giving.begin(caller, area, key, body, words, unit)
        return await giving.give(kind(**marks, assignment_id=id, **more), prefer)

    @routes.post("/v1/assignments/{id}/received", **DECLARED)
    async def received(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew's terminal has it. Sent by the terminal itself; nobody has read it yet."""
        return await step(commands.Received, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/acknowledge", **DECLARED)
    async def acknowledge(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew has read it."""
        return await step(commands.Acknowledge, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/en-route", **DECLARED)
    async def en_route(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew is on its way."""
        return await step(commands.EnRoute, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/on-scene", **DECLARED)
    async def on_scene(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew is there."""
        return await step(commands.OnScene, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/clear", **DECLARED)
    async def clear(
        id: AssignmentId, caller: crew, body: requests.Cleared, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """Done there, with a result of the area's list. A dispute becomes a mediation case, which the answer names."""
        area, _ = giving.of_assignment(id, caller)
        forms.check_result(area, body.disposition, "/disposition")
        dispute = None if body.dispute is None else commands.DisputeFound(**body.dispute.model_dump())
        form = None
        if body.feedback is not None:
            key = key or giving.new_key()
            form = await forms.kept(body.feedback, area, key, caller.client, "/feedback/result")
        told: dict[str, Any] = {"disposition": body.disposition, "dispute": dispute, "feedback": form}
        return await step(commands.Clear, id, body, caller, key, prefer, **told)

    @routes.post("/v1/assignments/{id}/decline", **DECLARED)
    async def decline(
        id: AssignmentId, caller: crew, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew cannot go; another is sent."""
        return await step(commands.Decline, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/assignments/{id}/cancel", **DECLARED)
    async def cancel_assignment(
        id: AssignmentId, caller: desk_officer, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A dispatcher takes the unit off."""
        return await step(commands.CancelAssignment, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/assign", **DECLARED)
    async def assign(
        id: IncidentId, caller: desk_officer, body: requests.Assign, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A dispatcher sends these units, whatever the plan says; all of them or none."""
        area = giving.area_of(id, ids.is_incident_id, caller)
        marks = await giving.begin(caller, area, key, body, body.reason)
        return await giving.give(
            commands.Assign(**marks, incident_id=id, units=tuple(dict.fromkeys(body.units))), prefer
        )

    @routes.post("/v1/incidents/{id}/steps/{step_id}/done", **DECLARED)
    async def step_done(
        id: IncidentId,
        step_id: Annotated[str, Path(max_length=40)],
        caller: desk_officer,
        body: requests.Step | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """A step of the incident's plan is done: merchants have broadcast, volunteers have their message."""
        area = giving.area_of(id, ids.is_incident_id, caller)
        marks = await giving.begin(caller, area, key, body or requests.Step(), None)
        return await giving.give(commands.StepDone(**marks, incident_id=id, step=step_id), prefer)

    @routes.post("/v1/incidents/{id}/cancel", **DECLARED)
    async def cancel_incident(
        id: IncidentId, caller: desk_officer, body: requests.Cancel, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """End it without a result; units on it are stood down."""
        area = giving.area_of(id, ids.is_incident_id, caller)
        marks = await giving.begin(caller, area, key, body, body.reason)
        return await giving.give(commands.CancelIncident(**marks, incident_id=id, why=body.why), prefer)

    @routes.put("/v1/units/{unit}/duty", **DECLARED)
    async def duty(
        unit: UnitPath,
        caller: Annotated[Principal, require("units:write")],
        body: requests.Duty,
        area: str | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """Sign a unit on or off. `area` may be left out by a token that is for one area only."""
        where = giving.area_with(caller, area, unit)
        marks = await giving.begin(caller, where, key, body, None)
        return await giving.give(
            commands.SetDuty(**marks, unit=unit, on=body.on, shift=body.shift, crew=body.crew), prefer
        )

    @routes.post("/v1/positions", status_code=202, responses=problem_responses(404, 422, 503))
    async def positions(
        caller: Annotated[Principal, require("positions:write")], body: list[requests.Position]
    ) -> dict[str, int]:
        """Where units are. All are taken or none."""
        if len(body) > 500:
            raise Unprocessable.at("", "At most 500 positions at a time.")
        moved: list[UnitPosition] = []
        now: datetime = giving.clock.now()
        for index, position in enumerate(body):
            area = giving.one_area(caller, position.area)
            if not giving.has_unit(area, position.unit):
                raise Unprocessable.at(f"/{index}/unit", f"There is no unit {position.unit} in {area}.")
            caller.check_unit(position.unit)
            lon, lat = to_wgs84(position.lon, position.lat, position.datum)
            moved.append(UnitPosition(area=area, unit=position.unit, lon=lon, lat=lat, at=position.at, received_at=now))
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
