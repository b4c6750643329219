"""What dispatch says on `dispatch`. Stream: one area (`ce_subject` = the area), numbered 1, 2, 3 … by its one writer.

Each event carries the marks that its readers need, so that nobody has to join topics to understand it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.commands import DisputeFound
from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import (
    Actor,
    AreaId,
    Category,
    Data,
    Event,
    IncidentId,
    Instant,
    Level,
    Location,
    PaperReference,
    Priority,
    Seconds,
    UnitId,
)
from fengqiao.contracts.plans import Clocks, PlanStep, Targets


class RunnerUp(Data):
    unit: UnitId
    travel_seconds: Seconds


class Reason(Data):
    """Why this unit: what a dispatcher reads before he trusts the choice."""

    rule: Literal["nearest", "covering", "chosen"]
    """nearest by road · the room that covers the place · chosen by a dispatcher."""
    travel_seconds: Seconds | None = None
    """By road from the unit's last position. None where there is no road."""
    position_age_seconds: Seconds | None = None
    """How old that position was; None when the unit's home was used for want of one."""
    runner_up: RunnerUp | None = None
    seconds_saved: float | None = None
    ruled_out: dict[str, int] = Field(default_factory=dict)
    """How many units each reason ruled out: `busy`, `off_duty`, `no_road`, `capability`, `emergency`, `lent`."""
    position_stale: bool | None = None
    """True where the position was so old that the unit counted as further away than it seemed."""
    silent: bool | None = None
    """True where the unit did not answer its last assignment, and nobody else could go."""
    diverted_from: IncidentId | None = None
    """The lesser call that it was on its way to."""
    lent_by: AreaId | None = None
    """The neighbour that lends the unit; its seconds are then an estimate, from station to station."""
    backs: str | None = None
    """The zone whose units back the place's own, of which none was free."""
    weighed_together: int | None = None
    """How many calls waited at the same time and were given units with the least seconds in all: one of them may
    have got a nearer unit than another would have chosen alone."""


class Times(Data):
    """The times so far of one assignment, and of the incident it is for."""

    reported_at: Instant
    received_at: Instant
    assigned_at: Instant | None = None
    terminal_received_at: Instant | None = None
    """When the crew's terminal had it."""
    acknowledged_at: Instant | None = None
    en_route_at: Instant | None = None
    on_scene_at: Instant | None = None
    cleared_at: Instant | None = None


class Wanted(Data):
    """One role that the plan wants filled by units of one of these kinds."""

    role: str
    kinds: tuple[str, ...]
    count: Annotated[int, Field(ge=1)]
    rule: Literal["nearest", "covering"]
    required: bool
    """The incident waits in the queue while this is missing."""
    capabilities: tuple[str, ...] = ()
    """What each of the units must be able to do."""
    within_seconds: Seconds | None = None
    """By when one of them is to be there, from the incident's opening."""


class DispatchEvent(Event):
    area: AreaId
    at: Instant
    """Domain time at which it counts."""
    by: Actor | None = None
    """None when the rules decided."""
    command_id: str | None = None
    device_at: Instant | None = None
    """When it was, by the clock of the device that gave the command; `at` counts."""
    device_apart: bool | None = None
    """True where that is more than a minute from when the command was received: it was kept back, or a clock is
    wrong."""


class IncidentEvent(DispatchEvent):
    incident_id: IncidentId
    number: str
    """Short name in the area: `1042`."""
    category: Category
    priority: Priority
    location: Location
    source: str


class IncidentOpened(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.opened.v1"
    reported_at: Instant
    received_at: Instant
    plan: str
    wanted: tuple[Wanted, ...]
    caller_count: Annotated[int, Field(ge=0)]
    weapon: bool | None = None
    possible_duplicates: tuple[DuplicateCandidate, ...] = ()
    answered_at: Instant | None = None
    targets: Targets | None = None
    """What the timers go by; none: nothing is timed."""
    steps: tuple[PlanStep, ...] = ()
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


class IncidentCorrected(IncidentEvent):
    """Its category, priority, place or number of callers is now what this event says."""

    TYPE: ClassVar = "fengqiao.incident.corrected.v1"
    changed: tuple[str, ...]
    caller_count: Annotated[int, Field(ge=0)]
    weapon: bool | None = None
    crews: tuple[UnitId, ...] = ()
    """Who is on it and has to be told."""
    plan: str | None = None
    """The plan that is right for what is known now, where it is another one than before."""
    wanted: tuple[Wanted, ...] = ()
    targets: Targets | None = None
    steps: tuple[PlanStep, ...] = ()
    merged_incident: IncidentId | None = None
    """The incident merged into it that this came from."""
    original: Category | None = None
    """The desk's version of the category, where that is what changed."""
    level: Level | None = None
    tags: tuple[str, ...] | None = None
    report_up: tuple[str, ...] | None = None
    void: bool | None = None
    """These four as in `incident.opened`; left out: as before."""


class IncidentQueued(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.queued.v1"
    roles: tuple[str, ...]
    """What is still to be sent."""
    ruled_out: dict[str, int]


class IncidentClosed(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.closed.v1"
    reported_at: Instant
    received_at: Instant
    first_assigned_at: Instant | None = None
    first_on_scene_at: Instant | None = None
    disposition: str
    clocks: Clocks | None = None


class IncidentCancelledByDispatch(IncidentEvent):
    """Ended without a result; the units on it are stood down by events of their own, before this one."""

    TYPE: ClassVar = "fengqiao.incident.cancelled.v1"
    why: str
    reason: PaperReference | None = None


class IncidentUnreadable(DispatchEvent):
    """A record on `incidents` that nobody can read is still somebody's call: priority 1, a person must look."""

    TYPE: ClassVar = "fengqiao.incident.unreadable.v1"
    priority: Literal[1] = 1
    subject: str | None = None
    """The incident's id as the record's headers say, if they do."""
    topic: str
    partition: int
    offset: int
    why: str


class PlanShortfall(IncidentEvent):
    """The plan asks for more than there is."""

    TYPE: ClassVar = "fengqiao.plan.shortfall.v1"
    plan: str
    role: str
    kinds: tuple[str, ...]
    missing: Annotated[int, Field(ge=1)]


class AssignmentEvent(IncidentEvent):
    assignment_id: str
    unit: UnitId
    unit_kind: str
    role: str
    police: bool
    """Whether the unit is police, or helps until they come."""
    times: Times
    first: bool = False
    """This is the first police assignment of the incident to come this far: response times count these."""


class AssignmentAssigned(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.assigned.v1"
    reason: Reason


class AssignmentAcknowledged(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.acknowledged.v1"


class AssignmentEnRoute(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.en-route.v1"


class AssignmentOnScene(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.on-scene.v1"


class AssignmentCleared(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.cleared.v1"
    disposition: str
    dispute: DisputeFound | None = None
    case_id: str | None = None


class AssignmentDeclined(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.declined.v1"
    reason: PaperReference | None = None
    wanted_again: bool
    """The role has to be filled by another unit."""


class AssignmentCancelled(AssignmentEvent):
    TYPE: ClassVar = "fengqiao.assignment.cancelled.v1"
    reason: PaperReference | None = None
    wanted_again: bool
    """The role has to be filled by another unit."""
    rechosen: bool | None = None
    """True where the incident moved and the rules found another unit nearer: this one may be sent to it again."""


class AssignmentReceived(AssignmentEvent):
    """The crew's terminal has it; that nobody has read it yet is what the assignment's state says."""

    TYPE: ClassVar = "fengqiao.assignment.received.v1"


class AssignmentTimedOut(AssignmentEvent):
    """The crew did not take the step in time, and another unit is sent."""

    TYPE: ClassVar = "fengqiao.assignment.timed-out.v1"
    timer: str
    """Which step: `acknowledge`, `en_route`, `arrive`."""
    due_at: Instant
    wanted_again: bool


class AssignmentDiverted(AssignmentEvent):
    """The unit was on its way and goes to something graver; this call gets another, or waits with its age kept."""

    TYPE: ClassVar = "fengqiao.assignment.diverted.v1"
    to_incident: IncidentId
    to_number: str
    seconds_saved: Seconds | None = None
    """None where nobody else could have gone."""
    wanted_again: bool


class TimerWarned(IncidentEvent):
    """A target was missed: whoever has the step in hand is rung."""

    TYPE: ClassVar = "fengqiao.timer.warned.v1"
    timer: str
    """`assigned`, `on_scene`, `handled`, `feedback`; of an assignment `acknowledge`, `en_route`, `arrive`;
    `role:<role>`, `step:<id>`."""
    due_at: Instant
    assignment_id: str | None = None
    unit: UnitId | None = None


class IncidentEscalated(IncidentEvent):
    """It went on being late after the warning: somebody above is told."""

    TYPE: ClassVar = "fengqiao.incident.escalated.v1"
    timer: str
    due_at: Instant
    to: str
    """Who is told: `shift_leader`."""
    assignment_id: str | None = None
    unit: UnitId | None = None


class IncidentStepDone(IncidentEvent):
    """A step of the plan is done."""

    TYPE: ClassVar = "fengqiao.incident.step-done.v1"
    step: str


class NotificationRequested(IncidentEvent):
    """Somebody has to be told; `notify` delivers it. No words and no personal data: what they say is the target's."""

    TYPE: ClassVar = "fengqiao.notification.requested.v1"
    notification_id: str
    to: str
    """A target of the area's list: `command_room`, `superior`, `merchants`, `ambulance_120` …"""
    what: str
    due_at: Instant
    plan: str
    step: str | None = None


class UnitOnDuty(DispatchEvent):
    TYPE: ClassVar = "fengqiao.unit.on-duty.v1"
    unit: UnitId
    unit_kind: str
    shift: str | None = None
    crew: int | None = None


class UnitOffDuty(DispatchEvent):
    TYPE: ClassVar = "fengqiao.unit.off-duty.v1"
    unit: UnitId
    unit_kind: str


class CommandRejected(DispatchEvent):
    """Somebody asked for what cannot be; nothing changed."""

    TYPE: ClassVar = "fengqiao.command.rejected.v1"
    verb: str
    status: Literal[403, 404, 409]
    detail: str
    allowed: tuple[str, ...] = ()
    incident_id: IncidentId | None = None
