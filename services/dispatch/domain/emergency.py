"""An officer needs help (D10): it outranks everything.

An incident of priority 1 and of a kind of its own is opened where the unit is, before anybody else's in the queue;
everybody hears of it (`unit.emergency` on the stream, and whom the area lists by `notification.requested`); the nearest
two police units go, and where too few are free those are called off from lesser incidents that have not arrived there.
The unit is not sent anywhere, and is shown as in need, until a dispatcher stands the emergency down; the incident
itself ends as any other does.
"""

from math import inf
from typing import Final

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ids, orders
from fengqiao.contracts import ordered as told
from fengqiao.contracts.dispatch import Wanted
from services.dispatch.domain.board import Assignment, Incident
from services.dispatch.domain.handling import CREW_EMERGENCY
from services.dispatch.domain.happenings import Happenings, given_by
from services.dispatch.domain.plans import Plan, When
from services.dispatch.domain.sending import ask_to_tell, assignment_marks, fill, serve_queue

PLAN: Final = "officer-emergency"
NEEDS_HELP: Final = "officer_needs_help"
"""What the notifications of it say."""


def emergency(then: Happenings, command: orders.CallEmergency) -> None:
    """Open the incident and send help. Pressing again while it lasts changes nothing."""
    unit = then.context.forces.units.get(command.unit)
    if unit is None:
        then.reject(command, 404, f"there is no unit {command.unit}")
        return
    state = then.board.units.get(command.unit)
    if state is not None and state.emergency is not None:
        running = then.board.incidents.get(state.emergency)
        if running is not None and running.open:
            return
    area = then.board.area
    incident_id = ids.incident_id(area, ids.digest(CREW_EMERGENCY, area, command.command_id))
    location = command.location or then.context.travel.where(command.unit)
    forces = then.context.forces
    wanted = _wanted(then)
    category = forces.handling.emergency.category
    call = forces.call(category.code, 1, location, CREW_EMERGENCY, None, then.now)
    then.add(
        said.IncidentOpened(
            area=area,
            at=then.now,
            **given_by(command),
            incident_id=incident_id,
            number=str(max(then.board.number + 1, forces.first_number)),
            category=category,
            priority=1,
            location=location,
            source=CREW_EMERGENCY,
            reported_at=then.now,
            received_at=then.now,
            plan=PLAN,
            wanted=(wanted,),
            caller_count=0,
            targets=forces.targets_for(call, Plan(PLAN, When(), (wanted,))),
        )
    )
    then.add(
        told.UnitEmergency(
            area=area,
            at=then.now,
            **given_by(command),
            unit=unit.id,
            unit_kind=unit.kind.kind,
            incident_id=incident_id,
            location=location,
        )
    )
    fill(then, incident_id, tell=False)
    robbed = _call_off(then, incident_id)
    fill(then, incident_id, tell=True)
    for to in forces.handling.emergency.notify:
        ask_to_tell(then, incident_id, to, NEEDS_HELP, 0.0)
    for lesser in robbed:
        fill(then, lesser, tell=True)


def _wanted(then: Happenings) -> Wanted:
    forces = then.context.forces
    rule = forces.handling.emergency
    police = sorted({unit.kind.kind for unit in forces.units.values() if unit.kind.police})
    return Wanted(role="back_up", kinds=rule.kinds or tuple(police), count=rule.count, rule="nearest", required=True)


def _call_off(then: Happenings, incident_id: str) -> list[str]:
    """Free the nearest units that are on their way to something lesser, as many as are missing; from which incidents.

    This is the one place where an emergency takes units from others.
    """
    robbed: list[str] = []
    while True:
        incident = then.board.incidents[incident_id]
        if not incident.waiting:
            return robbed
        chosen = _nearest_on_the_way(then, incident)
        if chosen is None:
            return robbed
        lesser, assignment = chosen
        then.add(
            said.AssignmentDiverted(
                **assignment_marks(then, lesser, assignment.id),
                times=assignment.times,
                to_incident=incident.id,
                to_number=incident.number,
                wanted_again=True,
            )
        )
        if lesser.id not in robbed:
            robbed.append(lesser.id)
        missing = _missing(then.board.incidents[incident_id])
        fill(then, incident_id, tell=False)
        if _missing(then.board.incidents[incident_id]) == missing:
            return robbed


def _missing(incident: Incident) -> int:
    return sum(wanted.count for wanted in incident.waiting)


def _nearest_on_the_way(then: Happenings, incident: Incident) -> tuple[Incident, Assignment] | None:
    forces, board = then.context.forces, then.board
    kinds = {kind for wanted in incident.waiting for kind in wanted.kinds}
    been = {assignment.unit for assignment in incident.assignments}
    could = []
    for id, state in board.units.items():
        if (
            id not in forces.units
            or forces.units[id].kind.kind not in kinds
            or not state.on
            or state.emergency is not None
            or id in been
        ):
            continue
        held = [found for one in state.assignments if (found := board.assignment(one)) is not None]
        lesser = [
            (other.priority, one.id, other, one)
            for other, one in held
            if one.status != "on_scene" and other.source != CREW_EMERGENCY
        ]
        if lesser:
            could.append((id, max(lesser, key=lambda each: each[:2])))
    if not could:
        return None
    could.sort(key=lambda each: each[0])
    seconds = then.context.travel.seconds([id for id, _ in could], incident.location)
    ranked = sorted(zip(seconds, could, strict=True), key=lambda each: (each[0], each[1][0]))
    reachable = [one for one in ranked if one[0] != inf] or ranked
    _, (_, (_, _, other, assignment)) = reachable[0]
    return other, assignment


def end_emergency(then: Happenings, command: orders.EndEmergency) -> None:
    """Stand it down: the unit may be sent again."""
    unit = then.context.forces.units.get(command.unit)
    if unit is None:
        then.reject(command, 404, f"there is no unit {command.unit}")
        return
    state = then.board.units.get(command.unit)
    if state is None or state.emergency is None:
        return  # it is in none: the wish is true
    then.add(
        told.UnitEmergencyEnded(
            area=then.board.area,
            at=then.now,
            **given_by(command),
            unit=unit.id,
            unit_kind=unit.kind.kind,
            incident_id=state.emergency,
            reason=command.reason,
        )
    )
    serve_queue(then)
