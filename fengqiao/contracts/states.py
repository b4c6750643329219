"""Latest whole states on compacted topics: a new subscriber starts here. Stream: `area/id`, numbered by the
sequence of the area's event that made the state (numbers rise, gaps mean nothing)."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.dispatch import Reason
from fengqiao.contracts.feedback import FeedbackKind
from fengqiao.contracts.model import (
    AreaId,
    Category,
    CategoryVersions,
    Data,
    Event,
    IncidentId,
    Instant,
    Level,
    Location,
    Priority,
    UnitId,
)
from fengqiao.contracts.orders import LinkKind
from fengqiao.contracts.standing_by import StandbyState

IncidentStatus = Literal[
    "active",
    "queued",
    "resources_assigned",
    "resources_enroute",
    "resources_onscene",
    "held",
    "awaiting_feedback",
    "closed",
    "cancelled",
    "merged",
]
AssignmentStatus = Literal[
    "assigned",
    "acknowledged",
    "en_route",
    "on_scene",
    "cleared",
    "declined",
    "timed_out",
    "diverted",
    "cancelled",
]
UnitStatus = Literal["available", "conditionally_available", "not_available", "off_duty"]


class AssignmentState(Data):
    id: str
    unit: UnitId
    unit_kind: str
    role: str
    status: AssignmentStatus
    assigned_at: Instant
    terminal_received_at: Instant | None = None
    acknowledged_at: Instant | None = None
    en_route_at: Instant | None = None
    on_scene_at: Instant | None = None
    cleared_at: Instant | None = None
    ended_at: Instant | None = None
    disposition: str | None = None
    case_id: str | None = None
    reason: Reason


class TimerState(Data):
    what: str
    """`assigned`, `on_scene`, `handled`, `feedback`; of an assignment `acknowledge`, `en_route`, `arrive`;
    `role:<role>`, `step:<id>`."""
    due_at: Instant
    state: Literal["running", "warned", "escalated", "met", "late", "stood_down"]
    assignment_id: str | None = None


class ClockState(Data):
    """One of the ministry's ten clocks."""

    clock: str
    """BJSJ, JJSJ, JJWCSJ, PJSJ, XTZDDDSJ, PDQSSJ, CJSJ, DDXCSJ, XCCLWBSJ, FKSJ."""
    at: Instant | None = None
    due_at: Instant | None = None
    """None where it has no limit, or what its limit counts from has not happened."""
    met: bool | None = None


class LinkState(Data):
    to_incident: IncidentId
    kind: LinkKind


class MergedState(Data):
    """An incident that was merged into this one, and how many callers it brought."""

    incident_id: IncidentId
    callers: Annotated[int, Field(ge=0)]


class FormState(Data):
    kind: FeedbackKind
    at: Instant
    result: str | None = None


class SmallCaseState(Data):
    """status: open, overdue or solved."""

    status: Literal["open", "overdue", "solved"]
    owner: str
    opened_at: Instant
    due_at: Instant
    solved_at: Instant | None = None
    result: str | None = None


class IncidentState(Event):
    TYPE: ClassVar = "fengqiao.incident.state.v1"
    incident_id: IncidentId
    number: str
    area: AreaId
    sequence: Annotated[int, Field(ge=1)]
    status: IncidentStatus
    category: Category
    priority: Priority
    location: Location
    source: str
    plan: str
    caller_count: int
    weapon: bool | None = None
    reported_at: Instant
    received_at: Instant
    opened_at: Instant
    ended_at: Instant | None = None
    assignments: tuple[AssignmentState, ...] = ()
    waiting_roles: tuple[str, ...] = ()
    timers: tuple[TimerState, ...] = ()
    clocks: tuple[ClockState, ...] = ()
    """Those that have struck or have a limit."""
    categories: CategoryVersions | None = None
    """None: all of them are `category`."""
    level: Level | None = None
    tags: tuple[str, ...] | None = None
    report_up: tuple[str, ...] | None = None
    """Why it is reported up at once 要情上报; left out: it is not."""
    reported_up_at: Instant | None = None
    """When that was asked for."""
    void: bool | None = None
    """True: a void call, no valid incident 有效警情."""
    moves: bool | None = None
    """True: its source tracks something that moves."""
    held_until: Instant | None = None
    merged_into: IncidentId | None = None
    merged: tuple[MergedState, ...] = ()
    links: tuple[LinkState, ...] = ()
    urged: Annotated[int, Field(ge=0)] = 0
    feedback: tuple[FormState, ...] = ()
    small_case: SmallCaseState | None = None


class UnitState(Event):
    TYPE: ClassVar = "fengqiao.unit.state.v1"
    unit: UnitId
    area: AreaId
    sequence: Annotated[int, Field(ge=0)]
    kind: str
    call_sign: str
    name_zh: str
    name_en: str
    police: bool
    status: UnitStatus
    since: Instant | None = None
    shift: str | None = None
    crew: int | None = None
    assignments: tuple[str, ...] = ()
    """Those that it holds, the latest 32."""
    held: Annotated[int, Field(ge=0)] = 0
    """How many it holds."""
    home: tuple[float, float]
    emergency: IncidentId | None = None
    """Its officer needs help: the incident that was opened for it, until a dispatcher stands it down."""
    standby: StandbyState | None = None
    """Where it was last ordered to wait; none once it is assigned or off duty."""
    lent_to: AreaId | None = None
    lent_for: IncidentId | None = None
    """The area that it is lent to, and the incident there."""
    home_area: AreaId | None = None
    home_unit: UnitId | None = None
    """Of a unit that another area lends: whose it is, and what it is called there."""
