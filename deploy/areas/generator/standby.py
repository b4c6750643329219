"""standby.json: where idle units wait by the hour, who does, and what has to be covered.

The area's plan stands in for what analytics will advise: how many live and go where, by day, in the evening, at night.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from deploy.areas.generator.duties import NIGHT
from deploy.areas.generator.sheet import Ground, Sheet
from deploy.areas.generator.streets import Streets

VERSION: Final = "2024-1"
EVENING: Final = "17:00"
MOST_SECONDS: Final = 900.0
"""A quarter of an hour is the longest way to a place to wait at."""
_BANDS: Final = (
    ("day", "白天", "Day", NIGHT[1], EVENING),
    ("evening", "傍晚", "Evening", EVENING, NIGHT[0]),
    ("night", "夜间", "Night", *NIGHT),
)
_SQUADS: Final = (
    ("vehicles", "车巡", "In vehicles, in uniform", ("patrol", "city_patrol"), ("day", "evening", "night")),
    ("foot", "步巡", "On foot, in uniform", ("foot_patrol",), ("evening", "night")),
    ("plain_clothes", "便衣", "Plain clothes", ("plain_clothes",), ("night",)),
    ("drones", "无人机", "Drones", ("drone",), ("evening", "night")),
)
"""Vehicle and foot, uniform and plain clothes at night; by day who walks is with the case or in the community."""
_DRAWS: Final[Mapping[str, tuple[float, float, float]]] = {
    "market": (8, 4, 1), "mall": (6, 8, 2), "station": (5, 5, 2), "hospital": (4, 3, 3), "university": (3, 4, 3),
    "restaurant": (2, 8, 10), "hotel": (1, 3, 5), "park": (2, 4, 1), "shop": (2, 3, 1), "facility": (2, 2, 1),
}  # fmt: skip
"""Calls that a place of the kind draws by day, in the evening, at night, beside those of the people who live around."""
_PEOPLE: Final = (4.0, 5.0, 3.0)
_COVERAGE: Final = (
    ("police-10min", ("post", "patrol", "police_room"), 600.0),
    ("patrol-15min", ("patrol",), 900.0),
)


def standby_plan(sheet: Sheet, streets: Streets, kinds: Collection[str]) -> dict[str, Any]:
    """Points: the middle of each community, the quarters of its ground, and whatever draws calls."""
    used = set(kinds)
    points = [point for ground in sheet.grounds for point in _points(sheet, streets, ground)]
    points += _draws(sheet, streets)
    document: dict[str, Any] = {
        "version": VERSION,
        "bands": [
            {"id": band, "name_zh": zh, "name_en": en, "from": begin, "to": end, "squads": _squads(band, used)}
            for band, zh, en, begin, end in _BANDS
        ],
        "points": [{"id": f"S{n:02d}", **point} for n, point in enumerate(points, 1)],
        "coverage": [
            {"id": rule, "kinds": [kind for kind in of if kind in used], "within_seconds": seconds}
            for rule, of, seconds in _COVERAGE
            if used & set(of)
        ],
    }
    if "volunteer" in used:
        document["coverage"].append(
            {"id": "volunteers-at-night", "kinds": ["volunteer"], "at_least": 2,
             "zones": [zone.id for zone in sheet.zones], "from": EVENING, "to": "02:00"}
        )  # fmt: skip
    if sheet.rotation is not None:
        document["rotation"] = dict(sheet.rotation)
    return document


def _squads(band: str, used: Collection[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": squad,
            "name_zh": zh,
            "name_en": en,
            "kinds": [kind for kind in kinds if kind in used],
            "most_seconds": MOST_SECONDS,
        }
        for squad, zh, en, kinds, bands in _SQUADS
        if band in bands and set(kinds) & set(used)
    ]


def _points(sheet: Sheet, streets: Streets, ground: Ground) -> list[dict[str, Any]]:
    """The middle, which stands for the cell, and two opposite quarters: an equal share of the people for each."""
    width, height = ground.east - ground.west, ground.north - ground.south
    middle = ground.centre
    quarters = (
        (ground.west + width // 4, ground.south + height // 4),
        (ground.east - width // 4, ground.north - height // 4),
    )
    names = (("", ""), ("西南", " south-west"), ("东北", " north-east"))
    return [
        _point(sheet, streets, ground, crossing, (f"{ground.stem}{zh}", f"{ground.name_en}{en}"), _PEOPLE)
        for crossing, (zh, en) in zip((middle, *quarters), names, strict=True)
    ]


def _draws(sheet: Sheet, streets: Streets) -> list[dict[str, Any]]:
    return [
        _point(
            sheet,
            streets,
            sheet.ground_at(*mark.crossing),
            mark.crossing,
            (mark.name_zh, mark.name_en),
            _DRAWS[mark.kind],
        )
        for mark in sheet.landmarks
        if mark.kind in _DRAWS
    ]


def _point(
    sheet: Sheet,
    streets: Streets,
    ground: Ground,
    crossing: tuple[int, int],
    names: tuple[str, str],
    weights: Sequence[float],
) -> dict[str, Any]:
    lon, lat = streets.nodes[streets.node_at(*crossing)]
    return {
        "name_zh": names[0],
        "name_en": names[1],
        "at": [lon, lat],
        "grid_cell": sheet.cell_of(ground),
        "weights": {band: weight for (band, *_), weight in zip(_BANDS, weights, strict=True)},
    }
