"""Reading an area's `plans.json`. What is wrong is one sentence naming the file, its line, the plan and the field."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.plans import PlanStep, Targets
from services.dispatch.domain.plans import Hours, Notify, Plan, TargetRule, When

Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$")]
_WORDS: Final = {
    "string_pattern_mismatch": "write hours as 21:00-06:00",
    "extra_forbidden": "nobody here knows this field",
    "missing": "it is missing",
}


class InvalidPlans(Exception):
    """The file cannot be used; the text says why, and where."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _When(_Row):
    categories: list[str] = []
    priority_at_most: int | None = Field(default=None, ge=1, le=4)
    hours: list[Clock] | None = None
    places: list[str] | None = None
    """`cell:G07`, `zone:north`, `kind:school`."""
    sources: list[str] | None = None
    weapon: bool | None = None


class _Notify(_Row):
    to: str = Field(min_length=1)
    what: str = Field(min_length=1)
    within_seconds: float = Field(ge=0)


class _Plan(_Row):
    id: str
    name_zh: str
    name_en: str
    when: _When
    send: list[Wanted]
    targets: Targets = Targets()
    notify: list[_Notify] = []
    steps: list[PlanStep] = []


class _TargetRule(_Row):
    id: str
    when: _When
    seconds: Targets


class _File(_Row):
    plans: list[_Plan] = Field(min_length=1)
    targets: list[_TargetRule] = []
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
    """The plans of the file. Raises InvalidPlans."""
    try:
        text = file.read_text(encoding="utf-8")
        raw = json.loads(text)
    except OSError as error:
        raise InvalidPlans(f"{file} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise InvalidPlans(f"{file} line {error.lineno}: this is not JSON: {error.msg}") from error
    except ValueError as error:
        raise InvalidPlans(f"{file} cannot be used: {error}") from error
    try:
        written = _File.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        words = _WORDS.get(first["type"], first["msg"])
        raise InvalidPlans(_sentence(file, text, raw, first["loc"], words)) from error
    for loc, words in _wrong(written, known):
        raise InvalidPlans(_sentence(file, text, raw, loc, words))
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


Wrong = Iterator[tuple[tuple[str | int, ...], str]]


def _wrong(written: _File, known: Known) -> Wrong:
    """(where, what is wrong there) of what the shape alone does not tell."""
    groups: tuple[tuple[str, Sequence[_Plan | _TargetRule]], ...] = (
        ("plans", written.plans),
        ("targets", written.targets),
    )
    for group, rows in groups:
        ids = [row.id for row in rows]
        for index, row in enumerate(rows):
            if ids.index(row.id) != index:
                yield (group, index, "id"), "there are two of this name"
            for field, words in _wrong_when(row.when, known):
                yield (group, index, "when", field), words
    if written.default not in {plan.id for plan in written.plans}:
        yield ("default",), f"there is no plan {written.default}"
    for index, plan in enumerate(written.plans):
        roles = {wanted.role for wanted in plan.send}
        if not any(wanted.required for wanted in plan.send):
            yield ("plans", index, "send"), "no role is required: a call for which nobody is free would wait unseen"
        for number, wanted in enumerate(plan.send):
            yield from _wrong_wanted(("plans", index, "send", number), wanted, known)
        steps = [step.id for step in plan.steps]
        for number, step in enumerate(plan.steps):
            if steps.index(step.id) != number:
                yield ("plans", index, "steps", number, "id"), "there are two of this name"
            if step.role is not None and step.role not in roles:
                yield ("plans", index, "steps", number, "role"), f"the plan sends nobody in the role {step.role}"


def _wrong_wanted(where: tuple[str | int, ...], wanted: Wanted, known: Known) -> Wrong:
    if not wanted.kinds:
        yield (*where, "kinds"), "name at least one kind of unit"
    for kind in wanted.kinds:
        if kind not in known.abilities:
            yield (*where, "kinds"), f"kinds.json knows no kind {kind}"
    can = frozenset[str]().union(*(known.abilities.get(kind, frozenset()) for kind in wanted.kinds))
    for capability in wanted.capabilities:
        if capability not in can:
            yield (*where, "capabilities"), f"no unit of these kinds in units.json can do {capability}"


def _wrong_when(when: _When, known: Known) -> Iterator[tuple[str, str]]:
    for code in when.categories:
        if code not in known.categories:
            yield "categories", f"categories.json knows no code {code}"
    named = {"cell": known.cells, "zone": known.zones, "kind": known.place_kinds}
    for place in when.places or ():
        sort, _, name = place.partition(":")
        if sort not in named:
            yield "places", f"write {place} as cell:…, zone:… or kind:…"
        elif name not in named[sort]:
            yield "places", f"the area has no {sort} {name}"
    for source in when.sources or ():
        if source not in known.sources:
            yield "sources", f"sources.json knows no source {source}"
    for hours in when.hours or ():
        begin, _, end = hours.partition("-")
        if begin == end:
            yield "hours", f"{hours} is no time at all: leave hours out for the whole day"


def _sentence(file: Path, text: str, raw: Any, loc: tuple[str | int, ...], words: str) -> str:
    """`…/plans.json line 7: plan brawl: send.0.kinds: …`"""
    if len(loc) < 2 or loc[0] not in ("plans", "targets") or not isinstance(loc[1], int):
        return f"{file}: {'.'.join(map(str, loc)) or 'the file'}: {words}"
    row = raw[loc[0]][loc[1]]
    name = row.get("id", f"number {loc[1] + 1}") if isinstance(row, dict) else f"number {loc[1] + 1}"
    what = "plan" if loc[0] == "plans" else "targets"
    field = ".".join(str(part) for part in loc[2:])
    return f"{file}{_line(text, name)}: {what} {name}: {field + ': ' if field else ''}{words}"


def _line(text: str, name: str) -> str:
    at = text.find(f'"id": {json.dumps(name, ensure_ascii=False)}')
    return "" if at < 0 else f" line {text.count(chr(10), 0, at) + 1}"
