"""What is true after an event: `evolve(board, event) -> board`. Total: it never refuses what has happened."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.model import Event
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Assignment, Board, Incident, OnDuty, SetAside


def evolve(board: Board, event: Event) -> Board:
    """The board after `event`. A published event takes the area's next sequence."""
    if not isinstance(event, private.Private):
        board = replace(board, sequence=board.sequence + 1)
    return _EVOLVE[type(event)](board, event)


def _status(incident: Incident, queued: bool) -> IncidentStatus:
    """What the incident is, from who is on it (EIDO's words)."""
    if incident.ended_at is not None:
        return incident.status
    states = {assignment.status for assignment in incident.active}
    if "on_scene" in states:
        return "resources_onscene"
    if "en_route" in states:
        return "resources_enroute"
    if states:
        return "resources_assigned"
    return "queued" if queued else "active"


def _put(board: Board, incident: Incident) -> Board:
    """The board with this incident, its place in the queue and its status worked out anew."""
    queue = board.queue
    if incident.open and any(wanted.required for wanted in incident.waiting):
        queued = True
        queue = queue.insert(incident.id, (incident.priority, incident.received_at))
    else:
        queued = False
        queue = queue.discard(incident.id)
    incident = replace(incident, status=_status(incident, queued), sequence=board.sequence)
    return replace(board, incidents=board.incidents.insert(incident.id, incident), queue=queue)


def _opened(board: Board, event: said.IncidentOpened) -> Board:
    incident = Incident(
        id=event.incident_id,
        number=event.number,
        status="active",
        category=event.category,
        priority=event.priority,
        location=event.location,
        source=event.source,
        plan=event.plan,
        wanted=event.wanted,
        waiting=event.wanted,
        reported_at=event.reported_at,
        received_at=event.received_at,
        opened_at=event.at,
        caller_count=event.caller_count,
        sequence=board.sequence,
        read=1,
        weapon=event.weapon,
    )
    return _put(replace(board, number=int(event.number)), incident)


def _corrected(board: Board, event: said.IncidentCorrected) -> Board:
    incident = board.incidents[event.incident_id]
    return _put(
        board,
        replace(
            incident,
            category=event.category,
            priority=event.priority,
            location=event.location,
            caller_count=event.caller_count,
            weapon=event.weapon,
        ),
    )


def _queued(board: Board, event: said.IncidentQueued) -> Board:
    return _put(board, board.incidents[event.incident_id])


def _ended(status: IncidentStatus) -> Callable[[Board, Any], Board]:
    def end(board: Board, event: said.IncidentEvent) -> Board:
        incident = replace(board.incidents[event.incident_id], status=status, ended_at=event.at, waiting=())
        return _put(replace(board, ended=board.ended.enqueue((event.at, incident.id))), incident)

    return end


def _assigned(board: Board, event: said.AssignmentAssigned) -> Board:
    incident = board.incidents[event.incident_id]
    assignment = Assignment(
        id=event.assignment_id,
        unit=event.unit,
        unit_kind=event.unit_kind,
        role=event.role,
        police=event.police,
        status="assigned",
        times=event.times,
        reason=event.reason,
    )
    incident = replace(
        incident,
        assignments=(*incident.assignments, assignment),
        waiting=_filled(incident.waiting, event.role, event.unit_kind),
        first=incident.first | {"assigned"} if event.first else incident.first,
    )
    unit = board.units[event.unit]
    unit = replace(unit, assignments=(*unit.assignments, event.assignment_id), sequence=board.sequence)
    return _put(replace(board, units=board.units.insert(unit.unit, unit)), incident)


def _filled(waiting: tuple[Wanted, ...], role: str, kind: str) -> tuple[Wanted, ...]:
    """`waiting` less one unit of `kind` in `role`."""
    for index, wanted in enumerate(waiting):
        if wanted.role == role and kind in wanted.kinds:
            rest = () if wanted.count == 1 else (wanted.model_copy(update={"count": wanted.count - 1}),)
            return (*waiting[:index], *rest, *waiting[index + 1 :])
    return waiting


def _again(incident: Incident, role: str, kind: str) -> tuple[Wanted, ...]:
    """What waits once a unit of `kind` no longer fills `role`."""
    for wanted in incident.wanted:
        if wanted.role == role and kind in wanted.kinds:
            return (*incident.waiting, wanted.model_copy(update={"count": 1}))
    return (*incident.waiting, Wanted(role=role, kinds=(kind,), count=1, rule="nearest", required=True))


def _step(status: AssignmentStatus, *, frees: bool) -> Callable[[Board, Any], Board]:
    def step(board: Board, event: said.AssignmentEvent) -> Board:
        incident = board.incidents[event.incident_id]
        wanted_again = getattr(event, "wanted_again", False)
        assignments = tuple(
            replace(
                assignment,
                status=status,
                times=event.times,
                ended_at=event.at if frees else None,
                disposition=getattr(event, "disposition", None),
                case_id=getattr(event, "case_id", None),
            )
            if assignment.id == event.assignment_id
            else assignment
            for assignment in incident.assignments
        )
        incident = replace(
            incident,
            assignments=assignments,
            waiting=_again(incident, event.role, event.unit_kind) if wanted_again else incident.waiting,
            first=incident.first | {status} if event.first else incident.first,
        )
        unit = board.units.get(event.unit)
        if unit is not None:
            kept = tuple(held for held in unit.assignments if not (frees and held == event.assignment_id))
            unit = replace(unit, assignments=kept, sequence=board.sequence)
            board = replace(board, units=board.units.insert(unit.unit, unit))
        return _put(board, incident)

    return step


def _on_duty(board: Board, event: said.UnitOnDuty) -> Board:
    before = board.units.get(event.unit)
    unit = OnDuty(
        unit=event.unit,
        since=event.at,
        sequence=board.sequence,
        shift=event.shift,
        crew=event.crew,
        assignments=before.assignments if before is not None else (),
    )
    return replace(board, units=board.units.insert(unit.unit, unit))


def _off_duty(board: Board, event: said.UnitOffDuty) -> Board:
    unit = replace(board.units[event.unit], on=False, since=event.at, sequence=board.sequence, shift=None, crew=None)
    return replace(board, units=board.units.insert(unit.unit, unit))


def _said(board: Board, event: Event) -> Board:
    """Told, but nothing on the board is other than before."""
    return board


def _stream_read(board: Board, event: private.StreamRead) -> Board:
    incident = board.incidents.get(event.incident_id)
    if incident is None:
        return replace(board, unheard=board.unheard.insert(event.incident_id, event.sequence))
    return replace(board, incidents=board.incidents.insert(incident.id, replace(incident, read=event.sequence)))


def _set_aside(board: Board, event: private.MessageSetAside) -> Board:
    message = SetAside(
        key=event.key,
        incident=event.incident_id,
        type=event.type,
        data=event.data,
        sequence=event.sequence,
        at=event.at,
    )
    return replace(board, aside=board.aside.insert(event.key, message))


def _taken_up(board: Board, event: private.MessageTakenUp) -> Board:
    return replace(board, aside=board.aside.discard(event.key))


def _retired(board: Board, event: private.IncidentRetired) -> Board:
    return replace(
        board,
        incidents=board.incidents.discard(event.incident_id),
        ended=board.ended.dequeue(),  # type: ignore[call-arg]  # its stub asks for a value that is not taken
    )


def _roles_dropped(board: Board, event: private.RolesDropped) -> Board:
    return _put(board, replace(board.incidents[event.incident_id], waiting=()))


_EVOLVE: dict[type[Event], Callable[[Board, Any], Board]] = {
    said.IncidentOpened: _opened,
    said.IncidentCorrected: _corrected,
    said.IncidentQueued: _queued,
    said.IncidentClosed: _ended("closed"),
    said.IncidentCancelledByDispatch: _ended("cancelled"),
    said.IncidentUnreadable: _said,
    said.PlanShortfall: _said,
    said.CommandRejected: _said,
    said.AssignmentAssigned: _assigned,
    said.AssignmentAcknowledged: _step("acknowledged", frees=False),
    said.AssignmentEnRoute: _step("en_route", frees=False),
    said.AssignmentOnScene: _step("on_scene", frees=False),
    said.AssignmentCleared: _step("cleared", frees=True),
    said.AssignmentDeclined: _step("declined", frees=True),
    said.AssignmentCancelled: _step("cancelled", frees=True),
    said.UnitOnDuty: _on_duty,
    said.UnitOffDuty: _off_duty,
    private.StreamRead: _stream_read,
    private.MessageSetAside: _set_aside,
    private.MessageTakenUp: _taken_up,
    private.IncidentRetired: _retired,
    private.RolesDropped: _roles_dropped,
}
