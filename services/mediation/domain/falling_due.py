"""What happens when something falls due on a case: it is told once, and what the area's rules want follows from it."""

from datetime import timedelta

from services.mediation.domain.case import Case, DueItem, Tier
from services.mediation.domain.context import Context
from services.mediation.domain.evolve import fold
from services.mediation.domain.happenings import Escalated, FellDue, Forgotten, Happened, Notified
from services.mediation.domain.rules import tier_item

NEXT_TIER: dict[Tier, Tier] = {1: 2, 2: 3}


def notify(case: Case, what: str, context: Context, within: float | None = None, late: bool = False) -> Notified:
    """That the superior is told of `what`."""
    escalation = context.rules.escalation
    return Notified(
        at=context.now,
        by=context.by,
        number=case.notified + 1,
        what=what,
        to=escalation.superior,
        within_seconds=escalation.at_once_seconds if within is None else within,
        late=late,
    )


def fallen_due(case: Case, context: Context) -> list[Happened]:
    """Everything that has fallen due until now, the earliest first, each with what follows from it.

    `retention` says that parties and papers have been erased: whoever stores it has done that before.
    """
    happened: list[Happened] = []
    while (item := case.next_due) is not None and item.due_at <= context.now:
        events = _told(case, item, context)
        case = fold(events, case)
        happened += events
    return happened


def _told(case: Case, item: DueItem, context: Context) -> list[Happened]:
    late = context.now - item.due_at > context.late_after
    fell = FellDue(at=context.now, key=item.key, kind=item.kind, due_at=item.due_at, late=late)
    day = timedelta(days=1).total_seconds()
    match item.kind:
        case "report":
            return [fell, notify(case, f"{case.grade}_dispute", context, late=late)]
        case "plan":
            return [fell, notify(case, "plan_missing", context, late=late)]
        case "visit_overdue":
            return [fell, notify(case, "visit_overdue", context, within=day, late=late)]
        case "tier" if case.tier == 3 or case.stage == "screened":
            return [fell, notify(case, "unsettled", context, within=day, late=late)]
        case "tier":
            tier = NEXT_TIER[case.tier or 1]
            again = tier_item(context.rules, tier, context.now)
            return [fell, Escalated(at=context.now, tier=tier, why="time", due=again)]
        case "retention":
            return [fell, Forgotten(at=context.now)]
    return [fell]
