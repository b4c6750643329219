"""What mediation says on `mediation`. Stream: one case (`ce_subject` = its id), numbered 1, 2, 3 …
Parties are never in here; a keyed hash a party lets repeats be found."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.model import Actor, AreaId, CaseId, Data, Event, IncidentId, Instant, PaperReference, Seconds

Stage = Literal["screened", "assessed", "referred", "in_resolution", "disposed", "in_control", "followed_up", "closed"]
Grade = Literal["yellow", "orange", "red"]
FoundBy = Literal["grid_worker", "check_in", "hazard_round"]
"""How screening 排查 found it."""
CaseSource = Literal["initiative", "application", "court", "procuratorate", "police", "petition"]
"""The justice bureau's column: 主动, 依申请, 委托移送 by whom."""
MediationMode = Literal["people", "public_order"]
"""人民调解 or 治安调解."""
Remedy = Literal["litigation", "arbitration", "penalty", "administrative_ruling"]
"""What is open to the parties when a mediation has failed."""
Prevented = Literal["suicide", "crime", "mass_petition", "fight"]


class CaseRepeat(Data):
    """An earlier case of the same two parties, of one of them, or of the same place."""

    case_id: CaseId
    by: Literal["parties", "party", "place"]


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
    found_by: FoundBy | None = None
    source: CaseSource | None = None
    hazard_id: str | None = None
    """The hazard that it came of."""


class CaseAssessed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.assessed.v1"
    reason: PaperReference | None = None
    reasons: tuple[str, ...] = ()
    """Which rules ask for this grade (`sign:injury`, `money:50000`, `parties:3`); `judged`: a person saw more in it."""
    repeats: tuple[CaseRepeat, ...] = ()
    marks: tuple[str, ...] = ()
    """A keyed hash of each of those who quarrel, and of the place."""
    justice_class: str | None = None
    """The justice bureau's class; the police's is `kind`."""
    money_yuan: Annotated[float, Field(ge=0)] | None = None
    people_count: Annotated[int, Field(ge=1)] | None = None


class CasePlanned(CaseEvent):
    """一案一策: a red dispute has a plan and an owner."""

    TYPE: ClassVar = "fengqiao.case.planned.v1"
    owner: str
    paper: PaperReference


class CaseRepeated(CaseEvent):
    """Earlier cases of these parties or this place were found."""

    TYPE: ClassVar = "fengqiao.case.repeated.v1"
    repeats: tuple[CaseRepeat, ...]


class CaseReferred(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.referred.v1"
    mediators: tuple[str, ...]
    venue: str | None = None
    mode: MediationMode | None = None


class CaseExtended(CaseEvent):
    """Both parties agree to go on with 人民调解 after its month."""

    TYPE: ClassVar = "fengqiao.case.extended.v1"
    until: Instant


class CaseSessionHeld(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.session-held.v1"
    session: Annotated[int, Field(ge=1)]
    outcome: Literal["agreed", "adjourned", "failed"]
    form: Literal["session", "consultation"] = "session"
    mode: MediationMode | None = None
    present: tuple[str, ...] = ()
    """Who was asked beside the parties, in words for what they are: `property`, `owners_committee`."""


class CaseAgreed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.agreed.v1"
    oral: bool
    duties: Annotated[int, Field(ge=0)]
    perform_by: Instant | None = None
    confirm_by: Instant | None = None
    """Until when both parties may ask the court to confirm it 司法确认."""


class CaseConfirmed(CaseEvent):
    """A step of 司法确认."""

    TYPE: ClassVar = "fengqiao.case.confirmed.v1"
    step: Literal["asked", "confirmed", "refused"]


class CaseDisposed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.disposed.v1"
    outcome: str
    prevented: tuple[Prevented, ...] = ()


class CaseFailed(CaseEvent):
    """No agreement; the parties were told what is open to them."""

    TYPE: ClassVar = "fengqiao.case.failed.v1"
    open_to: tuple[Remedy, ...]
    danger: bool = False
    """It may grow worse: the superior is told."""


class CasePerformed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.performed.v1"
    performed: bool
    duty: Annotated[int, Field(ge=1)] | None = None
    """The number of one duty; absent: all of the agreement."""


class CaseControlled(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.controlled.v1"
    visits: tuple[Instant, ...]


class CaseVisitDue(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.visit-due.v1"
    visit: str
    due_at: Instant
    late: bool = False
    """Told later than it fell due: the system was away."""


class CaseDeadlinePassed(CaseEvent):
    """A time has come: of one duty, of the mediation, of a red dispute's plan, or to ask for 司法确认."""

    TYPE: ClassVar = "fengqiao.case.deadline-passed.v1"
    what: Literal["duty", "people", "public_order", "plan", "confirmation"]
    due_at: Instant
    duty: Annotated[int, Field(ge=1)] | None = None
    late: bool = False


class CaseVisited(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.visited.v1"
    visit: str
    calm: bool
    satisfied: bool | None = None
    due_at: Instant | None = None
    overdue: bool = False


class CaseEscalated(CaseEvent):
    """One tier higher; the case goes back to be referred."""

    TYPE: ClassVar = "fengqiao.case.escalated.v1"
    reason: PaperReference | None = None
    why: Literal["ordered", "failure", "time"] = "ordered"


class CaseClosed(CaseEvent):
    TYPE: ClassVar = "fengqiao.case.closed.v1"
    outcome: str
    first_session: bool | None = None
    """Whether the first session brought the agreement."""
    performed: bool | None = None
    satisfied: bool | None = None
    """As the last visit found."""


class CaseForgotten(CaseEvent):
    """Its parties and papers were erased, as the area's rule of retention has it."""

    TYPE: ClassVar = "fengqiao.case.forgotten.v1"


class SuperiorNotificationRequested(CaseEvent):
    """Somebody above has to be told."""

    TYPE: ClassVar = "fengqiao.superior.notification-requested.v1"
    notification_id: str
    to: str
    what: str
    """red_dispute, orange_dispute, danger, visit_overdue, plan_missing, unsettled, not_calm."""
    within_seconds: Seconds
    late: bool = False


CASE_EVENTS: tuple[type[Event], ...] = (
    CaseOpened,
    CaseAssessed,
    CasePlanned,
    CaseRepeated,
    CaseReferred,
    CaseExtended,
    CaseSessionHeld,
    CaseAgreed,
    CaseConfirmed,
    CaseDisposed,
    CaseFailed,
    CasePerformed,
    CaseControlled,
    CaseVisitDue,
    CaseDeadlinePassed,
    CaseVisited,
    CaseEscalated,
    CaseClosed,
    CaseForgotten,
    SuperiorNotificationRequested,
)
"""All of them, for the table of topics."""
