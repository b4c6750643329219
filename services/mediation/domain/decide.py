"""What follows from a command, or why nothing can. The table of stages says what may come next; the rest is here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor
from services.mediation.domain import commands as wish
from services.mediation.domain import transitions
from services.mediation.domain.case import Case, Duty, Tier
from services.mediation.domain.errors import NotAllowed, PartWrong, UnknownVisit
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
from services.mediation.domain.rules import Rules, scheduled

CLOCKS_APART: Final = timedelta(minutes=10)
"""By how much a client's clock may be ahead of ours."""
_NEXT_TIER: Final[dict[Tier, Tier]] = {1: 2, 2: 3}


@dataclass(frozen=True, slots=True)
class Context:
    """now: UTC. parties: the ids of those who quarrel, as far as they have been named."""

    now: datetime
    rules: Rules
    by: Actor | None = None
    parties: frozenset[str] = frozenset()


def opening(dispute: DisputeReported, now: datetime) -> list[Happened]:
    """What a reported dispute begins. One that was settled on the scene is recorded, disposed of and closed at once."""
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
        number=dispute.number,
        category=dispute.category,
        location=place,
        grid_cell=place.grid_cell if place else None,
        station=place.station if place else None,
        settled_on_scene=dispute.settled_on_scene,
    )
    if not dispute.settled_on_scene:
        return [opened]
    return [
        opened,
        Disposed(at=now, by=dispute.by, outcome="settled_on_scene"),
        Closed(at=now, by=dispute.by, outcome="settled_on_scene"),
    ]


def allowed(case: Case) -> tuple[str, ...]:
    """The commands that are possible now."""
    return tuple(name for name in transitions.possible(case.stage) if _hindrance(case, name) is None)


def decide(case: Case, command: wish.Command, context: Context) -> list[Happened]:
    """What happens. Raises NotAllowed, PartWrong, UnknownVisit."""
    name = wish.NAMES[type(command)]
    if name not in transitions.possible(case.stage):
        raise NotAllowed(f"The case is {case.stage}: {name} is not possible.", allowed(case))
    if hindrance := _hindrance(case, name):
        raise NotAllowed(hindrance, allowed(case))
    now, by = context.now, context.by
    match command:
        case wish.Assess():
            tier = max(context.rules.tiers[command.grade], command.tier or 1, case.tier or 1)
            return [Assessed(at=now, by=by, grade=command.grade, tier=tier, reason=command.reason)]
        case wish.Refer():
            return [Referred(at=now, by=by, mediators=command.mediators, venue=command.venue)]
        case wish.HoldSession():
            return [_session(case, command, context)]
        case wish.Agree():
            return [_agreed(command, context)]
        case wish.Dispose():
            if why := _cannot_end_as(case, command.outcome):
                raise NotAllowed(why, allowed(case))
            return [Disposed(at=now, by=by, outcome=command.outcome, words=command.words)]
        case wish.RecordPerformance():
            known = {duty.number for duty in case.agreement.duties} if case.agreement else set()
            if command.duty is not None and command.duty not in known:
                raise PartWrong("/duty", f"The agreement has no duty {command.duty}.")
            return [Performed(at=now, by=by, performed=command.performed, duty=command.duty, words=command.words)]
        case wish.Control():
            visits = command.visits or scheduled(context.rules, now)
            return [Controlled(at=now, by=by, visits=visits)]
        case wish.RecordVisit():
            return [_visited(case, command, context)]
        case wish.Escalate():
            tier = _NEXT_TIER[case.tier or 1]
            return [Escalated(at=now, by=by, tier=tier, reason=command.reason)]
        case wish.Close():
            return [Closed(at=now, by=by, outcome=case.outcome or "settled", words=command.words)]
        case _ as never:
            assert_never(never)


def _hindrance(case: Case, name: str) -> str | None:
    """Why a command that the table allows is not possible yet, or None."""
    last = case.last_session
    match name:
        case "sessions" | "refer" if case.agreement is not None:
            return "An agreement is recorded: dispose of the case."
        case "agreement" if case.agreement is not None:
            return "An agreement is recorded already: dispose of the case."
        case "agreement" if last is None or last.outcome != "agreed":
            return "No session has ended in agreement: record one first (sessions)."
        case "performance" if case.agreement is None:
            return "There is no agreement to perform."
        case "escalate" if case.tier == 3:
            return "The case is at the highest tier already."
        case "close" if case.stage == "disposed" and case.outcome == "settled":
            return "A settled case is followed up before it is closed: begin with control."
        case "close" if case.agreement is not None and case.agreement.performed is None:
            return "Whether the agreement was performed is not recorded yet: say it first (performance)."
        case "close" if case.stage == "followed_up" and not _calm_at_last(case):
            return "The last visit found no calm: escalate, or control again."
    return None


def _calm_at_last(case: Case) -> bool:
    made = [visit for visit in case.visits if visit.visited_at is not None]
    return not made or bool(max(made, key=lambda visit: (visit.visited_at, visit.due_at)).calm)


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


def _session(case: Case, command: wish.HoldSession, context: Context) -> SessionHeld:
    held_at = command.held_at or context.now
    if held_at > context.now + CLOCKS_APART:
        raise PartWrong("/held_at", "A session is recorded after it was held: this time lies in the future.")
    return SessionHeld(
        at=context.now,
        by=context.by,
        session=len(case.sessions) + 1,
        outcome=command.outcome,
        held_at=held_at,
        words=command.words,
    )


def _agreed(command: wish.Agree, context: Context) -> Agreed:
    if len(context.parties) < 2:
        raise PartWrong("/parties", "An agreement has at least two parties: name them first (parties).")
    for index, promise in enumerate(command.duties):
        if promise.party is not None and promise.party not in context.parties:
            raise PartWrong(f"/duties/{index}/party", f"The case has no party {promise.party}.")
    signed = set()
    for index, signature in enumerate(command.signatures):
        if signature.party not in context.parties:
            raise PartWrong(f"/signatures/{index}/party", f"The case has no party {signature.party}.")
        signed.add(signature.party)
    missing = sorted(context.parties - signed)
    if missing and not command.oral:
        raise PartWrong(
            "/signatures",
            f"A written agreement is signed by every party: {', '.join(missing)} is missing. "
            "An oral one is recorded with `oral`.",
        )
    return Agreed(
        at=context.now,
        by=context.by,
        oral=command.oral,
        words=command.words,
        duties=tuple(
            Duty(number=number, party=promise.party, deadline=promise.deadline or command.deadline)
            for number, promise in enumerate(command.duties, 1)
        ),
        deadline=command.deadline,
        signatures=command.signatures,
    )


def _visited(case: Case, command: wish.RecordVisit, context: Context) -> Visited:
    known = {visit.visit: visit for visit in case.visits}
    if command.visit not in known:
        raise UnknownVisit(f"The case has no visit {command.visit}; it has {', '.join(known)}.")
    if known[command.visit].visited_at is not None:
        raise NotAllowed(f"The visit {command.visit} is recorded already.", allowed(case))
    return Visited(at=context.now, by=context.by, visit=command.visit, calm=command.calm, words=command.words)
