"""What is true after orders, forms, merges, small cases and emergencies: more rows of `evolve`'s table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from fengqiao.contracts import ordered as told
from fengqiao.contracts.dispatch import IncidentCorrected, IncidentEvent
from fengqiao.contracts.model import Event
from services.dispatch.domain.board import Board, Incident, Late, OnDuty, Ordered, SmallCase
from services.dispatch.domain.changed import put
from services.dispatch.domain.timers import ANEW

Evolution = Callable[[Board, Any, int], Board]


def _order(board: Board, event: IncidentEvent, sequence: int, changes: Mapping[str, Any], **order: Any) -> Board:
    incident = board.incidents[event.incident_id]
    return put(board, incident, sequence, ordered=replace(incident.order, **order), **changes)


def _anew(incident: Incident, event: told.IncidentReopened | told.IncidentUnmerged) -> dict[str, Any]:
    return {
        "status": "active",
        "ended_at": None,
        "plan": event.plan,
        "wanted": event.wanted,
        "waiting": event.wanted,
        "targets": event.targets,
        "steps": event.steps,
        "late": _still_told(incident),
    }


def _still_told(incident: Incident) -> tuple[Late, ...]:
    """What was told of timers, without those that run anew."""
    return tuple(one for one in incident.late if one.timer not in ANEW)


def _noted(board: Board, event: IncidentEvent, sequence: int) -> Board:
    return put(board, board.incidents[event.incident_id], sequence)


def _held(board: Board, event: told.IncidentHeld, sequence: int) -> Board:
    return _order(board, event, sequence, {"status": "held"}, held_until=event.until)


def _released(board: Board, event: told.IncidentReleased, sequence: int) -> Board:
    been = len(board.incidents[event.incident_id].assignments)
    changes = {"status": "active", "late": _still_told(board.incidents[event.incident_id])}
    return _order(board, event, sequence, changes, held_until=None, round=been, anew_at=event.at)


def _reopened(board: Board, event: told.IncidentReopened, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    been = len(incident.assignments)
    changes = _anew(incident, event)
    form = {"final_form": None, "due_disposition": None}
    return _order(board, event, sequence, changes, round=been, anew_at=event.at, **form)


def _categorised(board: Board, event: told.IncidentCategorised, sequence: int) -> Board:
    return _order(board, event, sequence, {"category": event.category}, **{event.version: event.set_to})


def _merged(board: Board, event: told.IncidentMerged, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    ended = board.ended.enqueue((event.at, event.incident_id))
    order = replace(incident.order, merged_into=event.into, held_until=None)
    of_board = {"ended": ended}
    return put(board, incident, sequence, of_board, status="merged", ended_at=event.at, waiting=(), ordered=order)


def _unmerged(board: Board, event: told.IncidentUnmerged, sequence: int) -> Board:
    incident = board.incidents[event.incident_id]
    been = len(incident.assignments)
    return _order(board, event, sequence, _anew(incident, event), merged_into=None, round=been, anew_at=event.at)


def corrected_order(incident: Incident, event: IncidentCorrected) -> dict[str, Any]:
    """What a correction changes of what was ordered: the desk's category, and callers of merged incidents."""
    order = incident.order
    if event.original is not None:
        order = replace(order, original=event.original)
    if event.merged_incident is not None:
        order = replace(order, merged=_joined(order, event, event.caller_count - incident.caller_count))
    return {} if order == incident.order else {"ordered": order}


def _joined(order: Ordered, event: IncidentCorrected, callers: int) -> tuple[tuple[str, int], ...]:
    """The merged incidents with their callers, after `callers` more of one of them."""
    other = event.merged_incident or ""
    if "unmerged" in event.changed:
        return tuple(one for one in order.merged if one[0] != other)
    if "merged" in event.changed:
        return (*order.merged, (other, callers))
    return tuple((id, count + callers if id == other else count) for id, count in order.merged)


def _linked(board: Board, event: told.IncidentLinked, sequence: int) -> Board:
    links = board.incidents[event.incident_id].order.links
    return _order(board, event, sequence, {}, links=(*links, (event.to_incident, event.kind)))


def _urged(board: Board, event: told.IncidentUrged, sequence: int) -> Board:
    return _order(board, event, sequence, {}, urged=event.times)


def _form_given(board: Board, event: told.IncidentFeedbackGiven, sequence: int) -> Board:
    order = board.incidents[event.incident_id].order
    form = event.form
    more = {"final_form": form.result} if form.kind == "final" else {}
    return _order(board, event, sequence, {}, forms=(*order.forms, (form.kind, event.at, form.result)), **more)


def _form_due(board: Board, event: told.IncidentFeedbackDue, sequence: int) -> Board:
    changes = {"status": "awaiting_feedback", "waiting": ()}
    return _order(board, event, sequence, changes, due_disposition=event.disposition)


def _case_opened(board: Board, event: told.SmallCaseOpened, sequence: int) -> Board:
    case = SmallCase(owner=event.owner, opened_at=event.at, due_at=event.due_at)
    return _order(board, event, sequence, {}, small_case=case)


def _case(board: Board, event: IncidentEvent, sequence: int, **changes: Any) -> Board:
    case = board.incidents[event.incident_id].order.small_case
    assert case is not None  # only an opened one is owned, overdue or solved
    return _order(board, event, sequence, {}, small_case=replace(case, **changes))


def _case_owned(board: Board, event: told.SmallCaseOwned, sequence: int) -> Board:
    return _case(board, event, sequence, owner=event.owner)


def _case_overdue(board: Board, event: told.SmallCaseOverdue, sequence: int) -> Board:
    return _case(board, event, sequence, overdue=True)


def _case_solved(board: Board, event: told.SmallCaseSolved, sequence: int) -> Board:
    after = _case(board, event, sequence, solved_at=event.at, result=event.result)
    leaves = after.incidents[event.incident_id].leaves_after
    return after if leaves is None else replace(after, ended=after.ended.enqueue((leaves, event.incident_id)))


def _emergency(board: Board, event: told.UnitEmergency, sequence: int) -> Board:
    # Whoever presses the button is heard, on duty or not.
    unit = board.units.get(event.unit) or OnDuty(unit=event.unit, since=event.at, sequence=sequence, on=False)
    units = board.units.insert(unit.unit, replace(unit, emergency=event.incident_id, sequence=sequence, standby=None))
    return put(board, board.incidents[event.incident_id], sequence, {"units": units})


def _emergency_ended(board: Board, event: told.UnitEmergencyEnded, sequence: int) -> Board:
    unit = replace(board.units[event.unit], emergency=None, sequence=sequence)
    units = board.units.insert(unit.unit, unit)
    incident = board.incidents.get(event.incident_id)
    if incident is None:
        return replace(board, sequence=sequence, units=units)
    return put(board, incident, sequence, {"units": units})


EVOLVE_ORDERS: Final[dict[type[Event], Evolution]] = {
    told.IncidentHeld: _held,
    told.IncidentReleased: _released,
    told.IncidentReopened: _reopened,
    told.IncidentNoted: _noted,
    told.IncidentCategorised: _categorised,
    told.IncidentMerged: _merged,
    told.IncidentUnmerged: _unmerged,
    told.IncidentLinked: _linked,
    told.IncidentUrged: _urged,
    told.IncidentDuplicateSuggested: _noted,
    told.IncidentFeedbackGiven: _form_given,
    told.IncidentFeedbackDue: _form_due,
    told.SmallCaseOpened: _case_opened,
    told.SmallCaseOwned: _case_owned,
    told.SmallCaseOverdue: _case_overdue,
    told.SmallCaseSolved: _case_solved,
    told.UnitEmergency: _emergency,
    told.UnitEmergencyEnded: _emergency_ended,
}
