"""The agreement 调解协议 with its required parts, and its confirmation by the court (M6, M11, M12)."""

from datetime import timedelta

from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case, DueItem, Duty
from services.mediation.domain.context import Context
from services.mediation.domain.errors import NotAllowed, PartWrong
from services.mediation.domain.happenings import Agreed, Confirmed
from services.mediation.domain.hindrances import allowed
from services.mediation.domain.workdays import end_of


def agreed(case: Case, command: wish.Agree, context: Context) -> Agreed:
    """Raises PartWrong, naming the required part that is missing or cannot be."""
    named = {party.id for party in context.parties}
    quarrelling = {party.id for party in context.quarrelling}
    if len(quarrelling) < 2:
        raise PartWrong("/parties", "An agreement has at least two parties: name them first (parties).")
    if context.unguarded:
        who = ", ".join(context.unguarded)
        raise PartWrong("/parties", f"{who} is a minor: name a guardian first (parties, role guardian).")
    for index, promise in enumerate(command.duties):
        if promise.party is not None and promise.party not in quarrelling:
            raise PartWrong(f"/duties/{index}/party", f"The case has no party {promise.party}.")
    signed = set()
    for index, signature in enumerate(command.signatures):
        if signature.party not in named:
            raise PartWrong(f"/signatures/{index}/party", f"The case has no party {signature.party}.")
        signed.add(signature.party)
    seal = command.seal or case.venue
    if not command.oral:
        _check_signed(context, signed)
        if seal is None:
            raise PartWrong("/seal", "A written agreement bears a seal: say whose (a venue), or record it as `oral`.")
    duties = tuple(
        Duty(number=number, party=promise.party, deadline=promise.deadline or command.deadline)
        for number, promise in enumerate(command.duties, 1)
    )
    law = context.rules.law
    due = [DueItem(key=f"duty:{duty.number}", kind="duty", due_at=duty.deadline) for duty in duties]
    confirm_by = None
    if case.mode != "public_order":
        # Days of the calendar: the last one counts whole.
        zone = context.rules.timezone
        confirm_by = end_of(context.now.astimezone(zone).date() + timedelta(days=law.confirm_days), zone)
        remind = confirm_by - timedelta(days=law.remind_days)
        due.append(DueItem(key="confirmation", kind="confirmation", due_at=remind))
    return Agreed(
        at=context.now,
        by=context.by,
        oral=command.oral,
        words=command.words,
        duties=duties,
        deadline=command.deadline,
        signatures=command.signatures,
        seal=None if command.oral else seal,
        confirm_by=confirm_by,
        due=tuple(due),
    )


def _check_signed(context: Context, signed: set[str]) -> None:
    """Every party signs; for a minor its guardian does."""
    missing = []
    for party in context.quarrelling:
        guardian = context.guardian(party.id) if party.minor else None
        if (party.id if guardian is None else guardian.id) not in signed:
            missing.append(party.id if guardian is None else f"{guardian.id} for {party.id}")
    if missing:
        raise PartWrong(
            "/signatures",
            f"A written agreement is signed by every party: {', '.join(sorted(missing))} is missing. "
            "An oral one is recorded with `oral`.",
        )


def confirmed(case: Case, command: wish.Confirm, context: Context) -> Confirmed:
    """A step of 司法确认. Raises NotAllowed, PartWrong."""
    agreement = case.agreement
    if agreement is None or agreement.confirm_by is None:
        raise NotAllowed("There is no agreement that a court could confirm.", allowed(case))
    if command.step != "asked":
        if not agreement.asked_by:
            raise NotAllowed("Nobody has asked the court yet: record that first (step asked).", allowed(case))
        return Confirmed(at=context.now, by=context.by, step=command.step)
    if context.now > agreement.confirm_by:
        law, last = context.rules.law, agreement.confirm_by - timedelta(seconds=1)
        local = last.astimezone(context.rules.timezone)
        raise NotAllowed(f"The {law.confirm_days} days for asking the court ended on {local:%Y-%m-%d}.", allowed(case))
    missing = sorted({party.id for party in context.quarrelling} - set(command.asked_by))
    if missing:
        raise PartWrong("/asked_by", f"All parties ask the court together: {', '.join(missing)} is missing.")
    return Confirmed(at=context.now, by=context.by, step="asked", asked_by=command.asked_by)
