"""Reading `handling.json` and the category set of an area's folder. An area may do without the file."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.contracts.feedback import FeedbackCounts, FeedbackForm, FeedbackLosses
from fengqiao.contracts.model import Category
from services.dispatch.domain.handling import OFFICER_NEEDS_HELP, Emergency, FormRule, Handling, Result

_FIELDS: Final = frozenset(
    {"described", "people", "vehicles"}
    | {f"counts.{name}" for name in FeedbackCounts.model_fields}
    | {f"losses.{name}" for name in FeedbackLosses.model_fields}
)
"""What a form may be asked for."""
assert {one.partition(".")[0] for one in _FIELDS} <= set(FeedbackForm.model_fields)


class WrongHandling(Exception):
    """`handling.json` cannot be used; the text names the file and the field."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Result(_Row):
    code: str
    ga_code: str | None = None
    name_zh: str
    name_en: str
    solves: bool
    exempt: bool = False


class _Form(_Row):
    categories: list[str]
    due: bool
    require: list[str]


class _Small(_Row):
    categories: list[str]
    hours: Annotated[float, Field(gt=0)]


class _Emergency(_Row):
    code: Annotated[str, Field(pattern=r"^[0-9]{2,12}$")]
    name_zh: str
    name_en: str
    kinds: list[str] = []
    count: Annotated[int, Field(ge=1, le=20)] = 2
    notify: list[Annotated[str, Field(min_length=1, max_length=60)]] = []


class _ReportUp(_Row):
    to: Annotated[str, Field(min_length=1, max_length=60)] = "superior"
    within_seconds: Annotated[float, Field(ge=0)] = 300.0


class _Handling(_Row):
    version: str
    results: list[_Result] = []
    forms: list[_Form] = []
    small_cases: list[_Small] = []
    emergency: _Emergency | None = None
    link_from: Annotated[float, Field(ge=0, le=1)] = 0.9
    report_up: _ReportUp = _ReportUp()


def load_handling(folder: Path, kinds: frozenset[str]) -> Handling:
    """How the area in `folder` handles incidents. kinds: the kinds of unit that it has. Raises WrongHandling."""
    categories = _categories(folder / "categories.json")
    file = folder / "handling.json"
    if not file.exists():
        return Handling(categories=categories)
    written = _read(file)
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
        report_up_to=written.report_up.to,
        report_up_within=written.report_up.within_seconds,
    )


def _read(file: Path) -> _Handling:
    try:
        return _Handling.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem: Any = error
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise WrongHandling(f"{file} cannot be used: {problem}") from error


def _check(file: Path, written: _Handling, codes: frozenset[str], kinds: frozenset[str]) -> None:
    """Raises WrongHandling for a word that stands for nothing."""
    if len({row.code for row in written.results}) != len(written.results):
        raise WrongHandling(f"{file} cannot be used: results: a code is there twice")
    named = {
        "forms": [form.categories for form in written.forms],
        "small_cases": [small.categories for small in written.small_cases],
    }
    for name, rows in named.items():
        for number, prefixes in enumerate(rows):
            unknown = [code for code in prefixes if not any(one.startswith(code) for one in codes)]
            if unknown:
                raise WrongHandling(
                    f"{file} cannot be used: {name}.{number}.categories: no category begins {unknown[0]}"
                )
    for number, form in enumerate(written.forms):
        if wrong := sorted(set(form.require) - _FIELDS):
            known = ", ".join(sorted(_FIELDS))
            raise WrongHandling(f"{file} cannot be used: forms.{number}.require: {wrong[0]} is none of {known}")
    if written.emergency is not None and (wrong := sorted(set(written.emergency.kinds) - kinds)):
        raise WrongHandling(f"{file} cannot be used: emergency.kinds: there is no kind {wrong[0]}")


def _categories(file: Path) -> dict[str, Category]:
    """Code and names of each category; what else the file says is intake's."""
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        version = written["version"]
        rows = {
            row["code"]: Category(code=row["code"], name_zh=row["name_zh"], name_en=row["name_en"], version=version)
            for row in written["categories"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongHandling(f"{file} cannot be used: {error}") from error
    return rows | {OFFICER_NEEDS_HELP.code: rows.get(OFFICER_NEEDS_HELP.code, OFFICER_NEEDS_HELP)}
