"""What became of an incident, as intake learns it from dispatch.

Every event says what is true after it, never what to add, so learning the same stretch of events again changes
nothing. What is learnt is kept as `path -> value` under the document's `dispatch`:

    number, queued, ended, ended_at, disposition
    waits             held, or awaiting_feedback
    merged_into, into the incident that it was merged into, and that one's number
    confirmed, corrected   the crew's category, and the review's
    units.<n>   the n-th assignment: unit, kind, role, status and the times so far
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from fengqiao.contracts import dispatch, ordered
from fengqiao.contracts.model import Event
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus

Learnt = dict[str, Any]

_ANEW: Final[Learnt] = {
    name: None for name in ("ended", "ended_at", "disposition", "merged_into", "into", "waits", "queued")
}
"""It is worked on again: how it had ended is not so any more."""
_ASSIGNMENT_STATUS: Final[Mapping[type[Event], AssignmentStatus]] = {
    dispatch.AssignmentAssigned: "assigned",
    dispatch.AssignmentAcknowledged: "acknowledged",
    dispatch.AssignmentEnRoute: "en_route",
    dispatch.AssignmentOnScene: "on_scene",
    dispatch.AssignmentCleared: "cleared",
    dispatch.AssignmentDeclined: "declined",
    dispatch.AssignmentTimedOut: "timed_out",
    dispatch.AssignmentDiverted: "diverted",
    dispatch.AssignmentCancelled: "cancelled",
}
_ACTIVE: Final = frozenset({"assigned", "acknowledged", "en_route", "on_scene"})
_MAY_READ: Final = _ACTIVE | {"cleared"}

TELLING: Final[Mapping[str, type[dispatch.IncidentEvent]]] = {
    event.TYPE: event
    for event in (
        dispatch.IncidentOpened,
        dispatch.IncidentQueued,
        dispatch.IncidentClosed,
        dispatch.IncidentCancelledByDispatch,
        ordered.IncidentCategorised,
        ordered.IncidentHeld,
        ordered.IncidentReleased,
        ordered.IncidentReopened,
        ordered.IncidentMerged,
        ordered.IncidentUnmerged,
        ordered.IncidentFeedbackDue,
        dispatch.AssignmentAssigned,
        dispatch.AssignmentAcknowledged,
        dispatch.AssignmentEnRoute,
        dispatch.AssignmentOnScene,
        dispatch.AssignmentCleared,
        dispatch.AssignmentDeclined,
        dispatch.AssignmentTimedOut,
        dispatch.AssignmentDiverted,
        dispatch.AssignmentCancelled,
    )
}
"""The events that say something of an incident that intake keeps, by type."""


def learnt_from(event: dispatch.IncidentEvent) -> Learnt:
    """What `event` says, as paths below `dispatch`."""
    match event:
        case dispatch.IncidentOpened():
            return {"number": event.number}
        case dispatch.IncidentQueued():
            return {"queued": True}
        case dispatch.IncidentClosed():
            return {"ended": "closed", "ended_at": event.at, "disposition": event.disposition}
        case dispatch.IncidentCancelledByDispatch():
            return {"ended": "cancelled", "ended_at": event.at}
        case ordered.IncidentCategorised():
            return {event.version: event.set_to.model_dump()}
        case ordered.IncidentHeld():
            return {"waits": "held"}
        case ordered.IncidentReleased():
            return {"waits": None}
        case ordered.IncidentFeedbackDue():
            return {"waits": "awaiting_feedback"}
        case ordered.IncidentMerged():
            return {"ended": "merged", "ended_at": event.at, "merged_into": event.into, "into": event.into_number}
        case ordered.IncidentReopened() | ordered.IncidentUnmerged():
            return _ANEW
        case dispatch.AssignmentEvent():
            times = event.times.model_dump(exclude_none=True, exclude={"reported_at", "received_at"})
            assignment = {
                "unit": event.unit,
                "kind": event.unit_kind,
                "role": event.role,
                "status": _ASSIGNMENT_STATUS[type(event)],
                **times,
            }
            return {f"units.{event.assignment_id.rpartition('.')[2]}": assignment}
        case _:
            return {}


def fold(events: Iterable[dispatch.IncidentEvent]) -> Learnt:
    """What events of one incident say together, in their order: later ones win."""
    learnt: Learnt = {}
    for event in events:
        learnt |= learnt_from(event)
    return learnt


def status(known: Mapping[str, Any]) -> IncidentStatus:
    """The incident's status in dispatch's words, from what is known under `dispatch`."""
    ended: IncidentStatus | None = known.get("ended")
    if ended is not None:
        return ended
    waits: IncidentStatus | None = known.get("waits")
    if waits is not None:
        return waits
    states = {unit["status"] for unit in known.get("units", {}).values()}
    if "on_scene" in states:
        return "resources_onscene"
    if "en_route" in states:
        return "resources_enroute"
    if states & _ACTIVE:
        return "resources_assigned"
    return "queued" if known.get("queued") else "active"


def ended(known: Mapping[str, Any]) -> str | None:
    """How dispatch ended it, or None while it is open."""
    said: str | None = known.get("ended")
    return said


def merged_into(known: Mapping[str, Any]) -> tuple[str, str] | None:
    """(id, number) of the incident that it is merged into."""
    return (known["merged_into"], known["into"]) if ended(known) == "merged" else None


def on_it(known: Mapping[str, Any], unit: Collection[str]) -> bool:
    """Whether the unit is assigned, or has cleared and the incident is still open: its crew may read the words.

    unit: what it may be called there.
    """
    return ended(known) is None and any(
        one["unit"] in unit and one["status"] in _MAY_READ for one in known.get("units", {}).values()
    )
