"""An area's rules of mediation from `mediation.json`, `calendar.json` and `justice.json` of its folder.

What a file does not say is as it is for 1333N. Kinds of dispute are said in codes or aliases of `categories.json`.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from fengqiao.contracts.mediation import Grade, Remedy
from fengqiao.geo.areas import Area
from fengqiao.geo.json_file import Part, Row, each_once, read, wrong
from services.mediation.domain.assigning import DEFAULT_TEAMS, Force, Mediator, Role, Venue, VenueKind
from services.mediation.domain.case import Tier
from services.mediation.domain.grading import From, Grading, Sign
from services.mediation.domain.kinds import Kinds, Named
from services.mediation.domain.law import Law
from services.mediation.domain.rules import (
    DEFAULT_REPORTS,
    DEFAULT_TIERS,
    DEFAULT_VISITS,
    CheckInPoint,
    Escalation,
    Report,
    Rules,
    VisitRule,
)
from services.mediation.domain.scoring import MEDIATOR_COUNTS, WORKER_COUNTS, ScoreRules
from services.mediation.domain.workdays import Calendar, Year

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
TierName = Literal["1", "2", "3"]
"""JSON's keys are texts."""
_TIERS: Final[Mapping[str, Tier]] = {"1": 1, "2": 2, "3": 3}
Count = Annotated[int, Field(ge=0, le=3660)]
_AHEAD: Final = timedelta(days=60)
"""Next year's holidays are wanted so long before it begins: they are announced in November."""


class _Visit(Row):
    visit: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    days: Count = 0
    months: Annotated[int, Field(ge=0, le=120)] = 0
    departments: tuple[Id, ...] = ()


class _Sign(Row):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    name_zh: str
    name_en: str
    grade: Grade


class _From(Row):
    least: Annotated[float, Field(gt=0)]
    grade: Grade


class _Grading(Row):
    signs: tuple[_Sign, ...] | None = None
    kinds: dict[str, Grade] = Field(default_factory=dict)
    money: tuple[_From, ...] | None = None
    people: tuple[_From, ...] | None = None
    parties: tuple[_From, ...] | None = None
    place: tuple[_From, ...] | None = None
    repeat_days: Annotated[int, Field(ge=1, le=3660)] = 365


class _Escalation(Row):
    failed_sessions: Count = 2
    days: dict[TierName, Count] | None = None
    visit_grace_days: Count = 2
    plan_hours: Annotated[int, Field(ge=1, le=720)] = 24
    report_by: time = time(18)
    superior: Id = "superior"
    at_once_seconds: Annotated[float, Field(gt=0)] = 60


class _Law(Row):
    sessions: Annotated[int, Field(ge=1, le=10)] = 2
    first_days: Annotated[int, Field(ge=1, le=100)] = 3
    second_days: Annotated[int, Field(ge=1, le=100)] = 7
    months: Annotated[int, Field(ge=1, le=12)] = 1
    confirm_days: Annotated[int, Field(ge=1, le=365)] = 30
    remind_days: Annotated[int, Field(ge=0, le=365)] = 7
    remedies: dict[str, tuple[Remedy, ...]] = Field(default_factory=dict)


class _Venue(Row):
    id: Id
    name_zh: str
    name_en: str
    kind: VenueKind
    takes: tuple[str, ...] = ()
    grid_cells: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = (1, 2, 3)
    members: tuple[Id, ...] = ()


class _Mediator(Row):
    id: Id
    name_zh: str
    name_en: str
    role: Role
    skills: tuple[str, ...] = ()
    grid_cells: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = (1, 2, 3)
    most: Annotated[int, Field(ge=1, le=1000)] = 20


class _Scores(Row):
    worker: dict[str, float] | None = None
    mediator: dict[str, float] | None = None
    gold_places: Count = 3
    gold_settled: Count = 10
    gold_rate: Annotated[float, Field(ge=0, le=1)] = 0.95


class _CheckIn(Row):
    id: Id
    name_zh: str
    name_en: str
    grid_cell: str | None = None
    worker: Id | None = None


class _Rules(Row):
    visits: Annotated[tuple[_Visit, ...], Field(min_length=1, max_length=20)] | None = None
    tiers: dict[Grade, Tier] | None = None
    reports: dict[Grade, Report] | None = None
    grading: _Grading = _Grading()
    escalation: _Escalation = _Escalation()
    law: _Law = _Law()
    teams: dict[TierName, tuple[Role, ...]] | None = None
    venues: tuple[_Venue, ...] = ()
    mediators: tuple[_Mediator, ...] = ()
    scores: _Scores = _Scores()
    retention_days: Annotated[int, Field(ge=1, le=36600)] = 1095
    check_ins: tuple[_CheckIn, ...] = ()
    check_in_by: time = time(20)

    @field_validator("tiers", "reports")
    @classmethod
    def _whole(cls, grades: dict[Grade, Any] | None) -> dict[Grade, Any] | None:
        if grades is not None and set(grades) != set(DEFAULT_TIERS):
            raise ValueError("give something for each of yellow, orange and red")
        return grades


class _Year(Row):
    year: Annotated[int, Field(ge=2000, le=2199)]
    source: str | None = None
    """Where it was announced; for people."""
    holidays: tuple[date, ...]
    workdays: tuple[date, ...] = ()


class _Calendar(Row):
    years: tuple[_Year, ...]


class _Class(Row):
    code: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")]
    name_zh: str
    name_en: str


class _Pair(Row):
    kind: str
    classes: Annotated[tuple[str, ...], Field(min_length=1)]


class _Justice(Row):
    version: str
    classes: tuple[_Class, ...]
    pairs: tuple[_Pair, ...]


class _Category(Part):
    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()


class _Categories(Part):
    categories: tuple[_Category, ...]


def load_rules(folder: Path, area: Area) -> Rules:
    """The rules of the area whose files lie in `folder`. Raises InvalidArea."""
    words, names = _categories(folder / "categories.json")
    kinds = _kinds(folder / "justice.json", words, names)
    calendar = _calendar(folder / "calendar.json")
    file = folder / "mediation.json"
    if not file.exists():
        return Rules(area.tz, kinds=kinds, calendar=calendar)
    written = read(_Rules, file)
    _check(file, written, area, words)
    rows = written.visits
    visits = DEFAULT_VISITS if rows is None else tuple(VisitRule(**row.model_dump()) for row in rows)
    return Rules(
        area.tz,
        visits,
        written.tiers or DEFAULT_TIERS,
        written.reports or DEFAULT_REPORTS,
        _grading(written.grading),
        _escalation(written.escalation),
        Law(**_told(written.law)),
        calendar,
        Force(
            tuple(Venue(**row.model_dump()) for row in written.venues),
            tuple(Mediator(**row.model_dump()) for row in written.mediators),
            DEFAULT_TEAMS if written.teams is None else {_TIERS[tier]: team for tier, team in written.teams.items()},
        ),
        kinds,
        ScoreRules(**_told(written.scores)),
        written.retention_days,
        tuple(CheckInPoint(**row.model_dump()) for row in written.check_ins),
        written.check_in_by,
    )


def years_missing(area: str, rules: Rules, now: datetime) -> str | None:
    """A sentence that says for which years, now or soon, the area's calendar has no holidays; None when it has them."""
    today = now.astimezone(rules.timezone).date()
    years = rules.calendar.unknown(today, today + _AHEAD)
    if not years:
        return None
    which = " and ".join(map(str, years))
    return (
        f"{area}: calendar.json has no holidays for {which}: working days leave out weekends only. "
        "Add the year as the State Council announces it."
    )


def _told(row: Row) -> dict[str, Any]:
    """What the row says; what it leaves to the defaults is left out."""
    return {name: value for name in row.model_fields_set if (value := getattr(row, name)) is not None}


def _escalation(row: _Escalation) -> Escalation:
    told = _told(row)
    if row.days is not None:
        told["days"] = {_TIERS[tier]: days for tier, days in row.days.items()}
    return Escalation(**told)


def _grading(row: _Grading) -> Grading:
    told = _told(row)
    for name in ("money", "people", "parties", "place"):
        if name in told:
            told[name] = tuple(From(one.least, one.grade) for one in told[name])
    if "signs" in told:
        told["signs"] = tuple(Sign(**one.model_dump()) for one in told["signs"])
    return Grading(**told)


def _check(file: Path, written: _Rules, area: Area, words: Mapping[str, str]) -> None:
    """What the fields say together, and of the area's other files. Raises InvalidArea."""
    cells = {cell.id for cell in area.grid_cells}
    mediators = {row.id for row in written.mediators}
    each_once(file, "visits[{}].visit", (row.visit for row in written.visits or ()))
    each_once(file, "venues[{}].id", (row.id for row in written.venues))
    each_once(file, "mediators[{}].id", (row.id for row in written.mediators))
    each_once(file, "check_ins[{}].id", (row.id for row in written.check_ins))
    for number, venue in enumerate(written.venues):
        _known(file, f"venues[{number}].takes", venue.takes, words, "categories.json has no category")
        _known(file, f"venues[{number}].grid_cells", venue.grid_cells, cells, "area.json has no grid cell")
        _known(file, f"venues[{number}].members", venue.members, mediators, "there is no mediator")
    for number, mediator in enumerate(written.mediators):
        _known(file, f"mediators[{number}].skills", mediator.skills, words, "categories.json has no category")
        _known(file, f"mediators[{number}].grid_cells", mediator.grid_cells, cells, "area.json has no grid cell")
    for number, point in enumerate(written.check_ins):
        if point.grid_cell is not None:
            where = f"check_ins[{number}].grid_cell"
            _known(file, where, (point.grid_cell,), cells, "area.json has no grid cell")
    _known(file, "grading.kinds", written.grading.kinds, words, "categories.json has no category")
    _known(file, "law.remedies", written.law.remedies, words, "categories.json has no category")
    _known(file, "scores.worker", written.scores.worker or (), WORKER_COUNTS, "nobody counts")
    _known(file, "scores.mediator", written.scores.mediator or (), MEDIATOR_COUNTS, "nobody counts")


def _known(file: Path, where: str, said: Iterable[str], known: Iterable[str], problem: str) -> None:
    for one in said:
        if one not in known:
            raise wrong(file, where, f"{problem} {one}")


def _categories(file: Path) -> tuple[dict[str, str], dict[str, Named]]:
    """Each word and code of the area's category set → its code, and the names of each code."""
    if not file.exists():
        return {}, {}
    rows = read(_Categories, file).categories
    words = {alias: row.code for row in rows for alias in row.aliases}
    names = {row.code: Named(row.code, row.name_zh, row.name_en) for row in rows}
    return words | {code: code for code in names}, names


def _kinds(file: Path, words: dict[str, str], names: dict[str, Named]) -> Kinds:
    if not file.exists():
        return Kinds(words, names)
    written = read(_Justice, file)
    classes = {row.code: Named(row.code, row.name_zh, row.name_en) for row in written.classes}
    crosswalk: dict[str, tuple[str, ...]] = {}
    for number, pair in enumerate(written.pairs):
        if words:
            _known(file, f"pairs[{number}].kind", (pair.kind,), words, "categories.json has no category")
        _known(file, f"pairs[{number}].classes", pair.classes, classes, "there is no class")
        crosswalk[pair.kind] = pair.classes
        # The first word of a code speaks for the code itself.
        crosswalk.setdefault(words.get(pair.kind, pair.kind), pair.classes)
    return Kinds(words, names, classes, crosswalk)


def _calendar(file: Path) -> Calendar:
    if not file.exists():
        return Calendar()
    rows = read(_Calendar, file).years
    each_once(file, "years[{}].year", (row.year for row in rows))
    years = {}
    for number, row in enumerate(rows):
        for name, days in (("holidays", row.holidays), ("workdays", row.workdays)):
            for place, day in enumerate(days):
                if day.year != row.year:
                    raise wrong(file, f"years[{number}].{name}[{place}]", f"{day} is not in {row.year}")
        if both := set(row.holidays) & set(row.workdays):
            raise wrong(file, f"years[{number}]", f"{min(both)} is a holiday and a working day")
        years[row.year] = Year(frozenset(row.holidays), frozenset(row.workdays))
    return Calendar(years)
