"""places.csv: communities, streets, landmarks, schools and compounds."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from deploy.areas.generator.gaoqiao import (
    COLUMN_ROADS,
    COMPOUND_KINDS,
    COMPOUND_STEMS,
    GROUNDS,
    LANDMARKS,
    NUMERALS,
    ROW_ROADS,
    SCHOOLS,
    Ground,
    street_name_en,
)
from deploy.areas.generator.plane import LonLat, Plane
from deploy.areas.generator.streets import STEP, Streets

COMPOUNDS_PER_GROUND: Final = 12
LONG_ROADS: Final = {zh for zh, _ in (*COLUMN_ROADS.values(), *ROW_ROADS.values())}
"""Those that run through several communities: their middle says little about where on them something is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of places.csv."""

    name_zh: str
    name_en: str
    aliases: str
    kind: str
    at: LonLat


def place_rows(plane: Plane, streets: Streets, random: Random) -> list[Row]:
    """Every place, in the order of the file."""
    rows = [_community(plane, ground) for ground in GROUNDS]
    for name in streets.names():
        digits = _with_digits(name)
        at = streets.nodes[streets.middle_of(name)]
        kind = "road" if name in LONG_ROADS else "street"
        rows.append(Row(name, street_name_en(name), digits if digits != name else "", kind, at))
    for zh, en, kind, crossing, aliases in LANDMARKS:
        rows.append(Row(zh, en, aliases, kind, beside(streets, crossing, random)))
    for ground in GROUNDS:
        rows.extend(_of_ground(streets, ground, random))
    return rows


def beside(streets: Streets, crossing: tuple[int, int], random: Random, metres: float = 15.0) -> LonLat:
    """A front door near a crossing: a few metres off its node."""
    lon, lat = streets.nodes[streets.node_at(*crossing)]
    # 1e-5 degrees are about a metre.
    step = metres / 1.5 * 1e-5
    return round(lon + (2 * random.random() - 1) * step, 6), round(lat + (2 * random.random() - 1) * step, 6)


def room_name(ground: Ground) -> str:
    return f"{ground.name_zh}警务室"


def _community(plane: Plane, ground: Ground) -> Row:
    middle = plane.at((ground.west + ground.east) / 2 * STEP, (ground.south + ground.north) / 2 * STEP)
    return Row(ground.name_zh, f"{ground.name_en} Community", f"{ground.name_zh}居委会", "community", middle)


def _with_digits(name: str) -> str:
    return "".join(str(NUMERALS.index(c) + 1) if c in NUMERALS else c for c in name)


def _of_ground(streets: Streets, ground: Ground, random: Random) -> list[Row]:
    stem = ground.name_zh.removesuffix("社区")
    centre = ((ground.west + ground.east) // 2, (ground.south + ground.north) // 2)
    room = Row(room_name(ground), f"{ground.name_en} Police Room", "", "police_room", beside(streets, centre, random))
    rows = [room]
    for zh, en in SCHOOLS:
        at = beside(streets, _somewhere(ground, random), random)
        rows.append(Row(f"{stem}{zh}", f"{ground.name_en} {en}", "", "school", at))
    first = GROUNDS.index(ground) * COMPOUNDS_PER_GROUND
    for n in range(first, first + COMPOUNDS_PER_GROUND):
        # 20 stems and 6 endings: walking the stems, and the endings once per round of stems, repeats none.
        zh, en = COMPOUND_STEMS[n % len(COMPOUND_STEMS)]
        kind_zh, kind_en = COMPOUND_KINDS[n // len(COMPOUND_STEMS)]
        at = beside(streets, _somewhere(ground, random), random)
        rows.append(Row(f"{zh}{kind_zh}", f"{en} {kind_en}", "", "compound", at))
    return rows


def _somewhere(ground: Ground, random: Random) -> tuple[int, int]:
    """A crossing strictly inside the community."""
    width, height = ground.east - ground.west - 1, ground.north - ground.south - 1
    return ground.west + 1 + int(random.random() * width), ground.south + 1 + int(random.random() * height)
