"""Mutual aid by hand (D8): a dispatcher asks a neighbour, the home area calls its unit back.

They answer as all commands do (see `commands_api`).
"""

from fastapi import APIRouter, Response

from fengqiao.contracts import aid
from services.dispatch import requests
from services.dispatch.giving import DECLARED, ByDesk, Giving, IncidentId, UnitPath


def router(giving: Giving) -> APIRouter:
    routes = APIRouter(tags=["orders"])

    @routes.post("/v1/incidents/{id}/ask-aid", **DECLARED)
    async def ask_aid(id: IncidentId, sent: ByDesk, body: requests.AskAid) -> Response:
        """Ask this neighbour for one unit that the incident waits for. Its answer shows in the timeline.

        The rules ask by themselves for grave calls and for those that wait too long; this asks at once.
        """
        kinds = tuple(dict.fromkeys(body.kinds))
        return await giving.order(aid.AskAid, id, sent, body, body.reason, to_area=body.area, kinds=kinds)

    @routes.post("/v1/units/{unit}/recall", **DECLARED)
    async def recall(unit: UnitPath, sent: ByDesk, body: requests.Explained, area: str | None = None) -> Response:
        """Call a lent unit back: it is taken off over there, or once it is done where it is on the scene."""
        where = giving.area_with(sent.caller, area, unit)
        return await giving.give(aid.RecallUnit, where, sent, body, body.reason, unit=unit)

    return routes
