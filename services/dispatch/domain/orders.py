"""What dispatchers order, and who is on duty (D10 in its plain form)."""

from math import inf

from fengqiao.contracts import commands
from fengqiao.contracts import dispatch as said
from fengqiao.contracts.dispatch import Reason
from services.dispatch.domain.board import Incident
from services.dispatch.domain.forces import Unit
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import reason_for, why_not
from services.dispatch.domain.sending import send, serve_queue, stand_down


def assign(then: Happenings, command: commands.Assign) -> None:
    """Send exactly these units; all of them or none."""
    incident = then.board.incidents[command.incident_id]
    forces = then.context.forces
    if not incident.open:
        then.reject(command, 409, f"{incident.number} is {incident.status}: reopen it first")
        return
    for unit in command.units:
        if unit not in forces.units:
            then.reject(command, 404, f"there is no unit {unit}")
            return
        if any(assignment.unit == unit for assignment in incident.active):
            then.reject(command, 409, f"{unit} is on {incident.number} already")
            return
        why = why_not(then.board, forces, unit)
        if why is not None:
            then.reject(command, 409, f"{unit} is {'off duty' if why == 'off_duty' else _busy(then, unit)}")
            return
    for unit in command.units:
        incident = then.board.incidents[command.incident_id]
        (seconds,) = then.context.travel.seconds([unit], incident.location)
        reason = Reason(rule="chosen")
        if seconds != inf:
            reason = reason_for(then.context, unit, seconds, None, {}).model_copy(update={"rule": "chosen"})
        send(then, incident, forces.units[unit], _role(incident, forces.units[unit]), reason, command)


def _busy(then: Happenings, unit: str) -> str:
    held = then.board.units[unit].assignments
    on = {then.board.incidents[one.partition(".")[0]].number for one in held}
    return f"on {', '.join(sorted(on))}"


def _role(incident: Incident, unit: Unit) -> str:
    """The role that waits for such a unit, else support."""
    for wanted in incident.waiting:
        if unit.kind.kind in wanted.kinds:
            return wanted.role
    return "support" if incident.assignments else "primary"


def cancel_incident(then: Happenings, command: commands.CancelIncident) -> None:
    """End it without a result; units on it are stood down."""
    incident = then.board.incidents[command.incident_id]
    if not incident.open:
        if incident.status != "cancelled":
            then.reject(command, 409, f"{incident.number} is {incident.status}")
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
                by=command.by,
                command_id=command.command_id,
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
    if state.assignments:
        then.reject(command, 409, f"{unit.id} is {_busy(then, unit.id)}: clear it or have it reassigned first")
        return
    then.add(
        said.UnitOffDuty(
            area=then.board.area,
            at=then.now,
            by=command.by,
            command_id=command.command_id,
            unit=unit.id,
            unit_kind=unit.kind.kind,
        )
    )
