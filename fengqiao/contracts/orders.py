"""What dispatchers and crews order beyond the steps of an assignment: more commands of `dispatch-commands`."""

from typing import ClassVar, Literal

from fengqiao.contracts.commands import Command
from fengqiao.contracts.feedback import FeedbackForm
from fengqiao.contracts.model import Category, IncidentId, Instant, Location, UnitId

LinkKind = Literal["repeat", "urge", "officer"]
"""Another call about the same · somebody asks where the police are · an officer's call from the scene."""


class IncidentOrder(Command):
    """An order about one incident."""

    incident_id: IncidentId


class Reassign(IncidentOrder):
    """Exactly these units from now on: the others are taken off, in one step."""

    TYPE: ClassVar = "fengqiao.command.reassign.v1"
    units: tuple[UnitId, ...]


class Hold(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.hold.v1"
    until: Instant


class Release(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.release.v1"


class Reopen(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.reopen.v1"


class TakeNote(IncidentOrder):
    """The words lie in the paper of `reason`."""

    TYPE: ClassVar = "fengqiao.command.note.v1"


class SetCategory(IncidentOrder):
    """The crew's or the review's version of the category."""

    TYPE: ClassVar = "fengqiao.command.set-category.v1"
    version: Literal["confirmed", "corrected"]
    category: Category


class Merge(IncidentOrder):
    """This incident is the same event as `into`; only a person says so."""

    TYPE: ClassVar = "fengqiao.command.merge.v1"
    into: IncidentId


class Unmerge(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.unmerge.v1"


class Link(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.link.v1"
    to_incident: IncidentId
    kind: LinkKind


class Urge(IncidentOrder):
    """Ring the crews."""

    TYPE: ClassVar = "fengqiao.command.urge.v1"


class GiveFeedback(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.give-feedback.v1"
    form: FeedbackForm
    confirmed: Category | None = None
    """What the crew says it was."""


class OwnSmallCase(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.own-small-case.v1"
    owner: str
    """An officer's account or a unit; never a name."""


class SolveSmallCase(IncidentOrder):
    TYPE: ClassVar = "fengqiao.command.solve-small-case.v1"
    result: str


class CallEmergency(Command):
    """An officer of the unit needs help. location: from the terminal, where it knows; else the last position."""

    TYPE: ClassVar = "fengqiao.command.call-emergency.v1"
    unit: UnitId
    location: Location | None = None


class EndEmergency(Command):
    TYPE: ClassVar = "fengqiao.command.end-emergency.v1"
    unit: UnitId


ORDERS: tuple[type[Command], ...] = (
    Reassign,
    Hold,
    Release,
    Reopen,
    TakeNote,
    SetCategory,
    Merge,
    Unmerge,
    Link,
    Urge,
    GiveFeedback,
    OwnSmallCase,
    SolveSmallCase,
    CallEmergency,
    EndEmergency,
)
"""All of them, for the table of topics and for the writer."""
