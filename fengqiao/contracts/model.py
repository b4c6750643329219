"""What all data in events has in common: frozen, strict when built, forgiving when read."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from fengqiao.contracts.ids import AREA_PATTERN, CASE_PATTERN, INCIDENT_PATTERN, UNIT_PATTERN

YEARS: Final = range(1900, 2201)
"""Of a moment that somebody says: the ends of the calendar can neither be taken to UTC nor be reckoned with."""


def in_utc(instant: datetime) -> datetime:
    """The moment in UTC. Raises ValueError without an offset, and beyond YEARS."""
    if instant.tzinfo is None:
        raise ValueError("a time needs an offset")
    if instant.year not in YEARS:
        raise ValueError(f"a time between the years {YEARS[0]} and {YEARS[-1]}")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(in_utc)]
"""A moment of domain time, in UTC; RFC 3339 on the wire."""
Seconds = Annotated[float, Field(ge=0)]
AreaId = Annotated[str, Field(pattern=AREA_PATTERN)]
IncidentId = Annotated[str, Field(pattern=INCIDENT_PATTERN)]
CaseId = Annotated[str, Field(pattern=CASE_PATTERN)]
UnitId = Annotated[str, Field(pattern=UNIT_PATTERN)]
Priority = Annotated[int, Field(ge=1, le=4)]
"""1 is the gravest."""


class Data(BaseModel):
    """A value inside an event. Unknown fields are an error when it is built (`Data(...)`), and ignored when it
    is read (`Data.read`), so that a newer publisher does not stop an older reader."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    @classmethod
    def read(cls, value: bytes | str) -> Self:
        """From the JSON of a record. Raises pydantic.ValidationError."""
        return cls.model_validate_json(value, extra="ignore")

    @classmethod
    def of(cls, value: dict[str, Any]) -> Self:
        """From decoded JSON. Raises pydantic.ValidationError."""
        return cls.model_validate(value, extra="ignore")

    def wire(self) -> bytes:
        """As JSON in UTF-8. What is not known is left out, never sent as null."""
        return self.model_dump_json(exclude_none=True).encode()


class Event(Data):
    """Something that has happened, or is asked for: the `data` of one CloudEvent of the type `TYPE`."""

    TYPE: ClassVar[str]


class Location(Data):
    """Where, in WGS-84. Never an address as somebody spelled it: that may name a person and stays at intake."""

    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    name: str | None = None
    """The gazetteer's name of the place."""
    station: str | None = None
    community: str | None = None
    grid_cell: str | None = None
    zone: str | None = None
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    """How sure the place is: 1 for measured coordinates, 0 for the middle of the area because nothing is known."""


CategoryCode = Annotated[str, Field(pattern=r"^[0-9]{2,12}$")]


class Category(Data):
    code: CategoryCode
    name_zh: str
    name_en: str
    version: str
    """The version of the area's category set that the code is from."""


class CategoryVersions(Data):
    """The four categories of one record; statistics say which they use. Each may be of another version of the set."""

    initial: Category
    """What the caller took it for."""
    original: Category
    """What the desk that took the call made of it, with its later corrections."""
    confirmed: Category | None = None
    """What the crew found."""
    corrected: Category | None = None
    """What the review of the record put right."""


Level = Annotated[int, Field(ge=1, le=4)]
"""How serious an incident is in the area's set: 1 is the gravest."""


class Actor(Data):
    """Who asked for something: a client of the interface, never a citizen."""

    client: str
    role: str
    unit: UnitId | None = None


class PaperReference(Data):
    """Words that lie in a document that can be erased; the salted hash stays true when they are gone."""

    paper_id: str
    sha256: str
