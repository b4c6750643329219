"""The board of one area: all that dispatch knows of it. Frozen; `evolve` makes the next one.

The maps are persistent (rpds): a changed board shares all but the changed path with the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import TypeAdapter
from rpds import HashTrieMap, Queue

from fengqiao.contracts.dispatch import Reason, Times, Wanted
from fengqiao.contracts.model import Category, Location
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus
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

    @property
    def active(self) -> bool:
        return self.status in ACTIVE


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
    first: frozenset[str] = frozenset()
    """Which steps a police unit has reached: response times count the first only."""

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def active(self) -> tuple[Assignment, ...]:
        return tuple(assignment for assignment in self.assignments if assignment.active)


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


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that came too early: a command for an incident not yet heard of, or a later event of its stream."""

    key: str
    """The command's id, or `incident-id#sequence`."""
    incident: str
    type: str
    data: str
    sequence: int
    at: datetime


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
    ended: Queue[tuple[datetime, str]] = field(default_factory=Queue)
    """Ended incidents, oldest first, until they are retired."""
    aside: HashTrieMap[str, SetAside] = field(default_factory=HashTrieMap)
    unheard: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    """Streams whose report could not be read: the last number seen of them."""

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


@dataclass(frozen=True, slots=True)
class _Stored:
    """The board as a snapshot keeps it."""

    area: str
    sequence: int
    number: int
    incidents: list[Incident]
    units: list[OnDuty]
    queue: dict[str, tuple[int, datetime]]
    ended: tuple[tuple[datetime, str], ...]
    aside: list[SetAside]
    unheard: dict[str, int]


_STORED: TypeAdapter[_Stored] = TypeAdapter(_Stored)


def to_json(board: Board) -> bytes:
    """The whole board, to be read by `from_json`; equal boards give equal bytes."""
    stored = _Stored(
        area=board.area,
        sequence=board.sequence,
        number=board.number,
        incidents=[board.incidents[key] for key in sorted(board.incidents)],
        units=[board.units[key] for key in sorted(board.units)],
        queue={key: board.queue[key] for key in sorted(board.queue)},
        ended=tuple(board.ended),
        aside=[board.aside[key] for key in sorted(board.aside)],
        unheard={key: board.unheard[key] for key in sorted(board.unheard)},
    )
    return _STORED.dump_json(stored)


def from_json(state: bytes) -> Board:
    """Raises pydantic.ValidationError when `state` is not what `to_json` made."""
    stored = _STORED.validate_json(state)
    return Board(
        area=stored.area,
        sequence=stored.sequence,
        number=stored.number,
        incidents=HashTrieMap({incident.id: incident for incident in stored.incidents}),
        units=HashTrieMap({unit.unit: unit for unit in stored.units}),
        queue=HashTrieMap(stored.queue),
        ended=Queue(stored.ended),
        aside=HashTrieMap({one.key: one for one in stored.aside}),
        unheard=HashTrieMap(stored.unheard),
    )
