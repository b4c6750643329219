"""Reading `standby.json` of an area's folder. An area may do without the file: then nobody is told where to wait."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.contracts.model import Location
from services.dispatch.domain.plans import Hours
from services.dispatch.domain.standby_plan import Band, CoverageRule, Point, Rotation, Squad, StandbyPlan

REST: Final = "rest"
_HOUR: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"


class WrongStandby(Exception):
    """`standby.json` cannot be used; the text names the file and the field."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the other files of the folder have. cells: grid cell → its zone. abilities: kind → what its units can do."""

    abilities: Mapping[str, frozenset[str]]
    cells: Mapping[str, str]
    zones: Collection[str]
    shifts: Collection[str]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Squad(_Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    kinds: Annotated[list[str], Field(min_length=1)]
    capabilities: list[str] = []
    most_seconds: Annotated[float, Field(gt=0)] | None = None


class _Band(_Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    begin: Annotated[str, Field(alias="from", pattern=_HOUR)]
    end: Annotated[str, Field(alias="to", pattern=_HOUR)]
    squads: list[_Squad]


class _Point(_Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    at: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
    grid_cell: str
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


class _Rule(_Row):
    id: Annotated[str, Field(pattern=_ID)]
    kinds: Annotated[list[str], Field(min_length=1)]
    capabilities: list[str] = []
    within_seconds: Annotated[float, Field(gt=0)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    zones: list[str] = []
    begin: str | None = Field(default=None, alias="from", pattern=_HOUR)
    end: str | None = Field(default=None, alias="to", pattern=_HOUR)


class _Rotation(_Row):
    name_zh: str
    name_en: str
    begins: date
    order: Annotated[list[str], Field(min_length=1)]
    squads: Annotated[list[str], Field(min_length=1)]


class _Standby(_Row):
    version: str
    bands: Annotated[list[_Band], Field(min_length=1)]
    points: Annotated[list[_Point], Field(min_length=1)]
    coverage: list[_Rule] = []
    rotation: _Rotation | None = None


def load_standby(folder: Path, known: Known) -> StandbyPlan | None:
    """What the area in `folder` says of standing by; None without the file. Raises WrongStandby."""
    file = folder / "standby.json"
    if not file.exists():
        return None
    try:
        written = _Standby.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem: Any = error
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise WrongStandby(f"{file} cannot be used: {problem}") from error
    wrong = next(iter(_wrong(written, known)), None)
    if wrong is not None:
        raise WrongStandby(f"{file} cannot be used: {wrong}")
    return _plan(written, known)


def _wrong(written: _Standby, known: Known) -> list[str]:
    """A sentence for each thing that contradicts itself or the other files."""
    found = [
        f"{what}: {name} is there twice"
        for what, rows in (("bands", written.bands), ("points", written.points), ("coverage", written.coverage))
        for name, count in Counter(row.id for row in rows).items()
        if count > 1
    ]
    found += _wrong_bands(written, known)
    bands = {band.id for band in written.bands}
    for n, point in enumerate(written.points):
        if point.grid_cell not in known.cells:
            found.append(f"points.{n}.grid_cell ({point.id}): there is no grid cell {point.grid_cell}")
        found += [f"points.{n}.weights ({point.id}): there is no band {one}" for one in point.weights.keys() - bands]
    for band in written.bands:
        if not sum(point.weights.get(band.id, 0.0) for point in written.points):
            found.append(f"points: none has a weight in the band {band.id}: give at least one")
    for cell in known.cells.keys() - {point.grid_cell for point in written.points}:
        found.append(f"points: grid cell {cell} has none: its first one stands for it in the coverage")
    for n, rule in enumerate(written.coverage):
        where = f"coverage.{n}"
        found += _wrong_kinds(where, rule, known)
        if (rule.within_seconds is None) == (rule.at_least is None):
            found.append(f"{where} ({rule.id}): give either within_seconds or at_least")
        if (rule.begin is None) != (rule.end is None):
            found.append(f"{where} ({rule.id}): from and to go together")
        if rule.zones and rule.at_least is None:
            found.append(f"{where}.zones ({rule.id}): within_seconds asks it of every grid cell; leave the zones out")
        found += [f"{where}.zones ({rule.id}): there is no zone {one}" for one in rule.zones if one not in known.zones]
    return found + _wrong_rotation(written.rotation, known)


def _wrong_bands(written: _Standby, known: Known) -> list[str]:
    found = []
    order = sorted(range(len(written.bands)), key=lambda n: written.bands[n].begin)
    for n, following in zip(order, (*order[1:], order[0]), strict=True):
        if written.bands[n].end != written.bands[following].begin:
            begins = written.bands[following].begin
            found.append(f"bands.{n}.to: is {written.bands[n].end}, but the next band begins at {begins}")
    for n, band in enumerate(written.bands):
        taken: set[str] = set()
        for m, squad in enumerate(band.squads):
            found += _wrong_kinds(f"bands.{n}.squads.{m}", squad, known)
            both = taken & set(squad.kinds)
            if both:
                found.append(f"bands.{n}.squads.{m}.kinds: {min(both)} is in another squad of the band already")
            taken |= set(squad.kinds)
    return found


def _wrong_kinds(where: str, row: _Squad | _Rule, known: Known) -> list[str]:
    found = [f"{where}.kinds: there is no kind {kind}" for kind in row.kinds if kind not in known.abilities]
    can = frozenset[str]().union(*(known.abilities.get(kind, frozenset()) for kind in row.kinds))
    found += [f"{where}.capabilities: no unit of these kinds has {one}" for one in row.capabilities if one not in can]
    return found


def _wrong_rotation(rotation: _Rotation | None, known: Known) -> list[str]:
    if rotation is None:
        return []
    return [
        f"rotation.order: there is no shift {one}, and it is not {REST}"
        for one in rotation.order
        if one not in known.shifts and one != REST
    ]


def _hours(begin: str, end: str) -> Hours:
    first, last = ((int(text[:2]) * 60 + int(text[3:])) for text in (begin, end))
    return Hours(first, last)


def _plan(written: _Standby, known: Known) -> StandbyPlan:
    cells: dict[str, int] = {}
    for n, point in enumerate(written.points):
        cells.setdefault(point.grid_cell, n)
    rotation = written.rotation
    return StandbyPlan(
        points=tuple(
            Point(
                row.id,
                row.name_zh,
                row.name_en,
                Location(
                    lon=row.at[0],
                    lat=row.at[1],
                    name=row.name_zh,
                    grid_cell=row.grid_cell,
                    zone=known.cells[row.grid_cell],
                ),
                row.weights,
            )
            for row in written.points
        ),
        bands=tuple(
            Band(
                band.id,
                band.name_zh,
                band.name_en,
                _hours(band.begin, band.end),
                tuple(
                    Squad(
                        one.id,
                        one.name_zh,
                        one.name_en,
                        tuple(one.kinds),
                        tuple(one.capabilities),
                        inf if one.most_seconds is None else one.most_seconds,
                    )
                    for one in band.squads
                ),
            )
            for band in written.bands
        ),
        coverage=tuple(
            CoverageRule(
                rule.id,
                tuple(rule.kinds),
                tuple(rule.capabilities),
                rule.within_seconds,
                rule.at_least,
                tuple(rule.zones),
                None if rule.begin is None or rule.end is None else _hours(rule.begin, rule.end),
            )
            for rule in written.coverage
        ),
        rotation=None
        if rotation is None
        else Rotation(
            rotation.name_zh, rotation.name_en, rotation.begins, tuple(rotation.order), tuple(rotation.squads)
        ),
        cells=cells,
    )
