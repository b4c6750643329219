"""What happens to a case: the rows of its history. Each is enough, with those before it, to fold the case: what falls
due after it is in it (`due`), so that folding never reads an area's rules.

They are mediation's own; `telling` says which events on the topic tell others of them.
"""

from typing import ClassVar, Literal

from fengqiao.contracts.mediation import (
    CaseRepeat,
    CaseSource,
    FoundBy,
    Grade,
    MediationMode,
    Prevented,
    Remedy,
)
from fengqiao.contracts.model import Actor, Category, Data, IncidentId, Instant, Location, PaperReference
from services.mediation.domain.case import (
    Barrier,
    DueItem,
    DueKind,
    Duty,
    Origin,
    Outcome,
    PartyId,
    SessionForm,
    SessionOutcome,
    Signature,
    Tier,
    Visit,
)


class Happened(Data):
    TYPE: ClassVar[str]
    at: Instant
    by: Actor | None = None
    due: tuple[DueItem, ...] = ()
    """What falls due from now on; an item with the key of one that is there takes its place."""


class Opened(Happened):
    TYPE: ClassVar = "opened"
    case_id: str
    area: str
    origin: Origin
    kind: str
    reported_at: Instant
    incident_id: IncidentId | None = None
    hazard_id: str | None = None
    number: str | None = None
    category: Category | None = None
    location: Location | None = None
    grid_cell: str | None = None
    station: str | None = None
    settled_on_scene: bool = False
    description: PaperReference | None = None
    found_by: FoundBy | None = None
    source: CaseSource | None = None


class Completed(Happened):
    """The dispute came a second time, by another way, and says what the first did not."""

    TYPE: ClassVar = "completed"
    incident_id: IncidentId | None = None
    number: str | None = None
    category: Category | None = None
    location: Location | None = None
    grid_cell: str | None = None
    station: str | None = None


class Repeated(Happened):
    """repeats: all that are known now."""

    TYPE: ClassVar = "repeated"
    repeats: tuple[CaseRepeat, ...]


class Assessed(Happened):
    TYPE: ClassVar = "assessed"
    grade: Grade
    tier: Tier
    reason: PaperReference
    reasons: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    money_yuan: float | None = None
    people: int | None = None
    repeats: tuple[CaseRepeat, ...] = ()
    marks: tuple[str, ...] = ()
    justice_class: str | None = None
    gate: tuple[Barrier, ...] | None = None
    accepted_at: Instant | None = None


class Raised(Happened):
    """More was found out, and the rules ask for a graver colour: nobody had to look again."""

    TYPE: ClassVar = "raised"
    grade: Grade
    tier: Tier
    reasons: tuple[str, ...]


class Planned(Happened):
    TYPE: ClassVar = "planned"
    owner: str
    words: PaperReference


class Referred(Happened):
    TYPE: ClassVar = "referred"
    mediators: tuple[str, ...]
    venue: str | None = None
    mode: MediationMode | None = None
    people_until: Instant | None = None


class Extended(Happened):
    TYPE: ClassVar = "extended"
    until: Instant


class SessionHeld(Happened):
    TYPE: ClassVar = "session-held"
    session: int
    outcome: SessionOutcome
    held_at: Instant
    words: PaperReference | None = None
    form: SessionForm = "session"
    mode: MediationMode | None = None
    present: tuple[str, ...] = ()


class Agreed(Happened):
    TYPE: ClassVar = "agreed"
    oral: bool
    words: PaperReference
    duties: tuple[Duty, ...]
    deadline: Instant
    signatures: tuple[Signature, ...]
    seal: str | None = None
    confirm_by: Instant | None = None


class Confirmed(Happened):
    TYPE: ClassVar = "confirmed"
    step: Literal["asked", "confirmed", "refused"]
    asked_by: tuple[PartyId, ...] = ()


class Disposed(Happened):
    TYPE: ClassVar = "disposed"
    outcome: Outcome
    words: PaperReference | None = None
    open_to: tuple[Remedy, ...] = ()
    danger: bool = False
    prevented: tuple[Prevented, ...] = ()


class Performed(Happened):
    """duty: the number of one; None speaks of all."""

    TYPE: ClassVar = "performed"
    performed: bool
    duty: int | None = None
    words: PaperReference | None = None


class Controlled(Happened):
    TYPE: ClassVar = "controlled"
    visits: tuple[Visit, ...]


class Visited(Happened):
    TYPE: ClassVar = "visited"
    visit: str
    calm: bool
    satisfied: bool | None = None
    overdue: bool = False
    words: PaperReference | None = None


class Escalated(Happened):
    TYPE: ClassVar = "escalated"
    tier: Tier
    reason: PaperReference | None = None
    why: Literal["ordered", "failure", "time"] = "ordered"


class FellDue(Happened):
    """late: told later than it fell due, because the system was away."""

    TYPE: ClassVar = "fell-due"
    key: str
    kind: DueKind
    due_at: Instant
    late: bool = False


class Notified(Happened):
    """The superior is told."""

    TYPE: ClassVar = "notified"
    number: int
    what: str
    to: str
    within_seconds: float
    late: bool = False


class Closed(Happened):
    TYPE: ClassVar = "closed"
    outcome: Outcome
    words: PaperReference | None = None


class Forgotten(Happened):
    TYPE: ClassVar = "forgotten"


HAPPENINGS: dict[str, type[Happened]] = {
    kind.TYPE: kind
    for kind in (
        Opened,
        Completed,
        Repeated,
        Assessed,
        Raised,
        Planned,
        Referred,
        Extended,
        SessionHeld,
        Agreed,
        Confirmed,
        Disposed,
        Performed,
        Controlled,
        Visited,
        Escalated,
        FellDue,
        Notified,
        Closed,
        Forgotten,
    )
}
