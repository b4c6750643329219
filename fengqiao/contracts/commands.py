"""What crews and dispatchers want of dispatch: `dispatch-commands`. Stream: one command, always number 1.

A command counts at `received_at`, the server's time; `at` is the device's and is kept beside it.
"""

from typing import ClassVar, Literal

from fengqiao.contracts.feedback import FeedbackForm
from fengqiao.contracts.model import (
    Actor,
    AreaId,
    Data,
    Event,
    IncidentId,
    Instant,
    PaperReference,
    UnitId,
)


class Command(Event):
    """What all commands carry."""

    command_id: str
    area: AreaId
    by: Actor
    received_at: Instant
    at: Instant | None = None
    reason: PaperReference | None = None
    fingerprint: str | None = None
    """Of what it asks for: another command with the same id is not this one sent again."""


class AssignmentCommand(Command):
    assignment_id: str


class Acknowledge(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.acknowledge.v1"


class EnRoute(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.en-route.v1"


class OnScene(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.on-scene.v1"


class DisputeFound(Data):
    """The crew met a quarrel that has to be settled, or settled it there."""

    kind: str
    settled_on_scene: bool = False


class Clear(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.clear.v1"
    disposition: str
    """A code of the area's list of results."""
    dispute: DisputeFound | None = None
    feedback: FeedbackForm | None = None
    """The form that the crew gives with it."""


class Decline(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.decline.v1"


class CancelAssignment(AssignmentCommand):
    TYPE: ClassVar = "fengqiao.command.cancel-assignment.v1"


class Assign(Command):
    """A dispatcher sends these units, whatever the plan says."""

    TYPE: ClassVar = "fengqiao.command.assign.v1"
    incident_id: IncidentId
    units: tuple[UnitId, ...]


class CancelIncident(Command):
    TYPE: ClassVar = "fengqiao.command.cancel-incident.v1"
    incident_id: IncidentId
    why: Literal["duplicate", "false_alarm", "resolved", "wrong_area", "test", "other"] = "other"


class SetDuty(Command):
    TYPE: ClassVar = "fengqiao.command.set-duty.v1"
    unit: UnitId
    on: bool
    shift: str | None = None
    crew: int | None = None
    """How many are in the crew; never who."""


class Received(AssignmentCommand):
    """The crew's terminal has the assignment; sent by the terminal itself."""

    TYPE: ClassVar = "fengqiao.command.received.v1"


class StepDone(Command):
    """A step of the incident's plan is done."""

    TYPE: ClassVar = "fengqiao.command.step-done.v1"
    incident_id: IncidentId
    step: str


class Recommend(Command):
    """A question: whom would you send? Nothing is decided; the answer is the command's result."""

    TYPE: ClassVar = "fengqiao.command.recommend.v1"
    incident_id: IncidentId
