"""What dispatch takes in: the bodies of its routes. Unknown fields are refused; words are bounded."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fengqiao.contracts.model import UnitId

Words = Annotated[str, Field(min_length=1, max_length=2000)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Step(Body):
    """A step of an assignment. at: the device's time, kept beside the server's, which counts."""

    at: AwareDatetime | None = None


class Explained(Step):
    reason: Words


class Dispute(Body):
    kind: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    """A category code of the dispute branch, or one of its aliases."""
    settled_on_scene: bool = False


class Cleared(Step):
    disposition: Annotated[str, Field(min_length=1, max_length=60)]
    """A code of the area's list of results, such as 当场调解 or settled_on_scene."""
    dispute: Dispute | None = None


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


class Position(Body):
    area: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,31}$")] | None = None
    """May be left out by a token that is for one area only."""
    unit: UnitId
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    at: AwareDatetime
