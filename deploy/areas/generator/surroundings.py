"""surroundings.json: what a crew should know of the ground around a scene: cameras, posts, hazards, warnings.

The hazards and warnings are made up; none speaks of a person. Some have run out, as such lists have.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, Final

from deploy.areas.generator.places import Row
from deploy.areas.generator.sheet import Sheet

VERSION: Final = "2024-1"
_POSTS: Final = ("police_station", "police_post", "police_room")
_WATCHED: Final = (*_POSTS, "market", "mall", "station", "hospital", "university", "school", "restaurant", "park")
_HAZARDS: Final = (
    ("gas", "液化气瓶存放点", "Gas bottles are stored here"),
    ("narrow", "消防通道狭窄，大车进不去", "Fire lane too narrow for large vehicles"),
    ("height", "楼顶护栏缺失", "No railing on the roof"),
    ("wiring", "电动车飞线充电", "E-bikes charge on loose wires"),
    ("water", "雨季积水", "Floods when it rains"),
)
_WARNINGS: Final = (
    ("院内有大型犬", "Large dog in the yard", "2025-10-01T00:00:00+08:00"),
    ("门禁需物业开门", "Gate is opened by the property firm only", "2030-01-01T00:00:00+08:00"),
    ("两人以上处置", "Go with two or more", "2030-01-01T00:00:00+08:00"),
    ("施工围挡，从北门进", "Building site: use the north gate", "2024-09-30T00:00:00+08:00"),
)


def surroundings(sheet: Sheet, places: Sequence[Row], random: Random) -> dict[str, Any]:
    """One camera at whatever people go to, the posts, and a few hazards and warnings."""
    watched = [row for row in places if row.kind in _WATCHED]
    posts = [row for row in places if row.kind in _POSTS]
    compounds = [row for row in places if row.kind == "compound"]
    hazards = [compounds[int(random.random() * len(compounds))] for _ in range(2 * len(sheet.grounds))]
    flagged = [compounds[int(random.random() * len(compounds))] for _ in sheet.grounds]
    return {
        "version": VERSION,
        "cameras": [
            {"id": f"K{n:03d}", "name_zh": f"{row.name_zh}探头", "name_en": f"Camera at {row.name_en}",
             "at": list(row.at)}
            for n, row in enumerate(watched, 1)
        ],
        "posts": [
            {"id": f"D{n:02d}", "name_zh": row.name_zh, "name_en": row.name_en, "at": list(row.at)}
            for n, row in enumerate(posts, 1)
        ],
        "hazards": [
            {"id": f"H{n:02d}", "kind": kind, "name_zh": f"{row.name_zh}：{zh}", "name_en": f"{row.name_en}: {en}",
             "at": list(row.at), "found": "2024-08-15"}
            for n, (row, (kind, zh, en)) in enumerate(_in_turn(hazards, _HAZARDS), 1)
        ],
        "warnings": [
            {"id": f"J{n:02d}", "text_zh": zh, "text_en": en, "at": list(row.at), "verifier": "duty-leader",
             "expires": expires}
            for n, (row, (zh, en, expires)) in enumerate(_in_turn(flagged, _WARNINGS), 1)
        ],
    }  # fmt: skip


def _in_turn(rows: Sequence[Row], words: Sequence[tuple[str, str, str]]) -> list[tuple[Row, tuple[str, str, str]]]:
    return [(row, words[n % len(words)]) for n, row in enumerate(rows)]
