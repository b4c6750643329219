"""How a story reads what the system answered."""

from datetime import datetime
from typing import Any


def instant(text: str) -> datetime:
    """A time of an answer."""
    return datetime.fromisoformat(text)


def seconds_between(begin: str, end: str) -> float:
    """Seconds from one time of an answer to another."""
    return (instant(end) - instant(begin)).total_seconds()


def why(assignment: dict[str, Any]) -> str:
    """Why this unit: `nearest post, 60 s by road, 410 s before DSC (primary)`."""
    reason = assignment["reason"]
    words = f"{reason['rule']} {assignment['unit_kind']}, {reason.get('travel_seconds', 0):.0f} s by road"
    if "runner_up" in reason:
        words += f", {reason['seconds_saved']:.0f} s before {reason['runner_up']['unit']}"
    return f"{words} ({assignment['role'].replace('_', ' ')})"


def rows(incident: dict[str, Any], what: str) -> list[dict[str, Any]]:
    """The rows of an incident's timeline about `what` (noun.verb), in their order."""
    return [row for row in incident["timeline"] if row["type"] == f"fengqiao.{what}.v1"]
