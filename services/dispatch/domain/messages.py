"""What reaches `decide`, and the facts that stay in the journal (no reader outside needs them)."""

from dataclasses import dataclass
from typing import ClassVar

from fengqiao.contracts import commands
from fengqiao.contracts.commands import Command
from fengqiao.contracts.ids import incident_of
from fengqiao.contracts.incidents import (
    IncidentCallerAdded,
    IncidentCancelled,
    IncidentReported,
    IncidentUpdated,
)
from fengqiao.contracts.model import Event, Instant

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


Message = Heard | Asked | NotHeard | AllHeard | Tick


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


PRIVATE: dict[str, type[Private]] = {
    fact.TYPE: fact for fact in (StreamRead, MessageSetAside, MessageTakenUp, IncidentRetired, RolesDropped)
}


INCIDENT_MESSAGES: tuple[
    type[IncidentReported], type[IncidentUpdated], type[IncidentCallerAdded], type[IncidentCancelled]
] = (IncidentReported, IncidentUpdated, IncidentCallerAdded, IncidentCancelled)
COMMANDS: dict[str, type[Command]] = {
    command.TYPE: command
    for command in (
        commands.Acknowledge,
        commands.EnRoute,
        commands.OnScene,
        commands.Clear,
        commands.Decline,
        commands.CancelAssignment,
        commands.Assign,
        commands.CancelIncident,
        commands.SetDuty,
    )
}


def incident_named(command: Command) -> str | None:
    """The incident that the command is about; None when it is about a unit."""
    match command:
        case commands.AssignmentCommand():
            return incident_of(command.assignment_id)
        case commands.Assign() | commands.CancelIncident():
            return command.incident_id
        case _:
            return None
