"""What differs from area to area: which tier a grade asks for, and when a settled quarrel is visited (M3, M4, M7)."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from fengqiao.contracts.mediation import Grade
from services.mediation.domain.case import Tier, Visit


@dataclass(frozen=True, slots=True)
class VisitRule:
    """A visit that falls due so long after a case comes under control: calendar months first, then days."""

    visit: str
    days: int = 0
    months: int = 0


# 1333N of Dongcheng: a visit in 3 days, a look at 30 days, an assessment at 3 months.
DEFAULT_VISITS: Final = (VisitRule("3d", days=3), VisitRule("30d", days=30), VisitRule("3m", months=3))
DEFAULT_TIERS: Final[Mapping[Grade, Tier]] = MappingProxyType({"yellow": 1, "orange": 2, "red": 3})


@dataclass(frozen=True, slots=True)
class Rules:
    """timezone: the area's; a visit falls due at the same local hour."""

    timezone: ZoneInfo
    visits: tuple[VisitRule, ...] = DEFAULT_VISITS
    tiers: Mapping[Grade, Tier] = field(default_factory=lambda: DEFAULT_TIERS)


def scheduled(rules: Rules, begun: datetime) -> tuple[Visit, ...]:
    """The visits of a case that comes under control at `begun`, with the times they fall due (UTC)."""
    return tuple(Visit(visit=rule.visit, due_at=_due(rule, begun, rules.timezone)) for rule in rules.visits)


def _due(rule: VisitRule, begun: datetime, timezone: ZoneInfo) -> datetime:
    local = begun.astimezone(timezone)
    month = local.month - 1 + rule.months
    year, month = local.year + month // 12, month % 12 + 1
    # 31 January and one month is the last day of February.
    day = min(local.day, calendar.monthrange(year, month)[1])
    return (local.replace(year=year, month=month, day=day) + timedelta(days=rule.days)).astimezone(UTC)
