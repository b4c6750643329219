"""Which event on the topic `mediation` tells others of what happened to a case."""

from typing import Any

from fengqiao.contracts import mediation as said
from services.mediation.domain import happenings as own
from services.mediation.domain.case import Case


def tell(case: Case, event: own.Happened) -> said.CaseEvent:
    """The event for `event`, which has made the case what it is now."""
    marks: dict[str, Any] = {
        "case_id": case.id,
        "area": case.area,
        "at": event.at,
        "by": event.by,
        "stage": case.stage,
        "kind": case.kind,
        "grade": case.grade,
        "tier": case.tier,
        "opened_at": case.opened_at,
        "incident_id": case.incident_id,
    }
    match event:
        case own.Opened():
            return said.CaseOpened(
                **marks,
                origin=event.origin,
                number=event.number,
                grid_cell=event.grid_cell,
                station=event.station,
                settled_on_scene=event.settled_on_scene,
            )
        case own.Assessed():
            return said.CaseAssessed(**marks, reason=event.reason)
        case own.Referred():
            return said.CaseReferred(**marks, mediators=event.mediators, venue=event.venue)
        case own.SessionHeld():
            return said.CaseSessionHeld(**marks, session=event.session, outcome=event.outcome)
        case own.Agreed():
            return said.CaseAgreed(**marks, oral=event.oral, duties=len(event.duties), perform_by=event.deadline)
        case own.Disposed():
            return said.CaseDisposed(**marks, outcome=event.outcome)
        case own.Performed():
            return said.CasePerformed(**marks, performed=event.performed, duty=event.duty)
        case own.Controlled():
            return said.CaseControlled(**marks, visits=tuple(visit.due_at for visit in event.visits))
        case own.Visited():
            return said.CaseVisited(**marks, visit=event.visit, calm=event.calm)
        case own.Escalated():
            return said.CaseEscalated(**marks, reason=event.reason)
        case own.Closed():
            return said.CaseClosed(**marks, outcome=event.outcome)
        case _:
            raise ValueError(f"{event.TYPE} is not told to anybody")
