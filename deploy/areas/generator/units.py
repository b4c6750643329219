"""units.json: who can be sent."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from deploy.areas.generator.kinds import SKILLS, Squad
from deploy.areas.generator.places import beside
from deploy.areas.generator.sheet import Crossing, Ground, Sheet
from deploy.areas.generator.streets import Streets


def unit_list(sheet: Sheet, streets: Streets, random: Random) -> list[dict[str, Any]]:
    """The units of an area, squad by squad."""
    units = []
    for squad in sheet.squads:
        for post in squad.named:
            names = post.name_zh, post.name_en
            units.append(_unit(sheet, post.sign, squad.kind, *names, post.crossing, streets, random))
        for sign, zh, en, crossing in _spread(sheet, squad, random):
            units.append(_unit(sheet, sign, squad.kind, zh, en, crossing, streets, random))
    return units


def desk_units(sheet: Sheet, streets: Streets, count: int, random: Random) -> list[dict[str, Any]]:
    """`count` desks spread over the ground at random, for benchmarks."""
    units = []
    for n in range(1, count + 1):
        crossing = streets.crossings[int(random.random() * len(streets.crossings))]
        units.append(_unit(sheet, f"D{n:02d}", "desk", f"值守{n}席", f"Desk {n}", crossing, streets, random))
    return units


def desk_kind(max_assignments: int) -> dict[str, Any]:
    """A kind that may hold many assignments at once, so that every decision is an assignment."""
    return {"kind": "desk", "name_zh": "综合值守", "name_en": "Duty desk", "police": True, "mode": "drive",
            "speed_factor": 1.0, "max_assignments": max_assignments}  # fmt: skip


def _spread(sheet: Sheet, squad: Squad, random: Random) -> Iterator[tuple[str, str, str, Crossing]]:
    """Sign, names and place of each community's units. Lazy: each draws its own chance before it is placed."""
    running = 0
    for ground in sheet.grounds:
        special = squad.instead.get(ground.id, ())
        for n in range(squad.per_ground):
            running += 1
            sign = f"{squad.sign}{running:0{squad.digits}d}"
            if n < len(special):
                yield sign, *special[n]
                continue
            words = {"stem": ground.stem, "name": ground.name_zh, "en": ground.name_en, "n": n + 1}
            crossing = ground.centre if squad.centre else _anywhere(ground, random)
            yield sign, squad.name_zh.format(**words), squad.name_en.format(**words), crossing


def _anywhere(ground: Ground, random: Random) -> Crossing:
    return (
        ground.west + 1 + int(random.random() * (ground.east - ground.west - 1)),
        ground.south + 1 + int(random.random() * (ground.north - ground.south - 1)),
    )


def _unit(
    sheet: Sheet,
    sign: str,
    kind: str,
    name_zh: str,
    name_en: str,
    crossing: Crossing,
    streets: Streets,
    random: Random,
) -> dict[str, Any]:
    column, row = streets.crossings[streets.node_at(*crossing)]
    ground = sheet.ground_at(column, row)
    return {
        "id": sign,
        "call_sign": sign,
        "kind": kind,
        "name_zh": name_zh,
        "name_en": name_en,
        "station": sheet.zone_of(ground).station,
        "zone": ground.zone,
        "grid_cell": sheet.cell_of(ground),
        "home": list(beside(streets, crossing, random)),
        "capabilities": SKILLS[kind],
    }
