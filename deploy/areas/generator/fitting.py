"""The common plans, cut to one area: its own kinds of unit and its own category codes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def fitted(document: dict[str, Any], kinds: Collection[str], codes: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """`document` as plans.json has it, in which only `kinds` are sent.

    A unit that is wanted of unknown kinds only is not wanted; a plan that wants nobody any more is dropped.
    codes: what the default set's codes are in the area's set; empty where that is the area's set.
    """
    plans = []
    for plan in document["plans"]:
        send = [
            {**wanted, "kinds": [kind for kind in wanted["kinds"] if kind in kinds]}
            for wanted in plan.get("send", [])
            if set(wanted["kinds"]) & set(kinds)
        ]
        roles = {wanted.get("role") for wanted in send}
        if not send and plan.get("send"):
            continue
        when = plan["when"]
        if codes:
            here = [code for prefix in when["categories"] for code in codes[prefix]]
            when = {**when, "categories": list(dict.fromkeys(here))}
        fitted_plan = {**plan, "when": when, **({"send": send} if "send" in plan else {})}
        if "steps" in plan:
            # Nobody is there to do it by coming: somebody has to say that it is done.
            fitted_plan["steps"] = [
                step if step.get("role") in roles else {key: value for key, value in step.items() if key != "role"}
                for step in plan["steps"]
            ]
        plans.append(fitted_plan)
    return {**document, "plans": plans}


def fitted_handling(
    document: dict[str, Any], kinds: Collection[str], codes: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """`document` as handling.json has it, in the codes of the area's set and with its kinds of unit.

    The code for an officer in need lies below early warnings, in whatever set.
    """

    def here(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**rule, "categories": [here for code in rule["categories"] for here in codes[code]]} for rule in rules]

    emergency = document["emergency"]
    emergency = {**emergency, "kinds": [kind for kind in emergency["kinds"] if kind in kinds]}
    if not codes:
        return {**document, "emergency": emergency}
    parent, own = emergency["code"][:-2], emergency["code"][-2:]
    return {
        **document,
        "forms": here(document["forms"]),
        "small_cases": here(document["small_cases"]),
        "emergency": {**emergency, "code": f"{codes[parent][0]}{own}"},
    }
