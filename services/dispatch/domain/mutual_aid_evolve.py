"""What is true after something was said between areas (D8): more rows of `evolve`'s table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fengqiao.contracts import aid as told
from fengqiao.contracts.model import Event
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Board, OnDuty
from services.dispatch.domain.changed import put
from services.dispatch.domain.mutual_aid_state import Aid, Ask, Borrowed, Early, Loan

Evolution = Callable[[Board, Any, int], Board]


def _sent(aid: Aid, event: told.AidMessage) -> Aid:
    return replace(aid, said=aid.said.insert(event.to_area, event.message))


def _asked(board: Board, event: told.AidAsked, sequence: int) -> Board:
    aid = _sent(board.aid, event)
    ask = Ask(event.aid_id, event.incident_id, event.to_area, event.answer_by)
    tried = (*aid.tried.get(event.incident_id, ()), (event.to_area, event.at))
    aid = replace(aid, asks=aid.asks.insert(ask.aid_id, ask), tried=aid.tried.insert(event.incident_id, tried))
    return put(board, board.incidents[event.incident_id], sequence, {"aid": aid})


def _answered(board: Board, event: told.AidAnswered, sequence: int) -> Board:
    aid = replace(board.aid, asks=board.aid.asks.discard(event.aid_id))
    units = board.units
    if event.answer == "granted" and event.unit is not None and event.lent is not None:
        borrowed = Borrowed(
            event.aid_id,
            event.unit,
            event.from_area,
            event.lent,
            event.incident_id,
            event.travel_seconds or 0.0,
            event.at,
        )
        aid = replace(aid, borrowed=aid.borrowed.insert(borrowed.unit, borrowed), past=aid.past.discard(borrowed.unit))
        units = units.insert(event.unit, OnDuty(event.unit, event.at, sequence, crew=event.lent.crew))
    return put(board, board.incidents[event.incident_id], sequence, {"aid": aid, "units": units})


def _granted(board: Board, event: told.AidGranted, sequence: int) -> Board:
    aid = _sent(board.aid, event)
    loan = Loan(
        event.aid_id,
        event.unit,
        event.to_area,
        event.for_incident,
        event.for_number,
        event.at,
        unit_kind=event.unit_kind,
    )
    unit = replace(
        board.units[event.unit], lent_to=event.to_area, lent_for=event.for_incident, standby=None, sequence=sequence
    )
    return replace(
        board,
        sequence=sequence,
        aid=replace(aid, loans=aid.loans.insert(loan.aid_id, loan)),
        units=board.units.insert(unit.unit, unit),
    )


def _refused(board: Board, event: told.AidRefused, sequence: int) -> Board:
    return replace(board, sequence=sequence, aid=_sent(board.aid, event))


def _recalled(board: Board, event: told.AidRecalled, sequence: int) -> Board:
    aid = _sent(board.aid, event)
    loan = replace(aid.loans[event.aid_id], recalled=True)
    unit = replace(board.units[event.unit], sequence=sequence)
    return replace(
        board,
        sequence=sequence,
        aid=replace(aid, loans=aid.loans.insert(loan.aid_id, loan)),
        units=board.units.insert(unit.unit, unit),
    )


def _returned(board: Board, event: told.AidReturned, sequence: int) -> Board:
    aid = _sent(board.aid, event)
    units = board.units
    if event.unit in aid.borrowed and aid.borrowed[event.unit].aid_id == event.aid_id:
        gone = replace(aid.borrowed[event.unit], returned=sequence, since=event.at)
        aid = replace(aid, borrowed=aid.borrowed.remove(event.unit), past=aid.past.insert(gone.unit, gone))
        units = units.discard(event.unit)
    changed = {"aid": aid, "units": units}
    if event.incident_id is None:
        return replace(board, sequence=sequence, aid=aid, units=units)
    return put(board, board.incidents[event.incident_id], sequence, changed)


def _ended(board: Board, event: told.AidEnded, sequence: int) -> Board:
    aid = replace(board.aid, loans=board.aid.loans.discard(event.aid_id))
    unit = replace(board.units[event.unit], lent_to=None, lent_for=None, sequence=sequence)
    return replace(board, sequence=sequence, aid=aid, units=board.units.insert(unit.unit, unit))


def _read(board: Board, event: private.AidRead, sequence: int) -> Board:
    aid = board.aid
    early = aid.early.discard(f"{event.from_area}#{event.message}")
    return replace(board, aid=replace(aid, heard=aid.heard.insert(event.from_area, event.message), early=early))


def _set_aside(board: Board, event: private.AidSetAside, sequence: int) -> Board:
    early = Early(event.from_area, event.message, event.type, event.data)
    aid = board.aid
    return replace(board, aid=replace(aid, early=aid.early.insert(f"{early.from_area}#{early.message}", early)))


EVOLVE_AID: Final[dict[type[Event], Evolution]] = {
    told.AidAsked: _asked,
    told.AidAnswered: _answered,
    told.AidGranted: _granted,
    told.AidRefused: _refused,
    told.AidRecalled: _recalled,
    told.AidReturned: _returned,
    told.AidEnded: _ended,
    private.AidRead: _read,
    private.AidSetAside: _set_aside,
}
