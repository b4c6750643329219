"""Periods that are compared: a day, week, month, quarter or year of the area's calendar, the one before, last year's.

环比 holds a period against the one before it, 同比 against the same period a year earlier. A week is ISO 8601's and its
year-on-year partner begins 364 days earlier, on the same weekday. A period that is still running is compared as far as
it has come: with as many days of the one before, and up to the same date of last year.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_FORMS: Final[dict[str, tuple[str, str]]] = {
    "day": (r"\d{4}-\d{2}-\d{2}", "2024-10-30"),
    "week": (r"\d{4}-W\d{2}", "2024-W44"),
    "month": (r"\d{4}-\d{2}", "2024-10"),
    "quarter": (r"\d{4}-Q[1-4]", "2024-Q4"),
    "year": (r"\d{4}", "2024"),
}
KINDS: Final = tuple(_FORMS)


class InvalidPeriod(Exception):
    """field: `period` or `of`. The text says what would do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both ends in it."""

    first: date
    last: date

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(len(self))]


@dataclass(frozen=True, slots=True)
class Compared:
    """The period as far as it has come, and what it is held against. running: it is not over yet."""

    name: str
    span: Span
    before: Span
    last_year: Span
    running: bool


def compared(kind: str, of: str, today: date) -> Compared:
    """Raises InvalidPeriod. today: local; it is not counted, for it is not over."""
    if kind not in _FORMS:
        raise InvalidPeriod("period", f"Choose one of {', '.join(KINDS)}.")
    form, example = _FORMS[kind]
    if not re.fullmatch(form, of):
        raise InvalidPeriod("of", f"Give a {kind} as {example}.")
    try:
        whole, before, last_year = _SPANS[kind](of)
    except (ValueError, OverflowError):
        raise InvalidPeriod("of", f"There is no {kind} {of}: give one as {example}.") from None
    yesterday = today - timedelta(days=1)
    if whole.first > yesterday:
        raise InvalidPeriod("of", f"{of} has no day that is over yet.")
    if whole.last <= yesterday:
        return Compared(of, whole, before, last_year, False)
    passed = (yesterday - whole.first).days
    cut = Span(whole.first, yesterday)
    # By the calendar, so that 29 February moves nothing; a week's partner has the same weekdays instead.
    same_date = _year_earlier(yesterday)
    year_cut = _cut(last_year, passed) if kind == "week" else Span(last_year.first, min(last_year.last, same_date))
    return Compared(of, cut, year_cut if kind == "year" else _cut(before, passed), year_cut, True)


def _cut(span: Span, days: int) -> Span:
    return Span(span.first, min(span.last, span.first + timedelta(days=days)))


def _day(of: str) -> tuple[Span, Span, Span]:
    day = date.fromisoformat(of)
    before, earlier = day - timedelta(days=1), _year_earlier(day)
    return Span(day, day), Span(before, before), Span(earlier, earlier)


def _week(of: str) -> tuple[Span, Span, Span]:
    monday = date.fromisocalendar(int(of[:4]), int(of[6:]), 1)

    def week(begin: date) -> Span:
        return Span(begin, begin + timedelta(days=6))

    return week(monday), week(monday - timedelta(days=7)), week(monday - timedelta(days=364))


def _months(first: date, count: int) -> Span:
    return Span(first, _months_on(first, count) - timedelta(days=1))


def _month(of: str) -> tuple[Span, Span, Span]:
    first = date.fromisoformat(f"{of}-01")
    return _months(first, 1), _months(_months_on(first, -1), 1), _months(_months_on(first, -12), 1)


def _quarter(of: str) -> tuple[Span, Span, Span]:
    first = date(int(of[:4]), 3 * int(of[6]) - 2, 1)
    return _months(first, 3), _months(_months_on(first, -3), 3), _months(_months_on(first, -12), 3)


def _year(of: str) -> tuple[Span, Span, Span]:
    first = date(int(of), 1, 1)
    earlier = _months(_months_on(first, -12), 12)
    return _months(first, 12), earlier, earlier


_SPANS: Final[dict[str, Callable[[str], tuple[Span, Span, Span]]]] = {
    "day": _day,
    "week": _week,
    "month": _month,
    "quarter": _quarter,
    "year": _year,
}


def _months_on(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _year_earlier(day: date) -> date:
    # 29 February has no partner: the last of the month stands for it.
    return _months_on(day.replace(day=1), -12) + timedelta(days=min(day.day, 28 if day.month == 2 else 31) - 1)
