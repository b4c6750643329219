"""A case 一案一档 as it stands: what folding its history gives. No name of a party and no free text is in here."""

from typing import Annotated, Literal

from pydantic import Field

from fengqiao.contracts.mediation import Grade, Stage
from fengqiao.contracts.model import (
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
Outcome = Literal["settled", "settled_on_scene", "failed", "withdrawn", "transferred"]
Tier = Literal[1, 2, 3]
PartyId = Annotated[str, Field(pattern=r"^p[1-9][0-9]{0,2}$")]
"""A party within its case: p1, p2 … in the order in which they were named."""


class Session(Data):
    number: Annotated[int, Field(ge=1)]
    round: Annotated[int, Field(ge=1)]
    """Escalation begins a new round; an outcome counts in its own."""
    outcome: SessionOutcome
    held_at: Instant
    words: PaperReference | None = None


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
    signatures (People's Mediation Law, art. 28–30)."""

    at: Instant
    oral: bool
    words: PaperReference
    duties: tuple[Duty, ...]
    deadline: Instant
    signatures: tuple[Signature, ...]

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
    visited_at: Instant | None = None
    calm: bool | None = None
    words: PaperReference | None = None


class Case(Data):
    id: CaseId
    area: AreaId
    origin: Origin
    kind: str
    stage: Stage
    opened_at: Instant
    reported_at: Instant
    incident_id: IncidentId | None = None
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
    round: Annotated[int, Field(ge=1)] = 1
    mediators: tuple[str, ...] = ()
    venue: str | None = None
    sessions: tuple[Session, ...] = ()
    agreement: Agreement | None = None
    outcome: Outcome | None = None
    visits: tuple[Visit, ...] = ()
    closed_at: Instant | None = None

    @property
    def last_session(self) -> Session | None:
        """The latest of the present round."""
        held = [session for session in self.sessions if session.round == self.round]
        return held[-1] if held else None

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        """Those still to be made, the earliest first; none unless the case is under control."""
        if self.stage != "in_control":
            return ()
        return tuple(sorted((v for v in self.visits if v.visited_at is None), key=lambda visit: visit.due_at))
