"""Making a bulletin: gather its figures at one moment, put them into sections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from services.analytics import figures
from services.analytics.asking import Numbers
from services.analytics.day_range import DayRange
from services.analytics.domain import bulletin
from services.analytics.domain.bulletin import Section
from services.analytics.domain.cases import count_cases, overdue
from services.analytics.domain.comparing import BY, Line, biggest_changes, change
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.hazards import count_hazards, overdue_hazards
from services.analytics.domain.indicators import indicators
from services.analytics.domain.losses import losses
from services.analytics.domain.periods import Span
from services.analytics.domain.profile import BulletinKind, Name, Profile
from services.analytics.domain.ranking import Ranking, rank
from services.analytics.domain.register import AWAITING, OPEN
from services.analytics.domain.registering import OVERDUE
from services.analytics.domain.reviewing import review
from services.analytics.domain.table import Table
from services.analytics.dossiers import dossiers_of
from services.analytics.registers import table_of
from services.analytics.response_times import Question, answer

_SEGMENTS: Final = (
    ("received_to_assigned", Name("接警到派警", "Received to assigned")),
    ("assigned_to_acknowledged", Name("派警到签收", "Assigned to signed")),
    ("received_to_on_scene", Name("接警到到场", "Received to on scene")),
    ("received_to_cleared", Name("接警到处置完毕", "Received to cleared")),
)
_LOOKED_BACK: Final = 90
"""Days in which small cases and open incidents are looked for."""
_VIEWS: Final = (("fraud", Name("电诈", "Telecom fraud")), ("vehicle_theft", Name("盗抢车辆", "Vehicle theft")))


@dataclass(frozen=True, slots=True)
class Made:
    """overdue: how many cases, hazards and incidents are named as overdue. span: the days it is about. cases: those it
    may name."""

    sections: tuple[Section, ...]
    span: Span
    overdue: int
    cases: tuple[str, ...]
    said: dict[str, Any]


async def make(numbers: Numbers, area: str, kind: BulletinKind, issued: date) -> Made:
    """issued: a local day; what is overdue is so now. Raises Busy."""
    rules, profile = numbers.rules[area], numbers.profiles[area]
    compared = bulletin.spans(kind, issued)
    lines, view = await figures.comparison(numbers.store, rules, profile, compared, BY[0], "current")
    recent = Span(compared.span.last - timedelta(days=_LOOKED_BACK), compared.span.last)
    [table, back], _ = await table_of(numbers.store, rules, [compared.span, recent])
    now = numbers.clock.now()
    told = await dossiers_of(numbers.dossiers, area, rules.timezone)
    late, hazards_late = overdue(told.cases, now, profile.stage_days), overdue_hazards(told.hazards, now)
    small = back.identities(back.valid(profile.void) & (back["small"] == OVERDUE))
    opened = [one for one in told.cases if _within(one.opened_at, compared.span, rules)]
    found = [one for one in told.hazards if _within(one.found_at, compared.span, rules)]
    sections = [bulletin.compared(lines)]
    if kind != "daily":
        sections.append(await _categories(numbers, rules, profile, compared))
    sections.append(await _times(numbers, rules, compared.span))
    if kind != "monday":
        rows = indicators(table, profile, count_cases(opened), count_hazards(found))
        sections.append(bulletin.indicators(rows))
    if kind == "friday":
        sections += [await _losses(numbers, rules, profile, compared.span), *_ranked(table, profile)[:2]]
    if kind != "friday":
        sections += [bulletin.overdue_cases(late, now), bulletin.overdue_hazards(hazards_late, now)]
        sections += [_small(small), _waiting(back, profile)]
    if kind == "monday":
        week = compared.span.first.isocalendar()
        sections += [
            *_ranked(table, profile),
            bulletin.reviewed(review(table, profile, f"{week.year}-W{week.week:02}")),
        ]
    sections.append(bulletin.warnings(await _warnings(numbers, rules, compared.span)))
    return Made(
        tuple(sections),
        compared.span,
        len(late) + len(hazards_late) + len(small),
        tuple(sorted({one.case.id for one in late})),
        told.said(view.said()),
    )


def _within(at: datetime | None, span: Span, rules: AreaRules) -> bool:
    return at is not None and span.first <= at.astimezone(rules.timezone).date() <= span.last


async def _categories(numbers: Numbers, rules: AreaRules, profile: Profile, compared: Any) -> Section:
    lines, _ = await figures.comparison(numbers.store, rules, profile, compared, "category_level_2", "current")
    changed: Sequence[Line] = biggest_changes(lines, 10)
    title = Name("同比变化最大的类别", "Categories that changed most on the year")
    return bulletin.compared(changed, "categories", title)


async def _times(numbers: Numbers, rules: AreaRules, span: Span) -> Section:
    rows = []
    for segment, name in _SEGMENTS:
        told = await answer(numbers.store, Question(rules, DayRange(span.first, span.last, False), (), segment))
        rows.append((name, told["rows"][0] if told["rows"] else None))
    return bulletin.response_times(rows)


async def _losses(numbers: Numbers, rules: AreaRules, profile: Profile, span: Span) -> Section:
    earlier = Span(span.first - timedelta(days=364), span.last - timedelta(days=364))
    [now, before], view = await table_of(numbers.store, rules, [span, earlier])
    state = figures.period_of(before, earlier, view).state
    against = Name("去年同期", "the same days last year")
    lines = []
    for id, name in _VIEWS:
        [one], [old] = losses(now, profile, id), losses(before, profile, id)
        lines.append((name, one, change(round(one.lost_yuan), round(old.lost_yuan), state, against)))
    return bulletin.losses(lines)


def _ranked(table: Table, profile: Profile) -> list[Section]:
    stations = [one for one in (rank(table, profile, clock, "station") for clock in profile.clocks) if one is not None]
    crews = [one for one in (rank(table, profile, clock, "unit") for clock in profile.clocks) if one is not None]
    timed: list[Ranking] = [one for one in stations if one.places]
    return [bulletin.rankings(stations, "station"), bulletin.rankings(crews, "unit"), bulletin.unfinished(timed)]


def _small(found: list[dict[str, str]]) -> Section:
    return bulletin.listed(
        "small_cases", Name("超期小案", "Overdue small cases"), found, Name("无超期小案", "No small case is overdue.")
    )


def _waiting(back: Table, profile: Profile) -> Section:
    waiting = back.valid(profile.void) & back.own() & ((back["status"] == OPEN) | (back["status"] == AWAITING))
    return bulletin.listed(
        "not_closed",
        Name("未办结警情", "Incidents not closed"),
        back.identities(waiting),
        Name("无未办结警情", "Every incident is closed."),
    )


async def _warnings(numbers: Numbers, rules: AreaRules, span: Span) -> list[dict[str, Any]]:
    begin = datetime.combine(span.first, time(), rules.timezone).astimezone(UTC)
    end = datetime.combine(span.last + timedelta(days=1), time(), rules.timezone).astimezone(UTC)
    return [one for one in await numbers.store.warnings(rules.area, begin) if one["ends"] <= end.isoformat()]
