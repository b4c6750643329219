"""Holding an incident back by order, until a time or until it is released (D10)."""

from fengqiao.contracts import ordered as told
from fengqiao.contracts import orders
from fengqiao.contracts.commands import Command
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.permitted import permitted
from services.dispatch.domain.sending import fill, serve_queue
from services.dispatch.domain.taking_off import take_off


def hold(then: Happenings, command: orders.Hold) -> None:
    """It waits until then. Whoever is on the way is taken off; where somebody is there, it cannot wait."""
    incident = then.board.incidents[command.incident_id]
    if not permitted(then, command, incident, "hold"):
        return
    there = [assignment.unit for assignment in incident.active if assignment.status == "on_scene"]
    if there:
        then.reject(command, 409, f"{', '.join(there)} is on the scene of {incident.number}: it cannot be held")
        return
    if incident.status == "held" and incident.order.held_until == command.until:
        return
    take_off(then, incident.id, tuple(assignment.id for assignment in incident.active), command, again=True)
    incident = then.board.incidents[incident.id]
    then.add(told.IncidentHeld(**then.marks(incident, command), until=command.until, reason=command.reason))
    serve_queue(then)


def release(then: Happenings, command: orders.Release) -> None:
    """It is served again, now."""
    incident = then.board.incidents[command.incident_id]
    if incident.open and incident.status not in ("held", "awaiting_feedback"):
        return  # it is not held: the wish is true
    if permitted(then, command, incident, "release"):
        _release(then, incident.id, "ordered", command)
        fill(then, incident.id, tell=True)


def _release(then: Happenings, incident_id: str, why: str, command: Command | None = None) -> None:
    marks = then.marks(then.board.incidents[incident_id], command)
    reason = None if command is None else command.reason
    then.add(told.IncidentReleased.model_validate({**marks, "why": why, "reason": reason}))


def release_due(then: Happenings) -> None:
    """Those whose time has come, the one that was due first at first."""
    if not then.board.held:
        return
    due = sorted((until, id) for id, until in then.board.held.items() if until <= then.now)
    for _, incident_id in due:
        _release(then, incident_id, "due")
        fill(then, incident_id, tell=True)


def released_for(then: Happenings, incident_id: str, command: Command) -> None:
    """Somebody is assigned to it: it is held no longer."""
    if then.board.incidents[incident_id].status == "held":
        _release(then, incident_id, "assigned", command)
