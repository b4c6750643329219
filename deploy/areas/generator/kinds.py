"""kinds.json, and how the units of a kind are spread over an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Crossing = tuple[int, int]


def _kind(kind: str, zh: str, en: str, *, police: bool, mode: str, speed: float = 1.0, most: int = 1) -> dict[str, Any]:
    return {"kind": kind, "name_zh": zh, "name_en": en, "police": police, "mode": mode, "speed_factor": speed,
            "max_assignments": most}  # fmt: skip


_KINDS: Final = (
    _kind("post", "警务点", "Police post", police=True, mode="drive", most=2),
    _kind("patrol", "巡逻组", "Patrol team", police=True, mode="drive"),
    _kind("police_room", "社区警务室", "Community police room", police=True, mode="drive", speed=0.9, most=2),
    _kind("foot_patrol", "步巡组", "Foot patrol", police=True, mode="foot"),
    _kind("plain_clothes", "便衣队", "Plain-clothes team", police=True, mode="drive"),
    _kind("case_desk", "小案快办专班", "Small-case desk", police=True, mode="drive", most=20),
    _kind("city_patrol", "城市巡逻队", "City patrol", police=False, mode="drive", speed=0.7),
    _kind("auxiliary", "驻村辅警", "Auxiliaries in the village", police=False, mode="drive", speed=0.7),
    _kind("volunteer", "义警队", "Volunteer team", police=False, mode="foot"),
    _kind("grid_worker", "网格员", "Grid worker", police=False, mode="foot", most=2),
    _kind("property_guard", "物业保安", "Property guards", police=False, mode="foot"),
    _kind("police_assistant", "警务助理（村干部）", "Village cadre as police assistant", police=False, mode="foot",
          most=2),
    _kind("partner", "合作单位热线", "Partner hotline", police=False, mode="foot", most=3),
    # No road holds it up; 12.8 m/s along the streets is on the safe side of what a small one flies.
    _kind("drone", "无人机", "Drone", police=False, mode="foot", speed=8.0),
)  # fmt: skip
KINDS: Final[dict[str, dict[str, Any]]] = {kind["kind"]: kind for kind in _KINDS}
"""`mode` is how it moves (fengqiao.geo.roads.Mode); its travel time is divided by `speed_factor`."""

SKILLS: Final[dict[str, list[str]]] = {
    "post": ["first_response", "arrest", "first_aid"],
    "patrol": ["arrest", "pursuit", "search"],
    "police_room": ["mediation", "arrest", "visits"],
    "foot_patrol": ["first_response", "arrest", "search"],
    "plain_clothes": ["arrest", "pursuit"],
    "case_desk": ["arrest", "investigation"],
    "city_patrol": ["first_response", "search"],
    "auxiliary": ["first_response", "search", "mediation"],
    "volunteer": ["first_response", "search"],
    "grid_worker": ["mediation", "visits", "search"],
    "property_guard": ["first_response", "search"],
    "police_assistant": ["mediation", "visits"],
    "partner": [],
    "drone": ["search"],
    "desk": [],
}


@dataclass(frozen=True, slots=True)
class Post:
    """A unit with a name and a place of its own."""

    sign: str
    name_zh: str
    name_en: str
    crossing: Crossing


@dataclass(frozen=True, slots=True)
class Squad:
    """The units of one kind: `named` ones, and so many for each community.

    sign: letters before the running number of `digits` digits. name_zh and name_en may hold {stem}, {name} and {en}
    of the community and {n}, the number in it. centre: at the community's middle, else anywhere in it.
    instead: the first ones of a community that have names and places of their own.
    """

    kind: str
    named: tuple[Post, ...] = ()
    per_ground: int = 0
    sign: str = ""
    digits: int = 2
    name_zh: str = ""
    name_en: str = ""
    centre: bool = False
    instead: Mapping[str, tuple[tuple[str, str, Crossing], ...]] = field(default_factory=dict)


def patrols(*crossings: Crossing) -> Squad:
    """P1, P2 … at these crossings."""
    return Squad(
        "patrol", tuple(Post(f"P{n}", f"巡逻{n}组", f"Patrol {n}", crossing) for n, crossing in enumerate(crossings, 1))
    )


def police_rooms() -> Squad:
    """R01, R02 …: one in the middle of each community."""
    return Squad("police_room", per_ground=1, sign="R", name_zh="{name}警务室", name_en="{en} Police Room", centre=True)


def grid_workers(per_ground: int) -> Squad:
    return Squad(
        "grid_worker", per_ground=per_ground, sign="W", name_zh="{stem}网格{n}组", name_en="{en} Grid Workers {n}"
    )


def guards(per_ground: int) -> Squad:
    return Squad(
        "property_guard",
        per_ground=per_ground,
        sign="G",
        name_zh="{stem}物业保安{n}队",
        name_en="{en} Property Guards {n}",
    )


def used(squads: tuple[Squad, ...]) -> list[dict[str, Any]]:
    """The rows of kinds.json for an area with these squads, in their order."""
    return [KINDS[kind] for kind in dict.fromkeys(squad.kind for squad in squads)]
