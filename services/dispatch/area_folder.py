"""Reading an area's forces from its folder: `kinds.json`, `units.json`, `plans.json`. What is wrong is one sentence."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.contracts.dispatch import Wanted
from services.dispatch.domain.forces import Forces, Kind, Plan, Unit


class InvalidForces(Exception):
    """A file of an area's folder cannot be used; the text names the file and the field."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Kind(_Row):
    kind: str
    name_zh: str
    name_en: str
    police: bool
    mode: str
    speed_factor: float = Field(gt=0)
    max_assignments: int = Field(ge=1)


class _Unit(_Row):
    id: str
    call_sign: str
    kind: str
    name_zh: str
    name_en: str
    station: str
    zone: str
    grid_cell: str
    home: tuple[float, float]
    capabilities: list[str] = []


class _When(_Row):
    categories: list[str]
    priority_at_most: int | None = None
    hours: list[str] | None = None
    places: list[str] | None = None


class _Plan(_Row):
    id: str
    name_zh: str
    name_en: str
    when: _When
    send: list[Wanted]
    notify: list[str] = []


class _Kinds(_Row):
    kinds: list[_Kind]


class _Units(_Row):
    units: list[_Unit]


class _Plans(_Row):
    plans: list[_Plan]
    default: str


Row = TypeVar("Row", bound=_Row)


def _read(model: type[Row], file: Path) -> Row:
    try:
        return model.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem: Any = error
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise InvalidForces(f"{file} cannot be used: {problem}") from error


def load_forces(folder: Path, area: str) -> Forces:
    """Roster and plans of the area in `folder`. Raises InvalidForces."""
    kinds = {
        row.kind: Kind(
            kind=row.kind,
            name_zh=row.name_zh,
            name_en=row.name_en,
            police=row.police,
            max_assignments=row.max_assignments,
            speed_factor=row.speed_factor,
            on_foot=row.mode == "foot",
        )
        for row in _read(_Kinds, folder / "kinds.json").kinds
    }
    units = {}
    for row in _read(_Units, folder / "units.json").units:
        if row.kind not in kinds:
            raise InvalidForces(f"{folder / 'units.json'}: unit {row.id} is of the unknown kind {row.kind}")
        units[row.id] = Unit(row.id, row.call_sign, kinds[row.kind], row.name_zh, row.name_en, row.home, row.grid_cell)
    written = _read(_Plans, folder / "plans.json")
    plans = {plan.id: Plan(plan.id, tuple(plan.when.categories), tuple(plan.send)) for plan in written.plans}
    if written.default not in plans:
        raise InvalidForces(f"{folder / 'plans.json'}: default: there is no plan {written.default}")
    for plan in plans.values():
        for wanted in plan.wanted:
            unknown = set(wanted.kinds) - set(kinds)
            if unknown:
                raise InvalidForces(f"{folder / 'plans.json'}: plan {plan.id} wants the unknown kind {unknown.pop()}")
    return Forces(area, units, plans, written.default)
