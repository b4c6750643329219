"""Reading an area's forces from its folder: `kinds.json`, `units.json`, `plans.json`. What is wrong is one sentence."""

import csv
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.geo.areas import load_area
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_lines import with_line
from services.dispatch.domain.forces import Forces, Kind, Lender, Unit
from services.dispatch.handling_file import WrongHandling, load_handling
from services.dispatch.plan_file import InvalidPlans, Known, read_plans
from services.dispatch.standby_file import Known as Ground
from services.dispatch.standby_file import WrongStandby, load_standby


class InvalidForces(Exception):
    """A file of an area's folder cannot be used; the text names the file, the field and the line."""

    def __init__(self, sentence: str) -> None:
        super().__init__(with_line(sentence))


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


class _Kinds(_Row):
    kinds: list[_Kind]


class _Units(_Row):
    units: list[_Unit]


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
        units[row.id] = Unit(
            row.id,
            row.call_sign,
            kinds[row.kind],
            row.name_zh,
            row.name_en,
            row.home,
            row.grid_cell,
            row.zone,
            frozenset(row.capabilities),
        )
    ground = _json(folder / "area.json")
    place_kinds = _place_kinds(folder / "places.csv")
    abilities = {
        kind: frozenset[str]().union(*(unit.capabilities for unit in units.values() if unit.kind.kind == kind))
        for kind in kinds
    }
    known = Known(
        abilities=abilities,
        categories={row["code"] for row in _json(folder / "categories.json")["categories"]},
        cells={row["id"] for row in ground["grid_cells"]},
        zones={row["id"] for row in ground["zones"]},
        place_kinds=set(place_kinds.values()),
        sources={row["source"] for row in _json(folder / "sources.json")["sources"]},
    )
    try:
        duties = load_area(folder).duties
        plans = read_plans(folder / "plans.json", known)
        handling = load_handling(folder, frozenset(kinds))
        cells = {row["id"]: row["zone"] for row in ground["grid_cells"]}
        standby = load_standby(folder, Ground(abilities, cells, known.zones, {one.id for one in duties.shifts}))
    except (InvalidPlans, WrongHandling, WrongStandby, InvalidArea) as error:
        raise InvalidForces(str(error)) from error
    return Forces(
        area,
        units,
        plans.plans,
        plans.default,
        timezone=ZoneInfo(ground["timezone"]),
        target_rules=plans.target_rules,
        duties=duties,
        place_kinds=place_kinds,
        handling=handling,
        standby=standby,
        backing={row["id"]: tuple(row.get("backs", ())) for row in ground["zones"]},
    )


def with_lenders(forces: Mapping[str, Forces]) -> dict[str, Forces]:
    """Each area told what its neighbours lend to it, the nearest first: their folders say so."""
    told = {}
    for area, mine in forces.items():
        lenders = [
            Lender(other.area, back.seconds, back.lends)
            for other in forces.values()
            for back in other.duties.neighbours
            if back.area == area and back.lends
        ]
        told[area] = replace(mine, lenders=tuple(sorted(lenders, key=lambda one: (one.seconds, one.area))))
    return told


def _json(file: Path) -> Any:
    """Files that others check; what dispatch takes from them is there, or the file is wrong."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidForces(f"{file} cannot be used: {error}") from error


def _place_kinds(file: Path) -> dict[str, str]:
    try:
        with file.open(encoding="utf-8", newline="") as rows:
            return {row["name_zh"]: row["kind"] for row in csv.DictReader(rows)}
    except (OSError, ValueError, KeyError) as error:
        raise InvalidForces(f"{file} cannot be used: {error}") from error
