"""Intake: report an incident, and learn what became of it."""

from datetime import datetime
from typing import Any, TypedDict

from fengqiao.client.connection import Connection


class Accepted(TypedDict):
    """What intake answers: the incident is on disk. relay `pending`: Kafka is away, it follows by itself."""

    incident_id: str
    area: str
    category: str
    priority: int
    location: dict[str, Any]
    received_at: str
    relay: str
    possible_duplicates: list[dict[str, Any]]
    replayed: bool


class Intake:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def report(
        self,
        *,
        external_id: str,
        category: str,
        reported_at: datetime,
        location: dict[str, Any],
        source: str = "110",
        area: str | None = None,
        priority: int | None = None,
        description: str | None = None,
        caller: dict[str, str] | None = None,
        details: dict[str, Any] | None = None,
        answered_at: datetime | None = None,
        caller_category: str | None = None,
        tags: list[str] | None = None,
    ) -> Accepted:
        """Report an incident. Safe to repeat: the same external_id is the same incident.

        category: a code or an alias. caller_category: what the caller took it for, where that is another.
        location: {"address"} or {"lon", "lat", "datum"}. Raises Refused, Unreachable.
        """
        body = {
            "area": area,
            "source": source,
            "external_id": external_id,
            "category": category,
            "priority": priority,
            "description": description,
            "reported_at": reported_at.isoformat(),
            "answered_at": None if answered_at is None else answered_at.isoformat(),
            "location": location,
            "caller": caller,
            "details": details,
            "caller_category": caller_category,
            "tags": tags,
        }
        filled = {name: value for name, value in body.items() if value is not None}
        accepted: Accepted = await self._connection.json("POST", "/v1/incidents", filled, repeatable=True)
        return accepted

    async def moved(
        self, incident_id: str, lon: float, lat: float, at: datetime, datum: str = "wgs84"
    ) -> dict[str, Any]:
        """Where something that moves was at a time. Safe to repeat; what is older than the last place changes nothing.

        Raises Refused (409 when the incident has ended), Unreachable.
        """
        fix = {"location": {"lon": lon, "lat": lat, "datum": datum}, "at": at.isoformat()}
        changed: dict[str, Any] = await self._connection.json(
            "PATCH", f"/v1/incidents/{incident_id}", fix, repeatable=True
        )
        return changed

    async def incident(self, incident_id: str) -> dict[str, Any]:
        """What intake knows of it, with what became of it. Raises Refused."""
        known: dict[str, Any] = await self._connection.json("GET", f"/v1/incidents/{incident_id}")
        return known

    async def dispute(
        self,
        *,
        external_id: str,
        kind: str,
        location: dict[str, Any] | None = None,
        area: str | None = None,
        origin: str = "intake",
    ) -> dict[str, Any]:
        """Report a quarrel without a call; the answer names its case. Safe to repeat: the same external_id is the same
        quarrel. kind: a code of the dispute branch or an alias. origin: intake or screening.

        Raises Refused, Unreachable.
        """
        body = {"external_id": external_id, "kind": kind, "location": location, "area": area, "origin": origin}
        filled = {name: value for name, value in body.items() if value is not None}
        accepted: dict[str, Any] = await self._connection.json("POST", "/v1/disputes", filled, repeatable=True)
        return accepted
