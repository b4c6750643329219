"""What analytics says on `insights`. Stream: one area and kind (`ce_subject` = `area/kind`), numbered 1, 2, 3 …

Kinds: hotspots, warnings, standby, targets, bulletins. Incidents are named by id, places by what they belong to.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.model import AreaId, Data, Event, IncidentId, Instant, Location, Seconds

Expected = Annotated[float, Field(ge=0)]
Chance = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]
MOST_INCIDENTS: int = 200
"""So many are named at most; `seen` says how many there were."""


class InsightEvent(Event):
    area: AreaId
    at: Instant
    """Domain time at which it was worked out."""


class Unusual(InsightEvent):
    """More than expected. How sure: `chance` of seeing anything as unusual among all that was looked at then, while
    everything is as usual."""

    warning_id: str
    begins: Instant
    ends: Instant
    expected: Expected
    seen: Annotated[int, Field(ge=1)]
    chance: Chance
    weekly_false_alarms: Share
    """The promise: with what chance an ordinary week brings a warning of this kind."""
    method: str
    """Which published rule found it."""
    incidents: tuple[IncidentId, ...] = ()
    history_days: Annotated[int, Field(ge=0)]
    """Of how many days the expectation was made."""


class HotspotFound(Unusual):
    """A cluster in space and time."""

    TYPE: ClassVar = "fengqiao.hotspot.found.v1"
    grid_cells: tuple[str, ...]
    middle: Location
    radius_metres: Annotated[float, Field(ge=0)]


class WarningRaised(Unusual):
    """A category that rises, or an address that comes up again and again."""

    TYPE: ClassVar = "fengqiao.warning.raised.v1"
    what: Literal["rising_category", "repeat_address"]
    category_code: str | None = None
    category_zh: str | None = None
    category_en: str | None = None
    place: Location | None = None


class PatrolTime(Data):
    """Hours in which somebody should be seen at a point."""

    point: str
    begins: Instant
    ends: Instant
    expected: Expected


class StandbyAdvised(InsightEvent):
    """Where the next calls are expected in some hours: dispatch places idle units by these weights (D6)."""

    TYPE: ClassVar = "fengqiao.standby.advised.v1"
    band: str
    """Id of the hours in the area's standby plan."""
    begins: Instant
    ends: Instant
    """The advice holds for these hours and for no others."""
    weights: dict[str, Expected]
    """Point of the area's standby plan → expected calls around it in these hours. Points left out matter nothing."""
    order: tuple[str, ...] = ()
    """The points to fill first: the first n are the best for n units, found one after the other."""
    mean_seconds: tuple[Seconds, ...] = ()
    """Expected seconds by road to a call when the first 1, 2, 3 … of `order` are filled."""
    patrols: tuple[PatrolTime, ...] = ()
    history_days: Annotated[int, Field(ge=0)]


class TargetBreached(InsightEvent):
    """On a day less than the agreed share of the incidents kept a target."""

    TYPE: ClassVar = "fengqiao.target.breached.v1"
    day: str
    segment: str
    share: Share
    goal: Share
    count: Annotated[int, Field(ge=1)]
    station: str | None = None


class BulletinPublished(InsightEvent):
    TYPE: ClassVar = "fengqiao.bulletin.published.v1"
    bulletin_id: str
    kind: Literal["daily", "friday", "monday"]
    begins: Instant
    ends: Instant
    overdue: Annotated[int, Field(ge=0)] = 0
    """How many cases and steps it names as overdue."""


INSIGHTS: tuple[type[Event], ...] = (HotspotFound, WarningRaised, StandbyAdvised, TargetBreached, BulletinPublished)
"""All of them, for the table of topics."""
