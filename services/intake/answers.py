"""What intake answers, as OpenAPI tells it. The answers themselves are made in `records`."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import Category, CategoryVersions
from fengqiao.contracts.states import AssignmentStatus, IncidentStatus

Relay = Literal["done", "pending"]


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class PlaceAnswer(Answer):
    """Where, in WGS-84."""

    lon: float
    lat: float
    address: str | None
    """As it was spelled; only to whoever sent it."""
    name: str | None
    """The gazetteer's name of it."""
    station: str | None
    community: str | None
    grid_cell: str | None
    zone: str | None
    confidence: float
    """1: measured. 0: nothing is known, the station stands in."""


class AcceptedAnswer(Answer):
    """The call is kept, and dispatch is told of it."""

    incident_id: str
    area: str
    category: Category
    priority: int
    location: PlaceAnswer
    received_at: datetime
    relay: Relay
    """pending: kept, and told as soon as Kafka is back."""
    possible_duplicates: list[DuplicateCandidate]
    replayed: bool
    """This key had been accepted before; nothing happened again."""


class DuplicatesAnswer(Answer):
    """The likeliest first, five at most; scores from 0.2 to 1."""

    items: list[DuplicateCandidate]
    next: str | None


class ChangedAnswer(Answer):
    incident_id: str
    area: str
    version: int
    category: Category
    priority: int
    location: PlaceAnswer
    caller_count: int
    cancel_reason: str | None
    relay: Relay
    replayed: bool
    """It was so already; nothing happened again."""


class UnitAnswer(Answer):
    unit: str
    kind: str
    role: str
    status: AssignmentStatus
    assigned_at: datetime | None = None
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    cleared_at: datetime | None = None


class IncidentAnswer(Answer):
    """What became of an incident, without a word of the report."""

    incident_id: str
    external_id: str | None
    area: str
    number: str | None
    """Null until dispatch has opened it."""
    status: IncidentStatus
    source: str
    category: Category
    categories: CategoryVersions
    """The caller's, the desk's, the crew's and the review's."""
    level: int | None
    """1 is the gravest."""
    tags: list[str]
    report_up: list[str]
    """Why it is reported up at once; empty: it is not."""
    void: bool
    """A void call: kept, but no valid incident."""
    priority: int
    weapon: bool | None
    location: PlaceAnswer
    caller_count: int
    reported_at: datetime
    received_at: datetime
    utc_offset: str | None
    """The area's own, for showing times to people: `+08:00`."""
    ended_at: datetime | None
    disposition: str | None
    merged_into: str | None = None
    """The incident that it is the same event as: what is said of it from now on is said of that one."""
    units: list[UnitAnswer]
    cancel_reason: str | None
    possible_duplicates: list[DuplicateCandidate]
    version: int
    relay: Relay


class IncidentsAnswer(Answer):
    items: list[IncidentAnswer]
    next: str | None


class WordsAnswer(Answer):
    at: datetime
    by: str
    text: str


class CallerAnswer(Answer):
    at: datetime
    name: str | None
    phone: str | None


class ReportAnswer(Answer):
    """The words. Every look at them is written down."""

    incident_id: str
    words: list[WordsAnswer]
    address: str | None
    callers: list[CallerAnswer]
    masked: bool
    """Names and numbers are cut short: the scope personal:read shows them."""


class BatchItemAnswer(Answer):
    """One incident's own status, and its answer or its problem."""

    status: int
    answer: AcceptedAnswer | None = None
    problem: dict[str, object] | None = None


class BatchAnswer(Answer):
    items: list[BatchItemAnswer]


class DisputeAnswer(Answer):
    case_id: str
    area: str
    relay: Relay
    replayed: bool


class FoundPlaceAnswer(Answer):
    name: str
    name_en: str
    kind: str
    lon: float
    lat: float
    grid_cell: str
    confidence: float


class FoundPlacesAnswer(Answer):
    items: list[FoundPlaceAnswer]
    next: str | None


class SourceAnswer(Answer):
    area: str
    source: str
    name_zh: str
    name_en: str
    default_category: str
    channel: str
    """The ministry's code of the channel."""
    roles: list[str]
    """Who may report as it, beside dispatchers."""
    clients: list[str]
    """Patterns of their names; empty: any client of those roles."""
    priority_shift: int
    """Added to the category's priority where a report gives none."""
    moves: bool
    """Its incidents move: PATCH them with `location` and `at`."""
    categories: dict[str, str]
    """Its own words for categories."""
    category_set: str | None
    """The set that its codes are of, where it is not the area's."""


class SourcesAnswer(Answer):
    items: list[SourceAnswer]
    next: str | None


class CategoryAnswer(Answer):
    code: str
    name_zh: str
    name_en: str
    aliases: list[str]
    priority: int
    parent: str | None
    dispute_kind: str | None
    level: int
    """1 is the gravest."""
    void: bool
    """Calls of this kind are kept, but are no valid incidents."""
    crosswalk: list[str]
    """What it is in the set that `crosswalk.to` of the answer names."""


class LevelAnswer(Answer):
    level: int
    name_zh: str
    name_en: str


class TagAnswer(Answer):
    tag: str
    name_zh: str
    name_en: str


class ReportUpAnswer(Answer):
    """In one of these branches, if any are named, and with one of these tags, if any are named."""

    id: str
    name_zh: str
    name_en: str
    categories: list[str]
    tags: list[str]


class OtherCategoryAnswer(Answer):
    code: str
    name_zh: str
    name_en: str
    here: list[str]
    """What it is in the area's set, the best first."""


class CrosswalkAnswer(Answer):
    to: str
    """The version of the other set."""
    items: list[OtherCategoryAnswer]


class CategoriesAnswer(Answer):
    version: str
    levels: list[LevelAnswer]
    report_up_from_level: int
    """This level and graver ones are reported up at once, and so is what `report_up` lists."""
    report_up: list[ReportUpAnswer]
    tags: list[TagAnswer]
    crosswalk: CrosswalkAnswer | None
    items: list[CategoryAnswer]
    next: str | None


class NamedAnswer(Answer):
    id: str
    name_zh: str
    name_en: str


class AreaAnswer(NamedAnswer):
    timezone: str
    partition: int
    """The area's place in every Kafka topic."""
    stations: list[NamedAnswer]
    communities: list[NamedAnswer]
    zones: list[NamedAnswer]
    boundary: list[tuple[float, float]]


class AreasAnswer(Answer):
    items: list[AreaAnswer]
    next: str | None
