"""sources.json: who reports, by which channel, in which words, and what a report of theirs means.

The words are those that such a system sends of itself (an alarm's code, a form's choice); each stands for a category of
the default set. What clients may use a source is said by their role; a source may name clients too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

VERSION: Final = "2024-2"

_SYSTEM: Final = ["integrator"]
_PEOPLE: Final = ["gridworker", "integrator"]

# source, Chinese, English, default category, channel code of the ministry's list, who may report, shift of the
# category's priority (-1: graver), whether its incidents move, its own words
_ROWS: Final[tuple[tuple[str, str, str, str, str, list[str], int, bool, dict[str, str]], ...]] = (
    ("110", "110报警", "110 emergency line", "06", "01", _SYSTEM, 0, False, {}),
    ("grid_worker", "网格员上报", "Grid worker", "0899", "09", _PEOPLE, 0, False,
     {"矛盾纠纷": "0899", "安全隐患": "0606", "治安问题": "0201", "邻里矛盾": "0802", "家庭矛盾": "0801"}),
    ("property", "物业议事会", "Property firm", "080301", "09", _SYSTEM, 0, False,
     {"PM-NOISE": "0804", "PM-PARK": "080398", "PM-FEE": "080301", "PM-FIGHT": "020301", "PM-FAC": "0606",
      "PM-PET": "080306"}),
    ("volunteer", "义警上报", "Volunteer", "0201", "09", _PEOPLE, 0, False,
     {"有人打架": "020301", "有人受伤": "0602", "可疑人员": "0201", "孩子走失": "0604"}),
    ("tracker", "行车卫士", "Vehicle tracker", "020405", "04", _SYSTEM, -1, True,
     {"MOVE": "020405", "CUT": "020405", "SHAKE": "98", "SOS": "06", "CRASH": "03"}),
    ("partner", "合作单位（酒店等）", "Hotel or other partner", "11", "09", _SYSTEM, 0, False,
     {"FACE-MISMATCH": "98", "GUEST-FIGHT": "020301", "GUEST-ILL": "0602", "THEFT": "020405", "UNPAID": "0806"}),
    ("citizen_group", "警民连心群", "Citizen group", "0606", "06", _PEOPLE, 0, False,
     {"孩子走散": "0604", "扰民": "0804", "丢东西": "0610", "举报": "09"}),
    ("drone", "无人机巡查", "Drone", "0606", "04", _SYSTEM, 0, False,
     {"FIRE": "0608", "CROWD": "04", "FIGHT": "020301", "HAZARD": "0606", "FLOOD": "0607"}),
    ("one_whistle", "一哨预警", "One-whistle alert", "0201", "04", _SYSTEM, -1, False,
     {"WHISTLE": "0201", "FIGHT": "020301", "BLADE": "0202", "CROWD": "04"}),
    ("station", "所内自接（巡逻、上门、扭送）", "The station itself", "06", "02", [], 0, False, {}),
)  # fmt: skip


def source_list(codes: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Every source, in the order of the file. codes: what the default set's codes are here, empty where it is it."""

    def here(code: str) -> str:
        return codes[code][0] if codes else code

    return {
        "version": VERSION,
        "sources": [
            {
                "source": source,
                "name_zh": zh,
                "name_en": en,
                "default_category": here(category),
                "channel": channel,
                "roles": roles,
                "priority_shift": shift,
                "moves": moves,
                "categories": {word: here(code) for word, code in words.items()},
            }
            for source, zh, en, category, channel, roles, shift, moves, words in _ROWS
        ],
    }
