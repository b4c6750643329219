"""Referring a case to those who mediate, and their sessions: what the law allows, until when (M4–M6, M11, M12)."""

from datetime import datetime, timedelta
from typing import Final

from fengqiao.contracts.mediation import MediationMode
from services.mediation.domain import commands as wish
from services.mediation.domain.assigning import Wanted, suggest
from services.mediation.domain.case import Case, DueItem, Session
from services.mediation.domain.context import Context
from services.mediation.domain.errors import NotAllowed, PartWrong
from services.mediation.domain.evolve import fold
from services.mediation.domain.falling_due import NEXT_TIER, notify
from services.mediation.domain.happenings import Escalated, Extended, Happened, Referred, SessionHeld
from services.mediation.domain.hindrances import allowed
from services.mediation.domain.law import in_words, public_order_until
from services.mediation.domain.rules import later, tier_item
from services.mediation.domain.workdays import end_of

CLOCKS_APART: Final = timedelta(minutes=10)
"""By how much a client's clock may be ahead of ours."""


def referred(case: Case, command: wish.Refer, context: Context) -> Referred:
    """Raises NotAllowed for a way of mediating that the law bars, PartWrong for a venue that is not there."""
    rules = context.rules
    mode = command.mode or case.mode or "people"
    _check_mode(case, mode)
    if mode == "public_order" and _next_until(case, context) is None:
        raise NotAllowed(
            f"There were {rules.law.sessions} public-order mediations already: it is decided, or referred with mode "
            "people.",
            allowed(case),
        )
    mediators, venue = command.mediators, command.venue
    if venue is not None and rules.force.venues and rules.force.venue(venue) is None:
        known = ", ".join(one.id for one in rules.force.venues)
        raise PartWrong("/venue", f"The area has no venue {venue}; it has {known}.")
    if not mediators:
        found = suggest(Wanted(case.kind, case.grid_cell, case.tier or 1), rules.force, rules.kinds, context.loads)
        mediators = tuple(one.id for one in found.team)
        venue = venue or (found.venue.id if found.venue else None)
        if not mediators:
            raise PartWrong("/mediators", "Nobody of this area's mediators is free for it: name them.")
    until = None
    if mode == "people":
        month = later(context.now, rules.timezone, months=rules.law.months).astimezone(rules.timezone)
        # Its last day counts whole.
        until = case.people_until or end_of(month.date(), rules.timezone)
    return Referred(
        at=context.now,
        by=context.by,
        mediators=mediators,
        venue=venue,
        mode=mode,
        people_until=until,
        due=_times(case, mode, until, context),
    )


def _check_mode(case: Case, mode: MediationMode) -> None:
    if case.gate is None:
        if mode == "public_order":
            raise NotAllowed("Whether 治安调解 is allowed is not known: assess the case with `law`.", allowed(case))
        return
    for barrier in case.gate:
        if barrier.mode == mode:
            name = "治安调解" if mode == "public_order" else "人民调解"
            raise NotAllowed(f"{name} is not allowed: {in_words(barrier.why)}.", allowed(case))


def _times(case: Case, mode: MediationMode, until: datetime | None, context: Context) -> tuple[DueItem, ...]:
    if until is not None:
        return (DueItem(key="people", kind="people", due_at=until),)
    return _public_order_item(case, context) if mode == "public_order" else ()


def _public_order_item(case: Case, context: Context) -> tuple[DueItem, ...]:
    """Until when the next public-order mediation has to be held; nothing where there may be none."""
    end = _next_until(case, context)
    if end is None:
        return ()
    years = _unknown_years(case, end, context) or None
    return (DueItem(key="public_order", kind="public_order", due_at=end, holidays_unknown=years),)


def _unknown_years(case: Case, end: datetime, context: Context) -> tuple[int, ...]:
    """Years between acceptance, or the last public-order mediation, and `end` of which only weekends are known."""
    held = _public_order(case)
    begun = held[-1].held_at if held else case.accepted_at or case.reported_at
    zone = context.rules.timezone
    return context.rules.calendar.unknown(begun.astimezone(zone).date(), end.astimezone(zone).date())


def _next_until(case: Case, context: Context) -> datetime | None:
    rules = context.rules
    accepted = case.accepted_at or case.reported_at
    return public_order_until(rules.law, rules.calendar, rules.timezone, accepted, _public_order(case))


def _public_order(case: Case) -> tuple[Session, ...]:
    # Two in all, whatever the round.
    return tuple(session for session in case.sessions if session.mode == "public_order")


def extended(case: Case, command: wish.Extend, context: Context) -> Extended:
    """Both go on with 人民调解 after its month. Raises PartWrong."""
    if case.people_until is not None and command.until <= case.people_until:
        raise PartWrong("/until", f"It may go on until {case.people_until.isoformat()} already: name a later day.")
    if command.until <= context.now:
        raise PartWrong("/until", "This time has passed.")
    missing = sorted({party.id for party in context.quarrelling} - set(command.consent_of))
    if missing or not context.quarrelling:
        who = ", ".join(missing) or "the parties"
        raise PartWrong("/consent_of", f"Every party has to consent to it: {who} is missing.")
    item = DueItem(key="people", kind="people", due_at=command.until)
    return Extended(at=context.now, by=context.by, until=command.until, due=(item,))


def session_held(case: Case, command: wish.HoldSession, context: Context) -> list[Happened]:
    """A session, and what follows from it: too many failed ones lead one tier higher. Raises NotAllowed, PartWrong."""
    now, rules = context.now, context.rules
    held_at = command.held_at or now
    if held_at > now + CLOCKS_APART:
        raise PartWrong("/held_at", "A session is recorded after it was held: this time lies in the future.")
    if context.unguarded:
        raise NotAllowed(
            f"{', '.join(context.unguarded)} is a minor: name a guardian first (parties, role guardian).", allowed(case)
        )
    _check_times(case, held_at, context)
    held = SessionHeld(
        at=now,
        by=context.by,
        session=len(case.sessions) + 1,
        outcome=command.outcome,
        held_at=held_at,
        words=command.words,
        form=command.form,
        mode=case.mode,
        present=command.present,
    )
    after = fold([held], case)
    if case.mode == "public_order" and command.outcome != "agreed":
        held = held.model_copy(update={"due": _public_order_item(after, context)})
        after = fold([held], case)
    events: list[Happened] = [held]
    if command.danger:
        events.append(notify(after, "danger", context))
    if _failed_too_often(after, context):
        tier = NEXT_TIER[after.tier or 1]
        events.append(Escalated(at=now, by=context.by, tier=tier, why="failure", due=tier_item(rules, tier, now)))
    return events


def _failed_too_often(case: Case, context: Context) -> bool:
    most = context.rules.escalation.failed_sessions
    failed = sum(session.outcome == "failed" for session in case.round_sessions)
    # After two failed public-order mediations the case is decided: no tier mediates it a third time.
    return bool(most) and failed >= most and case.tier != 3 and case.mode != "public_order"


def _check_times(case: Case, held_at: datetime, context: Context) -> None:
    rules = context.rules
    if case.mode == "public_order":
        until = _next_until(case, context)
        if until is None:
            raise NotAllowed(
                f"A public-order case is mediated {rules.law.sessions} times at most: dispose of it, or refer it "
                "with mode people.",
                allowed(case),
            )
        if held_at > until:
            local = until.astimezone(rules.timezone)
            years = ", ".join(map(str, _unknown_years(case, until, context)))
            weekends = f"; of {years} no holidays are known, only weekends" if years else ""
            raise NotAllowed(
                f"The public-order mediation had to be held before {local:%Y-%m-%d %H:%M} (working days{weekends}): "
                "dispose of the case, or refer it with mode people.",
                allowed(case),
            )
    elif case.people_until is not None and held_at > case.people_until:
        raise NotAllowed(
            "The month of 人民调解 is over: ask both parties whether they go on (extend), or dispose of the case.",
            allowed(case),
        )
