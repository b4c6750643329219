"""targets.json and analytics.json of the areas that do not go by the defaults (`services/analytics`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

DONGCHENG: Final[Mapping[str, Mapping[str, Any]]] = {
    "targets.json": {
        "targets": [
            {"segment": "received_to_assigned", "seconds": 60},
            {"segment": "assigned_to_acknowledged", "seconds": 60},
            {"segment": "received_to_on_scene", "seconds": 180, "priorities": [1, 2]},
            {"segment": "received_to_on_scene", "seconds": 300, "priorities": [3, 4]},
            {"segment": "received_to_cleared", "seconds": 300, "priorities": [1, 2]},
            {"segment": "received_to_cleared", "seconds": 3600, "priorities": [3, 4], "since": "2024-01-01"},
        ]
    },
    "analytics.json": {
        "goals": {"assigned_to_acknowledged": 0.95, "received_to_on_scene": 0.9},
        "buckets": {
            "sign": [30, 60, 120, 180],
            "turn_out": [300, 600, 900, 1800],
            "feedback": [1800, 3600, 7200, 14400],
        },
        "reviewed_share": 0.05,
    },
}
"""1-3-5 for what is urgent, five minutes to the scene and an hour in all for the rest."""

YUJIN: Final[Mapping[str, Mapping[str, Any]]] = {
    "analytics.json": {
        "groups": [
            {"id": id, "name_zh": zh, "name_en": en, "categories": [alias]}
            for id, zh, en, alias in (
                ("criminal", "刑事警情", "Criminal", "crime"),
                ("public_order", "治安警情", "Public order", "public_order"),
                ("dispute", "纠纷警情", "Disputes", "dispute"),
                ("theft", "盗窃警情", "Theft", "theft"),
                ("fraud", "电诈警情", "Telecom fraud", "fraud"),
                ("traffic", "交通警情", "Traffic", "traffic"),
            )
        ],
        "bulletins": [
            {"kind": "daily", "at": "08:00"},
            {"kind": "friday", "at": "17:00", "weekday": 5},
            {"kind": "monday", "at": "09:00", "weekday": 1},
        ],
        "stage_days": {"screened": 2, "assessed": 3, "referred": 7, "in_resolution": 30, "disposed": 7},
    },
}
"""每日严格检查、每周五汇总、每周一通报, and every dispute looked at within two days."""
