"""What reaches `decide`, and the facts that stay in the journal (no reader outside needs them)."""

from collections.abc import Container
from dataclasses import dataclass
from typing import ClassVar

from fengqiao.contracts import aid, commands, orders
from fengqiao.contracts.commands import Command
from fengqiao.contracts.ids import incident_of
from fengqiao.contracts.incidents import (
    IncidentCallerAdded,
    IncidentCancelled,
    IncidentReported,
    IncidentUpdated,
)
from fengqiao.contracts.model import Data, Event, Instant
from fengqiao.contracts.topics import DISPATCH_COMMANDS

IncidentMessage = IncidentReported | IncidentUpdated | IncidentCallerAdded | IncidentCancelled


@dataclass(frozen=True, slots=True)
class Heard:
    """An event of intake's, number `sequence` of the incident's stream."""

    event: IncidentMessage
    sequence: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A command."""

    command: Command


@dataclass(frozen=True, slots=True)
class NotHeard:
    """A record on `incidents` that nobody can read. subject, sequence: as its headers say, if they do."""

    subject: str | None
    sequence: int | None
    topic: str
    partition: int
    offset: int
    why: str


@dataclass(frozen=True, slots=True)
class AllHeard:
    """`incidents` has been read to where it ended when this command was set aside: what it names does not exist."""

    command_id: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A second of domain time has passed."""


@dataclass(frozen=True, slots=True)
class AidHeard:
    """What a neighbour says to this area."""

    event: aid.AidMessage


Message = Heard | Asked | NotHeard | AllHeard | Tick | AidHeard


class Private(Event):
    """A fact that is folded and journaled, but not published."""


class StreamRead(Private):
    """Intake's stream for the incident was read to here, and it changed nothing that is told."""

    TYPE: ClassVar = "private.stream-read"
    incident_id: str
    sequence: int


class MessageSetAside(Private):
    TYPE: ClassVar = "private.set-aside"
    key: str
    incident_id: str
    type: str
    data: str
    sequence: int
    at: Instant


class MessageTakenUp(Private):
    TYPE: ClassVar = "private.taken-up"
    key: str


class IncidentRetired(Private):
    """It ended a day ago: it leaves the board, and `incident-state` gets its tombstone."""

    TYPE: ClassVar = "private.retired"
    incident_id: str


class RolesDropped(Private):
    """What was still wanted is not wanted any more."""

    TYPE: ClassVar = "private.roles-dropped"
    incident_id: str
    at: Instant


class TimerGivenUp(Private):
    """The timer was over, and looked at for the last time: nobody better was to be had."""

    TYPE: ClassVar = "private.timer-given-up"
    incident_id: str
    timer: str
    at: Instant


class UnitRanked(Data):
    """One that could be sent. travel_seconds None: no road leads there from it."""

    unit: str
    unit_kind: str
    travel_seconds: float | None = None
    position_age_seconds: float | None = None
    covers: bool = False
    silent: bool = False
    diverted_from: str | None = None


class RoleRanked(Data):
    """Who could go in a role, the best first."""

    role: str
    missing: int
    units: tuple[UnitRanked, ...]
    ruled_out: dict[str, int]


class Recommended(Private):
    """The answer to `command.recommend`: what would have been chosen. Changes nothing."""

    TYPE: ClassVar = "private.recommended"
    incident_id: str
    command_id: str
    roles: tuple[RoleRanked, ...]


class EndForgotten(Private):
    """That it had ended then counts no more: it was taken up anew, or its small case is still watched."""

    TYPE: ClassVar = "private.end-forgotten"
    incident_id: str


class UnitsPlaced(Private):
    """Where idle units wait was looked at; these were idle. Until something changes it is not looked at again."""

    TYPE: ClassVar = "private.units-placed"
    at: Instant
    band: str
    advice: str
    units: tuple[str, ...]


class AidRead(Private):
    """A neighbour's message was taken in; with it come the events that follow from it."""

    TYPE: ClassVar = "private.aid-read"
    from_area: str
    message: int


class AidSetAside(Private):
    """A neighbour's message came before one that was sent before it."""

    TYPE: ClassVar = "private.aid-set-aside"
    from_area: str
    message: int
    type: str
    data: str


PRIVATE: dict[str, type[Private]] = {
    fact.TYPE: fact
    for fact in (
        StreamRead,
        MessageSetAside,
        MessageTakenUp,
        IncidentRetired,
        RolesDropped,
        TimerGivenUp,
        Recommended,
        EndForgotten,
        UnitsPlaced,
        AidRead,
        AidSetAside,
    )
}
AID_MESSAGES: dict[str, type[aid.AidMessage]] = {one.TYPE: one for one in aid.AID_MESSAGES}


INCIDENT_MESSAGES: tuple[
    type[IncidentReported], type[IncidentUpdated], type[IncidentCallerAdded], type[IncidentCancelled]
] = (IncidentReported, IncidentUpdated, IncidentCallerAdded, IncidentCancelled)
COMMANDS: dict[str, type[Command]] = {kind.TYPE: kind for kind in DISPATCH_COMMANDS.events if issubclass(kind, Command)}
"""Those of the topic table: what it names is what is understood here."""


def incident_named(command: Command) -> str | None:
    """The incident that the command is about; None when it is about a unit."""
    match command:
        case commands.AssignmentCommand():
            return incident_of(command.assignment_id)
        case (
            commands.Assign()
            | commands.CancelIncident()
            | commands.StepDone()
            | commands.Recommend()
            | orders.IncidentOrder()
            | aid.AskAid()
        ):
            return command.incident_id
        case _:
            return None


def incidents_named(command: Command) -> tuple[str, ...]:
    """Every incident that the command names: the one it is about first."""
    first = incident_named(command)
    match command:
        case orders.Merge():
            return command.incident_id, command.into
        case orders.Link():
            return command.incident_id, command.to_incident
        case _:
            return () if first is None else (first,)


def first_unknown(command: Command, known: Container[str], retired: Container[str]) -> str | None:
    """The first incident that the command names and the board does not have; a link may lead to one that is over."""
    for number, incident_id in enumerate(incidents_named(command)):
        if incident_id in known or (number and isinstance(command, orders.Link) and incident_id in retired):
            continue
        return incident_id
    return None
