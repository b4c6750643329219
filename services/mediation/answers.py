"""How cases are told over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

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
from fengqiao.contracts.model import Actor, Category, Location, PaperReference
from fengqiao.runtime.documents import Document
from services.mediation.case_documents import case_of, rows
from services.mediation.case_store import RelayState
from services.mediation.check_ins import CheckInState
from services.mediation.domain.case import Agreement, Barrier, DueItem, DueKind, Outcome, Plan, Session, Tier, Visit
from services.mediation.domain.hazards import HazardStage
from services.mediation.domain.hindrances import allowed
from services.mediation.masking import masked


class Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)

    def json_bytes(self) -> bytes:
        """As JSON; what is not known is left out."""
        return self.model_dump_json(exclude_none=True).encode()


class PartyAnswer(Answer):
    id: str
    role: str
    kind: str
    name: str
    phone: str | None = None
    id_number: str | None = None
    address: str | None = None
    minor: bool = False
    guardian_of: str | None = None
    at: datetime
    """When it was named."""


class HistoryRow(Answer):
    n: int
    at: datetime
    type: str
    by: Actor | None = None
    data: dict[str, Any]
    previous: str
    hash: str
    """SHA-256 over the hash before and the row's body: nothing can be changed unseen."""


class BriefCase(Answer):
    id: str
    area: str
    kind: str
    origin: str
    stage: Stage
    grade: Grade | None = None
    tier: Tier | None = None
    incident_id: str | None = None
    number: str | None = None
    grid_cell: str | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    next_visit_due_at: datetime | None = None
    due: DueItem | None = None
    """What somebody has to do next, and until when."""
    mediators: list[str] = []
    revision: int


class WholeCase(BriefCase):
    reported_at: datetime
    category: Category | None = None
    location: Location | None = None
    station: str | None = None
    settled_on_scene: bool
    description: PaperReference | None = None
    reason: PaperReference | None = None
    reported_by: Actor | None = None
    found_by: FoundBy | None = None
    source: CaseSource | None = None
    hazard_id: str | None = None
    grade_reasons: list[str] = []
    """The rules that ask for this grade: `sign:injury`, `parties:3`; `judged` where a person saw more in it."""
    signs: list[str] = []
    money_yuan: float | None = None
    people: int | None = None
    repeats: list[CaseRepeat] = []
    """Earlier cases of the same parties or place."""
    justice_class: str | None = None
    gate: list[Barrier] | None = None
    """Which mediation the law bars, and why; absent where its questions were not answered."""
    plan: Plan | None = None
    round: int
    mode: MediationMode | None = None
    people_until: datetime | None = None
    venue: str | None = None
    sessions: list[Session]
    agreement: Agreement | None = None
    agreement_performed: bool | None = None
    open_to: list[Remedy] = []
    """What the parties are told is open to them when it failed."""
    prevented: list[Prevented] = []
    first_session_success: bool | None = None
    agenda: list[DueItem] = []
    """All that falls due, told already or not."""
    forgotten_at: datetime | None = None
    visits: list[Visit]
    parties: list[PartyAnswer] | None = None
    """Masked. In the answer to GET only."""
    history: list[HistoryRow]
    allowed: list[str]
    """The commands that are possible now."""
    relay: RelayState
    """pending: stored, and told to others as soon as Kafka is back."""
    replayed: bool = False


class Cases(Answer):
    items: list[BriefCase]
    next: str | None = None


class DueVisit(Answer):
    """Something that somebody has to do on a case until a time: a visit, a duty, a plan."""

    case_id: str
    area: str
    kind: str
    grade: Grade | None = None
    visit: str
    """The visit's name; for anything else its key, such as `duty:2`."""
    what: DueKind
    due_at: datetime
    told_at: datetime | None = None
    """When it was told that it is due."""
    holidays_unknown: tuple[int, ...] | None = None
    """Years it counts working days in whose holidays the area's calendar does not have: only weekends were left out."""


class Due(Answer):
    items: list[DueVisit]
    next: str | None = None


class HazardAnswer(Answer):
    id: str
    area: str
    kind: str
    stage: HazardStage
    grid_cell: str | None = None
    found_at: datetime
    found_by: Actor
    description: PaperReference | None = None
    case_id: str | None = None
    order: PaperReference | None = None
    responsible: str | None = None
    due_at: datetime | None = None
    overdue_at: datetime | None = None
    rectified: bool | None = None
    checked_at: datetime | None = None
    closed_at: datetime | None = None
    result: str | None = None
    revision: int
    allowed: list[str]
    relay: RelayState
    replayed: bool = False


class Hazards(Answer):
    items: list[HazardAnswer]
    next: str | None = None


class CheckIn(Answer):
    contact: str
    name_zh: str
    name_en: str
    grid_cell: str | None = None
    worker: str | None = None
    """Who calls."""
    state: CheckInState
    attempts: int
    """Calls that nobody answered."""
    at: datetime | None = None
    by: str | None = None
    case_id: str | None = None


class CheckIns(Answer):
    area: str
    day: date
    items: list[CheckIn]
    counts: dict[str, int]


class ChosenAnswer(Answer):
    id: str
    name_zh: str
    name_en: str
    role: str
    why: list[str]
    """What it was chosen for: `kind:debt`, `place:G03`, `member`, `tier:1`, `load:2/20`."""


class Assignment(Answer):
    case_id: str
    tier: Tier
    venues: list[ChosenAnswer]
    """The best first."""
    team: list[ChosenAnswer]
    missing: list[str]
    """Roles of the tier for which nobody is free."""


class MediatorAnswer(Answer):
    id: str
    name_zh: str
    name_en: str
    role: str
    skills: list[str]
    grid_cells: list[str]
    tiers: list[int]
    open_cases: int
    most: int


class VenueAnswer(Answer):
    id: str
    name_zh: str
    name_en: str
    kind: str
    takes: list[str]
    grid_cells: list[str]
    tiers: list[int]
    members: list[str]


class Mediators(Answer):
    items: list[MediatorAnswer]
    venues: list[VenueAnswer]


class ScoreAnswer(Answer):
    id: str
    counts: dict[str, int]
    points: float
    gold: bool = False


class OutcomesAnswer(Answer):
    opened: int
    disposed: int
    settled: int
    by_grade: dict[str, int]
    resolution_rate: float | None = None
    first_session_rate: float | None = None
    performance_rate: float | None = None
    satisfaction_rate: float | None = None


class Scores(Answer):
    area: str
    period: str
    workers: list[ScoreAnswer]
    mediators: list[ScoreAnswer]
    """gold: of a year only."""
    outcomes: OutcomesAnswer


class PartyNamed(Answer):
    case_id: str
    party: PartyAnswer
    """Masked."""
    case: Literal["known", "awaited"]
    """awaited: the dispute has not arrived yet; the party waits for it for a day."""
    replayed: bool


class Parties(Answer):
    items: list[PartyAnswer]
    masked: bool


class Paper(Answer):
    id: str
    case_id: str
    by: str
    at: datetime
    words: dict[str, Any]


class HazardPaper(Answer):
    id: str
    hazard_id: str
    by: str
    at: datetime
    words: dict[str, Any]


def brief(document: Document) -> BriefCase:
    case = case_of(document)
    visits = case.open_visits
    told = case.model_dump(include=set(BriefCase.model_fields))
    due = case.to_do[0] if case.to_do else None
    next_visit = visits[0].due_at if visits else None
    return BriefCase(**told, revision=document["revision"], next_visit_due_at=next_visit, due=due)


def whole(
    document: Document,
    parties: Sequence[Mapping[str, Any]] | None = None,
    relay: RelayState | None = None,
    replayed: bool = False,
) -> WholeCase:
    """relay: what is known of it; otherwise as the document says."""
    case = case_of(document)
    visits = case.open_visits
    told = {name: getattr(case, name) for name in WholeCase.model_fields if hasattr(case, name)}
    return WholeCase(
        **told,
        revision=document["revision"],
        next_visit_due_at=visits[0].due_at if visits else None,
        due=case.to_do[0] if case.to_do else None,
        agreement_performed=case.agreement.performed if case.agreement else None,
        parties=None if parties is None else [party_answer(party) for party in parties],
        history=[_history_row(row) for row in rows(document)],
        allowed=list(allowed(case)),
        relay=relay or ("pending" if document.get("unsent") else "done"),
        replayed=replayed,
    )


def _history_row(row: Mapping[str, Any]) -> HistoryRow:
    data = dict(row["data"])
    return HistoryRow(
        n=row["n"],
        at=data.pop("at"),
        type=row["type"],
        by=data.pop("by", None),
        data=data,
        previous=row["previous"],
        hash=row["hash"],
    )


def party_answer(party: Mapping[str, Any], *, unmasked: bool = False) -> PartyAnswer:
    shown = party if unmasked else masked(party)
    return PartyAnswer(**{name: shown[name] for name in PartyAnswer.model_fields if shown.get(name) is not None})
