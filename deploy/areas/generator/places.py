"""places.csv: communities, streets, landmarks, schools and compounds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from deploy.areas.generator.compounds import compound_name
from deploy.areas.generator.plane import LonLat, Plane
from deploy.areas.generator.sheet import ENGLISH, Ground, Sheet
from deploy.areas.generator.streets import Streets

COMMITTEES = {"社区": "居委会", "村": "村委会"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of places.csv."""

    name_zh: str
    name_en: str
    aliases: str
    kind: str
    at: LonLat


def place_rows(sheet: Sheet, plane: Plane, streets: Streets, random: Random) -> list[Row]:
    """Every place, in the order of the file."""
    rows = [_community(sheet, plane, ground) for ground in sheet.grounds]
    long_roads = sheet.long_roads()
    for name in streets.names():
        digits = sheet.with_digits(name)
        at = streets.nodes[streets.middle_of(name)]
        kind = "road" if name in long_roads else "street"
        rows.append(Row(name, sheet.street_name_en(name), digits if digits != name else "", kind, at))
    for mark in sheet.landmarks:
        at = beside(streets, mark.crossing, random)
        rows.append(Row(mark.name_zh, mark.name_en, mark.aliases, mark.kind, at))
    for ground in sheet.grounds:
        rows.extend(_of_ground(sheet, streets, ground, random))
    return rows


def beside(streets: Streets, crossing: tuple[int, int], random: Random, metres: float = 15.0) -> LonLat:
    """A front door near a crossing: a few metres off its node."""
    lon, lat = streets.nodes[streets.node_at(*crossing)]
    # 1e-5 degrees are about a metre.
    step = metres / 1.5 * 1e-5
    return round(lon + (2 * random.random() - 1) * step, 6), round(lat + (2 * random.random() - 1) * step, 6)


def _community(sheet: Sheet, plane: Plane, ground: Ground) -> Row:
    middle = plane.at(
        (ground.west + ground.east) / 2 * sheet.step,
        (ground.south + ground.north) / 2 * sheet.step,
    )
    committee = f"{ground.name_zh}{COMMITTEES[ground.kind]}"
    return Row(ground.name_zh, f"{ground.name_en} {ENGLISH[ground.kind]}", committee, "community", middle)


def _of_ground(sheet: Sheet, streets: Streets, ground: Ground, random: Random) -> list[Row]:
    at = beside(streets, ground.centre, random)
    rows = [Row(f"{ground.name_zh}警务室", f"{ground.name_en} Police Room", "", "police_room", at)]
    for zh, en in sheet.schools:
        at = beside(streets, _somewhere(ground, random), random)
        rows.append(Row(f"{ground.stem}{zh}", f"{ground.name_en} {en}", "", "school", at))
    each, total = sheet.compounds_per_ground, sheet.compounds_per_ground * len(sheet.grounds)
    first = sheet.grounds.index(ground) * each
    for n in range(first, first + each):
        zh, en = compound_name(n, total)
        at = beside(streets, _somewhere(ground, random), random)
        rows.append(Row(zh, en, "", "compound", at))
    return rows


def _somewhere(ground: Ground, random: Random) -> tuple[int, int]:
    """A crossing strictly inside the community."""
    width, height = ground.east - ground.west - 1, ground.north - ground.south - 1
    return ground.west + 1 + int(random.random() * width), ground.south + 1 + int(random.random() * height)
