"""What dispatch says on `dispatch` of the force that stands ready: where idle units wait, and what nobody covers."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.dispatch import DispatchEvent
from fengqiao.contracts.model import Data, Event, Instant, Location, Seconds, UnitId


class StandbyOrdered(DispatchEvent):
    """An idle unit is to stand by, or patrol, at a point, until it is assigned or off duty, or `until`."""

    TYPE: ClassVar = "fengqiao.standby.ordered.v1"
    unit: UnitId
    unit_kind: str
    point: str
    """Id of a point of the area's standby plan."""
    place: Location
    squad: str
    """The units that are spread out together: `vehicles`, `foot`, `plain_clothes` …"""
    seconds: Seconds
    """By road from where the unit was last."""
    saves_seconds: Seconds
    """What all the squad's orders of this moment save of the expected seconds to a call."""
    why: Literal["units_changed", "hours_changed", "advice_changed"]
    advice: Literal["plan", "insights"]
    """Whose weights the points have: those of the area's plan, or those that analytics advises."""
    until: Instant
    """The end of the hours for which the points have these weights."""


class CoverageEvent(DispatchEvent):
    rule: str
    """Id of a rule of the area's standby plan."""
    kinds: tuple[str, ...]
    grid_cells: tuple[str, ...] = ()
    """The cells that this is about; none: the whole zone, or the whole area."""
    zone: str | None = None
    within_seconds: Seconds | None = None
    """In which a free unit of the kinds should reach each of the cells."""
    at_least: Annotated[int, Field(ge=1)] | None = None
    """How many units of the kinds should be free."""
    free: Annotated[int, Field(ge=0)]
    """How many are."""


class CoverageLost(CoverageEvent):
    """A hole: no free unit of the kinds is near enough, or too few are free."""

    TYPE: ClassVar = "fengqiao.coverage.lost.v1"


class CoverageRestored(CoverageEvent):
    TYPE: ClassVar = "fengqiao.coverage.restored.v1"


class StandbyState(Data):
    """Where a unit was ordered to stand by."""

    point: str
    place: Location
    ordered_at: Instant
    until: Instant


STANDING_BY: tuple[type[Event], ...] = (StandbyOrdered, CoverageLost, CoverageRestored)
"""All of them, for the table of topics."""
