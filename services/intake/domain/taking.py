"""From what a client sent to what is kept and told: a call made whole."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fengqiao.contracts.incidents import DuplicateCandidate, IncidentReported
from fengqiao.contracts.model import Category, Location
from services.intake.domain.categories import Row
from services.intake.domain.drafts import Draft, IncidentDraft
from services.intake.domain.errors import WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.placing import place


@dataclass(frozen=True, slots=True)
class Taken:
    """A call made whole: nothing in it is a guess that does not say so."""

    ground: Ground
    source: str
    category: Category
    priority: int
    location: Location
    address: str | None
    weapon: bool | None

    @property
    def area(self) -> str:
        return self.ground.area.id


def take(draft: IncidentDraft, grounds: Grounds, may: Callable[[str], bool]) -> Taken:
    """Raises WrongField and ForeignArea."""
    placed = place(draft.location, draft.area, grounds, may)
    ground = placed.ground
    source = ground.sources.get(draft.source)
    if source is None:
        raise WrongField("/source", f"there is no source {draft.source!r}; known are {', '.join(ground.sources)}")
    row = find_category(ground, draft.category or source.default_category)
    return Taken(
        ground=ground,
        source=source.source,
        category=row.category,
        priority=draft.priority or row.priority,
        location=placed.location,
        address=placed.address,
        weapon=draft.details.weapon if draft.details is not None else None,
    )


def find_category(ground: Ground, word: str, pointer: str = "/category") -> Row:
    """Raises WrongField, naming what the set has that is near."""
    row = ground.categories.find(word)
    if row is None:
        raise WrongField(pointer, ground.categories.unknown(word))
    return row


def fingerprint(draft: Draft) -> str:
    """SHA-256 of what was asked: the same for every way to write it (field order, offsets, null or left out)."""
    return hashlib.sha256(draft.model_dump_json(exclude_none=True).encode()).hexdigest()


def reported(
    incident_id: str,
    taken: Taken,
    reported_at: datetime,
    received_at: datetime,
    possible_duplicates: tuple[DuplicateCandidate, ...],
) -> IncidentReported:
    """What everybody else is told: no word, name, number or spelled address is in it."""
    return IncidentReported(
        incident_id=incident_id,
        area=taken.area,
        source=taken.source,
        category=taken.category,
        priority=taken.priority,
        location=taken.location,
        reported_at=reported_at,
        received_at=received_at,
        weapon=taken.weapon,
        possible_duplicates=possible_duplicates,
    )
