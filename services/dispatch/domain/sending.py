"""Opening an incident, filling its plan, and the queue of those for which nobody was free."""

from typing import Any

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from fengqiao.contracts.dispatch import Reason, Times, Wanted
from fengqiao.contracts.ids import assignment_id
from fengqiao.contracts.incidents import IncidentReported
from services.dispatch.domain.board import Incident
from services.dispatch.domain.forces import Unit
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import anybody_free, choose


def open_incident(then: Happenings, report: IncidentReported) -> None:
    """Put it on the board and send whom its plan wants."""
    forces = then.context.forces
    plan = forces.plan_for(report.category.code)
    number = max(then.board.number + 1, forces.first_number)
    then.add(
        said.IncidentOpened(
            area=then.board.area,
            at=then.now,
            incident_id=report.incident_id,
            number=str(number),
            category=report.category,
            priority=report.priority,
            location=report.location,
            source=report.source,
            reported_at=report.reported_at,
            received_at=report.received_at,
            plan=plan.id,
            wanted=plan.wanted,
            caller_count=report.caller_count,
            weapon=report.weapon,
            possible_duplicates=report.possible_duplicates,
        )
    )
    fill(then, report.incident_id, tell=True)


def fill(then: Happenings, incident_id: str, *, tell: bool) -> None:
    """Send the best unit for each role that waits.

    tell: say what is missing (once, when the roles come up; not each time that the queue is looked at).
    """
    ruled_out: dict[str, int] = {}
    for wanted in then.board.incidents[incident_id].waiting:
        missing, why = _fill_role(then, incident_id, wanted)
        if not missing:
            continue
        for reason, units in why.items():
            ruled_out[reason] = ruled_out.get(reason, 0) + units
        incident = then.board.incidents[incident_id]
        if tell:
            then.add(
                said.PlanShortfall(
                    **then.marks(incident),
                    plan=incident.plan,
                    role=wanted.role,
                    kinds=wanted.kinds,
                    missing=missing,
                )
            )
    incident = then.board.incidents[incident_id]
    required = tuple(wanted.role for wanted in incident.waiting if wanted.required)
    if tell and required:
        then.add(said.IncidentQueued(**then.marks(incident), roles=required, ruled_out=ruled_out))


def _fill_role(then: Happenings, incident_id: str, wanted: Wanted) -> tuple[int, dict[str, int]]:
    """Send up to `wanted.count` units; how many are missing, and what ruled the others out."""
    for sent in range(wanted.count):
        incident = then.board.incidents[incident_id]
        # Whoever is on it or has been cannot be chosen again: a unit that declined would decline once more.
        exclude = {assignment.unit for assignment in incident.assignments}
        choice, ruled_out = choose(then.board, then.context, wanted, incident.location, exclude)
        if choice is None:
            return wanted.count - sent, ruled_out
        send(then, incident, choice.unit, wanted.role, choice.reason)
    return 0, {}


def send(
    then: Happenings,
    incident: Incident,
    unit: Unit,
    role: str,
    reason: Reason,
    command: Command | None = None,
) -> None:
    """Assign the unit."""
    then.add(
        said.AssignmentAssigned(
            **then.marks(incident, command),
            assignment_id=assignment_id(incident.id, len(incident.assignments) + 1),
            unit=unit.id,
            unit_kind=unit.kind.kind,
            role=role,
            police=unit.kind.police,
            times=Times(reported_at=incident.reported_at, received_at=incident.received_at, assigned_at=then.now),
            first=unit.kind.police and "assigned" not in incident.first,
            reason=reason,
        )
    )


def serve_queue(then: Happenings) -> None:
    """Give what has become free to those that wait: gravest first, then longest waiting."""
    if not then.board.queue:
        return
    # Thousands may wait after an outage, and mostly for kinds of which nobody is free: those are not looked at.
    free: dict[tuple[str, ...], bool] = {}
    for incident_id, _ in sorted(then.board.queue.items(), key=lambda item: (item[1], item[0])):
        board = then.board
        kinds = [wanted.kinds for wanted in board.incidents[incident_id].waiting]
        for some in kinds:
            if some not in free:
                free[some] = anybody_free(board, then.context.forces, some)
        if any(free[some] for some in kinds):
            fill(then, incident_id, tell=False)
            if then.board is not board:
                free.clear()


def stand_down(then: Happenings, incident_id: str, command: Command | None = None) -> None:
    """Cancel every assignment of the incident that is still held."""
    for assignment in then.board.incidents[incident_id].active:
        incident = then.board.incidents[incident_id]
        then.add(
            said.AssignmentCancelled(
                **assignment_marks(then, incident, assignment.id, command),
                times=assignment.times,
                wanted_again=False,
            )
        )


def assignment_marks(
    then: Happenings, incident: Incident, assignment: str, command: Command | None = None
) -> dict[str, Any]:
    """What every event about the assignment carries, but its times."""
    found = next(one for one in incident.assignments if one.id == assignment)
    return then.marks(incident, command) | {
        "assignment_id": found.id,
        "unit": found.unit,
        "unit_kind": found.unit_kind,
        "role": found.role,
        "police": found.police,
    }
