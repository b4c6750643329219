"""Dispatch: boards and incidents, and the commands of crews and dispatchers."""

import secrets
from datetime import datetime
from typing import Any, Literal

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

    async def incidents(self, area: str, since: datetime | None = None) -> list[dict[str, Any]]:
        """All incidents of the area that were received from `since` on, the newest first."""
        found: list[dict[str, Any]] = []
        query = {"area": area, "limit": 200, "from": None if since is None else since.isoformat()}
        cursor: str | None = None
        while True:
            answer = await self._connection.json("GET", "/v1/incidents", query={**query, "cursor": cursor})
            found += answer["items"]
            cursor = answer["next"]
            if cursor is None:
                return found

    async def recommendation(self, incident_id: str) -> dict[str, Any]:
        """Whom dispatch would send: {incident_id, at, roles}; nothing is decided."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/incidents/{incident_id}/recommendation")
        return found

    async def units(self, area: str) -> list[dict[str, Any]]:
        """Every unit of the area with its status."""
        answer: dict[str, list[dict[str, Any]]] = await self._connection.json("GET", "/v1/units", query={"area": area})
        return answer["items"]

    async def board(self, area: str) -> dict[str, Any]:
        """Open incidents, units, those borrowed and lent, the force against its plan, holes in coverage."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/areas/{area}/board")
        return found

    async def command(self, command_id: str) -> dict[str, Any]:
        """What became of a command that one has given: status `pending`, `done`, or `refused` with its problem."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/commands/{command_id}")
        return found

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

    async def assign(self, incident_id: str, units: list[str], reason: str) -> dict[str, Any]:
        """Send these units, whatever the plan says; all of them or none."""
        return await self._order(incident_id, "assign", units=units, reason=reason)

    async def reassign(self, incident_id: str, units: list[str], reason: str) -> dict[str, Any]:
        """Exactly these units from now on: the others are taken off, in one step."""
        return await self._order(incident_id, "reassign", units=units, reason=reason)

    async def hold(self, incident_id: str, until: datetime, reason: str) -> dict[str, Any]:
        """Let it wait until then; whoever is on the way is taken off."""
        return await self._order(incident_id, "hold", until=until.isoformat(), reason=reason)

    async def release(self, incident_id: str, reason: str | None = None) -> dict[str, Any]:
        """Serve a held incident again, now."""
        return await self._order(incident_id, "release", reason=reason)

    async def reopen(self, incident_id: str, reason: str) -> dict[str, Any]:
        """Work on a closed or cancelled incident again."""
        return await self._order(incident_id, "reopen", reason=reason)

    async def ask_aid(self, incident_id: str, area: str, reason: str, kinds: list[str] | None = None) -> dict[str, Any]:
        """Ask a neighbour for one unit that the incident waits for."""
        return await self._order(incident_id, "ask-aid", area=area, reason=reason, kinds=kinds)

    async def recall(self, unit: str, reason: str, *, area: str | None = None) -> dict[str, Any]:
        """Call a lent unit back."""
        return await self._command("POST", f"/v1/units/{unit}/recall", {"reason": reason}, area=area)

    async def note(self, incident_id: str, text: str) -> dict[str, Any]:
        """Words for the file."""
        return await self._order(incident_id, "note", text=text)

    async def category(
        self, incident_id: str, version: Literal["confirmed", "corrected"], code: str, reason: str | None = None
    ) -> dict[str, Any]:
        """Set the crew's or the review's version of the category."""
        return await self._order(incident_id, "category", version=version, code=code, reason=reason)

    async def merge(self, incident_id: str, into: str, reason: str) -> dict[str, Any]:
        """It is the same event as `into`."""
        return await self._order(incident_id, "merge", into=into, reason=reason)

    async def unmerge(self, incident_id: str, reason: str) -> dict[str, Any]:
        """It was another event after all."""
        return await self._order(incident_id, "unmerge", reason=reason)

    async def link(
        self, incident_id: str, to: str, kind: Literal["repeat", "urge", "officer"], reason: str | None = None
    ) -> dict[str, Any]:
        """Say that two incidents belong together; `urge` rings the crews of the one it leads to."""
        return await self._order(incident_id, "link", to=to, kind=kind, reason=reason)

    async def urge(self, incident_id: str, reason: str | None = None) -> dict[str, Any]:
        """Ring the crews on it."""
        return await self._order(incident_id, "urge", reason=reason)

    async def feedback(
        self, incident_id: str, kind: Literal["process", "arrival", "final"], **form: Any
    ) -> dict[str, Any]:
        """Give a form: result, counts {injured …}, losses {lost_yuan …}, people, vehicles, words, category."""
        return await self._order(incident_id, "feedback", kind=kind, **form)

    async def emergency(self, unit: str, *, area: str | None = None, **where: Any) -> dict[str, Any]:
        """An officer of the unit needs help; the answer names the incident. where: lon, lat, datum, at."""
        return await self._command("POST", f"/v1/units/{unit}/emergency", where, area=area)

    async def end_emergency(self, unit: str, reason: str, *, area: str | None = None) -> dict[str, Any]:
        """Stand the emergency of the unit down."""
        return await self._command("POST", f"/v1/units/{unit}/emergency/end", {"reason": reason}, area=area)

    async def small_cases(self, area: str, status: str | None = None) -> list[dict[str, Any]]:
        """Those that are not solved; `overdue` ones are `red`. status: open, overdue or solved."""
        query = {"area": area, "status": status, "limit": 200}
        answer: dict[str, list[dict[str, Any]]] = await self._connection.json("GET", "/v1/small-cases", query=query)
        return answer["items"]

    async def own_small_case(self, incident_id: str, owner: str, reason: str | None = None) -> dict[str, Any]:
        """Name who has to solve it: an officer's account or a unit."""
        return await self._small_case(incident_id, "owner", owner=owner, reason=reason)

    async def solve_small_case(self, incident_id: str, result: str, reason: str | None = None) -> dict[str, Any]:
        """It is solved. result: a code of the area's list."""
        return await self._small_case(incident_id, "solve", result=result, reason=reason)

    async def handling(self, area: str) -> dict[str, Any]:
        """The area's results, which final forms need what, and which categories are small cases."""
        rules: dict[str, Any] = await self._connection.json("GET", f"/v1/areas/{area}/handling")
        return rules

    async def paper(self, paper_id: str) -> dict[str, Any]:
        """The words of a reason, a note or a form. The reading is recorded."""
        found: dict[str, Any] = await self._connection.json("GET", f"/v1/papers/{paper_id}")
        return found

    async def positions(self, fixes: list[dict[str, Any]]) -> None:
        """Where units are: [{area, unit, lon, lat, at, datum?}]."""
        await self._connection.json("POST", "/v1/positions", fixes, repeatable=True)

    async def _order(self, incident_id: str, verb: str, **body: Any) -> dict[str, Any]:
        return await self._command("POST", f"/v1/incidents/{incident_id}/{verb}", _said(body))

    async def _small_case(self, incident_id: str, verb: str, **body: Any) -> dict[str, Any]:
        return await self._command("POST", f"/v1/small-cases/{incident_id}/{verb}", _said(body))

    async def _command(self, method: str, path: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        answer: dict[str, Any] = await self._connection.json(
            method, path, body, key=secrets.token_hex(12), headers=_WAIT, query=query
        )
        return answer


def _said(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
