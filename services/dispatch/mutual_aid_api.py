"""Mutual aid by hand (D8): a dispatcher asks a neighbour, the home area calls its unit back.

They answer as all commands do (see `commands_api`).
"""

from typing import Annotated

from fastapi import APIRouter, Response

from fengqiao.contracts import aid, ids
from fengqiao.runtime.auth import Principal, require
from services.dispatch import requests
from services.dispatch.giving import DECLARED, Giving, IncidentId, Key, Prefer, UnitPath

DeskOfficer = Annotated[Principal, require("dispatch:command")]


def router(giving: Giving) -> APIRouter:
    routes = APIRouter(tags=["orders"])

    @routes.post("/v1/incidents/{id}/ask-aid", **DECLARED)
    async def ask_aid(
        id: IncidentId, caller: DeskOfficer, body: requests.AskAid, key: Key = None, prefer: Prefer = None
    ) -> Response:
        """Ask this neighbour for one unit that the incident waits for. Its answer shows in the timeline.

        The rules ask by themselves for grave calls and for those that wait too long; this asks at once.
        """
        area = giving.area_of(id, ids.is_incident_id, caller)
        marks = await giving.begin(caller, area, key, body, body.reason)
        kinds = tuple(dict.fromkeys(body.kinds))
        return await giving.give(aid.AskAid(**marks, incident_id=id, to_area=body.area, kinds=kinds), prefer)

    @routes.post("/v1/units/{unit}/recall", **DECLARED)
    async def recall(
        unit: UnitPath,
        caller: DeskOfficer,
        body: requests.Explained,
        area: str | None = None,
        key: Key = None,
        prefer: Prefer = None,
    ) -> Response:
        """Call a lent unit back: it is taken off over there, or once it is done where it is on the scene."""
        where = giving.area_with(caller, area, unit)
        marks = await giving.begin(caller, where, key, body, body.reason)
        return await giving.give(aid.RecallUnit(**marks, unit=unit), prefer)

    return routes
