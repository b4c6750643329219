"""What differs from area to area: grades, tiers, who mediates, times, visits, scores. Data of the area's folder."""

import calendar as months_of
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Final, Literal
from zoneinfo import ZoneInfo

from fengqiao.contracts.mediation import Grade
from services.mediation.domain.assigning import Force
from services.mediation.domain.case import DueItem, Tier, Visit
from services.mediation.domain.grading import Grading
from services.mediation.domain.kinds import Kinds
from services.mediation.domain.law import Law
from services.mediation.domain.scoring import ScoreRules
from services.mediation.domain.workdays import Calendar


@dataclass(frozen=True, slots=True)
class VisitRule:
    """A visit that falls due so long after a case comes under control: calendar months first, then days."""

    visit: str
    days: int = 0
    months: int = 0
    departments: tuple[str, ...] = ()
    """Who goes along: N of 1333N."""


# 1333N of Dongcheng: a visit in 3 days, a look at 30 days, an assessment at 3 months.
DEFAULT_VISITS: Final = (VisitRule("3d", days=3), VisitRule("30d", days=30), VisitRule("3m", months=3))
DEFAULT_TIERS: Final[Mapping[Grade, Tier]] = MappingProxyType({"yellow": 1, "orange": 2, "red": 3})
Report = Literal["at_once", "same_day", "none"]
DEFAULT_REPORTS: Final[Mapping[Grade, Report]] = MappingProxyType(
    {"yellow": "none", "orange": "same_day", "red": "at_once"}
)


@dataclass(frozen=True, slots=True)
class Escalation:
    """When a case goes one tier higher by itself, and when silence is told to the superior."""

    failed_sessions: int = 2
    """Failed sessions of one round; 0: never."""
    days: Mapping[Tier, int] = field(default_factory=lambda: MappingProxyType({1: 7, 2: 30, 3: 60}))
    """Days that a case may be unsettled at a tier; of the last one the superior is told."""
    visit_grace_days: int = 2
    plan_hours: int = 24
    """For the plan of a red dispute 一案一策."""
    report_by: time = time(18)
    """Local hour until which an orange dispute is reported the same day."""
    superior: str = "superior"
    at_once_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class CheckInPoint:
    """A contact who is asked every day 每日电话询问. worker: the client that calls."""

    id: str
    name_zh: str
    name_en: str
    grid_cell: str | None = None
    worker: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """timezone: the area's; a visit falls due at the same local hour."""

    timezone: ZoneInfo
    visits: tuple[VisitRule, ...] = DEFAULT_VISITS
    tiers: Mapping[Grade, Tier] = field(default_factory=lambda: DEFAULT_TIERS)
    reports: Mapping[Grade, Report] = field(default_factory=lambda: DEFAULT_REPORTS)
    grading: Grading = field(default_factory=Grading)
    escalation: Escalation = field(default_factory=Escalation)
    law: Law = field(default_factory=Law)
    calendar: Calendar = field(default_factory=Calendar)
    force: Force = field(default_factory=Force)
    kinds: Kinds = field(default_factory=Kinds)
    scores: ScoreRules = field(default_factory=ScoreRules)
    retention_days: int = 1095
    """After which the parties and papers of a closed case are erased."""
    check_ins: tuple[CheckInPoint, ...] = ()
    check_in_by: time = time(20)
    """Local hour after which a contact who has not been reached is missed."""


def scheduled(rules: Rules, begun: datetime) -> tuple[Visit, ...]:
    """The visits of a case that comes under control at `begun`, with the times they fall due (UTC)."""
    return tuple(
        Visit(
            visit=rule.visit,
            due_at=later(begun, rules.timezone, rule.days, rule.months),
            departments=rule.departments,
        )
        for rule in rules.visits
    )


def later(begun: datetime, timezone: ZoneInfo, days: int = 0, months: int = 0) -> datetime:
    """So many calendar months, then days after `begun`, at the same local hour; UTC."""
    local = begun.astimezone(timezone)
    month = local.month - 1 + months
    year, month = local.year + month // 12, month % 12 + 1
    # 31 January and one month is the last day of February.
    day = min(local.day, months_of.monthrange(year, month)[1])
    return (local.replace(year=year, month=month, day=day) + timedelta(days=days)).astimezone(UTC)


def visit_items(rules: Rules, visits: tuple[Visit, ...]) -> tuple[DueItem, ...]:
    """What falls due with these visits: each of them, and that it was not made in time."""
    grace = rules.escalation.visit_grace_days
    items = []
    for visit in visits:
        overdue = later(visit.due_at, rules.timezone, grace)
        items.append(DueItem(key=f"visit:{visit.visit}", kind="visit", due_at=visit.due_at))
        items.append(DueItem(key=f"visit_overdue:{visit.visit}", kind="visit_overdue", due_at=overdue))
    return tuple(items)


def tier_item(rules: Rules, tier: Tier, begun: datetime) -> tuple[DueItem, ...]:
    """How long the case may be unsettled at this tier."""
    days = rules.escalation.days.get(tier, 0)
    return (DueItem(key="tier", kind="tier", due_at=later(begun, rules.timezone, days)),) if days else ()


def same_day(rules: Rules, moment: datetime) -> datetime:
    """Until when what happens at `moment` is reported the same day: at once when that hour is over."""
    local = moment.astimezone(rules.timezone)
    until = datetime.combine(local.date(), rules.escalation.report_by, rules.timezone).astimezone(UTC)
    return max(until, moment)
