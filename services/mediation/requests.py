"""What mediation takes in: the bodies of its routes. Unknown fields are refused; words are bounded and never blank."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from fengqiao.contracts.mediation import CaseSource, FoundBy, Grade, MediationMode, Prevented
from fengqiao.contracts.model import AreaId, in_utc
from services.mediation.domain.case import Outcome, PartyId, SessionForm, SessionOutcome, Tier
from services.mediation.domain.hazards import Result

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
When = Annotated[AwareDatetime, AfterValidator(in_utc)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""An id, never somebody's name: it travels in events."""
SignName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
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
    found_by: FoundBy | None = None
    """How it was found: on a round, by a check-in call, with a hazard."""
    source: CaseSource = "initiative"
    """The justice bureau's column: 主动, 依申请, or 委托移送 by court, procuratorate, police or petition office."""


class Trouble(Body):
    """A quarrel that a check-in call or a round has found."""

    kind: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    """A category code of the dispute branch, or one of its aliases."""
    description: Words | None = None


class RecordCheckIn(Body):
    area: AreaId
    contact: Name
    answered: bool
    day: date | None = None
    """Local day; today if left out, and at most seven days ago."""
    trouble: Trouble | None = None
    """What was found: it opens a case."""


class OpensCase(Body):
    kind: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    """A category code of the dispute branch, or one of its aliases."""


class FindHazard(Body):
    area: AreaId
    kind: SignName
    """What it is: `wiring`, `charging`, `fire_exit`, `quarrel` …"""
    grid_cell: Annotated[str, Field(max_length=32)] | None = None
    description: Words | None = None
    found_at: When | None = None
    """Now if left out."""
    opens_case: OpensCase | None = None
    """It is a quarrel, too."""


class OrderHazard(Body):
    order: Words
    """What has to be put right."""
    due_at: When
    responsible: Name | None = None
    """Id of who has to do it."""


class CheckHazard(Body):
    rectified: bool
    note: Words | None = None


class CloseHazard(Body):
    result: Result
    note: Words | None = None


class NameParty(Body):
    name: Short
    role: Literal["party", "guardian", "representative", "witness"] = "party"
    kind: Literal["person", "organisation"] = "person"
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{2,24}$")] | None = None
    id_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z]{5,32}$")] | None = None
    address: Short | None = None
    minor: bool = False
    """A minor's sessions and signature need a guardian: a party with that role."""
    guardian_of: PartyId | None = None
    """For which minor a guardian acts."""


class LegalFacts(Body):
    """What the law asks before a quarrel may be mediated (M11)."""

    public_order_case: bool
    """It has been accepted as a public-order case 治安案件."""
    from_civil_dispute: bool
    """It comes from a civil dispute 民间纠纷."""
    consent: bool
    """Everybody wants it to be mediated."""
    minor_harm: bool = True
    """It is minor 情节较轻."""
    crime: bool = False
    bars: Annotated[list[Literal["hired", "gang", "provoking", "repeater"]], Field(max_length=4)] = []
    """雇凶, 结伙, 寻衅滋事, and those who do it again."""
    accepted_at: When | None = None
    """When the case was accepted, or the injury or price report came; the report's time if left out."""


class Assess(Body):
    grade: Grade | None = None
    """The least that the area's rules allow if left out."""
    reason: Words
    tier: Tier | None = None
    """A higher tier than the grade asks for."""
    signs: Annotated[list[SignName], Field(max_length=20)] = []
    """What makes it graver, in the area's words: `injury`, `weapon`, `threat` …"""
    money_yuan: Annotated[float, Field(ge=0, le=1e12)] | None = None
    people: Annotated[int, Field(ge=1, le=100_000)] | None = None
    law: LegalFacts | None = None
    """As it was answered before if left out."""
    justice_class: Annotated[str, Field(pattern=r"^[0-9]{1,4}$")] | None = None
    """The justice bureau's class; the likeliest of the kind's if left out."""


class MakePlan(Body):
    """一案一策: who answers for a red dispute, and what is done with people and things."""

    owner: Name
    measures: Words


class Extend(Body):
    until: When
    consent_of: Annotated[list[PartyId], Field(min_length=1, max_length=100)]
    """Every party."""


class Confirm(Body):
    step: Literal["asked", "confirmed", "refused"]
    """Both parties have asked the court · it has confirmed the agreement · it has refused."""
    asked_by: Annotated[list[PartyId], Field(max_length=100)] = []
    """Every party."""


class Refer(Body):
    mediators: Annotated[list[Name], Field(max_length=20)] = []
    """Ids of those who mediate; whom the rules choose if left out (`GET /v1/cases/{id}/assignment`)."""
    venue: Name | None = None
    """Id of the place, such as three-offices-one-court."""
    mode: MediationMode | None = None
    """人民调解 if left out."""


class HoldSession(Body):
    outcome: SessionOutcome
    held_at: When | None = None
    """Now if left out."""
    place: Short | None = None
    note: Words | None = None
    form: SessionForm = "session"
    present: Annotated[list[SignName], Field(max_length=20)] = []
    """Who was asked beside the parties, in words for what they are: `property`, `owners_committee`, `residents`."""
    danger: bool = False
    """It may grow worse: the superior is told."""


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
    seal: Name | None = None
    """Whose seal a written one bears; the venue's if left out."""


class Dispose(Body):
    outcome: Outcome
    note: Words | None = None
    danger: bool = False
    """It may grow worse: the superior is told."""
    prevented: Annotated[list[Prevented], Field(max_length=4)] = []
    """What it would have come to: the justice bureau's report asks for it."""


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
    departments: Annotated[list[Name], Field(max_length=20)] = []
    """Who goes along: N of 1333N."""


class RecordVisit(Body):
    calm: bool
    satisfied: bool | None = None
    """Whether those who were visited are content 回访满意; left out where nobody was asked."""
    note: Words | None = None


class Escalate(Body):
    reason: Words


class Close(Body):
    note: Words | None = None
