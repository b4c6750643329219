"""From what a client sent to what is kept and told: a call made whole."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fengqiao.contracts.incidents import DuplicateCandidate, IncidentReported
from fengqiao.contracts.model import Category, Location
from services.intake.domain.categories import WEAPON, Row
from services.intake.domain.drafts import Draft, IncidentDraft
from services.intake.domain.errors import ForeignSource, WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.placing import place
from services.intake.domain.sources import Source


@dataclass(frozen=True, slots=True)
class Marks:
    """What the area's set says of an incident: its level, its tags, why it is reported up at once (empty: it is not),
    and whether it is void: no valid incident."""

    level: int
    tags: tuple[str, ...]
    report_up: tuple[str, ...]
    void: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A call made whole: nothing in it is a guess that does not say so. initial: the category in the caller's words."""

    ground: Ground
    source: Source
    row: Row
    initial: Category
    marks: Marks
    priority: int
    location: Location
    address: str | None
    weapon: bool | None

    @property
    def category(self) -> Category:
        return self.row.category

    @property
    def area(self) -> str:
        return self.ground.area.id


def anyone(_: Source) -> bool:
    return True


def take(
    draft: IncidentDraft, grounds: Grounds, may: Callable[[str], bool], may_use: Callable[[Source], bool] = anyone
) -> Taken:
    """may: whether the caller may act in an area. may_use: whether it may report as a source.

    Raises WrongField, ForeignArea and ForeignSource.
    """
    placed = place(draft.location, draft.area, grounds, may)
    ground = placed.ground
    source = ground.sources.get(draft.source)
    if source is None:
        raise WrongField("/source", f"there is no source {draft.source!r}; known are {', '.join(ground.sources)}")
    if not may_use(source):
        raise ForeignSource(source.source)
    words = [word for word in (draft.category, draft.caller_category) if word is not None]
    row = find_category(ground, source, draft.category or draft.caller_category or source.default_category)
    initial = row
    if draft.caller_category is not None:
        initial = find_category(ground, source, draft.caller_category, "/caller_category")
    weapon = draft.details.weapon if draft.details is not None else None
    return Taken(
        ground=ground,
        source=source,
        row=row,
        initial=initial.category,
        marks=marks_of(ground, row, tags_of(ground, words, draft.tags or ()), weapon),
        priority=draft.priority or source.priority(row.priority),
        location=placed.location,
        address=placed.address,
        weapon=weapon,
    )


def find_category(ground: Ground, source: Source | None, word: str, pointer: str = "/category") -> Row:
    """The category that a word of the source, a code of its set, or a word of the area's set stands for.

    Raises WrongField, naming what the set has that is near.
    """
    meant = source.meaning(word) if source is not None else None
    if meant is None and source is not None and source.category_set is not None and ground.crosswalk is not None:
        meant = next(iter(ground.crosswalk.here(word.strip())), None)
    row = ground.categories.find(meant or word)
    if row is None:
        raise WrongField(pointer, ground.categories.unknown(word))
    return row


def tags_of(ground: Ground, words: Iterable[str], said: Iterable[str]) -> tuple[str, ...]:
    """The tags that were said and those that the words for the category bring along. Raises WrongField."""
    for n, tag in enumerate(said := tuple(said)):
        if not ground.categories.has_tag(tag):
            known = ", ".join(one.id for one in ground.categories.tags)
            raise WrongField(f"/tags/{n}", f"there is no tag {tag!r}; known are {known}")
    brought = (tag for word in words for tag in ground.categories.tags_of(word))
    return tuple(dict.fromkeys((*said, *brought)))


def marks_of(ground: Ground, row: Row, tags: tuple[str, ...], weapon: bool | None) -> Marks:
    """What follows from category, tags and a weapon."""
    seen = (*tags, WEAPON) if weapon else tags
    return Marks(row.level, tags, ground.categories.reported_up(row, seen), row.void)


def fingerprint(draft: Draft) -> str:
    """SHA-256 of what was asked: the same for every way to write it (field order, offsets, null or left out)."""
    return hashlib.sha256(draft.model_dump_json(exclude_none=True).encode()).hexdigest()


def reported(
    incident_id: str,
    taken: Taken,
    reported_at: datetime,
    received_at: datetime,
    possible_duplicates: tuple[DuplicateCandidate, ...],
    answered_at: datetime | None = None,
) -> IncidentReported:
    """What everybody else is told: no word, name, number or spelled address is in it."""
    marks = taken.marks
    return IncidentReported(
        incident_id=incident_id,
        area=taken.area,
        source=taken.source.source,
        category=taken.category,
        priority=taken.priority,
        location=taken.location,
        reported_at=reported_at,
        received_at=received_at,
        answered_at=answered_at,
        weapon=taken.weapon,
        possible_duplicates=possible_duplicates,
        initial_category=taken.initial if taken.initial != taken.category else None,
        level=marks.level,
        tags=marks.tags or None,
        report_up=marks.report_up or None,
        void=marks.void or None,
        moves=taken.source.moves or None,
    )
