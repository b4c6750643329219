"""What area.json says of duty: shifts with the force planned for them, targets, the 532 allocation, neighbours.

The formats are documented in deploy/areas/README.md and read by fengqiao/geo/duties.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

NIGHT: Final = ("21:00", "06:00")
"""The night of 东城's 夜间警务+."""


def day_and_night(day: Mapping[str, int], night: Mapping[str, int]) -> list[dict[str, Any]]:
    """Two shifts, 06:00–21:00 and 21:00–06:00, with the units of each kind planned for them."""
    return [
        {"id": "day", "name_zh": "白班", "name_en": "Day", "from": NIGHT[1], "to": NIGHT[0], "planned": dict(day)},
        {"id": "night", "name_zh": "夜班", "name_en": "Night", "from": NIGHT[0], "to": NIGHT[1],
         "planned": dict(night)},
    ]  # fmt: skip


def city_targets(*, outskirts: Sequence[str] = ()) -> list[dict[str, Any]]:
    """In a city: answered in 1 min; there in 5 when a life may be at risk, else in 10 (15 in the outskirts)."""
    targets: list[dict[str, Any]] = [
        {"id": "urgent", "name_zh": "城区危急", "name_en": "City, urgent", "answer_s": 60, "on_scene_s": 300,
         "priorities": [1, 2]},
    ]  # fmt: skip
    if outskirts:
        targets = [
            {"id": "outskirts", "name_zh": "城郊", "name_en": "Outskirts", "answer_s": 60, "on_scene_s": 900,
             "grid_cells": list(outskirts), "priorities": [3, 4]},
            {"id": "outskirts-urgent", "name_zh": "城郊危急", "name_en": "Outskirts, urgent", "answer_s": 60,
             "on_scene_s": 600, "grid_cells": list(outskirts)},
            *targets,
        ]  # fmt: skip
    return [
        *targets,
        {"id": "city", "name_zh": "城区", "name_en": "City", "answer_s": 60, "on_scene_s": 600},
    ]


def one_three_five(cells: Sequence[str]) -> dict[str, Any]:
    """Answered in 1, there in 3, handled in 5 minutes: 东城's promise for its key places at night."""
    return {
        "id": "1-3-5", "name_zh": "135快响", "name_en": "1-3-5 at night in key places",
        "answer_s": 60, "on_scene_s": 180, "handled_s": 300,
        "from": NIGHT[0], "to": NIGHT[1], "grid_cells": list(cells),
    }  # fmt: skip


def allocation_532(community: Sequence[str], cases: Sequence[str], command: Sequence[str]) -> dict[str, Any]:
    """532: half of the police in the community teams, 30 % on cases, 20 % with the command room."""
    return {
        "name_zh": "532警力配置",
        "name_en": "532 allocation",
        "teams": [
            {"id": "community", "name_zh": "社区警务队", "name_en": "Community team", "share": 0.5,
             "kinds": list(community)},
            {"id": "cases", "name_zh": "案件办理队", "name_en": "Case team", "share": 0.3, "kinds": list(cases)},
            {"id": "command", "name_zh": "综合指挥室", "name_en": "Command room", "share": 0.2,
             "kinds": list(command)},
        ],
    }  # fmt: skip


def neighbour(area: str, minutes: int, lends: Sequence[str]) -> dict[str, Any]:
    """Another area, how long its units drive to the border, and what we would lend it."""
    return {"area": area, "seconds": minutes * 60, "lends": list(lends)}
