"""Reading an area's `plans.json`."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.plans import PlanStep, Targets
from fengqiao.geo.json_file import Row, each_once, read, wrong
from services.dispatch.domain.plans import Hours, Notify, Plan, TargetRule, When


def _clock(hours: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]", hours):
        raise ValueError("write hours as 21:00-06:00")
    return hours


class _When(Row):
    categories: tuple[str, ...] = ()
    priority_at_most: int | None = Field(default=None, ge=1, le=4)
    hours: list[Annotated[str, AfterValidator(_clock)]] | None = None
    places: list[str] | None = None
    """`cell:G07`, `zone:north`, `kind:school`."""
    sources: list[str] | None = None
    weapon: bool | None = None


class _Notify(Row):
    to: str = Field(min_length=1)
    what: str = Field(min_length=1)
    within_seconds: float = Field(ge=0)


class _Plan(Row):
    id: str
    name_zh: str
    name_en: str
    when: _When
    send: list[Wanted]
    targets: Targets = Targets()
    notify: tuple[_Notify, ...] = ()
    steps: tuple[PlanStep, ...] = ()


class _TargetRule(Row):
    id: str
    when: _When
    seconds: Targets


class _File(Row):
    plans: list[_Plan] = Field(min_length=1)
    targets: tuple[_TargetRule, ...] = ()
    default: str


@dataclass(frozen=True, slots=True)
class Known:
    """What an area's other files name, which plans may speak of. abilities: per kind, what its units can do."""

    abilities: Mapping[str, frozenset[str]]
    categories: Collection[str]
    cells: Collection[str]
    zones: Collection[str]
    place_kinds: Collection[str]
    sources: Collection[str]


@dataclass(frozen=True, slots=True)
class Plans:
    plans: Mapping[str, Plan]
    default: str
    target_rules: tuple[TargetRule, ...]


def read_plans(file: Path, known: Known) -> Plans:
    """The plans of the file. Raises InvalidArea."""
    written = read(_File, file)
    each_once(file, "plans[{}].id", (plan.id for plan in written.plans))
    each_once(file, "targets[{}].id", (rule.id for rule in written.targets))
    for number, plan in enumerate(written.plans):
        each_once(file, f"plans[{number}].steps[{{}}].id", (step.id for step in plan.steps))
    for field, problem in _wrong(written, known):
        raise wrong(file, field, problem)
    return Plans(
        plans={plan.id: _plan(plan) for plan in written.plans},
        default=written.default,
        target_rules=tuple(TargetRule(rule.id, _when(rule.when), rule.seconds) for rule in written.targets),
    )


def _plan(row: _Plan) -> Plan:
    return Plan(
        id=row.id,
        when=_when(row.when),
        wanted=tuple(row.send),
        targets=row.targets,
        notify=tuple(Notify(one.to, one.what, one.within_seconds) for one in row.notify),
        steps=tuple(row.steps),
    )


def _when(row: _When) -> When:
    places = [place.partition(":")[::2] for place in row.places or ()]
    return When(
        categories=tuple(row.categories),
        priority_at_most=row.priority_at_most,
        hours=tuple(_hours(hours) for hours in row.hours or ()),
        cells=tuple(name for sort, name in places if sort == "cell"),
        zones=tuple(name for sort, name in places if sort == "zone"),
        place_kinds=tuple(name for sort, name in places if sort == "kind"),
        sources=tuple(row.sources or ()),
        weapon=row.weapon,
    )


def _hours(text: str) -> Hours:
    begin, _, end = text.partition("-")
    return Hours(*(int(clock[:2]) * 60 + int(clock[3:]) for clock in (begin, end)))


Wrong = Iterator[tuple[str, str]]
"""The field, and what is wrong with it that the shape alone does not tell."""


def _wrong(written: _File, known: Known) -> Wrong:
    for number, rule in enumerate(written.targets):
        yield from _wrong_when(f"targets[{number}].when", rule.when, known)
    if written.default not in {plan.id for plan in written.plans}:
        yield "default", f"there is no plan {written.default}"
    for index, plan in enumerate(written.plans):
        where = f"plans[{index}]"
        yield from _wrong_when(f"{where}.when", plan.when, known)
        roles = {wanted.role for wanted in plan.send}
        if not any(wanted.required for wanted in plan.send):
            yield f"{where}.send", "no role is required: a call for which nobody is free would wait unseen"
        for number, wanted in enumerate(plan.send):
            yield from _wrong_wanted(f"{where}.send[{number}]", wanted, known)
        for number, step in enumerate(plan.steps):
            if step.role is not None and step.role not in roles:
                yield f"{where}.steps[{number}].role", f"the plan sends nobody in the role {step.role}"


def _wrong_wanted(where: str, wanted: Wanted, known: Known) -> Wrong:
    if not wanted.kinds:
        yield f"{where}.kinds", "name at least one kind of unit"
    for kind in wanted.kinds:
        if kind not in known.abilities:
            yield f"{where}.kinds", f"kinds.json knows no kind {kind}"
    can = frozenset[str]().union(*(known.abilities.get(kind, frozenset()) for kind in wanted.kinds))
    for capability in wanted.capabilities:
        if capability not in can:
            yield f"{where}.capabilities", f"no unit of these kinds in units.json can do {capability}"


def _wrong_when(where: str, when: _When, known: Known) -> Wrong:
    for code in when.categories:
        if code not in known.categories:
            yield f"{where}.categories", f"categories.json knows no code {code}"
    named = {"cell": known.cells, "zone": known.zones, "kind": known.place_kinds}
    for place in when.places or ():
        sort, _, name = place.partition(":")
        if sort not in named:
            yield f"{where}.places", f"write {place} as cell:…, zone:… or kind:…"
        elif name not in named[sort]:
            yield f"{where}.places", f"the area has no {sort} {name}"
    for source in when.sources or ():
        if source not in known.sources:
            yield f"{where}.sources", f"sources.json knows no source {source}"
    for hours in when.hours or ():
        begin, _, end = hours.partition("-")
        if begin == end:
            yield f"{where}.hours", f"{hours} is no time at all: leave hours out for the whole day"
