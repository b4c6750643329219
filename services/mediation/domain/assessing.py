"""Grading a case: colour with its reasons, tier, the legal gate, both classifications (M3, M4, M8, M11, M13)."""

from datetime import timedelta

from fengqiao.contracts.mediation import Grade
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case, DueItem, Tier
from services.mediation.domain.context import Context
from services.mediation.domain.errors import PartWrong
from services.mediation.domain.evolve import fold
from services.mediation.domain.falling_due import notify
from services.mediation.domain.grading import JUDGED, ORDER, Seen, least_grade
from services.mediation.domain.happenings import Assessed, Happened, Raised
from services.mediation.domain.law import gate
from services.mediation.domain.rules import same_day, tier_item
from services.mediation.domain.transitions import after


def assessed(case: Case, command: wish.Assess, context: Context) -> list[Happened]:
    """Graded, and reported as the grade asks for. Raises PartWrong for a lower grade than the rules allow."""
    rules, now = context.rules, context.now
    repeats = case.repeats if context.repeats is None else context.repeats
    _check_signs(command, context)
    # What was known of it before still counts.
    signs = tuple(sorted({*case.signs, *command.signs}))
    money = case.money_yuan if command.money_yuan is None else command.money_yuan
    people = case.people if command.people is None else command.people
    least, reasons = least_grade(Seen(case.kind, signs, money, people, repeats), rules.grading, rules.kinds)
    grade = command.grade or least
    if ORDER[grade] < ORDER[least]:
        raise PartWrong("/grade", f"The area's rules make it at least {least} ({', '.join(reasons)}).")
    if ORDER[grade] > ORDER[least]:
        reasons = (JUDGED,)
    tier = max(rules.tiers[grade], command.tier or 1, case.tier or 1)
    law = command.law
    graded = Assessed(
        at=now,
        by=context.by,
        grade=grade,
        tier=tier,
        reason=command.reason,
        reasons=reasons,
        signs=signs,
        money_yuan=money,
        people=people,
        repeats=repeats,
        marks=context.marks,
        justice_class=_justice_class(case, command, context),
        gate=case.gate if law is None else gate(law),
        accepted_at=case.accepted_at if law is None else law.accepted_at or case.reported_at,
        due=_falls_due(case, grade, tier, context),
    )
    return [graded, *_reported(case, grade, graded, context)]


def raised(case: Case, context: Context) -> list[Happened]:
    """What follows where more is known of a graded case than when it was graded: the colour that the rules ask for now,
    if it is a graver one (M8). The case goes on where it is."""
    rules = context.rules
    seen = Seen(case.kind, case.signs, case.money_yuan, case.people, case.repeats)
    least, reasons = least_grade(seen, rules.grading, rules.kinds)
    if case.grade is None or after(case.stage, Raised.TYPE) is None or ORDER[least] <= ORDER[case.grade]:
        return []
    tier = max(rules.tiers[least], case.tier or 1)
    due = _falls_due(case, least, tier, context)
    graver = Raised(at=context.now, by=context.by, grade=least, tier=tier, reasons=reasons, due=due)
    return [graver, *_reported(case, least, graver, context)]


def _falls_due(case: Case, grade: Grade, tier: Tier, context: Context) -> tuple[DueItem, ...]:
    """What has to be done about a case that has this grade and tier from now on."""
    rules, now = context.rules, context.now
    unsettled = case.disposed_at is None
    due = [*tier_item(rules, tier, now)] if unsettled and tier != case.tier else []
    if rules.reports[grade] == "same_day" and case.grade != grade:
        due.append(DueItem(key="report", kind="report", due_at=same_day(rules, now)))
    if grade == "red" and unsettled and case.plan is None and case.grade != "red":
        until = now + timedelta(hours=rules.escalation.plan_hours)
        due.append(DueItem(key="plan", kind="plan", due_at=until))
    return tuple(due)


def _reported(case: Case, grade: Grade, graded: Happened, context: Context) -> list[Happened]:
    """That the superior is told at once, where the grade asks for it and is new."""
    if context.rules.reports[grade] != "at_once" or case.grade == grade or case.red_reported:
        return []
    return [notify(fold([graded], case), f"{grade}_dispute", context)]


def _check_signs(command: wish.Assess, context: Context) -> None:
    known = {sign.id for sign in context.rules.grading.signs}
    for index, sign in enumerate(command.signs):
        if sign not in known:
            raise PartWrong(f"/signs/{index}", f"The area knows no sign {sign}; it has {', '.join(sorted(known))}.")


def _justice_class(case: Case, command: wish.Assess, context: Context) -> str | None:
    kinds = context.rules.kinds
    if command.justice_class is None:
        likeliest = kinds.justice_classes(case.kind)
        return case.justice_class or (likeliest[0] if likeliest else None)
    if command.justice_class not in kinds.classes:
        known = ", ".join(f"{one.code} {one.name_zh}" for one in kinds.classes.values())
        raise PartWrong("/justice_class", f"The justice bureau has no class {command.justice_class}; it has {known}.")
    return command.justice_class
