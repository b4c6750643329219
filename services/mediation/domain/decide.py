"""What follows from a command, or why nothing can. The table of stages says what may come next; the rest is here."""

from datetime import datetime
from typing import assert_never

from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.mediation import CaseRepeat, CaseSource
from services.mediation.domain import commands as wish
from services.mediation.domain import transitions
from services.mediation.domain.agreeing import agreed, confirmed
from services.mediation.domain.assessing import assessed, raised
from services.mediation.domain.case import Case, DueItem
from services.mediation.domain.context import Context
from services.mediation.domain.errors import NotAllowed, PartWrong, UnknownVisit
from services.mediation.domain.evolve import fold
from services.mediation.domain.falling_due import NEXT_TIER, notify
from services.mediation.domain.happenings import (
    Closed,
    Completed,
    Controlled,
    Disposed,
    Escalated,
    Happened,
    Opened,
    Performed,
    Planned,
    Repeated,
    Visited,
)
from services.mediation.domain.hindrances import allowed, hindrance
from services.mediation.domain.law import remedies
from services.mediation.domain.mediating import extended, referred, session_held
from services.mediation.domain.rules import Rules, later, scheduled, tier_item, visit_items

__all__ = ["Context", "allowed", "completed", "decide", "opening", "repeated"]

_SOURCES: dict[str, CaseSource] = {"incident": "police", "intake": "application", "screening": "initiative"}


def opening(dispute: DisputeReported, now: datetime, rules: Rules, hazard: str | None = None) -> list[Happened]:
    """What a reported dispute begins. One that was settled on the scene is recorded in the short form, disposed of and
    closed at once. hazard: what it came of."""
    place = dispute.location
    opened = Opened(
        at=now,
        by=dispute.by,
        case_id=dispute.case_id,
        area=dispute.area,
        origin=dispute.origin,
        kind=dispute.kind,
        reported_at=dispute.reported_at,
        incident_id=dispute.incident_id,
        hazard_id=hazard,
        number=dispute.number,
        category=dispute.category,
        location=place,
        grid_cell=place.grid_cell if place else None,
        station=place.station if place else None,
        settled_on_scene=dispute.settled_on_scene,
        found_by=dispute.found_by or _found_by(dispute),
        source=_SOURCES[dispute.origin],
        due=() if dispute.settled_on_scene else tier_item(rules, 1, now),
    )
    if not dispute.settled_on_scene:
        return [opened]
    return [
        opened,
        Disposed(at=now, by=dispute.by, outcome="settled_on_scene"),
        Closed(at=now, by=dispute.by, outcome="settled_on_scene", due=_retention(rules, now)),
    ]


def _found_by(dispute: DisputeReported) -> str | None:
    return "grid_worker" if dispute.origin == "screening" and dispute.by.role == "gridworker" else None


def completed(case: Case, again: Opened, context: Context) -> list[Happened]:
    """What the dispute says when it comes by another way, as far as the case did not know it."""
    names = ("incident_id", "number", "category", "location", "grid_cell", "station")
    new = {name: getattr(again, name) for name in names if getattr(case, name) is None}
    if case.forgotten_at is not None or all(value is None for value in new.values()):
        return []
    return [Completed(at=context.now, by=again.by, **new)]


def repeated(case: Case, repeats: tuple[CaseRepeat, ...], context: Context) -> list[Happened]:
    """Earlier cases of these parties or this place were found, some of them for the first time: what is graded already
    is graded anew by it."""
    if set(repeats) <= set(case.repeats):
        return []
    known = {repeat.case_id: repeat for repeat in (*case.repeats, *repeats)}
    found = Repeated(at=context.now, by=context.by, repeats=tuple(known[id] for id in sorted(known)))
    return [found, *raised(fold([found], case), context)]


def decide(case: Case, command: wish.Command, context: Context) -> list[Happened]:
    """What happens. Raises NotAllowed, PartWrong, UnknownVisit."""
    name = wish.NAMES[type(command)]
    if name not in transitions.possible(case.stage):
        raise NotAllowed(f"The case is {case.stage}: {name} is not possible.", allowed(case))
    if why := hindrance(case, name):
        raise NotAllowed(why, allowed(case))
    now, by = context.now, context.by
    match command:
        case wish.Assess():
            return assessed(case, command, context)
        case wish.MakePlan():
            return [Planned(at=now, by=by, owner=command.owner, words=command.words)]
        case wish.Refer():
            return [referred(case, command, context)]
        case wish.Extend():
            return [extended(case, command, context)]
        case wish.HoldSession():
            return session_held(case, command, context)
        case wish.Agree():
            return [agreed(case, command, context)]
        case wish.Confirm():
            return [confirmed(case, command, context)]
        case wish.Dispose():
            return _disposed(case, command, context)
        case wish.RecordPerformance():
            known = {duty.number for duty in case.agreement.duties} if case.agreement else set()
            if command.duty is not None and command.duty not in known:
                raise PartWrong("/duty", f"The agreement has no duty {command.duty}.")
            return [Performed(at=now, by=by, performed=command.performed, duty=command.duty, words=command.words)]
        case wish.Control():
            return [_controlled(command, context)]
        case wish.RecordVisit():
            return _visited(case, command, context)
        case wish.Escalate():
            tier = NEXT_TIER[case.tier or 1]
            due = tier_item(context.rules, tier, now)
            return [Escalated(at=now, by=by, tier=tier, reason=command.reason, due=due)]
        case wish.Close():
            due = _retention(context.rules, now)
            return [Closed(at=now, by=by, outcome=case.outcome or "settled", words=command.words, due=due)]
        case _ as never:
            assert_never(never)


def _retention(rules: Rules, now: datetime) -> tuple[DueItem, ...]:
    until = later(now, rules.timezone, rules.retention_days)
    return (DueItem(key="retention", kind="retention", due_at=until),)


def _disposed(case: Case, command: wish.Dispose, context: Context) -> list[Happened]:
    if why := _cannot_end_as(case, command.outcome):
        raise NotAllowed(why, allowed(case))
    failed = command.outcome == "failed"
    disposed = Disposed(
        at=context.now,
        by=context.by,
        outcome=command.outcome,
        words=command.words,
        open_to=remedies(context.rules.law, case.mode, case.kind, context.rules.kinds) if failed else (),
        danger=command.danger,
        prevented=command.prevented,
    )
    return [disposed, notify(case, "danger", context)] if command.danger else [disposed]


def _cannot_end_as(case: Case, outcome: str) -> str | None:
    last = case.last_session
    match outcome:
        case "settled" if case.agreement is None:
            return "A case is settled by an agreement: record it first (agreement)."
        case "settled_on_scene" if case.stage not in ("screened", "assessed"):
            return "A case that was referred is not settled on the scene: say settled."
        case "failed" if last is None or last.outcome != "failed":
            return "No session of this round has failed: record it first (sessions)."
        case "failed" | "withdrawn" | "transferred" if case.agreement is not None:
            return "An agreement is recorded: the case is settled."
    return None


def _controlled(command: wish.Control, context: Context) -> Controlled:
    visits = command.visits or scheduled(context.rules, context.now)
    if command.departments:
        visits = tuple(visit.model_copy(update={"departments": command.departments}) for visit in visits)
    return Controlled(at=context.now, by=context.by, visits=visits, due=visit_items(context.rules, visits))


def _visited(case: Case, command: wish.RecordVisit, context: Context) -> list[Happened]:
    known = {visit.visit: visit for visit in case.visits}
    if command.visit not in known:
        raise UnknownVisit(f"The case has no visit {command.visit}; it has {', '.join(known)}.")
    visit = known[command.visit]
    if visit.visited_at is not None:
        raise NotAllowed(f"The visit {command.visit} is recorded already.", allowed(case))
    grace = later(visit.due_at, context.rules.timezone, context.rules.escalation.visit_grace_days)
    made = Visited(
        at=context.now,
        by=context.by,
        visit=command.visit,
        calm=command.calm,
        satisfied=command.satisfied,
        overdue=context.now > grace,
        words=command.words,
    )
    if command.calm:
        return [made]
    # A quarrel that is not calm may turn into a crime 民转刑: somebody above has to know.
    return [made, notify(fold([made], case), "not_calm", context)]
