"""What intake says on `incidents`. Stream: one incident (`ce_subject` = its id), numbered 1, 2, 3 …"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.model import AreaId, Category, Data, Event, IncidentId, Instant, Level, Location, Priority


class DuplicateCandidate(Data):
    incident_id: IncidentId
    score: Annotated[float, Field(ge=0, le=1)]


class IncidentReported(Event):
    """Somebody called. Whoever publishes this has it on disk."""

    TYPE: ClassVar = "fengqiao.incident.reported.v1"
    incident_id: IncidentId
    area: AreaId
    source: str
    """Which kind of reporter: `110`, `grid_worker`, `vehicle_tracker` …"""
    category: Category
    priority: Priority
    location: Location
    reported_at: Instant
    """When the caller was heard, as the reporting system says."""
    received_at: Instant
    """When intake took it. Response times count from here."""
    answered_at: Instant | None = None
    """When the call was answered, as the reporting system says."""
    caller_count: Annotated[int, Field(ge=0)] = 1
    weapon: bool | None = None
    possible_duplicates: tuple[DuplicateCandidate, ...] = ()
    initial_category: Category | None = None
    """What the caller took it for, where that is not `category`."""
    level: Level | None = None
    tags: tuple[str, ...] | None = None
    report_up: tuple[str, ...] | None = None
    """Why it is reported up at once 要情上报; left out: it is not."""
    void: bool | None = None
    """True: a void call, no valid incident 有效警情."""
    moves: bool | None = None
    """True: its source tracks something that moves, so its place will change."""


class IncidentUpdated(Event):
    """More is known. Only what changed is here."""

    TYPE: ClassVar = "fengqiao.incident.updated.v1"
    incident_id: IncidentId
    area: AreaId
    received_at: Instant
    category: Category | None = None
    priority: Priority | None = None
    location: Location | None = None
    weapon: bool | None = None
    level: Level | None = None
    tags: tuple[str, ...] | None = None
    report_up: tuple[str, ...] | None = None
    void: bool | None = None
    located_at: Instant | None = None
    """When it was at `location`, as the source says."""
    words_added: bool = False
    """There is more to read in the report at intake."""


class IncidentCallerAdded(Event):
    """One more person called about it; who is known to intake only."""

    TYPE: ClassVar = "fengqiao.incident.caller-added.v1"
    incident_id: IncidentId
    area: AreaId
    received_at: Instant
    caller_count: Annotated[int, Field(ge=1)]


class IncidentCancelled(Event):
    """Its source takes it back. Dispatch decides what becomes of the units."""

    TYPE: ClassVar = "fengqiao.incident.cancelled.v1"
    incident_id: IncidentId
    area: AreaId
    received_at: Instant
    reason: Literal["duplicate", "false_alarm", "resolved", "wrong_area", "test", "other"]
