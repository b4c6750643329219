"""Mediation: a case through its stages."""

import secrets
from typing import Any

from fengqiao.client.connection import Connection


class Mediation:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def case(self, case_id: str) -> dict[str, Any]:
        """The case, with its revision under `etag`. Raises Refused."""
        response = await self._connection.ask("GET", f"/v1/cases/{case_id}")
        found: dict[str, Any] = response.json()
        return {**found, "etag": response.headers["ETag"]}

    async def add_party(self, case_id: str, party: dict[str, Any]) -> dict[str, Any]:
        """Name a party; the dispute's event may still be on its way."""
        answer: dict[str, Any] = await self._connection.json(
            "POST", f"/v1/cases/{case_id}/parties", party, key=secrets.token_hex(12)
        )
        return answer

    async def take(self, case_id: str, step: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One step (`assess`, `refer`, `sessions` …) on the case as it is now. Raises Refused (409 names what is
        allowed, 412 when somebody else was quicker)."""
        etag = (await self.case(case_id))["etag"]
        answer: dict[str, Any] = await self._connection.json(
            "POST", f"/v1/cases/{case_id}/{step}", body or {}, headers={"If-Match": etag}
        )
        return answer

    async def ask(self, path: str, **query: Any) -> dict[str, Any]:
        """What `path` answers: `/v1/due`, `/v1/mediators`, `/v1/check-ins`, `/v1/scores`, `/v1/hazards` … Raises
        Refused."""
        answer: dict[str, Any] = await self._connection.json("GET", path, query=query)
        return answer

    async def page(self, path: str) -> str:
        """A document to print (`/v1/cases/{id}/agreement.html`). Raises Refused."""
        return (await self._connection.ask("GET", path)).text

    async def check_in(self, area: str, contact: str, *, answered: bool, **more: Any) -> dict[str, Any]:
        """Record a call of the day; answers the day's list. more: `trouble`, `day`. Safe to repeat. Raises Refused."""
        body = {"area": area, "contact": contact, "answered": answered, **more}
        answer: dict[str, Any] = await self._connection.json("POST", "/v1/check-ins", body, key=secrets.token_hex(12))
        return answer
