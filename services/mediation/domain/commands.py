"""What people want of a case. Free text has been put into papers before; a command carries their references."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fengqiao.contracts.mediation import Grade, MediationMode, Prevented
from fengqiao.contracts.model import PaperReference
from services.mediation.domain.case import Outcome, PartyId, SessionForm, SessionOutcome, Signature, Tier, Visit
from services.mediation.domain.law import LegalFacts


@dataclass(frozen=True, slots=True)
class Assess:
    grade: Grade | None
    """None: the least that the rules allow."""
    reason: PaperReference
    tier: Tier | None = None
    """A higher tier than the grade asks for."""
    signs: tuple[str, ...] = ()
    money_yuan: float | None = None
    people: int | None = None
    law: LegalFacts | None = None
    """None: as it was answered before."""
    justice_class: str | None = None
    """None: the likeliest of the kind's."""


@dataclass(frozen=True, slots=True)
class MakePlan:
    owner: str
    words: PaperReference


@dataclass(frozen=True, slots=True)
class Refer:
    mediators: tuple[str, ...] = ()
    """None of them: those whom the rules choose."""
    venue: str | None = None
    mode: MediationMode | None = None
    """None: as it was, or 人民调解."""


@dataclass(frozen=True, slots=True)
class Extend:
    until: datetime
    consent_of: tuple[PartyId, ...]


@dataclass(frozen=True, slots=True)
class HoldSession:
    outcome: SessionOutcome
    held_at: datetime | None = None
    words: PaperReference | None = None
    form: SessionForm = "session"
    present: tuple[str, ...] = ()
    danger: bool = False
    """It may grow worse: the superior is told."""


@dataclass(frozen=True, slots=True)
class Promise:
    party: str | None = None
    deadline: datetime | None = None
    """None: the agreement's."""


@dataclass(frozen=True, slots=True)
class Agree:
    words: PaperReference
    duties: tuple[Promise, ...]
    deadline: datetime
    oral: bool = False
    signatures: tuple[Signature, ...] = ()
    seal: str | None = None
    """Whose; None: the venue's."""


@dataclass(frozen=True, slots=True)
class Confirm:
    step: Literal["asked", "confirmed", "refused"]
    asked_by: tuple[PartyId, ...] = ()


@dataclass(frozen=True, slots=True)
class Dispose:
    outcome: Outcome
    words: PaperReference | None = None
    danger: bool = False
    prevented: tuple[Prevented, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordPerformance:
    performed: bool
    duty: int | None = None
    words: PaperReference | None = None


@dataclass(frozen=True, slots=True)
class Control:
    visits: tuple[Visit, ...] | None = None
    """None: as the area's rules have it."""
    departments: tuple[str, ...] = ()
    """Who goes along on each of them: N of 1333N."""


@dataclass(frozen=True, slots=True)
class RecordVisit:
    visit: str
    calm: bool
    words: PaperReference | None = None
    satisfied: bool | None = None


@dataclass(frozen=True, slots=True)
class Escalate:
    reason: PaperReference


@dataclass(frozen=True, slots=True)
class Close:
    words: PaperReference | None = None


Command = (
    Assess
    | MakePlan
    | Refer
    | Extend
    | HoldSession
    | Agree
    | Confirm
    | Dispose
    | RecordPerformance
    | Control
    | RecordVisit
    | Escalate
    | Close
)
NAMES: dict[type, str] = {
    Assess: "assess",
    MakePlan: "plan",
    Refer: "refer",
    Extend: "extend",
    HoldSession: "sessions",
    Agree: "agreement",
    Confirm: "confirmation",
    Dispose: "dispose",
    RecordPerformance: "performance",
    Control: "control",
    RecordVisit: "visits",
    Escalate: "escalate",
    Close: "close",
}
"""Each command's name in the interface, as the table of stages uses it."""
