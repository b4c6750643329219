"""Reading an area's forces from its folder: `kinds.json`, `units.json`, `plans.json` and what plans speak of."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from fengqiao.contracts.ids import UNIT_PATTERN
from fengqiao.geo.areas import Area, load_area
from fengqiao.geo.gazetteer import load_places
from fengqiao.geo.json_file import Part, Row, each_once, read, wrong
from fengqiao.geo.roads import Mode
from services.dispatch.domain.forces import Forces, Kind, Lender, Unit
from services.dispatch.handling_file import load_handling
from services.dispatch.plan_file import Known, read_plans
from services.dispatch.standby_file import Known as Ground
from services.dispatch.standby_file import load_standby


class _Kind(Row):
    kind: str
    name_zh: str
    name_en: str
    police: bool
    mode: Mode
    speed_factor: float = Field(gt=0)
    max_assignments: int = Field(ge=1)


class _Unit(Row):
    id: str
    call_sign: str
    kind: str
    name_zh: str
    name_en: str
    station: str
    zone: str
    grid_cell: str
    home: tuple[float, float]
    capabilities: tuple[str, ...] = ()


class _Kinds(Row):
    kinds: list[_Kind]


class _Units(Row):
    units: list[_Unit]


class _Source(Part):
    source: str


class _Sources(Part):
    sources: list[_Source]


def load_forces(folder: Path, area: str) -> Forces:
    """Roster and plans of the area in `folder`. Raises InvalidArea."""
    ground = load_area(folder)
    kinds = _kinds(folder / "kinds.json")
    units = _units(folder / "units.json", kinds, ground)
    _check_duties(ground, kinds, units)
    handling = load_handling(folder, frozenset(kinds))
    place_kinds = {place.name_zh: place.kind for place in load_places(folder, ground)}
    abilities = {
        kind: frozenset[str]().union(*(unit.capabilities for unit in units.values() if unit.kind.kind == kind))
        for kind in kinds
    }
    cells = {cell.id: cell.zone for cell in ground.grid_cells}
    zones = {zone.id for zone in ground.zones}
    known = Known(
        abilities=abilities,
        categories=handling.categories,
        cells=cells,
        zones=zones,
        place_kinds=set(place_kinds.values()),
        sources={row.source for row in read(_Sources, folder / "sources.json").sources},
    )
    plans = read_plans(folder / "plans.json", known)
    duties = ground.duties
    standby = load_standby(folder, Ground(abilities, cells, zones, {one.id for one in duties.shifts}))
    return Forces(
        area,
        units,
        plans.plans,
        plans.default,
        timezone=ground.tz,
        target_rules=plans.target_rules,
        duties=duties,
        place_kinds=place_kinds,
        handling=handling,
        standby=standby,
        backing={zone.id: zone.backs for zone in ground.zones},
    )


def _kinds(file: Path) -> dict[str, Kind]:
    rows = read(_Kinds, file).kinds
    each_once(file, "kinds[{}].kind", (row.kind for row in rows))
    return {
        row.kind: Kind(
            kind=row.kind,
            name_zh=row.name_zh,
            name_en=row.name_en,
            police=row.police,
            max_assignments=row.max_assignments,
            speed_factor=row.speed_factor,
            on_foot=row.mode is Mode.FOOT,
        )
        for row in rows
    }


def _units(file: Path, kinds: Mapping[str, Kind], ground: Area) -> dict[str, Unit]:
    rows = read(_Units, file).units
    each_once(file, "units[{}].id", (row.id for row in rows))
    cells = {cell.id for cell in ground.grid_cells}
    stations = {station.id for station in ground.stations}
    zones = {(zone.id, zone.station) for zone in ground.zones}
    for n, row in enumerate(rows):
        problems = {
            "id": not re.match(UNIT_PATTERN, row.id) and "has Latin letters, digits, - and _, at most 32",
            "kind": row.kind not in kinds and f"kinds.json knows no kind {row.kind}",
            "station": row.station not in stations and f"there is no station {row.station}",
            "zone": (row.zone, row.station) not in zones and f"there is no zone {row.zone} of {row.station}",
            "grid_cell": row.grid_cell not in cells and f"there is no grid cell {row.grid_cell}",
        }
        for field, problem in problems.items():
            if problem:
                raise wrong(file, f"units[{n}].{field}", problem)
    return {
        row.id: Unit(
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
        for row in rows
    }


def _check_duties(area: Area, kinds: Collection[str], units: Mapping[str, Unit]) -> None:
    for kind, field in area.duties.kinds_named.items():
        if kind not in kinds:
            raise wrong(area.file, field, f"names {kind}, which is no kind of kinds.json")
    there = Counter(unit.kind.kind for unit in units.values())
    for n, shift in enumerate(area.duties.shifts):
        for kind, planned in shift.planned.items():
            if planned > there[kind]:
                problem = f"is {planned}, but units.json has {there[kind]}"
                raise wrong(area.file, f"shifts[{n}].planned.{kind}", problem)


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
