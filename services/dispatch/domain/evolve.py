"""What is true after an event: `evolve(board, event) -> board`. Total: it never refuses what has happened."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.model import Event
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Assignment, Board, Classed, Incident, Late, OnDuty, Ordered, SetAside
from services.dispatch.domain.changed import put
from services.dispatch.domain.evolve_orders import EVOLVE_ORDERS, corrected_order
from services.dispatch.domain.evolve_standby import EVOLVE_STANDBY
from services.dispatch.domain.handling import REPORT_UP
from services.dispatch.domain.mutual_aid_evolve import EVOLVE_AID
from services.dispatch.domain.timers import ESCALATED, GIVEN_UP, WARNED

Evolution = Callable[[Board, Any, int], Board]
"""(board, event, the area's sequence after it) → the next board, in one replacement: copies are what it costs."""


def evolve(board: Board, event: Event) -> Board:
    """The board after `event`. A published event takes the area's next sequence."""
    sequence = board.sequence if isinstance(event, private.Private) else board.sequence + 1
    return _EVOLVE[type(event)](board, event, sequence)


def _opened(board: Board, event: said.IncidentOpened, sequence: int) -> Board:
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
        sequence=sequence,
        read=1,
        weapon=event.weapon,
        answered_at=event.answered_at,
        targets=event.targets,
        steps=event.steps,
        classed=Classed(event.level, event.tags or (), event.report_up or (), bool(event.void), bool(event.moves)),
        ordered=None if event.initial_category is None else Ordered(event.initial_category, event.category),
    )
    return put(board, incident, sequence, {"number": int(event.number)})


def _corrected(board: Board, event: said.IncidentCorrected, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    changes: dict[str, Any] = {}
    if event.plan is not None:
        changes = {
            "plan": event.plan,
            "wanted": event.wanted,
            "waiting": _still_wanted(event.wanted, incident.active),
            "targets": event.targets,
            "steps": event.steps,
        }
    said_of_it = {
        name: value
        for name in ("level", "tags", "report_up", "void")
        if (value := getattr(event, name)) is not None and event.merged_incident is None
    }
    if said_of_it:
        changes["classed"] = replace(incident.classed, **said_of_it)
    return put(
        board,
        incident,
        sequence,
        category=event.category,
        priority=event.priority,
        location=event.location,
        caller_count=event.caller_count,
        weapon=event.weapon,
        **changes,
        **corrected_order(incident, event),
    )


def _still_wanted(wanted: tuple[Wanted, ...], active: Iterable[Assignment]) -> tuple[Wanted, ...]:
    """What a plan wants besides the units that are on it already: in the role they have, else in one they can fill."""
    waiting, left = wanted, []
    for one in active:
        rest = _filled(waiting, one.role, one.unit_kind)
        if rest is waiting:
            left.append(one)
        waiting = rest
    for one in left:
        role = next((some.role for some in waiting if one.unit_kind in some.kinds), one.role)
        waiting = _filled(waiting, role, one.unit_kind)
    return waiting


def _late(level: int) -> Evolution:
    def late(
        board: Board, event: said.TimerWarned | said.IncidentEscalated | private.TimerGivenUp, sequence: int
    ) -> Board:
        incident = board.incidents[event.incident_id]
        assignment = getattr(event, "assignment_id", None)
        key = event.timer if assignment is None else f"{assignment}/{event.timer}"
        others = tuple(one for one in incident.late if one.timer != key)
        # A private fact has no number of its own: the incident keeps the one it had.
        number = incident.sequence if isinstance(event, private.Private) else sequence
        after = put(board, incident, number, late=(*others, Late(key, level, event.at)))
        return replace(after, sequence=sequence)

    return late


def _step_done(board: Board, event: said.IncidentStepDone, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    return put(board, incident, sequence, steps_done=(*incident.steps_done, (event.step, event.at)))


def _notified(board: Board, event: said.NotificationRequested, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    changes: dict[str, Any] = {"notified": incident.notified + 1}
    if event.what == REPORT_UP and incident.reported_up_at is None:
        changes["reported_up_at"] = event.at
    return put(board, incident, sequence, **changes)


def _nothing(board: Board, event: Event, sequence: int) -> Board:
    return board


def _queued(board: Board, event: said.IncidentQueued, sequence: int) -> Board:
    return put(board, board.incidents[event.incident_id], sequence)


def _ended(status: IncidentStatus) -> Evolution:
    def end(board: Board, event: said.IncidentEvent, sequence: int) -> Board:
        ended = board.ended.enqueue((event.at, event.incident_id))
        incident = board.incidents[event.incident_id]
        return put(board, incident, sequence, {"ended": ended}, status=status, ended_at=event.at, waiting=())

    return end


def _assigned(board: Board, event: said.AssignmentAssigned, sequence: int) -> Board:
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
    unit = board.units[event.unit]
    unit = replace(unit, assignments=(*unit.assignments, event.assignment_id), sequence=sequence, standby=None)
    return put(
        board,
        incident,
        sequence,
        {"units": board.units.insert(unit.unit, unit)},
        assignments=(*incident.assignments, assignment),
        waiting=_filled(incident.waiting, event.role, event.unit_kind),
        first=incident.first | {"assigned"} if event.first else incident.first,
    )


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


_HEARD_OF: Final = frozenset({"acknowledged", "en_route", "on_scene", "cleared", "declined"})
"""Steps that the crew takes: whoever takes one is not silent."""


def _step(status: AssignmentStatus, *, frees: bool) -> Evolution:
    def step(board: Board, event: said.AssignmentEvent, sequence: int) -> Board:
        incident = board.incidents[event.incident_id]
        assignments = tuple(
            replace(
                assignment,
                status=status,
                times=event.times,
                ended_at=event.at if frees else None,
                disposition=getattr(event, "disposition", None),
                case_id=getattr(event, "case_id", None),
                released=status == "diverted" or bool(getattr(event, "rechosen", None)),
            )
            if assignment.id == event.assignment_id
            else assignment
            for assignment in incident.assignments
        )
        again = getattr(event, "wanted_again", False)
        units = board.units
        unit = units.get(event.unit)
        if unit is not None:
            kept = tuple(held for held in unit.assignments if not (frees and held == event.assignment_id))
            silent = status == "timed_out" or (unit.silent and status not in _HEARD_OF)
            units = units.insert(unit.unit, replace(unit, assignments=kept, sequence=sequence, silent=silent))
        return put(
            board,
            incident,
            sequence,
            {"units": units},
            assignments=assignments,
            waiting=_again(incident, event.role, event.unit_kind) if again else incident.waiting,
            first=incident.first | {status} if event.first else incident.first,
        )

    return step


def _on_duty(board: Board, event: said.UnitOnDuty, sequence: int) -> Board:
    before = board.units.get(event.unit)
    unit = OnDuty(
        unit=event.unit,
        since=event.at,
        sequence=sequence,
        shift=event.shift,
        crew=event.crew,
        assignments=before.assignments if before is not None else (),
        emergency=before.emergency if before is not None else None,
        lent_to=before.lent_to if before is not None else None,
        lent_for=before.lent_for if before is not None else None,
    )
    return replace(board, sequence=sequence, units=board.units.insert(unit.unit, unit))


def _off_duty(board: Board, event: said.UnitOffDuty, sequence: int) -> Board:
    unit = replace(
        board.units[event.unit], on=False, since=event.at, sequence=sequence, shift=None, crew=None, standby=None
    )
    return replace(board, sequence=sequence, units=board.units.insert(unit.unit, unit))


def _said(board: Board, event: Event, sequence: int) -> Board:
    """Told, but nothing on the board is other than before."""
    return replace(board, sequence=sequence)


def _stream_read(board: Board, event: private.StreamRead, sequence: int) -> Board:
    incident = board.incidents.get(event.incident_id)
    if incident is None:
        return replace(board, unheard=board.unheard.insert(event.incident_id, event.sequence))
    return replace(board, incidents=board.incidents.insert(incident.id, replace(incident, read=event.sequence)))


def _set_aside(board: Board, event: private.MessageSetAside, sequence: int) -> Board:
    message = SetAside(
        key=event.key,
        incident=event.incident_id,
        type=event.type,
        data=event.data,
        sequence=event.sequence,
        at=event.at,
    )
    early = board.early
    if message.command:
        early = early.insert(message.incident, (*early.get(message.incident, ()), message.key))
    return replace(board, aside=board.aside.insert(event.key, message), early=early)


def _taken_up(board: Board, event: private.MessageTakenUp, sequence: int) -> Board:
    message = board.aside.get(event.key)
    if message is None:
        return board
    early = board.early
    if message.command:
        left = tuple(key for key in early[message.incident] if key != event.key)
        early = early.insert(message.incident, left) if left else early.discard(message.incident)
    return replace(board, aside=board.aside.discard(event.key), early=early)


def _retired(board: Board, event: private.IncidentRetired, sequence: int) -> Board:
    return replace(
        board,
        incidents=board.incidents.discard(event.incident_id),
        aid=board.aid.without(event.incident_id),
        ended=board.ended.dequeue(),  # type: ignore[call-arg]  # its stub asks for a value that is not taken
    )


def _end_forgotten(board: Board, event: private.EndForgotten, sequence: int) -> Board:
    return replace(board, ended=board.ended.dequeue())  # type: ignore[call-arg]  # as above


def _roles_dropped(board: Board, event: private.RolesDropped, sequence: int) -> Board:
    return put(board, board.incidents[event.incident_id], sequence, waiting=())


_EVOLVE: dict[type[Event], Evolution] = {
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
    said.AssignmentReceived: _step("assigned", frees=False),
    said.AssignmentTimedOut: _step("timed_out", frees=True),
    said.AssignmentDiverted: _step("diverted", frees=True),
    said.TimerWarned: _late(WARNED),
    said.IncidentEscalated: _late(ESCALATED),
    said.IncidentStepDone: _step_done,
    said.NotificationRequested: _notified,
    private.TimerGivenUp: _late(GIVEN_UP),
    private.Recommended: _nothing,
    said.UnitOnDuty: _on_duty,
    said.UnitOffDuty: _off_duty,
    private.StreamRead: _stream_read,
    private.MessageSetAside: _set_aside,
    private.MessageTakenUp: _taken_up,
    private.IncidentRetired: _retired,
    private.RolesDropped: _roles_dropped,
    private.EndForgotten: _end_forgotten,
    **EVOLVE_ORDERS,
    **EVOLVE_STANDBY,
    **EVOLVE_AID,
}
