"""How cases are told over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from fengqiao.contracts.mediation import Grade, Stage
from fengqiao.contracts.model import Actor, Category, Location, PaperReference
from fengqiao.runtime.documents import Document
from services.mediation.case_desk import RelayState
from services.mediation.case_documents import case_of, rows
from services.mediation.domain.case import Agreement, Outcome, Session, Tier, Visit
from services.mediation.domain.decide import allowed
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
    revision: int


class WholeCase(BriefCase):
    reported_at: datetime
    category: Category | None = None
    location: Location | None = None
    station: str | None = None
    settled_on_scene: bool
    description: PaperReference | None = None
    reason: PaperReference | None = None
    round: int
    mediators: list[str]
    venue: str | None = None
    sessions: list[Session]
    agreement: Agreement | None = None
    agreement_performed: bool | None = None
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
    case_id: str
    area: str
    kind: str
    grade: Grade | None = None
    visit: str
    due_at: datetime


class Due(Answer):
    items: list[DueVisit]
    next: str | None = None


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


def brief(document: Document) -> BriefCase:
    case = case_of(document)
    visits = case.open_visits
    told = case.model_dump(include=set(BriefCase.model_fields))
    return BriefCase(**told, revision=document["revision"], next_visit_due_at=visits[0].due_at if visits else None)


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
