"""Where imported incidents lie: in registers and rollups of an area of its own name, so that what the log determines
stays the log's. `applied` counts the imports that changed a document."""

from typing import Final

from services.analytics.domain.register import register_id

PAST: Final = "past"


def past_area(area: str) -> str:
    """The name under which the past of an area is kept; no area has one like it."""
    return f"{PAST}/{area}"


def past_id(area: str, day: str) -> str:
    """Of the register of an imported day."""
    return register_id(past_area(area), day)
