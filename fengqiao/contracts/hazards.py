"""What mediation says of hazards 隐患 on `mediation`. Stream: one hazard (`ce_subject` = its id), numbered 1, 2, 3 …"""

from typing import Annotated, ClassVar

from pydantic import Field

from fengqiao.contracts.ids import HAZARD_PATTERN
from fengqiao.contracts.model import Actor, AreaId, CaseId, Event, Instant, PaperReference


class HazardEvent(Event):
    hazard_id: Annotated[str, Field(pattern=HAZARD_PATTERN)]
    area: AreaId
    at: Instant
    by: Actor | None = None
    kind: str
    """What it is: `wiring`, `charging`, `quarrel` …"""
    grid_cell: str | None = None
    found_at: Instant


class HazardFound(HazardEvent):
    TYPE: ClassVar = "fengqiao.hazard.found.v1"
    case_id: CaseId | None = None
    """The case that it opened."""


class HazardOrdered(HazardEvent):
    """Whoever is responsible has to put it right until then."""

    TYPE: ClassVar = "fengqiao.hazard.ordered.v1"
    due_at: Instant
    order: PaperReference


class HazardOverdue(HazardEvent):
    TYPE: ClassVar = "fengqiao.hazard.overdue.v1"
    due_at: Instant
    late: bool = False


class HazardChecked(HazardEvent):
    TYPE: ClassVar = "fengqiao.hazard.checked.v1"
    rectified: bool


class HazardClosed(HazardEvent):
    TYPE: ClassVar = "fengqiao.hazard.closed.v1"
    result: str


class HazardForgotten(HazardEvent):
    """Its papers were erased, as the area's rule of retention has it."""

    TYPE: ClassVar = "fengqiao.hazard.forgotten.v1"


HAZARD_EVENTS: tuple[type[Event], ...] = (
    HazardFound,
    HazardOrdered,
    HazardOverdue,
    HazardChecked,
    HazardClosed,
    HazardForgotten,
)
"""All of them, for the table of topics."""
