"""What dispatch takes in: the bodies of its routes. Unknown fields are refused; words are bounded."""

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from fengqiao.contracts.feedback import FeedbackCounts, FeedbackKind, FeedbackLosses
from fengqiao.contracts.ids import AREA_PATTERN, INCIDENT_PATTERN
from fengqiao.contracts.model import UnitId, in_utc
from fengqiao.contracts.orders import LinkKind

Time = Annotated[AwareDatetime, AfterValidator(in_utc)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Line = Annotated[str, Field(min_length=1, max_length=100)]
Role = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z_]*$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Step(Body):
    """A step of an assignment. at: the device's time, kept beside the server's, which counts."""

    at: Time | None = None


class Explained(Step):
    reason: Words


class Dispute(Body):
    kind: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    """A category code of the dispute branch, or one of its aliases."""
    settled_on_scene: bool = False


class Person(Body):
    """Personal: kept in a paper. role: victim, suspect, witness, injured …"""

    role: Role
    name: Line | None = None
    phone: Line | None = None
    id_number: Line | None = None
    note: Words | None = None


class Vehicle(Body):
    """Personal: kept in a paper. role: stolen, recovered, involved …"""

    role: Role
    plate: Line | None = None
    frame_number: Line | None = None
    colour: Line | None = None
    note: Words | None = None


class Form(Body):
    """A feedback form 反馈单."""

    kind: FeedbackKind
    result: Line | None = None
    """A code of the area's list of results: `GET /v1/areas/{area}/handling` has it."""
    counts: FeedbackCounts = FeedbackCounts()
    losses: FeedbackLosses = FeedbackLosses()
    people: Annotated[list[Person], Field(max_length=50)] = []
    vehicles: Annotated[list[Vehicle], Field(max_length=50)] = []
    words: Words | None = None


class Feedback(Form):
    at: Time | None = None
    category: Line | None = None
    """What the crew says it was: a code of the area's set."""


class Cleared(Step):
    disposition: Annotated[
        str,
        Field(
            min_length=1,
            max_length=60,
            description="A code of the list of results of the area that the assignment is in, such as 当场调解: "
            "`GET /v1/areas/{area}/handling` has it. Another is a 422 that names the list; an area without a list "
            "takes any.",
        ),
    ]
    dispute: Dispute | None = None
    feedback: Form | None = None


class Duty(Step):
    on: bool
    shift: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    crew: Annotated[int, Field(ge=1, le=99)] | None = None
    """How many are in the crew."""


class Assign(Step):
    units: Annotated[list[UnitId], Field(min_length=1, max_length=20)]
    reason: Words


class Cancel(Step):
    why: Literal["duplicate", "false_alarm", "resolved", "wrong_area", "test", "other"] = "other"
    reason: Words


class AskAid(Explained):
    area: Annotated[str, Field(pattern=AREA_PATTERN)]
    kinds: Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=20)] = []


class Hold(Explained):
    until: Time


class MaybeExplained(Step):
    reason: Words | None = None


class Note(Step):
    text: Words


class Category(MaybeExplained):
    version: Literal["confirmed", "corrected"]
    code: Line
    """Of the area's category set."""


class Merge(Explained):
    into: Annotated[str, Field(pattern=INCIDENT_PATTERN)]


class Link(MaybeExplained):
    to: Annotated[str, Field(pattern=INCIDENT_PATTERN)]
    kind: LinkKind


class Owner(MaybeExplained):
    owner: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
    """An officer's account or a unit; never a name."""


class Solved(MaybeExplained):
    result: Line
    """A code of the area's list of results."""


class Emergency(Step):
    """Where the terminal knows to be; may be left out."""

    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"


class Position(Body):
    area: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,31}$")] | None = None
    """May be left out by a token that is for one area only."""
    unit: UnitId
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    at: Time
