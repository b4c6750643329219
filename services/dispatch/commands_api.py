"""Commands over REST: crews' steps, duty, positions, dispatchers' orders.

A command answers `202 {command_id}`; with `Prefer: wait=2` it answers `200` with what became of it, `403`, `404` or
`409` with the reason when it is refused, or `202` when it is not decided in time. A command sent twice with the same
`Idempotency-Key` acts once.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel

from fengqiao.contracts import commands, ids
from fengqiao.contracts.model import Actor, PaperReference
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.datums import to_wgs84
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.problems import Conflict, Forbidden, NotFound, Unavailable, Unprocessable, problem_responses
from services.dispatch import requests
from services.dispatch.command_desk import CommandDesk
from services.dispatch.papers import Papers

LONGEST_WAIT = 10.0
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Prefer = Annotated[str | None, Header(max_length=200)]
AssignmentId = Annotated[str, Path(max_length=80, description="The assignment's id, as its event gave it")]
IncidentId = Annotated[str, Path(max_length=80)]
_ANSWERS = problem_responses(404, 409, 422, 503)


class Decided(BaseModel):
    """What became of a command. status `pending`: not decided yet."""

    command_id: str
    status: str
    incident_id: str | None = None
    assignment_id: str | None = None
    unit: str | None = None
    case_id: str | None = None


def seconds_to_wait(prefer: str | None) -> float:
    """RFC 7240's `wait`, in seconds; 0 where it is not asked for."""
    for preference in (prefer or "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.strip().lower() == "wait":
            try:
                return min(max(float(value.strip()), 0.0), LONGEST_WAIT)
            except ValueError:
                return 0.0
    return 0.0


def answer(result: Mapping[str, Any] | None, command_id: str) -> Response:
    """The answer to a command. Raises the problem with which it was refused."""
    if result is None:
        body = {"command_id": command_id, "status": "pending"}
        return Response(
            orjson.dumps(body), 202, {"Location": f"/v1/commands/{command_id}"}, media_type="application/json"
        )
    if result["status"] == "refused":
        extra = {"command_id": command_id}
        match result["code"]:
            case 403:
                raise Forbidden(result["detail"], extra=extra)
            case 404:
                raise NotFound(result["detail"], extra=extra)
            case _:
                raise Conflict(result["detail"], allowed=result["allowed"] or None, extra=extra)
    told = {name: result[name] for name in Decided.model_fields if result.get(name) is not None}
    return Response(orjson.dumps(told), 200, media_type="application/json")


def router(desk: CommandDesk, papers: Papers, areas: Mapping[str, frozenset[str]], clock: Clock) -> APIRouter:
    """areas: the units of each area that this installation serves."""
    routes = APIRouter(tags=["commands"])
    crew = Annotated[Principal, require("assignments:command")]
    desk_officer = Annotated[Principal, require("dispatch:command")]
    declared: dict[str, Any] = {
        "response_model": Decided,
        "responses": {202: {"model": Decided, "description": "Accepted, not decided yet"}, **_ANSWERS},
    }

    def area_of(identifier: str, valid: Callable[[str], bool], caller: Principal) -> str:
        """A malformed id is 404, another area's 403, at once."""
        area = ids.area_of(identifier)
        if not valid(identifier) or area not in areas:
            raise NotFound(f"There is no {identifier[:80]}.")
        caller.check_area(area)
        return area

    async def begin(
        caller: Principal, area: str, key: str | None, body: requests.Step, words: str | None
    ) -> dict[str, Any]:
        now = clock.now()
        key = key or secrets.token_hex(16)
        reason: PaperReference | None = None
        if words is not None:
            reason = await papers.keep(words, area, key, caller.client, now)
        return {
            "command_id": ids.command_id(caller.client, key),
            "area": area,
            "by": Actor(client=caller.client, role=caller.role, unit=caller.unit),
            "received_at": now,
            "at": body.at,
            "reason": reason,
        }

    async def give(command: commands.Command, prefer: str | None) -> Response:
        # What keeping its words has taken is part of the wait.
        taken = (clock.now() - command.received_at).total_seconds() / clock.speed
        try:
            return answer(await desk.send(command, max(seconds_to_wait(prefer) - taken, 0.0)), command.command_id)
        except StoreUnavailable as error:
            raise Unavailable(
                f"The command is on its way; ask /v1/commands/{command.command_id} what became of it.", retry_after=2
            ) from error

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
        area = area_of(id, ids.is_assignment_id, caller)
        marks = await begin(caller, area, key, body, words)
        return await give(kind(**marks, assignment_id=id, **more), prefer)

    @routes.post("/v1/assignments/{id}/received", **declared)
    async def received(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew's terminal has it. Sent by the terminal itself; nobody has read it yet."""
        return await step(commands.Received, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/acknowledge", **declared)
    async def acknowledge(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew has read it."""
        return await step(commands.Acknowledge, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/en-route", **declared)
    async def en_route(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew is on its way."""
        return await step(commands.EnRoute, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/on-scene", **declared)
    async def on_scene(
        id: AssignmentId, caller: crew, body: requests.Step | None = None, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew is there."""
        return await step(commands.OnScene, id, body or requests.Step(), caller, key, prefer)

    @routes.post("/v1/assignments/{id}/clear", **declared)
    async def clear(
        id: AssignmentId, caller: crew, body: requests.Cleared, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """Done there. A dispute becomes a mediation case, which the answer names."""
        dispute = None if body.dispute is None else commands.DisputeFound(**body.dispute.model_dump())
        return await step(commands.Clear, id, body, caller, key, prefer, disposition=body.disposition, dispute=dispute)

    @routes.post("/v1/assignments/{id}/decline", **declared)
    async def decline(
        id: AssignmentId, caller: crew, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """The crew cannot go; another is sent."""
        return await step(commands.Decline, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/assignments/{id}/cancel", **declared)
    async def cancel_assignment(
        id: AssignmentId, caller: desk_officer, body: requests.Explained, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A dispatcher takes the unit off."""
        return await step(commands.CancelAssignment, id, body, caller, key, prefer, body.reason)

    @routes.post("/v1/incidents/{id}/assign", **declared)
    async def assign(
        id: IncidentId, caller: desk_officer, body: requests.Assign, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """A dispatcher sends these units, whatever the plan says; all of them or none."""
        area = area_of(id, ids.is_incident_id, caller)
        marks = await begin(caller, area, key, body, body.reason)
        return await give(commands.Assign(**marks, incident_id=id, units=tuple(dict.fromkeys(body.units))), prefer)

    @routes.post("/v1/incidents/{id}/steps/{step_id}/done", **declared)
    async def step_done(
        id: IncidentId,
        step_id: Annotated[str, Path(max_length=40)],
        caller: desk_officer,
        body: requests.Step | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """A step of the incident's plan is done: merchants have broadcast, volunteers have their message."""
        area = area_of(id, ids.is_incident_id, caller)
        marks = await begin(caller, area, key, body or requests.Step(), None)
        return await give(commands.StepDone(**marks, incident_id=id, step=step_id), prefer)

    @routes.post("/v1/incidents/{id}/cancel", **declared)
    async def cancel_incident(
        id: IncidentId, caller: desk_officer, body: requests.Cancel, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """End it without a result; units on it are stood down."""
        area = area_of(id, ids.is_incident_id, caller)
        marks = await begin(caller, area, key, body, body.reason)
        return await give(commands.CancelIncident(**marks, incident_id=id, why=body.why), prefer)

    @routes.put("/v1/units/{unit}/duty", **declared)
    async def duty(
        unit: Annotated[str, Path(max_length=40)],
        caller: Annotated[Principal, require("units:write")],
        body: requests.Duty,
        area: str | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """Sign a unit on or off. `area` may be left out by a token that is for one area only."""
        where = one_area(caller, area)
        if unit not in areas[where]:
            raise NotFound(f"There is no unit {unit[:40]} in {where}.")
        caller.check_unit(unit)
        marks = await begin(caller, where, key, body, None)
        return await give(commands.SetDuty(**marks, unit=unit, on=body.on, shift=body.shift, crew=body.crew), prefer)

    def one_area(caller: Principal, area: str | None) -> str:
        if area is None:
            mine = [one for one in areas if caller.may(one)]
            if len(mine) != 1:
                raise Unprocessable.at("/area", "Say which area: this token is for several.", where="query")
            return mine[0]
        if area not in areas:
            raise NotFound(f"There is no area {area[:40]}.")
        caller.check_area(area)
        return area

    @routes.post("/v1/positions", status_code=202, responses=problem_responses(404, 422, 503))
    async def positions(
        caller: Annotated[Principal, require("positions:write")], body: list[requests.Position]
    ) -> dict[str, int]:
        """Where units are. All are taken or none."""
        if len(body) > 500:
            raise Unprocessable.at("", "At most 500 positions at a time.")
        moved: list[UnitPosition] = []
        now: datetime = clock.now()
        for index, position in enumerate(body):
            area = one_area(caller, position.area)
            if position.unit not in areas[area]:
                raise Unprocessable.at(f"/{index}/unit", f"There is no unit {position.unit} in {area}.")
            caller.check_unit(position.unit)
            lon, lat = to_wgs84(position.lon, position.lat, position.datum)
            moved.append(UnitPosition(area=area, unit=position.unit, lon=lon, lat=lat, at=position.at, received_at=now))
        for one in moved:
            await desk.moved(one)
        return {"accepted": len(moved)}

    @routes.get("/v1/commands/{command_id}", response_model=Decided, responses=problem_responses(404, 503))
    async def what_became(
        command_id: Annotated[str, Path(max_length=40)], caller: Annotated[Principal, require("dispatch:read")]
    ) -> dict[str, Any]:
        """`done`, or `refused` with a problem; 404 while nothing is known of it."""
        try:
            result = await desk.result(command_id)
        except StoreUnavailable as error:
            raise Unavailable(str(error)) from error
        if result is None or not caller.may(result["area"]):
            raise NotFound("Nothing is known of this command yet.")
        return {name: value for name, value in result.items() if name not in ("_id", "n")}

    return routes
