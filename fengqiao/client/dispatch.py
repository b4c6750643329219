"""Dispatch: boards and incidents, and the commands of crews and dispatchers."""

import secrets
from typing import Any

from fengqiao.client.connection import Connection

_WAIT = {"Prefer": "wait=5"}


class Dispatch:
    """Commands wait for their decision and answer with it; a refusal is raised as Refused."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def incident(self, incident_id: str) -> dict[str, Any]:
        """State, assignments with their reasons, timeline. Raises Refused (404 while dispatch has not heard of it)."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/incidents/{incident_id}")
        return found

    async def recommendation(self, incident_id: str) -> dict[str, Any]:
        """Whom dispatch would send: {incident_id, at, roles}; nothing is decided."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/incidents/{incident_id}/recommendation")
        return found

    async def units(self, area: str) -> list[dict[str, Any]]:
        """Every unit of the area with its status."""
        answer: dict[str, list[dict[str, Any]]] = await self._connection.json("GET", "/v1/units", query={"area": area})
        return answer["items"]

    async def step(self, assignment_id: str, verb: str, **body: Any) -> dict[str, Any]:
        """verb: received, acknowledge, en-route, on-scene, clear, decline, cancel."""
        return await self._command("POST", f"/v1/assignments/{assignment_id}/{verb}", body)

    async def step_done(self, incident_id: str, step: str) -> dict[str, Any]:
        """A step of the incident's plan is done."""
        return await self._command("POST", f"/v1/incidents/{incident_id}/steps/{step}/done", {})

    async def duty(self, unit: str, *, on: bool, area: str, **body: Any) -> dict[str, Any]:
        """Sign a unit on or off."""
        return await self._command("PUT", f"/v1/units/{unit}/duty", {"on": on, **body}, area=area)

    async def cancel(self, incident_id: str, why: str, reason: str) -> dict[str, Any]:
        """End an incident without a result."""
        return await self._command("POST", f"/v1/incidents/{incident_id}/cancel", {"why": why, "reason": reason})

    async def positions(self, fixes: list[dict[str, Any]]) -> None:
        """Where units are: [{area, unit, lon, lat, at, datum?}]."""
        await self._connection.json("POST", "/v1/positions", fixes, repeatable=True)

    async def _command(self, method: str, path: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self._connection.json(
            method, path, body, key=secrets.token_hex(12), headers=_WAIT, query=query
        )
        return answer
