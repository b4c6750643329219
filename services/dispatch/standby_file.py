"""Reading `standby.json` of an area's folder. An area may do without the file: then nobody is told where to wait."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import inf
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from fengqiao.contracts.model import Location
from fengqiao.geo.json_file import Row, each_once, read, wrong
from services.dispatch.domain.plans import Hours
from services.dispatch.domain.standby_plan import Band, CoverageRule, Point, Rotation, Squad, StandbyPlan

REST: Final = "rest"
_HOUR: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
_ID: Final = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"
Wrong = Iterator[tuple[str, str]]
"""The field, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the other files of the folder have. cells: grid cell → its zone. abilities: kind → what its units can do."""

    abilities: Mapping[str, frozenset[str]]
    cells: Mapping[str, str]
    zones: Collection[str]
    shifts: Collection[str]


class _Squad(Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    kinds: Annotated[list[str], Field(min_length=1)]
    capabilities: tuple[str, ...] = ()
    most_seconds: Annotated[float, Field(gt=0)] | None = None


class _Band(Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    begin: Annotated[str, Field(alias="from", pattern=_HOUR)]
    end: Annotated[str, Field(alias="to", pattern=_HOUR)]
    squads: list[_Squad]


class _Point(Row):
    id: Annotated[str, Field(pattern=_ID)]
    name_zh: str
    name_en: str
    at: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
    grid_cell: str
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


class _Rule(Row):
    id: Annotated[str, Field(pattern=_ID)]
    kinds: Annotated[list[str], Field(min_length=1)]
    capabilities: tuple[str, ...] = ()
    within_seconds: Annotated[float, Field(gt=0)] | None = None
    at_least: Annotated[int, Field(ge=1)] | None = None
    zones: tuple[str, ...] = ()
    begin: str | None = Field(default=None, alias="from", pattern=_HOUR)
    end: str | None = Field(default=None, alias="to", pattern=_HOUR)


class _Rotation(Row):
    name_zh: str
    name_en: str
    begins: date
    order: Annotated[list[str], Field(min_length=1)]
    squads: Annotated[list[str], Field(min_length=1)]


class _Standby(Row):
    version: str
    bands: Annotated[list[_Band], Field(min_length=1)]
    points: Annotated[list[_Point], Field(min_length=1)]
    coverage: tuple[_Rule, ...] = ()
    rotation: _Rotation | None = None


def load_standby(folder: Path, known: Known) -> StandbyPlan | None:
    """What the area in `folder` says of standing by; None without the file. Raises InvalidArea."""
    file = folder / "standby.json"
    if not file.exists():
        return None
    written = read(_Standby, file)
    each_once(file, "bands[{}].id", (row.id for row in written.bands))
    each_once(file, "points[{}].id", (row.id for row in written.points))
    each_once(file, "coverage[{}].id", (row.id for row in written.coverage))
    for field, problem in _wrong(written, known):
        raise wrong(file, field, problem)
    return _plan(written, known)


def _wrong(written: _Standby, known: Known) -> Wrong:
    """What contradicts itself or the other files."""
    yield from _wrong_bands(written, known)
    bands = {band.id for band in written.bands}
    for n, point in enumerate(written.points):
        if point.grid_cell not in known.cells:
            yield f"points[{n}].grid_cell", f"there is no grid cell {point.grid_cell}"
        for one in point.weights.keys() - bands:
            yield f"points[{n}].weights.{one}", f"there is no band {one}"
    for band in written.bands:
        if not sum(point.weights.get(band.id, 0.0) for point in written.points):
            yield "points", f"none has a weight in the band {band.id}: give at least one"
    for cell in known.cells.keys() - {point.grid_cell for point in written.points}:
        yield "points", f"grid cell {cell} has none: its first one stands for it in the coverage"
    for n, rule in enumerate(written.coverage):
        where = f"coverage[{n}]"
        yield from _wrong_kinds(where, rule, known)
        if (rule.within_seconds is None) == (rule.at_least is None):
            yield where, "give either within_seconds or at_least"
        if (rule.begin is None) != (rule.end is None):
            yield where, "from and to go together"
        if rule.zones and rule.at_least is None:
            yield f"{where}.zones", "within_seconds asks it of every grid cell; leave the zones out"
        for zone in rule.zones:
            if zone not in known.zones:
                yield f"{where}.zones", f"there is no zone {zone}"
    for shift in written.rotation.order if written.rotation else ():
        if shift not in known.shifts and shift != REST:
            yield "rotation.order", f"there is no shift {shift}, and it is not {REST}"


def _wrong_bands(written: _Standby, known: Known) -> Wrong:
    order = sorted(range(len(written.bands)), key=lambda n: written.bands[n].begin)
    for n, following in zip(order, (*order[1:], order[0]), strict=True):
        if written.bands[n].end != written.bands[following].begin:
            begins = written.bands[following].begin
            yield f"bands[{n}].to", f"is {written.bands[n].end}, but the next band begins at {begins}"
    for n, band in enumerate(written.bands):
        taken: set[str] = set()
        for m, squad in enumerate(band.squads):
            yield from _wrong_kinds(f"bands[{n}].squads[{m}]", squad, known)
            both = taken & set(squad.kinds)
            if both:
                yield f"bands[{n}].squads[{m}].kinds", f"{min(both)} is in another squad of the band already"
            taken |= set(squad.kinds)


def _wrong_kinds(where: str, row: _Squad | _Rule, known: Known) -> Wrong:
    for kind in row.kinds:
        if kind not in known.abilities:
            yield f"{where}.kinds", f"there is no kind {kind}"
    can = frozenset[str]().union(*(known.abilities.get(kind, frozenset()) for kind in row.kinds))
    for one in row.capabilities:
        if one not in can:
            yield f"{where}.capabilities", f"no unit of these kinds has {one}"


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
