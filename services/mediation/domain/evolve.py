"""What is true of a case after something has happened to it."""

from collections.abc import Iterable
from typing import Any, Final

from services.mediation.domain import transitions
from services.mediation.domain.case import WITHOUT_PEOPLE, Agreement, Case, DueItem, DueKind, Plan, Session, Visit
from services.mediation.domain.happenings import (
    Agreed,
    Assessed,
    Closed,
    Completed,
    Confirmed,
    Controlled,
    Disposed,
    Escalated,
    Extended,
    FellDue,
    Forgotten,
    Happened,
    Notified,
    Opened,
    Performed,
    Planned,
    Raised,
    Referred,
    Repeated,
    SessionHeld,
    Visited,
)

RED: Final = "red_dispute"
_OVER: Final[dict[str, frozenset[DueKind]]] = {
    Planned.TYPE: frozenset({"plan"}),
    Referred.TYPE: frozenset({"people", "public_order"}),
    Agreed.TYPE: frozenset({"tier", "people", "public_order"}),
    Confirmed.TYPE: frozenset({"confirmation"}),
    Disposed.TYPE: frozenset({"tier", "people", "public_order", "plan"}),
    Controlled.TYPE: frozenset({"visit", "visit_overdue"}),
    Escalated.TYPE: frozenset(
        {"tier", "people", "public_order", "duty", "confirmation", "visit", "visit_overdue"},
    ),
    Closed.TYPE: frozenset(
        {"tier", "people", "public_order", "duty", "confirmation", "visit", "visit_overdue", "plan"},
    ),
}
"""What need not be done any more after something has happened."""


def fold(history: Iterable[Happened], case: Case | None = None) -> Case:
    """The case after all of `history`. Raises ValueError where the table of stages does not allow it."""
    for event in history:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a history begins with `opened`")
    return case


def evolve(case: Case | None, event: Happened) -> Case:
    """Raises ValueError for an event that the table of stages does not allow."""
    before = transitions.START if case is None else case.stage
    name = "last-visited" if case is not None and _is_last_visit(case, event) else event.TYPE
    stage = transitions.after(before, name)
    if stage is None:
        raise ValueError(f"{name} cannot follow {before}")
    if case is None:
        assert isinstance(event, Opened)  # the table has no other row for the start
        told = {key: value for key, value in event if key not in ("at", "by", "case_id", "due")}
        return Case(id=event.case_id, stage=stage, opened_at=event.at, reported_by=event.by, agenda=event.due, **told)
    return case.model_copy(update={"stage": stage, "agenda": _agenda(case, event), **_changes(case, event)})


def _is_last_visit(case: Case, event: Happened) -> bool:
    return isinstance(event, Visited) and {visit.visit for visit in case.open_visits} == {event.visit}


def _agenda(case: Case, event: Happened) -> tuple[DueItem, ...]:
    over = _OVER.get(event.TYPE, frozenset())
    keys = {item.key for item in event.due}
    match event:
        case Performed() if event.duty is None:
            over = frozenset({"duty"})
        case Performed():
            keys.add(f"duty:{event.duty}")
        case SessionHeld() if event.mode == "public_order":
            over = frozenset({"public_order"})
        case Visited():
            keys |= {f"visit:{event.visit}", f"visit_overdue:{event.visit}"}
        case FellDue() if event.kind in WITHOUT_PEOPLE:
            keys.add(event.key)
        case FellDue():
            told = {"fired_at": event.at}
            return tuple(item.model_copy(update=told) if item.key == event.key else item for item in case.agenda)
    if not over and not keys:
        return case.agenda
    return (*(item for item in case.agenda if item.kind not in over and item.key not in keys), *event.due)


def _changes(case: Case, event: Happened) -> dict[str, Any]:
    match event:
        case Completed():
            return {name: value for name, value in event if name not in ("at", "by", "due") and value is not None}
        case Repeated():
            return {"repeats": event.repeats}
        case Assessed():
            return {
                "grade": event.grade,
                "tier": event.tier,
                "reason": event.reason,
                "grade_reasons": event.reasons,
                "signs": event.signs,
                "money_yuan": event.money_yuan,
                "people": event.people,
                "repeats": event.repeats,
                "justice_class": event.justice_class,
                "gate": event.gate,
                "accepted_at": event.accepted_at,
            }
        case Raised():
            return {"grade": event.grade, "tier": event.tier, "grade_reasons": event.reasons}
        case Planned():
            return {"plan": Plan(owner=event.owner, words=event.words, at=event.at)}
        case Referred():
            return {
                "mediators": event.mediators,
                "venue": event.venue,
                "mode": event.mode,
                "people_until": event.people_until,
            }
        case Extended():
            return {"people_until": event.until}
        case SessionHeld():
            return {"sessions": (*case.sessions, _session(case, event))}
        case Agreed():
            return {"agreement": _agreement(event)}
        case Confirmed():
            return {"agreement": _confirmed(case, event)}
        case Disposed():
            return {
                "outcome": event.outcome,
                "disposed_at": event.at,
                "settled_by": case.mediators,
                "open_to": event.open_to,
                "prevented": event.prevented,
            }
        case Performed():
            return {"agreement": _performed(case, event)}
        case Controlled():
            return {"visits": event.visits}
        case Visited():
            return {"visits": tuple(_visited(case, event))}
        case Escalated():
            # A new round: what the last one reached stays in the history.
            return {
                "tier": event.tier,
                "reason": event.reason,
                "round": case.round + 1,
                "mode": None,
                "people_until": None,
                "mediators": (),
                "venue": None,
                "agreement": None,
                "outcome": None,
                "disposed_at": None,
                "settled_by": (),
                "open_to": (),
                "prevented": (),
                "visits": (),
            }
        case FellDue():
            return {}
        case Notified():
            return {"notified": event.number, "red_reported": case.red_reported or event.what == RED}
        case Closed():
            return {"outcome": event.outcome, "closed_at": event.at}
        case Forgotten():
            return {"forgotten_at": event.at}
        case _:
            raise ValueError(f"{event.TYPE} is not known")


def _session(case: Case, event: SessionHeld) -> Session:
    return Session(
        number=event.session,
        round=case.round,
        outcome=event.outcome,
        held_at=event.held_at,
        words=event.words,
        form=event.form,
        mode=event.mode,
        present=event.present,
    )


def _agreement(event: Agreed) -> Agreement:
    return Agreement(
        at=event.at,
        oral=event.oral,
        words=event.words,
        duties=event.duties,
        deadline=event.deadline,
        signatures=event.signatures,
        seal=event.seal,
        confirm_by=event.confirm_by,
    )


def _confirmed(case: Case, event: Confirmed) -> Agreement | None:
    if case.agreement is None:
        return None
    if event.step == "asked":
        return case.agreement.model_copy(update={"asked_by": event.asked_by})
    return case.agreement.model_copy(update={"confirmed": event.step == "confirmed"})


def _performed(case: Case, event: Performed) -> Agreement | None:
    if case.agreement is None:
        return None
    duties = tuple(
        duty.model_copy(update={"performed": event.performed, "recorded_at": event.at})
        if event.duty in (None, duty.number)
        else duty
        for duty in case.agreement.duties
    )
    return case.agreement.model_copy(update={"duties": duties})


def _visited(case: Case, event: Visited) -> Iterable[Visit]:
    for visit in case.visits:
        if visit.visit == event.visit:
            made = {"visited_at": event.at, "calm": event.calm, "satisfied": event.satisfied, "words": event.words}
            yield visit.model_copy(update=made)
        else:
            yield visit
