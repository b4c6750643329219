"""The days an answer is for: `from` and `to` as local days, or as instants with an offset.

A local day (`2024-10-30`) stands for the whole of it, `to` included. An instant (`2024-10-30T21:00:00+08:00`) is
where a range begins or ends, `to` excluded. Numbers are kept per local day of the area, 23, 24 or 25 hours long;
a range that begins or ends inside a day is answered for the whole of that day, and says so (`widened`).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

MOST_DAYS: Final = 400
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class InvalidRange(Exception):
    """field: `from` or `to`. The text says what would do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class DayRange:
    """first and last are both in it."""

    first: date
    last: date
    widened: bool

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def periods(self) -> list[str]:
        """The months that lie whole in it (`2024-10`), and the days of the others, in order."""
        found: list[str] = []
        day = self.first
        while day <= self.last:
            after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            if day.day == 1 and after - timedelta(days=1) <= self.last:
                found.append(day.isoformat()[:7])
                day = after
            else:
                found.append(day.isoformat())
                day += timedelta(days=1)
        return found

    def begins(self, timezone: tzinfo) -> datetime:
        """Its first instant."""
        return datetime.combine(self.first, time(), timezone)


def day_range(since: str, until: str, timezone: tzinfo) -> DayRange:
    """The local days that `since` … `until` touches. Raises InvalidRange."""
    begin, end = _read("from", since), _read("to", until)
    first, begin_inside = _first_day(begin, timezone)
    last, end_inside = _last_day(end, timezone)
    reversed_instants = isinstance(begin, datetime) and isinstance(end, datetime) and end <= begin
    if last < first or reversed_instants:
        raise InvalidRange("to", f"The range ends before it begins: from {since} to {until}.")
    if (last - first).days + 1 > MOST_DAYS:
        raise InvalidRange("to", f"The range has {(last - first).days + 1} days; ask for at most {MOST_DAYS}.")
    return DayRange(first, last, begin_inside or end_inside)


def _read(field: str, text: str) -> date | datetime:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRange(
            field, "Give a day (2024-10-30) or an instant with its offset (2024-10-30T21:00:00%2B08:00 in an address)."
        ) from None
    if instant.tzinfo is None:
        raise InvalidRange(field, "The instant needs an offset, such as Z or +08:00 (%2B08:00 in an address).")
    return instant


def _first_day(begin: date | datetime, timezone: tzinfo) -> tuple[date, bool]:
    if not isinstance(begin, datetime):
        return begin, False
    local = _local("from", begin, timezone)
    return local.date(), local.time() != time()


def _last_day(end: date | datetime, timezone: tzinfo) -> tuple[date, bool]:
    if not isinstance(end, datetime):
        return end, False
    local = _local("to", end, timezone)
    if local.time() == time() and local.date() > date.min:
        return local.date() - timedelta(days=1), False
    return local.date(), True


def _local(field: str, instant: datetime, timezone: tzinfo) -> datetime:
    try:
        return instant.astimezone(timezone)
    except (OverflowError, ValueError):
        raise InvalidRange(field, "The instant is out of range: years 1 to 9999.") from None
