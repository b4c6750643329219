"""What mediation takes in: the bodies of its routes. Unknown fields are refused; words are bounded and never blank."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from fengqiao.contracts.mediation import Grade
from fengqiao.contracts.model import AreaId
from services.mediation.domain.case import Outcome, PartyId, SessionOutcome, Tier

_YEARS = range(1900, 2200)


def _sensible(instant: datetime) -> datetime:
    # Also keeps arithmetic on it away from the ends of the calendar.
    if instant.year not in _YEARS:
        raise ValueError("a time between the years 1900 and 2199")
    return instant.astimezone(UTC)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
When = Annotated[AwareDatetime, AfterValidator(_sensible)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An id, never somebody's name: it travels in events."""
VisitName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


class OpenCase(Body):
    """A dispute found by screening: a mediator's round, a check-in call, a hazard round."""

    area: AreaId
    kind: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    """A category code of the dispute branch, or one of its aliases."""
    reported_at: When | None = None
    """When it was found; now if left out."""
    grid_cell: Annotated[str, Field(max_length=32)] | None = None
    description: Words | None = None
    settled_on_scene: bool = False


class NameParty(Body):
    name: Short
    role: Literal["party", "guardian", "representative", "witness"] = "party"
    kind: Literal["person", "organisation"] = "person"
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{2,24}$")] | None = None
    id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{5,32}$")] | None = None
    address: Short | None = None
    minor: bool = False


class Assess(Body):
    grade: Grade
    reason: Words
    tier: Tier | None = None
    """A higher tier than the grade asks for."""


class Refer(Body):
    mediators: Annotated[list[Name], Field(min_length=1, max_length=20)]
    """Ids of those who mediate."""
    venue: Name | None = None
    """Id of the place, such as three-offices-one-court."""


class HoldSession(Body):
    outcome: SessionOutcome
    held_at: When | None = None
    """Now if left out."""
    place: Short | None = None
    note: Words | None = None


class Duty(Body):
    text: Words
    party: PartyId | None = None
    deadline: When | None = None
    """The agreement's if left out."""


class Signature(Body):
    party: PartyId
    signed_at: When | None = None
    """Now if left out."""


class Agree(Body):
    """The required parts of an agreement (People's Mediation Law, art. 29); its parties have been named before."""

    facts: Words
    duties: Annotated[list[Duty], Field(min_length=1, max_length=50)]
    manner: Words
    place: Words
    deadline: When
    oral: bool = False
    signatures: Annotated[list[Signature], Field(max_length=100)] = []


class Dispose(Body):
    outcome: Outcome
    note: Words | None = None


class RecordPerformance(Body):
    performed: bool
    duty: Annotated[int, Field(ge=1, le=50)] | None = None
    """One duty; all of them if left out."""
    note: Words | None = None


class PlannedVisit(Body):
    visit: VisitName
    due_at: When


class Control(Body):
    visits: Annotated[list[PlannedVisit], Field(min_length=1, max_length=20)] | None = None
    """As the area's rules have it if left out (1333N)."""


class RecordVisit(Body):
    calm: bool
    note: Words | None = None


class Escalate(Body):
    reason: Words


class Close(Body):
    note: Words | None = None
