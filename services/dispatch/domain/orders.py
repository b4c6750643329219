"""What dispatchers order, and who is on duty (D10 in its plain form)."""

from math import inf

from fengqiao.contracts import commands
from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from fengqiao.contracts.dispatch import Reason
from services.dispatch.domain.board import Incident
from services.dispatch.domain.happenings import Happenings, given_by
from services.dispatch.domain.holding import released_for
from services.dispatch.domain.matching import reason_for
from services.dispatch.domain.permitted import busy_with, permitted, sendable
from services.dispatch.domain.sending import send, serve_queue, stand_down


def assign(then: Happenings, command: commands.Assign) -> None:
    """Send exactly these units; all of them or none."""
    incident = then.board.incidents[command.incident_id]
    if not permitted(then, command, incident, "assign"):
        return
    for unit in command.units:
        if any(assignment.unit == unit for assignment in incident.active):
            then.reject(command, 409, f"{unit} is on {incident.number} already")
            return
    if not sendable(then, command, command.units):
        return
    released_for(then, incident.id, command)
    for unit in command.units:
        send_chosen(then, incident.id, unit, command)
    serve_queue(then)  # one that was held may want others besides


def send_chosen(then: Happenings, incident_id: str, unit: str, command: Command, role: str | None = None) -> None:
    """Send the unit that a dispatcher chose. role: whose place it takes, where nothing waits for such a unit."""
    incident = then.board.incidents[incident_id]
    forces = then.context.forces
    (seconds,) = then.context.travel.seconds([unit], incident.location)
    reason = Reason(rule="chosen")
    if seconds != inf:
        reason = reason_for(then.context, unit, seconds, None, {}).model_copy(update={"rule": "chosen"})
    send(then, incident, forces.units[unit], role_for(incident, forces.units[unit].kind.kind, role), reason, command)


def role_for(incident: Incident, kind: str, otherwise: str | None = None) -> str:
    """The role that waits for a unit of such a kind, else `otherwise`, else support."""
    for wanted in incident.waiting:
        if kind in wanted.kinds:
            return wanted.role
    return otherwise or ("support" if incident.assignments else "primary")


def cancel_incident(then: Happenings, command: commands.CancelIncident) -> None:
    """End it without a result; units on it are stood down."""
    incident = then.board.incidents[command.incident_id]
    if incident.status == "cancelled":
        return  # it is cancelled: the wish is true
    if not permitted(then, command, incident, "cancel"):
        return
    stand_down(then, incident.id, command)
    incident = then.board.incidents[incident.id]
    then.add(said.IncidentCancelledByDispatch(**then.marks(incident, command), why=command.why, reason=command.reason))
    serve_queue(then)


def duty(then: Happenings, command: commands.SetDuty) -> None:
    """Sign a unit on or off. One that holds an assignment cannot go."""
    unit = then.context.forces.units.get(command.unit)
    if unit is None:
        then.reject(command, 404, f"there is no unit {command.unit}")
        return
    state = then.board.units.get(command.unit)
    if command.on:
        same = state is not None and (state.shift, state.crew) == (command.shift, command.crew)
        if state is not None and state.on and same and not state.silent:
            return
        then.add(
            said.UnitOnDuty(
                area=then.board.area,
                at=then.now,
                **given_by(command),
                unit=unit.id,
                unit_kind=unit.kind.kind,
                shift=command.shift,
                crew=command.crew,
            )
        )
        serve_queue(then)
        return
    if state is None or not state.on:
        return
    if state.lent_to is not None:
        then.reject(command, 409, f"{unit.id} is lent to {state.lent_to}: recall it first")
        return
    if state.assignments:
        then.reject(command, 409, f"{unit.id} is {busy_with(then, unit.id)}: clear it or have it reassigned first")
        return
    then.add(
        said.UnitOffDuty(
            area=then.board.area,
            at=then.now,
            **given_by(command),
            unit=unit.id,
            unit_kind=unit.kind.kind,
        )
    )
