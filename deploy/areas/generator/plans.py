"""plans.json: who is sent to what. The longest category prefix wins; `default` serves all the rest."""

from __future__ import annotations

from typing import Any


def _when(*categories: str) -> dict[str, Any]:
    return {"categories": list(categories), "priority_at_most": None, "hours": None, "places": None}


def _send(kinds: list[str], role: str, rule: str = "nearest", required: bool = True) -> dict[str, Any]:
    return {"kinds": kinds, "count": 1, "role": role, "rule": rule, "required": required}


def _one_nearest(kinds: list[str]) -> dict[str, Any]:
    return {
        "id": "one-nearest",
        "name_zh": "就近派警",
        "name_en": "One nearest unit",
        "when": _when(),
        "send": [_send(kinds, "primary")],
        "notify": [],
    }


def response_plans() -> dict[str, Any]:
    """Gaoqiao's plans: a brawl, a commercial dispute, and one nearest unit for the rest."""
    brawl = {
        "id": "brawl",
        "name_zh": "打架斗殴处置预案",
        "name_en": "Brawl",
        "when": _when("020301"),
        "send": [
            _send(["post"], "primary"),
            _send(["volunteer"], "first_response", required=False),
            _send(["patrol"], "support"),
        ],
        "notify": [],
    }
    commercial = {
        "id": "commercial-dispute",
        "name_zh": "经济消费纠纷处置预案",
        "name_en": "Commercial dispute",
        "when": _when("0805", "0806"),
        "send": [_send(["police_room"], "primary", rule="covering")],
        "notify": [],
    }
    return {
        "plans": [brawl, commercial, _one_nearest(["patrol", "post", "police_room"])],
        "default": "one-nearest",
    }


def desk_plans() -> dict[str, Any]:
    """One desk for everything, for benchmarks."""
    return {"plans": [_one_nearest(["desk"])], "default": "one-nearest"}
