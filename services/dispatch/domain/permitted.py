"""What every order about an incident begins with: whether the table allows it, and what it is refused with."""

from typing import Any

from fengqiao.contracts.commands import Command
from services.dispatch.domain import incident_status
from services.dispatch.domain.board import Incident
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import why_not


def permitted(then: Happenings, command: Command, incident: Incident, order: str) -> bool:
    """Whether `order` may be given now; if not, the command is refused and told what may be."""
    if incident_status.after(incident.status, order) is not None:
        return True
    detail = f"{incident.number} is {incident.status}: it cannot take {order.replace('_', ' ')}"
    if incident.status == "merged" and incident.order.merged_into is not None:
        into = then.board.incidents.get(incident.order.merged_into)
        detail = f"{incident.number} is merged into {into.number if into else incident.order.merged_into}: unmerge it"
    then.reject(command, 409, detail, incident_status.allowed(incident.status))
    return False


def sendable(then: Happenings, command: Command, units: tuple[str, ...]) -> bool:
    """Whether all of these units exist and are free; if not, the command is refused with the first that is not."""
    for unit in units:
        if unit not in then.context.forces.units:
            then.reject(command, 404, f"there is no unit {unit}")
            return False
        why = why_not(then.board, then.context.forces, unit)
        if why is not None:
            then.reject(command, 409, f"{unit} is {_words(then, unit, why)}")
            return False
    return True


def _words(then: Happenings, unit: str, why: str) -> str:
    match why:
        case "off_duty":
            return "off duty"
        case "busy":
            return busy_with(then, unit)
        case "lent":
            return f"lent to {then.board.units[unit].lent_to}: recall it first"
        case "emergency":
            return "in need of help itself: stand its emergency down first"
        case _:
            return why.replace("_", " ")


def busy_with(then: Happenings, unit: str) -> str:
    """`on 1042, 1043`: what the unit holds."""
    held = then.board.units[unit].assignments
    on = {then.board.incidents[one.partition(".")[0]].number for one in held}
    return f"on {', '.join(sorted(on))}"


def plan_now(then: Happenings, incident: Incident) -> dict[str, Any]:
    """The plan for the incident as it is known now: `plan`, `wanted`, `targets`, `steps` of an event."""
    forces = then.context.forces
    call = forces.call(
        incident.category.code,
        incident.priority,
        incident.location,
        incident.source,
        incident.weapon,
        incident.received_at,
    )
    plan = forces.plan_for(call)
    return {
        "plan": plan.id,
        "wanted": plan.wanted,
        "targets": forces.targets_for(call, plan),
        "steps": plan.steps,
    }
