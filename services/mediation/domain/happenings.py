"""What happens to a case: the rows of its history. Each is enough, with those before it, to fold the case.

They are mediation's own; `telling` says which event on the topic tells others of them.
"""

from typing import ClassVar

from fengqiao.contracts.mediation import Grade
from fengqiao.contracts.model import Actor, Category, Data, IncidentId, Instant, Location, PaperReference
from services.mediation.domain.case import Duty, Origin, Outcome, SessionOutcome, Signature, Tier, Visit


class Happened(Data):
    TYPE: ClassVar[str]
    at: Instant
    by: Actor | None = None


class Opened(Happened):
    TYPE: ClassVar = "opened"
    case_id: str
    area: str
    origin: Origin
    kind: str
    reported_at: Instant
    incident_id: IncidentId | None = None
    number: str | None = None
    category: Category | None = None
    location: Location | None = None
    grid_cell: str | None = None
    station: str | None = None
    settled_on_scene: bool = False
    description: PaperReference | None = None


class Assessed(Happened):
    TYPE: ClassVar = "assessed"
    grade: Grade
    tier: Tier
    reason: PaperReference


class Referred(Happened):
    TYPE: ClassVar = "referred"
    mediators: tuple[str, ...]
    venue: str | None = None


class SessionHeld(Happened):
    TYPE: ClassVar = "session-held"
    session: int
    outcome: SessionOutcome
    held_at: Instant
    words: PaperReference | None = None


class Agreed(Happened):
    TYPE: ClassVar = "agreed"
    oral: bool
    words: PaperReference
    duties: tuple[Duty, ...]
    deadline: Instant
    signatures: tuple[Signature, ...]


class Disposed(Happened):
    TYPE: ClassVar = "disposed"
    outcome: Outcome
    words: PaperReference | None = None


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
    words: PaperReference | None = None


class Escalated(Happened):
    TYPE: ClassVar = "escalated"
    tier: Tier
    reason: PaperReference


class Closed(Happened):
    TYPE: ClassVar = "closed"
    outcome: Outcome
    words: PaperReference | None = None


HAPPENINGS: dict[str, type[Happened]] = {
    kind.TYPE: kind
    for kind in (
        Opened,
        Assessed,
        Referred,
        SessionHeld,
        Agreed,
        Disposed,
        Performed,
        Controlled,
        Visited,
        Escalated,
        Closed,
    )
}
