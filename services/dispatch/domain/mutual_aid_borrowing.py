"""Mutual aid as the borrowing area sees it (D8; the rules: `mutual_aid`)."""

from datetime import timedelta
from typing import Final

from fengqiao.contracts import aid as told
from fengqiao.contracts.aid import LentUnit
from fengqiao.contracts.dispatch import AssignmentCancelled, Reason, Wanted
from fengqiao.contracts.ids import guest_name
from services.dispatch.domain.board import Incident
from services.dispatch.domain.forces import Lender
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.incident_status import WORKING
from services.dispatch.domain.mutual_aid_lending import next_message
from services.dispatch.domain.mutual_aid_state import Borrowed, guest
from services.dispatch.domain.sending import assignment_marks, fill, send

ASKS_AT_ONCE: Final = 2
WAITS_LONGEST: Final = 300.0
ANSWER_SECONDS: Final = 20.0
ASK_AGAIN: Final = timedelta(seconds=300)
MOST_ASKS: Final = 4


def watch_aid(then: Happenings) -> None:
    """At each tick: give up on answers that do not come, and ask for whoever waits and may ask."""
    if len(then.board.aid.asks):
        for ask in sorted(then.board.aid.asks.values(), key=lambda one: (one.answer_by, one.aid_id)):
            if ask.answer_by <= then.now:
                answered(then, ask.aid_id, "none", None)
    if not then.context.forces.lenders or not then.board.queue:
        return
    for _, incident_id in then.board.in_turn:
        if len(then.board.aid.asks) >= MOST_ASKS:
            return
        incident = then.board.incidents[incident_id]
        if _may_ask(then, incident):
            _asknext_message(then, incident)


def _may_ask(then: Happenings, incident: Incident) -> bool:
    if any(ask.incident == incident.id for ask in then.board.aid.asks.values()):
        return False
    if incident.priority <= ASKS_AT_ONCE:
        return True
    limit = None if incident.targets is None else incident.targets.assigned
    waits = (then.now - (incident.order.anew_at or incident.received_at)).total_seconds()
    return waits > (WAITS_LONGEST if limit is None else limit)


def _asknext_message(then: Happenings, incident: Incident) -> None:
    lately = {area for area, at in then.board.aid.tried.get(incident.id, ()) if then.now - at < ASK_AGAIN}
    for wanted in incident.waiting:
        if not wanted.required:
            continue
        for lender in then.context.forces.lenders:
            kinds = tuple(kind for kind in wanted.kinds if kind in lender.kinds)
            if kinds and lender.area not in lately:
                _ask(then, incident, lender, wanted, kinds)
                return


def _ask(
    then: Happenings,
    incident: Incident,
    lender: Lender,
    wanted: Wanted,
    kinds: tuple[str, ...],
    command: told.AskAid | None = None,
) -> None:
    number = len(then.board.aid.tried.get(incident.id, ())) + 1
    then.add(
        told.AidAsked(
            **then.marks(incident, command),
            to_area=lender.area,
            message=next_message(then, lender.area),
            aid_id=f"{incident.id}.aid{number}",
            role=wanted.role,
            kinds=kinds,
            capabilities=wanted.capabilities,
            answer_by=then.now + timedelta(seconds=ANSWER_SECONDS),
            reason=None if command is None else command.reason,
        )
    )


def ask_aid(then: Happenings, command: told.AskAid) -> None:
    """A dispatcher asks: for what the call waits for, whatever its priority and however long it has waited."""
    incident = then.board.incidents[command.incident_id]
    lender = next((one for one in then.context.forces.lenders if one.area == command.to_area), None)
    if lender is None:
        then.reject(command, 404, f"{command.to_area} is no neighbour that lends to {then.board.area}")
        return
    if incident.status not in WORKING or not incident.waiting:
        then.reject(command, 409, f"{incident.number} is {incident.status}: it waits for nobody")
        return
    if any(ask.incident == incident.id and ask.to_area == lender.area for ask in then.board.aid.asks.values()):
        return  # it is asked: the wish is true
    for wanted in sorted(incident.waiting, key=lambda one: not one.required):
        kinds = tuple(
            kind for kind in wanted.kinds if kind in lender.kinds and (not command.kinds or kind in command.kinds)
        )
        if kinds:
            _ask(then, incident, lender, wanted, kinds, command)
            return
    lent = ", ".join(lender.kinds)
    then.reject(command, 409, f"{incident.number} waits for nobody that {lender.area} lends ({lent})")


def answered(then: Happenings, aid_id: str, answer: str, why: str | None) -> None:
    """The request is answered, if anybody still waits for the answer."""
    ask = then.board.aid.asks.get(aid_id)
    if ask is None:
        return  # nobody waits for it any more
    incident = then.board.incidents[ask.incident]
    marks = then.marks(incident)
    then.add(
        told.AidAnswered.model_validate(
            {**marks, "aid_id": aid_id, "from_area": ask.to_area, "answer": answer, "why": why}
        )
    )


def use_or_return(then: Happenings, event: told.AidGranted) -> None:
    """A neighbour lends a unit: send it, or give it straight back where it is not needed any more."""
    incident = then.board.incidents.get(event.for_incident)
    name = guest_name(event.area, event.lent.unit) or event.lent.unit
    role = None if incident is None else _role(incident, event.lent)
    if incident is None or role is None:
        answered(then, event.aid_id, "late", None)
        known = then.board.incidents.get(event.for_incident)
        _give_back(then, event.aid_id, event.area, name, event.lent.unit, known, "late")
        return
    then.add(
        told.AidAnswered(
            **then.marks(incident),
            aid_id=event.aid_id,
            from_area=event.area,
            answer="granted",
            unit=name,
            unit_kind=event.lent.kind,
            lent=event.lent,
            travel_seconds=event.travel_seconds,
        )
    )
    reason = Reason(rule="nearest", travel_seconds=event.travel_seconds, lent_by=event.area)
    incident = then.board.incidents[incident.id]
    send(then, incident, guest(then.board.aid.borrowed[name]), role, reason)


def _role(incident: Incident, lent: LentUnit) -> str | None:
    """The role that still waits for such a unit."""
    if incident.status not in WORKING:
        return None
    for wanted in sorted(incident.waiting, key=lambda one: not one.required):
        if lent.kind in wanted.kinds and set(wanted.capabilities) <= set(lent.capabilities):
            return wanted.role
    return None


def let_go(then: Happenings, event: told.AidRecalled) -> None:
    """Its home area wants it back: it is taken off unless it is on the scene."""
    for borrowed in then.board.aid.borrowed.values():
        if borrowed.aid_id != event.aid_id:
            continue
        for held in then.board.units[borrowed.unit].assignments:
            found = then.board.assignment(held)
            if found is None or found[1].status == "on_scene":
                continue
            incident, assignment = found
            marks = assignment_marks(then, incident, assignment.id)
            then.add(AssignmentCancelled(**marks, times=assignment.times, wanted_again=True, rechosen=True))
            fill(then, incident.id, tell=True)


def give_back(then: Happenings) -> None:
    """At the end of every message: a borrowed unit that holds nothing is given back."""
    if not len(then.board.aid.borrowed):
        return
    free = [one for one in then.board.aid.borrowed.values() if not then.board.units[one.unit].assignments]
    for one in sorted(free, key=lambda each: each.unit):
        _return(then, one)


def _return(then: Happenings, borrowed: Borrowed) -> None:
    incident = then.board.incidents.get(borrowed.incident)
    _give_back(then, borrowed.aid_id, borrowed.home_area, borrowed.unit, borrowed.lent.unit, incident, "done")


def _give_back(
    then: Happenings, aid_id: str, home_area: str, unit: str, home_unit: str, incident: Incident | None, why: str
) -> None:
    then.add(
        told.AidReturned.model_validate(
            {
                "area": then.board.area,
                "at": then.now,
                "to_area": home_area,
                "message": next_message(then, home_area),
                "aid_id": aid_id,
                "unit": unit,
                "home_unit": home_unit,
                "why": why,
                "incident_id": None if incident is None else incident.id,
                "number": None if incident is None else incident.number,
            }
        )
    )
