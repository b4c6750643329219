"""A case 一案一档 as it stands: what folding its history gives. No name of a party and no free text is in here."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from fengqiao.contracts.mediation import (
    CaseRepeat,
    CaseSource,
    FoundBy,
    Grade,
    MediationMode,
    Prevented,
    Remedy,
    Stage,
)
from fengqiao.contracts.model import (
    Actor,
    AreaId,
    CaseId,
    Category,
    Data,
    IncidentId,
    Instant,
    Location,
    PaperReference,
)

Origin = Literal["incident", "intake", "screening"]
SessionOutcome = Literal["agreed", "adjourned", "failed"]
SessionForm = Literal["session", "consultation"]
Outcome = Literal["settled", "settled_on_scene", "failed", "withdrawn", "transferred"]
Tier = Literal[1, 2, 3]
PartyId = Annotated[str, Field(pattern=r"^p[1-9][0-9]{0,2}$")]
"""A party within its case: p1, p2 … in the order in which they were named."""
DueKind = Literal[
    "report", "plan", "tier", "public_order", "people", "duty", "confirmation", "visit", "visit_overdue", "retention"
]
"""report: an orange dispute is reported the same day. plan: a red one has its plan 一案一策. tier: unsettled too long.
public_order, people: the law's time for the mediation. duty: a duty's deadline. confirmation: time for 司法确认.
visit, visit_overdue: 1333N. retention: the parties are erased."""
WITHOUT_PEOPLE: frozenset[DueKind] = frozenset({"report", "tier", "visit_overdue", "confirmation", "retention"})
"""Done by the system itself when due, by which it is over; the others wait for somebody."""
DUE_KINDS: tuple[DueKind, ...] = get_args(DueKind)


class DueItem(Data):
    """What falls due on a case. It is dropped when it is done, or needs doing no more."""

    key: str
    """Names it within the case: `visit:3d`, `duty:2`, `tier`."""
    kind: DueKind
    due_at: Instant
    fired_at: Instant | None = None
    """When it was told that it is due."""
    holidays_unknown: tuple[int, ...] | None = None
    """Years it counts working days in whose holidays were not known: only weekends were left out."""


class Session(Data):
    number: Annotated[int, Field(ge=1)]
    round: Annotated[int, Field(ge=1)]
    """Escalation begins a new round; an outcome counts in its own."""
    outcome: SessionOutcome
    held_at: Instant
    words: PaperReference | None = None
    form: SessionForm = "session"
    mode: MediationMode | None = None
    present: tuple[str, ...] = ()


class Duty(Data):
    """What one party has promised; the words lie in the agreement's paper, in the same order."""

    number: Annotated[int, Field(ge=1)]
    party: PartyId | None = None
    deadline: Instant
    performed: bool | None = None
    recorded_at: Instant | None = None


class Signature(Data):
    party: PartyId
    signed_at: Instant


class Agreement(Data):
    """facts, duties, manner and place are in `words`; an oral one is valid when recorded, a written one by its
    signatures and seal (People's Mediation Law, art. 28–30)."""

    at: Instant
    oral: bool
    words: PaperReference
    duties: tuple[Duty, ...]
    deadline: Instant
    signatures: tuple[Signature, ...]
    seal: str | None = None
    """Whose seal a written one bears: a venue's id."""
    confirm_by: Instant | None = None
    """Until when the parties may ask the court together to confirm it 司法确认."""
    asked_by: tuple[PartyId, ...] = ()
    confirmed: bool | None = None

    @property
    def performed(self) -> bool | None:
        """False as soon as one duty was not performed, True when all were, None while that is not known."""
        told = {duty.performed for duty in self.duties}
        if False in told:
            return False
        return None if None in told else True


class Visit(Data):
    visit: str
    due_at: Instant
    departments: tuple[str, ...] = ()
    """Who goes along: N of 1333N."""
    visited_at: Instant | None = None
    calm: bool | None = None
    satisfied: bool | None = None
    words: PaperReference | None = None


class Barrier(Data):
    """Why one way of mediating is not open, in codes (M11)."""

    mode: MediationMode
    why: tuple[str, ...]


class Plan(Data):
    """一案一策: who answers for it, and the paper that says what is done."""

    owner: str
    words: PaperReference
    at: Instant


class Case(Data):
    id: CaseId
    area: AreaId
    origin: Origin
    kind: str
    stage: Stage
    opened_at: Instant
    reported_at: Instant
    reported_by: Actor | None = None
    found_by: FoundBy | None = None
    source: CaseSource | None = None
    incident_id: IncidentId | None = None
    hazard_id: str | None = None
    number: str | None = None
    """The incident's short number."""
    category: Category | None = None
    location: Location | None = None
    grid_cell: str | None = None
    station: str | None = None
    settled_on_scene: bool = False
    description: PaperReference | None = None
    grade: Grade | None = None
    tier: Tier | None = None
    reason: PaperReference | None = None
    """Why it has this grade or tier."""
    grade_reasons: tuple[str, ...] = ()
    """The rules that ask for this grade: `sign:injury`, `parties:3`; `judged` where a person saw more in it."""
    signs: tuple[str, ...] = ()
    money_yuan: float | None = None
    people: int | None = None
    repeats: tuple[CaseRepeat, ...] = ()
    justice_class: str | None = None
    gate: tuple[Barrier, ...] | None = None
    """What the law bars here; None: its questions were not answered."""
    accepted_at: Instant | None = None
    """From when the working days of a public-order mediation count."""
    plan: Plan | None = None
    round: Annotated[int, Field(ge=1)] = 1
    mode: MediationMode | None = None
    people_until: Instant | None = None
    """The end of the month of 人民调解, or what both have agreed to."""
    mediators: tuple[str, ...] = ()
    venue: str | None = None
    sessions: tuple[Session, ...] = ()
    agreement: Agreement | None = None
    outcome: Outcome | None = None
    disposed_at: Instant | None = None
    settled_by: tuple[str, ...] = ()
    """Who mediated when it was disposed of."""
    open_to: tuple[Remedy, ...] = ()
    """What the parties were told is open to them when it failed."""
    prevented: tuple[Prevented, ...] = ()
    visits: tuple[Visit, ...] = ()
    agenda: tuple[DueItem, ...] = ()
    notified: int = 0
    """How often the superior was told."""
    red_reported: bool = False
    closed_at: Instant | None = None
    forgotten_at: Instant | None = None
    """When its parties and papers were erased."""

    @property
    def last_session(self) -> Session | None:
        """The latest of the present round."""
        held = self.round_sessions
        return held[-1] if held else None

    @property
    def round_sessions(self) -> tuple[Session, ...]:
        return tuple(session for session in self.sessions if session.round == self.round)

    @property
    def first_session_success(self) -> bool | None:
        """Whether the first session brought the agreement 首调成功; None where none was held."""
        return None if not self.sessions else self.sessions[0].outcome == "agreed"

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        """Those still to be made, the earliest first; none unless the case is under control."""
        if self.stage != "in_control":
            return ()
        return tuple(sorted((v for v in self.visits if v.visited_at is None), key=lambda visit: visit.due_at))

    @property
    def next_due(self) -> DueItem | None:
        """What falls due next and has not been told of yet."""
        waiting = [item for item in self.agenda if item.fired_at is None]
        return min(waiting, key=lambda item: (item.due_at, item.key)) if waiting else None

    @property
    def to_do(self) -> tuple[DueItem, ...]:
        """What somebody has to do until a time, the earliest first; also what has fallen due and is not done."""
        mine = (item for item in self.agenda if item.kind not in WITHOUT_PEOPLE)
        return tuple(sorted(mine, key=lambda item: (item.due_at, item.key)))
