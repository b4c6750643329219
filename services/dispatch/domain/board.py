"""The board of one area: all that dispatch knows of it. Frozen; `evolve` makes the next one.

The maps are persistent (rpds): a changed board shares all but the changed path with the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeAlias

from pydantic import PlainSerializer
from rpds import HashTrieMap, HashTrieSet, Queue

from fengqiao.contracts.dispatch import Reason, Times, Wanted
from fengqiao.contracts.model import Category, Location
from fengqiao.contracts.plans import PlanStep, Targets
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus
from services.dispatch.domain.mutual_aid_state import Aid
from services.dispatch.domain.transitions import ACTIVE


@dataclass(frozen=True, slots=True)
class Assignment:
    id: str
    unit: str
    unit_kind: str
    role: str
    police: bool
    status: AssignmentStatus
    times: Times
    reason: Reason
    ended_at: datetime | None = None
    disposition: str | None = None
    case_id: str | None = None
    released: bool = False
    """The rules took the unit away (to something graver, or for a nearer one): it may be sent here again."""

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


@dataclass(frozen=True, slots=True)
class Late:
    """A timer of which it has been told that it is over. level: 1 warned, 2 escalated. at: when that was told."""

    timer: str
    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Classed:
    """What the area's category set says of an incident besides its category; intake's words (I6)."""

    level: int | None = None
    tags: tuple[str, ...] = ()
    report_up: tuple[str, ...] = ()
    """Why it is reported up at once; none: it is not."""
    void: bool = False
    moves: bool = False


NOT_CLASSED: Final = Classed()


@dataclass(frozen=True, slots=True)
class SmallCase:
    """An unsolved small matter, watched until it is solved. result, solved_at: None until then."""

    owner: str
    opened_at: datetime
    due_at: datetime
    overdue: bool = False
    solved_at: datetime | None = None
    result: str | None = None


@dataclass(frozen=True, slots=True)
class Ordered:
    """What was ordered about an incident, or given with it, beside its plan and its assignments."""

    initial: Category
    """The caller's version of the category."""
    original: Category
    """The desk's."""
    confirmed: Category | None = None
    corrected: Category | None = None
    held_until: datetime | None = None
    merged_into: str | None = None
    merged: tuple[tuple[str, int], ...] = ()
    """Incidents that were merged into it, and how many callers each brought."""
    links: tuple[tuple[str, str], ...] = ()
    """(incident, kind)"""
    urged: int = 0
    forms: tuple[tuple[str, datetime, str | None], ...] = ()
    """(kind, given at, result)"""
    final_form: str | None = None
    """The result of the final form that was given since it was (re)opened."""
    due_disposition: str | None = None
    """What the last unit to clear said, while the form is due."""
    round: int = 0
    """How many of its assignments are from before it was taken up anew (reopened, released, unmerged): those
    units may be sent again, and what they did does not end it."""
    small_case: SmallCase | None = None
    anew_at: datetime | None = None
    """When it was last taken up anew (reopened, released, unmerged); None while it never was."""

    @property
    def feedback_at(self) -> datetime | None:
        """When the first final form was given."""
        return min((at for kind, at, _ in self.forms if kind == "final"), default=None)


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    number: str
    status: IncidentStatus
    category: Category
    priority: int
    location: Location
    source: str
    plan: str
    wanted: tuple[Wanted, ...]
    """What the plan wants."""
    waiting: tuple[Wanted, ...]
    """What of it is not there yet; a required one keeps the incident in the queue."""
    reported_at: datetime
    received_at: datetime
    opened_at: datetime
    caller_count: int
    sequence: int
    """The area's event that changed it last."""
    read: int
    """The last number of intake's stream that was applied."""
    weapon: bool | None = None
    assignments: tuple[Assignment, ...] = ()
    ended_at: datetime | None = None
    first: Annotated[frozenset[str], PlainSerializer(sorted)] = frozenset()
    """Which steps a police unit has reached: response times count the first only."""
    answered_at: datetime | None = None
    targets: Targets | None = None
    steps: tuple[PlanStep, ...] = ()
    steps_done: tuple[tuple[str, datetime], ...] = ()
    late: tuple[Late, ...] = ()
    notified: int = 0
    """Notifications requested so far."""
    classed: Classed = NOT_CLASSED
    reported_up_at: datetime | None = None
    """When it was asked for that it is reported up."""
    look_at: datetime | None = None
    """When its timers have to be looked at next; None where none runs."""
    ordered: Ordered | None = None

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def active(self) -> tuple[Assignment, ...]:
        return tuple(assignment for assignment in self.assignments if assignment.active)

    @property
    def order(self) -> Ordered:
        """What was ordered about it."""
        return self.ordered or Ordered(initial=self.category, original=self.category)

    @property
    def current(self) -> tuple[Assignment, ...]:
        """Its assignments since it was last taken up anew, and those that still are held."""
        before = self.assignments[: self.order.round]
        return (*(one for one in before if one.active), *self.assignments[self.order.round :])

    @property
    def cleared_last(self) -> Assignment | None:
        """The police assignment that was cleared last: what its crew said of how it ended counts."""
        cleared = [(at, one.unit, one) for one in self.assignments if one.police and (at := one.times.cleared_at)]
        return max(cleared, key=lambda each: each[:2])[2] if cleared else None

    @property
    def leaves_after(self) -> datetime | None:
        """From when its day on the board counts; None while it is open or its small case is watched."""
        case = self.order.small_case
        if self.ended_at is None or case is None:
            return self.ended_at
        return None if case.solved_at is None else max(self.ended_at, case.solved_at)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an idle unit was ordered to wait. seconds: by road from where it was then."""

    point: str
    place: Location
    at: datetime
    seconds: float
    until: datetime

    def arrives_by(self, patience: timedelta) -> datetime:
        """Until when it counts as being there, or on its way."""
        return min(self.at + timedelta(seconds=2 * self.seconds) + patience, self.until)


@dataclass(frozen=True, slots=True)
class Placed:
    """When the idle units were placed last, for which hours and by whose advice, and what each of them was then."""

    at: datetime
    band: str
    advice: str
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """What was told last of a place's coverage, and when."""

    open: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A unit that works. One that is not on the board is off duty."""

    unit: str
    since: datetime
    sequence: int
    shift: str | None = None
    crew: int | None = None
    on: bool = True
    assignments: tuple[str, ...] = ()
    """Ids of those that it holds."""
    silent: bool = False
    """It let an assignment time out and has not been heard of since: it is sent only where nobody else can go."""
    emergency: str | None = None
    """The incident in which its officer needs help."""
    standby: Standing | None = None
    lent_to: str | None = None
    lent_for: str | None = None
    """The area that it is lent to, and the incident there."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that came too early: a command for an incident not yet heard of, or a later event of its stream."""

    key: str
    """The command's id, or `incident-id#sequence`."""
    incident: str
    type: str
    data: str
    sequence: int
    """Of an event in its stream; of a command among those that came too early for the incident."""
    at: datetime

    @property
    def command(self) -> bool:
        """Whether it is a command; an event otherwise."""
        return self.key.startswith("c-")


Due: TypeAlias = "HashTrieMap[int, HashTrieSet[str]]"
"""Incidents by slot; see `slot`."""


@dataclass(frozen=True, slots=True)
class Board:
    area: str
    sequence: int = 0
    """Of the last event published for the area."""
    number: int = 0
    """Of the last incident; 0 before the first."""
    incidents: HashTrieMap[str, Incident] = field(default_factory=HashTrieMap)
    """Open ones, and ended ones until they are retired."""
    units: HashTrieMap[str, OnDuty] = field(default_factory=HashTrieMap)
    queue: HashTrieMap[str, tuple[int, datetime]] = field(default_factory=HashTrieMap)
    """Incidents that wait for a unit: priority and time of arrival."""
    in_turn: tuple[tuple[datetime, str], ...] = ()
    """The same by their turn, the next to be served first. Follows from `queue`."""
    ended: Queue[tuple[datetime, str]] = field(default_factory=Queue)
    """Ended incidents, oldest first, until they are retired."""
    aside: HashTrieMap[str, SetAside] = field(default_factory=HashTrieMap)
    early: HashTrieMap[str, tuple[str, ...]] = field(default_factory=HashTrieMap)
    """By incident: its commands in `aside`, in the order in which they came. Follows from `aside`."""
    held: HashTrieMap[str, datetime] = field(default_factory=HashTrieMap)
    """Incidents held by order, and until when."""
    watched: HashTrieMap[str, datetime] = field(default_factory=HashTrieMap)
    """Small cases that are not overdue yet, and when they will be."""
    unheard: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    """Streams whose report could not be read: the last number seen of them."""
    placed: Placed | None = None
    holes: HashTrieMap[str, Hole] = field(default_factory=HashTrieMap)
    """By `rule/place`: what has been told of coverage there."""
    aid: Aid = field(default_factory=Aid)
    """Requests and loans between this area and its neighbours."""
    due: Due = field(default_factory=HashTrieMap)
    """Incidents by the slot of their `look_at`, so that a tick looks only at what is due. Follows from `incidents`."""

    def read(self, incident: str) -> int:
        """The last number applied of intake's stream for the incident."""
        known = self.incidents.get(incident)
        return known.read if known is not None else self.unheard.get(incident, 0)

    def assignment(self, assignment_id: str) -> tuple[Incident, Assignment] | None:
        incident = self.incidents.get(assignment_id.partition(".")[0])
        if incident is None:
            return None
        for assignment in incident.assignments:
            if assignment.id == assignment_id:
                return incident, assignment
        return None


SLOT_SECONDS: Final = 15


def slot(at: datetime) -> int:
    """The slot of `Board.due` for a moment."""
    return int(at.timestamp()) // SLOT_SECONDS


def rescheduled(due: Due, incident_id: str, before: datetime | None, after: datetime | None) -> Due:
    """`due` when the incident's `look_at` was `before` and is `after`."""
    left, right = None if before is None else slot(before), None if after is None else slot(after)
    if left == right:
        return due
    if left is not None:
        rest = due[left].discard(incident_id)
        due = due.insert(left, rest) if len(rest) else due.remove(left)
    if right is not None:
        due = due.insert(right, due.get(right, HashTrieSet()).insert(incident_id))
    return due


def due_incidents(board: Board, now: datetime) -> list[str]:
    """Open incidents whose timers have to be looked at now, the longest due first."""
    last = slot(now)
    found = []
    for number in [number for number in board.due if number <= last]:
        for incident_id in board.due[number]:
            look_at = board.incidents[incident_id].look_at
            if look_at is not None and look_at <= now:
                found.append((look_at, incident_id))
    return [incident_id for _, incident_id in sorted(found)]
