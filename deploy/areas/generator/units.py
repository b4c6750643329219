"""units.json and kinds.json: who can be sent, and what kind of helper each is."""

from __future__ import annotations

from random import Random
from typing import Any, Final

from deploy.areas.generator.gaoqiao import GROUNDS, Ground, ground_at
from deploy.areas.generator.ground import STATION, cell_of, zone_of
from deploy.areas.generator.places import beside, room_name
from deploy.areas.generator.streets import Streets

KINDS: Final[list[dict[str, Any]]] = [
    {"kind": "post", "name_zh": "警务点", "name_en": "Police post", "police": True, "mode": "drive",
     "speed_factor": 1.0, "max_assignments": 2},
    {"kind": "patrol", "name_zh": "巡逻组", "name_en": "Patrol team", "police": True, "mode": "drive",
     "speed_factor": 1.0, "max_assignments": 1},
    {"kind": "police_room", "name_zh": "社区警务室", "name_en": "Community police room", "police": True,
     "mode": "drive", "speed_factor": 0.9, "max_assignments": 2},
    {"kind": "volunteer", "name_zh": "义警队", "name_en": "Volunteer team", "police": False, "mode": "foot",
     "speed_factor": 1.0, "max_assignments": 1},
]  # fmt: skip
"""`mode` is how it moves (fengqiao.geo.roads.Mode); its travel time is divided by `speed_factor`."""

POSTS: Final = (
    ("YY", "怡园警务点", "Yiyuan Post", (10, 26)),
    ("DSC", "大市场警务点", "Grand Market Post", (20, 6)),
)
PATROL_HOMES: Final = ((4, 24), (12, 20), (22, 24), (34, 26), (4, 8), (12, 6), (24, 8), (36, 8))
VOLUNTEERS_PER_GROUND: Final = 6
NIGHT_MARKET: Final = ((12, 28), (14, 26), (12, 24))
"""Where the three night-market teams of 永定社区 stand: on the food streets."""


def unit_list(streets: Streets, random: Random) -> list[dict[str, Any]]:
    """The units of Gaoqiao: 2 posts, 8 patrols, 10 police rooms, 60 volunteer teams."""
    units = []
    for sign, zh, en, crossing in POSTS:
        skills = ["first_response", "arrest", "first_aid"]
        units.append(_unit(sign, "post", zh, en, crossing, skills, streets, random))
    for n, crossing in enumerate(PATROL_HOMES, 1):
        skills = ["arrest", "pursuit", "search"]
        units.append(_unit(f"P{n}", "patrol", f"巡逻{n}组", f"Patrol {n}", crossing, skills, streets, random))
    for n, ground in enumerate(GROUNDS, 1):
        crossing = ((ground.west + ground.east) // 2, (ground.south + ground.north) // 2)
        names = room_name(ground), f"{ground.name_en} Police Room"
        skills = ["mediation", "arrest", "visits"]
        units.append(_unit(f"R{n:02d}", "police_room", *names, crossing, skills, streets, random))
    for g, ground in enumerate(GROUNDS):
        for n in range(VOLUNTEERS_PER_GROUND):
            sign = f"V{g * VOLUNTEERS_PER_GROUND + n + 1:02d}"
            zh, en, crossing = _volunteers(ground, n, random)
            skills = ["first_response", "search"]
            units.append(_unit(sign, "volunteer", zh, en, crossing, skills, streets, random))
    return units


def desk_units(streets: Streets, count: int, random: Random) -> list[dict[str, Any]]:
    """`count` desks spread over the ground at random, for benchmarks."""
    units = []
    for n in range(1, count + 1):
        crossing = streets.crossings[int(random.random() * len(streets.crossings))]
        units.append(_unit(f"D{n:02d}", "desk", f"值守{n}席", f"Desk {n}", crossing, [], streets, random))
    return units


def desk_kind(max_assignments: int) -> dict[str, Any]:
    """A kind that may hold many assignments at once, so that every decision is an assignment."""
    return {"kind": "desk", "name_zh": "综合值守", "name_en": "Duty desk", "police": True, "mode": "drive",
            "speed_factor": 1.0, "max_assignments": max_assignments}  # fmt: skip


def _volunteers(ground: Ground, n: int, random: Random) -> tuple[str, str, tuple[int, int]]:
    stem = ground.name_zh.removesuffix("社区")
    if ground.id == "yongding" and n < len(NIGHT_MARKET):
        return f"夜市义警{n + 1}队", f"Night Market Volunteers {n + 1}", NIGHT_MARKET[n]
    crossing = (
        ground.west + 1 + int(random.random() * (ground.east - ground.west - 1)),
        ground.south + 1 + int(random.random() * (ground.north - ground.south - 1)),
    )
    return f"{stem}雷锋义警{n + 1}队", f"{ground.name_en} Lei Feng Volunteers {n + 1}", crossing


def _unit(
    sign: str,
    kind: str,
    name_zh: str,
    name_en: str,
    crossing: tuple[int, int],
    capabilities: list[str],
    streets: Streets,
    random: Random,
) -> dict[str, Any]:
    column, row = streets.crossings[streets.node_at(*crossing)]
    ground = ground_at(column, row)
    return {
        "id": sign,
        "call_sign": sign,
        "kind": kind,
        "name_zh": name_zh,
        "name_en": name_en,
        "station": STATION,
        "zone": zone_of(ground),
        "grid_cell": cell_of(ground),
        "home": list(beside(streets, crossing, random)),
        "capabilities": capabilities,
    }
