"""What mediation says on `mediation`. Stream: one case (`ce_subject` = its id), numbered 1, 2, 3 …
Parties are never in here; a keyed hash a party lets repeats be found."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.model import Actor, AreaId, CaseId, Event, IncidentId, Instant, PaperReference

Stage = Literal["screened", "assessed", "referred", "in_resolution", "disposed", "in_control", "followed_up", "closed"]
Grade = Literal["yellow", "orange", "red"]


class CaseEvent(Event):
    case_id: CaseId
    area: AreaId
    at: Instant
    by: Actor | None = None
    stage: Stage
    """The stage after this event."""
    kind: str
    grade: Grade | None = None
    tier: Literal[1, 2, 3] | None = None
    opened_at: Instant
    incident_id: IncidentId | None = None


class CaseOpened(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.opened.v1"
    origin: Literal["incident", "intake", "screening"]
    number: str | None = None
    grid_cell: str | None = None
    station: str | None = None
    settled_on_scene: bool = False


class CaseAssessed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.assessed.v1"
    reason: PaperReference | None = None


class CaseReferred(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.referred.v1"
    mediators: tuple[str, ...]
    venue: str | None = None


class CaseSessionHeld(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.session-held.v1"
    session: Annotated[int, Field(ge=1)]
    outcome: Literal["agreed", "adjourned", "failed"]


class CaseAgreed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.agreed.v1"
    oral: bool
    duties: Annotated[int, Field(ge=0)]
    perform_by: Instant | None = None


class CaseDisposed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.disposed.v1"
    outcome: str


class CasePerformed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.performed.v1"
    performed: bool
    duty: Annotated[int, Field(ge=1)] | None = None
    """The number of one duty; absent: all of the agreement."""


class CaseControlled(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.controlled.v1"
    visits: tuple[Instant, ...]


class CaseVisited(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.visited.v1"
    visit: str
    calm: bool


class CaseEscalated(CaseEvent):
    """One tier higher; the case goes back to be referred."""

    TYPE: ClassVar = "fengqiao.case.escalated.v1"
    reason: PaperReference | None = None


class CaseClosed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.closed.v1"
    outcome: str
