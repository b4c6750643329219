"""What dispatch says on `dispatch` of orders, forms and small cases; the rest is in `fengqiao.contracts.dispatch`."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.dispatch import DispatchEvent, IncidentEvent, Wanted
from fengqiao.contracts.feedback import FeedbackForm
from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import Category, Event, IncidentId, Instant, Location, PaperReference, UnitId
from fengqiao.contracts.orders import LinkKind
from fengqiao.contracts.plans import PlanStep, Targets


class IncidentHeld(IncidentEvent):
    """It waits by order: the queue does not serve it before `until`, or before it is released."""

    TYPE: ClassVar = "fengqiao.incident.held.v1"
    until: Instant
    reason: PaperReference | None = None


class IncidentReleased(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.released.v1"
    why: Literal["due", "ordered", "assigned", "graver"]
    """Its time has come · a dispatcher said so · somebody was assigned to it · its priority was raised."""
    reason: PaperReference | None = None


class IncidentReopened(IncidentEvent):
    """It had ended, or only its form was due; it is worked on again, and its plan is filled anew."""

    TYPE: ClassVar = "fengqiao.incident.reopened.v1"
    plan: str
    wanted: tuple[Wanted, ...]
    targets: Targets | None = None
    steps: tuple[PlanStep, ...] = ()
    reason: PaperReference | None = None


class IncidentNoted(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.noted.v1"
    paper: PaperReference


class IncidentCategorised(IncidentEvent):
    """A version of its category was set; `category` is the one that counts now (corrected before confirmed before
    original)."""

    TYPE: ClassVar = "fengqiao.incident.categorised.v1"
    version: Literal["confirmed", "corrected"]
    set_to: Category
    reason: PaperReference | None = None


class IncidentMerged(IncidentEvent):
    """It is the same event as `into`, and ends; its callers count there (`incident.corrected` of that one says so)."""

    TYPE: ClassVar = "fengqiao.incident.merged.v1"
    into: IncidentId
    into_number: str
    reason: PaperReference | None = None


class IncidentUnmerged(IncidentEvent):
    """It stands by itself again, with its own callers, and its plan is filled anew."""

    TYPE: ClassVar = "fengqiao.incident.unmerged.v1"
    out_of: IncidentId
    out_of_number: str
    plan: str
    wanted: tuple[Wanted, ...]
    targets: Targets | None = None
    steps: tuple[PlanStep, ...] = ()
    reason: PaperReference | None = None


class IncidentLinked(IncidentEvent):
    """`by` is None where the rule linked it: its score was high enough. A link changes nothing else."""

    TYPE: ClassVar = "fengqiao.incident.linked.v1"
    to_incident: IncidentId
    to_number: str | None = None
    kind: LinkKind
    score: Annotated[float, Field(ge=0, le=1)] | None = None
    reason: PaperReference | None = None


class IncidentUrged(IncidentEvent):
    """Somebody asks where they are 催办: every crew on it rings."""

    TYPE: ClassVar = "fengqiao.incident.urged.v1"
    crews: tuple[UnitId, ...] = ()
    times: Annotated[int, Field(ge=1)]
    """How often by now."""
    reason: PaperReference | None = None


class IncidentDuplicateSuggested(IncidentEvent):
    """It may be the same event as one of these: a person decides."""

    TYPE: ClassVar = "fengqiao.incident.duplicate-suggested.v1"
    candidates: tuple[DuplicateCandidate, ...]
    numbers: tuple[str, ...]
    """Their numbers, in the same order."""


class IncidentFeedbackGiven(IncidentEvent):
    TYPE: ClassVar = "fengqiao.incident.feedback-given.v1"
    form: FeedbackForm
    """Whose crew filled it in is in `by`."""


class IncidentFeedbackDue(IncidentEvent):
    """All units are cleared and free; it is not closed before the final form is there."""

    TYPE: ClassVar = "fengqiao.incident.feedback-due.v1"
    disposition: str
    require: tuple[str, ...] = ()
    """Which fields the form must have."""


class SmallCaseOpened(IncidentEvent):
    """The incident ended unsolved and is small: somebody owns it until it is solved 小案快办."""

    TYPE: ClassVar = "fengqiao.small-case.opened.v1"
    owner: str
    due_at: Instant


class SmallCaseOwned(IncidentEvent):
    TYPE: ClassVar = "fengqiao.small-case.owned.v1"
    owner: str
    due_at: Instant
    reason: PaperReference | None = None


class SmallCaseOverdue(IncidentEvent):
    TYPE: ClassVar = "fengqiao.small-case.overdue.v1"
    owner: str
    due_at: Instant


class SmallCaseSolved(IncidentEvent):
    TYPE: ClassVar = "fengqiao.small-case.solved.v1"
    owner: str
    result: str
    opened_at: Instant
    due_at: Instant
    in_time: bool
    reason: PaperReference | None = None


class UnitEmergency(DispatchEvent):
    """An officer of the unit needs help: this goes above everything, to everyone. The incident is opened with it."""

    TYPE: ClassVar = "fengqiao.unit.emergency.v1"
    unit: UnitId
    unit_kind: str
    incident_id: IncidentId
    location: Location


class UnitEmergencyEnded(DispatchEvent):
    """A dispatcher stood it down. The incident goes on until it is cleared."""

    TYPE: ClassVar = "fengqiao.unit.emergency-ended.v1"
    unit: UnitId
    unit_kind: str
    incident_id: IncidentId
    reason: PaperReference | None = None


ORDERED: tuple[type[Event], ...] = (
    IncidentHeld,
    IncidentReleased,
    IncidentReopened,
    IncidentNoted,
    IncidentCategorised,
    IncidentMerged,
    IncidentUnmerged,
    IncidentLinked,
    IncidentUrged,
    IncidentDuplicateSuggested,
    IncidentFeedbackGiven,
    IncidentFeedbackDue,
    SmallCaseOpened,
    SmallCaseOwned,
    SmallCaseOverdue,
    SmallCaseSolved,
    UnitEmergency,
    UnitEmergencyEnded,
)
"""All of them, for the table of topics."""
