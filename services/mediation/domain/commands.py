"""What people want of a case. Free text has been put into papers before; a command carries their references."""

from dataclasses import dataclass
from datetime import datetime

from fengqiao.contracts.mediation import Grade
from fengqiao.contracts.model import PaperReference
from services.mediation.domain.case import Outcome, SessionOutcome, Signature, Tier, Visit


@dataclass(frozen=True, slots=True)
class Assess:
    grade: Grade
    reason: PaperReference
    tier: Tier | None = None
    """A higher tier than the grade asks for."""


@dataclass(frozen=True, slots=True)
class Refer:
    mediators: tuple[str, ...]
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class HoldSession:
    outcome: SessionOutcome
    held_at: datetime | None = None
    words: PaperReference | None = None


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


@dataclass(frozen=True, slots=True)
class Dispose:
    outcome: Outcome
    words: PaperReference | None = None


@dataclass(frozen=True, slots=True)
class RecordPerformance:
    performed: bool
    duty: int | None = None
    words: PaperReference | None = None


@dataclass(frozen=True, slots=True)
class Control:
    visits: tuple[Visit, ...] | None = None
    """None: as the area's rules have it."""


@dataclass(frozen=True, slots=True)
class RecordVisit:
    visit: str
    calm: bool
    words: PaperReference | None = None


@dataclass(frozen=True, slots=True)
class Escalate:
    reason: PaperReference


@dataclass(frozen=True, slots=True)
class Close:
    words: PaperReference | None = None


Command = Assess | Refer | HoldSession | Agree | Dispose | RecordPerformance | Control | RecordVisit | Escalate | Close
NAMES: dict[type, str] = {
    Assess: "assess",
    Refer: "refer",
    HoldSession: "sessions",
    Agree: "agreement",
    Dispose: "dispose",
    RecordPerformance: "performance",
    Control: "control",
    RecordVisit: "visits",
    Escalate: "escalate",
    Close: "close",
}
"""Each command's name in the interface, as the table of stages uses it."""
