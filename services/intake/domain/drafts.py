"""What clients send, field by field. Unknown fields, wrong types and numbers that are none are refused by name.

Types are strict: "28.1" is no number and 1 is no true. Times need an offset; they are kept in UTC to the millisecond,
which is what a document can hold.
"""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from fengqiao.contracts.ids import AREA_PATTERN, INCIDENT_PATTERN

NAME_LENGTH: Final = 200
WORDS_LENGTH: Final = 4000
KEY_LENGTH: Final = 200
BATCH_SIZE: Final = 500


def to_the_millisecond(instant: datetime) -> datetime:
    """In UTC, without what is smaller than a millisecond."""
    instant = instant.astimezone(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _plausible(instant: datetime) -> datetime:
    # Before anything else: the ends of the calendar cannot be converted to UTC.
    if not 2000 <= instant.year <= 2200:
        raise ValueError("must lie between the years 2000 and 2200")
    return to_the_millisecond(instant)


def printable_key(text: str) -> str:
    """A key as it is. Raises ValueError when it is empty, too long or holds what cannot be printed."""
    if not text.strip() or len(text) > KEY_LENGTH or not text.isprintable():
        raise ValueError(f"must be 1 to {KEY_LENGTH} printable characters")
    return text


Time = Annotated[AwareDatetime, AfterValidator(_plausible)]
Name = Annotated[str, Field(max_length=NAME_LENGTH)]
Words = Annotated[str, Field(max_length=WORDS_LENGTH)]
Key = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH), AfterValidator(printable_key)]
Tags = Annotated[tuple[Annotated[str, Field(max_length=32)], ...], Field(max_length=20)]
Area = Annotated[str, Field(pattern=AREA_PATTERN)]
CategoryName = Annotated[str, Field(min_length=1, max_length=64, description="a code of the area's set, or an alias")]
Priority = Annotated[int, Field(ge=1, le=4, description="1 is the gravest")]


class Draft(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class PlaceDraft(Draft):
    """Where. Coordinates, an address, or both: then the coordinates count and the address is kept."""

    address: Name | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    """What the coordinates are in; answers are in WGS-84."""

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("send lon and lat together, or neither")
        return self


class CallerDraft(Draft):
    """Who called. Stays at intake."""

    name: Name | None = None
    phone: Annotated[str, Field(max_length=64)] | None = None


class DetailsDraft(Draft):
    weapon: bool | None = None
    """Somebody is armed."""


class IncidentDraft(Draft):
    """A call, as the reporting system has it."""

    area: Area | None = None
    """May be left out where coordinates decide it."""
    source: Annotated[str, Field(min_length=1, max_length=32)]
    """Who reports: one of `GET /v1/sources`."""
    external_id: Key | None = None
    """The reporting system's own number: the same one again is the same incident. Wins over Idempotency-Key."""
    category: CategoryName | None = None
    """Left out: the source's default. A source's own words count too: `GET /v1/sources` lists them."""
    caller_category: CategoryName | None = None
    """What the caller took it for, where the desk that took the call says something else in `category`."""
    tags: Tags | None = None
    """What stands beside the category: tags of the area's set."""
    priority: Priority | None = None
    """Left out: the category's, shifted as the source says."""
    description: Words | None = None
    reported_at: Time | None = None
    """When the caller was heard; left out: now."""
    answered_at: Time | None = None
    """When the call reached an officer's ear: the clock JJSJ, where the reporting system keeps it."""
    location: PlaceDraft | None = None
    caller: CallerDraft | None = None
    details: DetailsDraft | None = None

    @field_validator("answered_at")
    @classmethod
    def _answered_after_it_rang(cls, answered: datetime | None, info: ValidationInfo) -> datetime | None:
        rang = info.data.get("reported_at")
        if answered is not None and rang is not None and answered < rang:
            raise ValueError("is before reported_at: a call is answered after it came in")
        return answered


class ChangeDraft(Draft):
    """More is known. What is left out or null stays as it is; words are added to those that are there."""

    description: Annotated[str, Field(min_length=1, max_length=WORDS_LENGTH)] | None = None
    location: PlaceDraft | None = None
    category: CategoryName | None = None
    tags: Tags | None = None
    """All the tags that it has from now on."""
    priority: Priority | None = None
    weapon: bool | None = None
    at: Time | None = None
    """With `location`: when it was there. A place that is older than the last one changes nothing."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, field) is None for field in type(self).model_fields):
            raise ValueError("send at least one of description, location, category, tags, priority, weapon")
        if self.at is not None and self.location is None:
            raise ValueError("at says when it was at a location: send both")
        return self

    @property
    def is_a_fix(self) -> bool:
        """Whether it says nothing but where something was at a time: the position of something that moves."""
        others = (getattr(self, field) for field in type(self).model_fields if field not in ("at", "location"))
        return self.at is not None and all(value is None for value in others)


class AnotherCallerDraft(Draft):
    """One more person called about the same incident."""

    name: Name | None = None
    phone: Annotated[str, Field(max_length=64)] | None = None
    description: Annotated[str, Field(min_length=1, max_length=WORDS_LENGTH)] | None = None


class CancelDraft(Draft):
    """The source takes its report back; dispatch decides what becomes of the units."""

    reason: Literal["duplicate", "false_alarm", "resolved", "wrong_area", "test", "other"]


class DisputeDraft(Draft):
    """A quarrel that has to be settled, without a call of its own. Parties are named at mediation, not here."""

    kind: CategoryName
    """A code of the area's dispute branch, or one of its aliases."""
    area: Area | None = None
    location: PlaceDraft | None = None
    incident_id: Annotated[str, Field(pattern=INCIDENT_PATTERN)] | None = None
    """The incident it came of; then area and place are the incident's."""
    external_id: Key | None = None
    origin: Literal["intake", "screening"] = "intake"
    reported_at: Time | None = None
    settled_on_scene: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if self.incident_id is not None and (self.area is not None or self.location is not None):
            raise ValueError("with incident_id, area and location are the incident's: leave them out")
        return self
