"""What is true of a case after something has happened to it."""

from collections.abc import Iterable
from typing import Any

from services.mediation.domain import transitions
from services.mediation.domain.case import Agreement, Case, Session
from services.mediation.domain.happenings import (
    Agreed,
    Assessed,
    Closed,
    Controlled,
    Disposed,
    Escalated,
    Happened,
    Opened,
    Performed,
    Referred,
    SessionHeld,
    Visited,
)


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
        told = event.model_dump(exclude={"at", "by", "case_id"})
        return Case(id=event.case_id, stage=stage, opened_at=event.at, **told)
    return case.model_copy(update={"stage": stage, **_changes(case, event)})


def _is_last_visit(case: Case, event: Happened) -> bool:
    return isinstance(event, Visited) and {visit.visit for visit in case.open_visits} == {event.visit}


def _changes(case: Case, event: Happened) -> dict[str, Any]:
    match event:
        case Assessed():
            return {"grade": event.grade, "tier": event.tier, "reason": event.reason}
        case Referred():
            return {"mediators": event.mediators, "venue": event.venue}
        case SessionHeld():
            held = Session(
                number=event.session,
                round=case.round,
                outcome=event.outcome,
                held_at=event.held_at,
                words=event.words,
            )
            return {"sessions": (*case.sessions, held)}
        case Agreed():
            agreement = Agreement(
                at=event.at,
                oral=event.oral,
                words=event.words,
                duties=event.duties,
                deadline=event.deadline,
                signatures=event.signatures,
            )
            return {"agreement": agreement}
        case Disposed():
            return {"outcome": event.outcome}
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
                "mediators": (),
                "venue": None,
                "agreement": None,
                "outcome": None,
                "visits": (),
            }
        case Closed():
            return {"outcome": event.outcome, "closed_at": event.at}
        case _:
            raise ValueError(f"{event.TYPE} is not known")


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


def _visited(case: Case, event: Visited) -> Iterable[Any]:
    for visit in case.visits:
        if visit.visit == event.visit:
            yield visit.model_copy(update={"visited_at": event.at, "calm": event.calm, "words": event.words})
        else:
            yield visit
