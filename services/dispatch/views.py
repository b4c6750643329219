"""What readers see of a board: the state records on the compacted topics, and the documents behind the reads.

Nothing decides from these; they are written after the journal, newer over older.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

import orjson

from fengqiao.contracts.dispatch import CommandRejected
from fengqiao.contracts.model import CategoryVersions, Event
from fengqiao.contracts.standing_by import StandbyState
from fengqiao.contracts.states import (
    AssignmentState,
    FormState,
    IncidentState,
    LinkState,
    MergedState,
    SmallCaseState,
    TimerState,
    UnitState,
    UnitStatus,
)
from services.dispatch.domain.board import Assignment, Board, Incident, OnDuty, SmallCase, Standing
from services.dispatch.domain.clocks import clocks, limited
from services.dispatch.domain.forces import Forces, Unit
from services.dispatch.domain.messages import (
    EndForgotten,
    MessageSetAside,
    MessageTakenUp,
    Recommended,
    StreamRead,
    TimerGivenUp,
)
from services.dispatch.domain.mutual_aid_state import guest
from services.dispatch.domain.timers import WARNED, Timer, all_timers, level

Document = dict[str, Any]
State = TypeVar("State", IncidentState, UnitState)
_UNSEEN: Final = (
    StreamRead,
    MessageSetAside,
    MessageTakenUp,
    CommandRejected,
    TimerGivenUp,
    Recommended,
    EndForgotten,
)
MOST_TOLD: Final = 32
"""Assignments that a unit's state names; a desk may hold thousands."""


def _assignment(assignment: Assignment) -> AssignmentState:
    times = assignment.times
    assert times.assigned_at is not None  # evolve makes assignments from `assigned` events only
    return AssignmentState(
        id=assignment.id,
        unit=assignment.unit,
        unit_kind=assignment.unit_kind,
        role=assignment.role,
        status=assignment.status,
        assigned_at=times.assigned_at,
        terminal_received_at=times.terminal_received_at,
        acknowledged_at=times.acknowledged_at,
        en_route_at=times.en_route_at,
        on_scene_at=times.on_scene_at,
        cleared_at=times.cleared_at,
        ended_at=assignment.ended_at,
        disposition=assignment.disposition,
        case_id=assignment.case_id,
        reason=assignment.reason,
    )


def _timer(incident: Incident, timer: Timer) -> TimerState:
    state: Literal["running", "warned", "escalated", "met", "late", "stood_down"] = "running"
    if timer.done_at is not None:
        state = "met" if timer.done_at <= timer.due_at else "late"
    elif not incident.open:
        state = "stood_down"
    elif (told := level(timer, incident)) > 0:
        state = "warned" if told == WARNED else "escalated"
    assignment_id = None if timer.assignment is None else timer.assignment.id
    return TimerState(what=timer.what, due_at=timer.due_at, state=state, assignment_id=assignment_id)


def incident_state(area: str, incident: Incident) -> IncidentState:
    return IncidentState(
        incident_id=incident.id,
        number=incident.number,
        area=area,
        sequence=incident.sequence,
        status=incident.status,
        category=incident.category,
        priority=incident.priority,
        location=incident.location,
        source=incident.source,
        plan=incident.plan,
        caller_count=incident.caller_count,
        weapon=incident.weapon,
        reported_at=incident.reported_at,
        received_at=incident.received_at,
        opened_at=incident.opened_at,
        ended_at=incident.ended_at,
        assignments=tuple(_assignment(assignment) for assignment in incident.assignments),
        waiting_roles=tuple(wanted.role for wanted in incident.waiting),
        timers=tuple(_timer(incident, timer) for timer in all_timers(incident)),
        clocks=limited(clocks(incident, incident.order.feedback_at), incident.targets),
        level=incident.classed.level,
        tags=incident.classed.tags or None,
        report_up=incident.classed.report_up or None,
        reported_up_at=incident.reported_up_at,
        void=incident.classed.void or None,
        moves=incident.classed.moves or None,
        **_ordered(incident),
    )


def _ordered(incident: Incident) -> dict[str, Any]:
    """What was ordered about it; nothing for the many about which nothing was."""
    order = incident.ordered
    if order is None:
        return {}
    case = order.small_case
    return {
        "categories": CategoryVersions(
            initial=order.initial, original=order.original, confirmed=order.confirmed, corrected=order.corrected
        ),
        "held_until": order.held_until if incident.status == "held" else None,
        "merged_into": order.merged_into,
        "merged": tuple(MergedState(incident_id=id, callers=callers) for id, callers in order.merged),
        "links": tuple(LinkState.of({"to_incident": to, "kind": kind}) for to, kind in order.links),
        "urged": order.urged,
        "feedback": tuple(FormState.of({"kind": kind, "at": at, "result": given}) for kind, at, given in order.forms),
        "small_case": None if case is None else _small_case(case),
    }


def _small_case(case: SmallCase) -> SmallCaseState:
    return SmallCaseState(
        status="solved" if case.solved_at is not None else "overdue" if case.overdue else "open",
        owner=case.owner,
        opened_at=case.opened_at,
        due_at=case.due_at,
        solved_at=case.solved_at,
        result=case.result,
    )


def unit_status(unit: Unit, duty: OnDuty | None) -> UnitStatus:
    """available: free · conditionally_available: holds some and may hold more · not_available: full, needy or lent."""
    if duty is None or not duty.on:
        return "off_duty"
    if duty.emergency is not None or duty.lent_to is not None:
        return "not_available"
    if not duty.assignments:
        return "available"
    return "conditionally_available" if len(duty.assignments) < unit.kind.max_assignments else "not_available"


def unit_state(area: str, unit: Unit, duty: OnDuty | None) -> UnitState:
    return UnitState(
        unit=unit.id,
        area=area,
        sequence=0 if duty is None else duty.sequence,
        kind=unit.kind.kind,
        call_sign=unit.call_sign,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        police=unit.kind.police,
        status=unit_status(unit, duty),
        since=None if duty is None else duty.since,
        shift=None if duty is None else duty.shift,
        crew=None if duty is None else duty.crew,
        assignments=() if duty is None else duty.assignments[-MOST_TOLD:],
        held=0 if duty is None else len(duty.assignments),
        home=unit.home,
        emergency=None if duty is None else duty.emergency,
        standby=None if duty is None or duty.standby is None else _standby(duty.standby),
        lent_to=None if duty is None else duty.lent_to,
        lent_for=None if duty is None else duty.lent_for,
    )


def state_of_unit(board: Board, forces: Forces, unit: str) -> UnitState | None:
    """Of a unit of the area, or of one that helps here, or did and is off duty here since; None for any other."""
    if unit in forces.units:
        return unit_state(board.area, forces.units[unit], board.units.get(unit))
    borrowed = board.aid.borrowed.get(unit) or board.aid.past.get(unit)
    if borrowed is None:
        return None
    duty = board.units.get(unit)
    if borrowed.returned is not None:
        duty = OnDuty(unit, borrowed.since, borrowed.returned, on=False)
    state = unit_state(board.area, guest(borrowed), duty)
    return state.model_copy(update={"home_area": borrowed.home_area, "home_unit": borrowed.lent.unit})


@dataclass(frozen=True, slots=True)
class Told(Generic[State]):
    """A state, and its JSON."""

    state: State
    wire: bytes


class StatesAt:
    """The states of one board, each made once: the compacted topics and the documents tell the same ones."""

    def __init__(self, board: Board, forces: Forces) -> None:
        self._board = board
        self._forces = forces
        self._incidents: dict[str, Told[IncidentState] | None] = {}
        self._units: dict[str, Told[UnitState] | None] = {}

    def incident(self, id: str) -> Told[IncidentState] | None:
        """None where it is not on the board."""
        if id not in self._incidents:
            incident = self._board.incidents.get(id)
            self._incidents[id] = None if incident is None else _told(incident_state(self._board.area, incident))
        return self._incidents[id]

    def unit(self, id: str) -> Told[UnitState] | None:
        """None where nothing is known of it here."""
        if id not in self._units:
            state = state_of_unit(self._board, self._forces, id)
            self._units[id] = None if state is None else _told(state)
        return self._units[id]


def _told(state: State) -> Told[State]:
    return Told(state, state.wire())


def _standby(order: Standing) -> StandbyState:
    return StandbyState(point=order.point, place=order.place, ordered_at=order.at, until=order.until)


def timeline_row(sequence: int, kind: str, wire: bytes) -> str:
    """One row of an incident's timeline, as JSON text: a store keeps one string more cheaply than thirty fields.
    kind, wire: the event's type, and its JSON."""
    return orjson.dumps({"sequence": sequence, "type": kind, "data": orjson.Fragment(wire)}).decode()


def timeline(rows: Iterable[str]) -> list[Document]:
    """The rows as they are told, each event once: {sequence, at, type, by, data}.

    A writer that slept and its successor may both have added an event's row.
    """
    told: dict[int, Document] = {}
    for text in rows:
        row = orjson.loads(text)
        data = row["data"]
        one = {**row, "at": data.pop("at", None), "by": data.pop("by", None), "data": data}
        told.setdefault(row["sequence"], one)
    return list(told.values())


def incident_document(told: Told[IncidentState], through: int) -> Document:
    """The document of one incident, its timeline apart. through: the last of the area's events that it tells of."""
    state = told.state
    # Once there, a small case stays: the many that have none need no field.
    watched = {} if state.small_case is None else {"small_case": state.small_case.status}
    return {
        "_id": state.incident_id,
        "area": state.area,
        "number": state.number,
        "status": state.status,
        "category": state.category.code,
        "open": state.ended_at is None,
        **watched,
        "received_at": state.received_at,
        "sort": int(state.number),
        "sequence": max(through, state.sequence),
        "state": told.wire.decode(),
    }


def area_document(area: str, board: Board) -> Document:
    """What is known of the area as a whole: the holes in its coverage."""
    holes = []
    for key, hole in sorted(board.holes.items()):
        if hole.open:
            rule, _, place = key.partition("/")
            holes.append({"rule": rule, "place": place or None, "since": hole.at})
    return {"_id": area, "sequence": board.sequence, "holes": holes}


def unit_document(told: Told[UnitState]) -> Document:
    state = told.state
    return {
        "_id": f"{state.area}/{state.unit}",
        "area": state.area,
        "sequence": state.sequence,
        "state": told.wire.decode(),
    }


def touched(events: Iterable[Event]) -> tuple[set[str], set[str]]:
    """The incidents and the units that these events change for a reader."""
    incidents: set[str] = set()
    units: set[str] = set()
    for event in events:
        if isinstance(event, _UNSEEN):
            continue
        incident = getattr(event, "incident_id", None)
        if incident is not None:
            incidents.add(incident)
        unit = getattr(event, "unit", None)
        if unit is not None:
            units.add(unit)
    return incidents, units
