"""Mutual aid as the home area of a unit sees it (D8; the rules: `mutual_aid`)."""

from typing import Final

from fengqiao.contracts import aid as told
from fengqiao.contracts.aid import LentUnit
from fengqiao.contracts.ids import guest_name
from fengqiao.geo.distance import haversine_metres
from services.dispatch.domain.board import Board
from services.dispatch.domain.happenings import Happenings, given_by
from services.dispatch.domain.matching import why_not
from services.dispatch.domain.mutual_aid_state import Loan
from services.dispatch.domain.sending import serve_queue

KEEP_FREE: Final = 1


def next_message(then: Happenings, to_area: str) -> int:
    """The number of the next message to that area."""
    return then.board.aid.said.get(to_area, 0) + 1


def lend_or_refuse(then: Happenings, asked: told.AidAsked) -> None:
    """Answer a neighbour that asks for a unit."""
    unit, why = _to_lend(then, asked)
    message = {
        "area": then.board.area,
        "at": then.now,
        "to_area": asked.area,
        "message": next_message(then, asked.area),
        "aid_id": asked.aid_id,
        "for_incident": asked.incident_id,
        "for_number": asked.number,
    }
    if unit is None:
        then.add(told.AidRefused.model_validate({**message, "why": why}))
        return
    mine = then.context.forces.units[unit]
    seconds = next(one.seconds for one in then.context.forces.duties.neighbours if one.area == asked.area)
    lent = LentUnit(
        unit=mine.id,
        kind=mine.kind.kind,
        call_sign=mine.call_sign,
        name_zh=mine.name_zh,
        name_en=mine.name_en,
        police=mine.kind.police,
        capabilities=tuple(sorted(mine.capabilities)),
        home=mine.home,
        crew=then.board.units[unit].crew,
    )
    then.add(
        told.AidGranted.model_validate(
            {**message, "unit": mine.id, "unit_kind": mine.kind.kind, "lent": lent, "travel_seconds": seconds}
        )
    )


def _to_lend(then: Happenings, asked: told.AidAsked) -> tuple[str | None, str]:
    """The unit to lend; or None, and why not."""
    forces, board = then.context.forces, then.board
    if then.now > asked.answer_by:
        return None, "too_late"
    neighbour = next((one for one in forces.duties.neighbours if one.area == asked.area), None)
    kinds = () if neighbour is None else tuple(kind for kind in asked.kinds if kind in neighbour.lends)
    if not kinds:
        return None, "not_lent"
    if any(priority <= asked.priority for priority, _ in board.queue.values()):
        return None, "own_calls_wait"
    found: list[tuple[float, str]] = []
    why = "none_free"
    for kind in kinds:
        free = [unit for unit in forces.of_kinds((kind,)) if _idle(then, unit)]
        able = [unit for unit in forces.able((kind,), asked.capabilities) if unit in free]
        able = [unit for unit in able if guest_name(board.area, unit) is not None]
        if able and len(free) <= KEEP_FREE:
            why = "coverage"
            continue
        for unit in able:
            at = then.context.travel.where(unit)
            found.append((haversine_metres(at.lon, at.lat, asked.location.lon, asked.location.lat), unit))
    return (min(found)[1], "") if found else (None, why)


def _idle(then: Happenings, unit: str) -> bool:
    state = then.board.units.get(unit)
    free = why_not(then.board, then.context.forces, unit) is None
    return state is not None and free and not state.assignments and not state.silent


def take_back(then: Happenings, event: told.AidReturned) -> None:
    """Its unit is given back: it may be sent again."""
    loan = then.board.aid.loans.get(event.aid_id)
    if loan is None:
        return
    then.add(
        told.AidEnded(
            area=then.board.area,
            at=then.now,
            aid_id=loan.aid_id,
            from_area=event.area,
            unit=loan.unit,
            unit_kind=loan.unit_kind,
            for_incident=loan.for_incident,
            for_number=loan.for_number,
        )
    )
    serve_queue(then)


def recall(then: Happenings, command: told.RecallUnit) -> None:
    """The home area wants its unit back; it is free again when the other area has given it back."""
    loan = loan_of(then.board, command.unit)
    if loan is None:
        if command.unit in then.context.forces.units:
            then.reject(command, 409, f"{command.unit} is not lent")
        else:
            then.reject(command, 404, f"there is no unit {command.unit}")
        return
    if loan.recalled:
        return  # it is recalled: the wish is true
    then.add(
        told.AidRecalled(
            area=then.board.area,
            at=then.now,
            **given_by(command),
            to_area=loan.to_area,
            message=next_message(then, loan.to_area),
            aid_id=loan.aid_id,
            unit=loan.unit,
            unit_kind=loan.unit_kind,
            for_incident=loan.for_incident,
            for_number=loan.for_number,
            reason=command.reason,
        )
    )


def loan_of(board: Board, unit: str) -> Loan | None:
    """The loan that the unit is in."""
    return next((loan for loan in board.aid.loans.values() if loan.unit == unit), None)
