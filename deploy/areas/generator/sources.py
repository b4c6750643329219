"""sources.json: the clients that report, each with the category it means when it says none."""

from __future__ import annotations

from typing import Any

_ROWS = (
    # source, Chinese, English, default category, channel code of the ministry's list
    ("110", "110报警", "110 emergency line", "06", "01"),
    ("grid_worker", "网格员上报", "Grid worker", "0899", "09"),
    ("property", "物业议事会", "Property firm", "080301", "09"),
    ("volunteer", "义警上报", "Volunteer", "0201", "09"),
    ("tracker", "行车卫士", "Vehicle tracker", "020405", "04"),
    ("partner", "合作单位（酒店等）", "Hotel or other partner", "11", "09"),
    ("citizen_group", "警民连心群", "Citizen group", "0606", "06"),
    ("drone", "无人机巡查", "Drone", "0606", "04"),
    ("one_whistle", "一哨预警", "One-whistle alert", "0201", "04"),
    ("station", "所内自接（巡逻、上门、扭送）", "The station itself", "06", "02"),
)


def source_list() -> dict[str, Any]:
    """Every source, in the order of the file."""
    return {
        "version": "2024-1",
        "sources": [
            {"source": source, "name_zh": zh, "name_en": en, "default_category": category, "channel": channel}
            for source, zh, en, category, channel in _ROWS
        ],
    }
