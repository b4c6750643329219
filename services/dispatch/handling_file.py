"""Reading `handling.json` and the category set of an area's folder. An area may do without the file."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from fengqiao.contracts.feedback import FeedbackCounts, FeedbackForm, FeedbackLosses
from fengqiao.contracts.model import Category, CategoryCode
from fengqiao.geo.json_file import Part, Row, each_once, read, wrong
from services.dispatch.domain.handling import OFFICER_NEEDS_HELP, Emergency, FormRule, Handling, Result

_FIELDS: Final = frozenset(
    {"described", "people", "vehicles"}
    | {f"counts.{name}" for name in FeedbackCounts.model_fields}
    | {f"losses.{name}" for name in FeedbackLosses.model_fields}
)
"""What a form may be asked for."""
assert {one.partition(".")[0] for one in _FIELDS} <= set(FeedbackForm.model_fields)


class _Result(Row):
    code: str
    ga_code: str | None = None
    name_zh: str
    name_en: str
    solves: bool
    exempt: bool = False


class _Form(Row):
    categories: list[str]
    due: bool
    require: list[str]


class _Small(Row):
    categories: list[str]
    hours: Annotated[float, Field(gt=0)]


class _Emergency(Row):
    code: CategoryCode
    name_zh: str
    name_en: str
    kinds: tuple[str, ...] = ()
    count: Annotated[int, Field(ge=1, le=20)] = 2
    notify: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()


class _ReportUp(Row):
    to: Annotated[str, Field(min_length=1, max_length=60)] = "superior"
    within_seconds: Annotated[float, Field(ge=0)] = 300.0


class _Handling(Row):
    version: str
    results: tuple[_Result, ...] = ()
    forms: tuple[_Form, ...] = ()
    small_cases: tuple[_Small, ...] = ()
    emergency: _Emergency | None = None
    link_from: Annotated[float, Field(ge=0, le=1)] = 0.9
    report_up: _ReportUp = _ReportUp()


class _Category(Part):
    code: CategoryCode
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()


class _Categories(Part):
    version: str
    categories: list[_Category]


def load_handling(folder: Path, kinds: frozenset[str]) -> Handling:
    """How the area in `folder` handles incidents. kinds: the kinds of unit that it has. Raises InvalidArea."""
    said = read(_Categories, folder / "categories.json")
    categories = _categories(said)
    words = frozenset(word for row in said.categories for word in (row.code, *row.aliases))
    file = folder / "handling.json"
    if not file.exists():
        return Handling(categories=categories, words=words)
    written = read(_Handling, file)
    _check(file, written, frozenset(categories), kinds)
    emergency = Emergency()
    if written.emergency is not None:
        row = written.emergency
        category = Category(code=row.code, name_zh=row.name_zh, name_en=row.name_en, version=written.version)
        emergency = Emergency(category, tuple(row.kinds), row.count, tuple(row.notify))
    return Handling(
        results={
            row.code: Result(row.code, row.ga_code, row.name_zh, row.name_en, row.solves, row.exempt)
            for row in written.results
        },
        forms=tuple(FormRule(tuple(row.categories), row.due, tuple(row.require)) for row in written.forms),
        small={code: timedelta(hours=row.hours) for row in written.small_cases for code in row.categories},
        emergency=emergency,
        link_from=written.link_from,
        categories=categories,
        words=words,
        report_up_to=written.report_up.to,
        report_up_within=written.report_up.within_seconds,
    )


def _check(file: Path, written: _Handling, codes: frozenset[str], kinds: frozenset[str]) -> None:
    """Raises InvalidArea for a word that stands for nothing."""
    each_once(file, "results[{}].code", (row.code for row in written.results))
    named = {
        "forms": [form.categories for form in written.forms],
        "small_cases": [small.categories for small in written.small_cases],
    }
    for name, rows in named.items():
        for number, prefixes in enumerate(rows):
            for code in prefixes:
                if not any(one.startswith(code) for one in codes):
                    raise wrong(file, f"{name}[{number}].categories", f"no category begins {code}")
    for number, form in enumerate(written.forms):
        if unknown := sorted(set(form.require) - _FIELDS):
            raise wrong(file, f"forms[{number}].require", f"{unknown[0]} is none of {', '.join(sorted(_FIELDS))}")
    if written.emergency is not None and (unknown := sorted(set(written.emergency.kinds) - kinds)):
        raise wrong(file, "emergency.kinds", f"there is no kind {unknown[0]}")


def _categories(said: _Categories) -> dict[str, Category]:
    """Code and names of each category; what else the file says is intake's."""
    rows = {
        row.code: Category(code=row.code, name_zh=row.name_zh, name_en=row.name_en, version=said.version)
        for row in said.categories
    }
    return rows | {OFFICER_NEEDS_HELP.code: rows.get(OFFICER_NEEDS_HELP.code, OFFICER_NEEDS_HELP)}
