"""Working days 工作日: Monday to Friday, but for holidays and the weekend days that make up for them.

Which days those are is announced by the State Council each autumn for the next year, so they are data per year.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Year:
    """holidays: days off. workdays: days of a weekend on which people work 调休."""

    holidays: frozenset[date]
    workdays: frozenset[date]


@dataclass(frozen=True, slots=True)
class Calendar:
    """years: those that are known. In any other one only weekends are days off: `unknown` says which."""

    years: Mapping[int, Year] = field(default_factory=lambda: MappingProxyType({}))

    def is_working(self, day: date) -> bool:
        year = self.years.get(day.year)
        if year is not None:
            if day in year.workdays:
                return True
            if day in year.holidays:
                return False
        return day.weekday() < _SATURDAY

    def after(self, day: date, count: int) -> date:
        """The `count`th working day after `day` (which itself does not count). count ≥ 1."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working(day)
        return day

    def unknown(self, first: date, last: date) -> tuple[int, ...]:
        """The years from `first` to `last` whose holidays are not known."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.years)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment at which a local day is over, UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def working_days_after(calendar: Calendar, moment: datetime, count: int, zone: ZoneInfo) -> datetime:
    """When `count` working days after `moment` are over, UTC: the day of `moment` itself does not count."""
    return end_of(calendar.after(moment.astimezone(zone).date(), count), zone)
