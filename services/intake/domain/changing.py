"""What a change to an incident comes to: the fields that get another value, and the event that tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts.incidents import IncidentCallerAdded, IncidentCancelled, IncidentUpdated
from fengqiao.contracts.model import Category, Event, Location
from fengqiao.geo.distance import haversine_metres
from services.intake.domain import outcome
from services.intake.domain.drafts import AnotherCallerDraft, CancelDraft, ChangeDraft, PlaceDraft
from services.intake.domain.errors import Ended, WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.placing import place
from services.intake.domain.taking import find_category, marks_of, tags_of

MOST_CALLERS: Final = 1000
MOST_WORDS: Final = 500
"""A document can hold 16 MB; both at their fullest are a quarter of it."""

MOVED_M: Final = 10.0
"""A fix nearer than this to the last place tells nothing: satellites are no more exact among houses."""

AHEAD_S: Final = 300.0
"""A device's clock may be ahead of ours by so much."""

Known = Mapping[str, Any]
"""The incident's document."""


@dataclass(frozen=True, slots=True)
class Change:
    """fields: of the document, with their new values. event: None when there is nothing to tell or to do."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    event: Event | None = None


def _open(known: Known) -> None:
    how = outcome.ended(known["dispatch"])
    if how is not None:
        raise Ended(how, outcome.merged_into(known["dispatch"]))


def _more_words(known: Known, text: str, by: str, now: datetime) -> list[dict[str, Any]]:
    if len(known["words"]) >= MOST_WORDS:
        raise WrongField("/description", f"{MOST_WORDS} additions are kept of one incident, and they are there")
    return [*known["words"], {"at": now, "by": by, "text": text}]


def corrected(known: Known, incident_id: str, draft: ChangeDraft, grounds: Grounds, by: str, now: datetime) -> Change:
    """More is known. What is the same as before is no change. Raises Ended, WrongField."""
    _open(known)
    area = known["area"]
    ground = grounds.by_area[area]
    fields: dict[str, Any] = {}
    said: dict[str, Any] = {}
    if draft.priority is not None and draft.priority != known["priority"]:
        fields["priority"] = said["priority"] = draft.priority
    if draft.weapon is not None and draft.weapon != known["weapon"]:
        fields["weapon"] = said["weapon"] = draft.weapon
    _meaning(known, draft, ground, fields, said)
    if draft.location is not None:
        _place(known, draft, draft.location, grounds, now, fields, said)
    if draft.description is not None:
        fields["words"] = _more_words(known, draft.description, by, now)
        said["words_added"] = True
    if not said:
        return Change()
    return Change(fields, IncidentUpdated(incident_id=incident_id, area=area, received_at=now, **said))


def _meaning(known: Known, draft: ChangeDraft, ground: Ground, fields: dict[str, Any], said: dict[str, Any]) -> None:
    """The category, the tags, and what follows from them and a weapon."""
    source = ground.sources.get(known["source"])
    category = Category.of(known["category"])
    words = []
    if draft.category is not None:
        words = [draft.category]
        found = find_category(ground, source, draft.category).category
        if found != category:
            category = found
            fields["category"], said["category"] = found.model_dump(), found
            # The caller's stays what it was; a correction is the desk's.
            initial = known.get("categories", {}).get("initial", known["category"])
            fields["categories"] = {"initial": initial, "original": found.model_dump()}
    before = tuple(known.get("tags", ()))
    tags = tags_of(ground, words, before if draft.tags is None else draft.tags)
    row = ground.categories.find(category.code)
    if row is None or not (said.keys() & {"category", "weapon"} or tags != before):
        # A category of an older version of the set says no more than it said then.
        return
    marks = marks_of(ground, row, tags, fields.get("weapon", known["weapon"]))
    for name, value in (
        ("level", marks.level),
        ("tags", marks.tags),
        ("report_up", marks.report_up),
        ("void", marks.void),
    ):
        # An older record does not have them; then they are news.
        there = known.get(name)
        if (tuple(there) if isinstance(there, list) else there) != value:
            fields[name] = list(value) if isinstance(value, tuple) else value
            said[name] = value


def _place(
    known: Known,
    draft: ChangeDraft,
    where: PlaceDraft,
    grounds: Grounds,
    now: datetime,
    fields: dict[str, Any],
    said: dict[str, Any],
) -> None:
    """The new place, unless it is older than the one that is known, or a fix of something that has hardly moved."""
    if draft.at is not None:
        if (draft.at - now).total_seconds() > AHEAD_S:
            # Taken, it would make every later fix a late one.
            raise WrongField("/at", f"lies more than {AHEAD_S:.0f} s ahead of our clock: set the device's")
        last = known.get("located_at") or min(known["reported_at"], known["received_at"])
        # Equal is a repeat. What the store gives back is in UTC, with or without saying so.
        if draft.at.replace(tzinfo=None) <= last.replace(tzinfo=None):
            return
    placed = place(where, known["area"], grounds, lambda _: True)
    location = placed.location.model_dump(exclude_none=True)
    if location == known["location"] and placed.address == known["address"]:
        return
    was = Location.of(known["location"])
    if draft.is_a_fix and same_cell(was, placed.location) and metres_between(was, placed.location) < MOVED_M:
        return
    fields["location"], said["location"] = location, placed.location
    fields["address"] = placed.address
    if draft.at is not None:
        fields["located_at"] = said["located_at"] = draft.at


def same_cell(one: Location, other: Location) -> bool:
    return one.grid_cell == other.grid_cell


def metres_between(one: Location, other: Location) -> float:
    return haversine_metres(one.lon, one.lat, other.lon, other.lat)


def with_caller(known: Known, incident_id: str, draft: AnotherCallerDraft, by: str, now: datetime) -> Change:
    """One more caller, kept with what they said. Raises Ended."""
    _open(known)
    if len(known["callers"]) >= MOST_CALLERS:
        raise WrongField("", f"{MOST_CALLERS} callers are kept of one incident, and they are there")
    callers = [*known["callers"], {"at": now, "name": draft.name, "phone": draft.phone}]
    count = known["caller_count"] + 1
    fields: dict[str, Any] = {"callers": callers, "caller_count": count}
    if draft.description is not None:
        fields["words"] = _more_words(known, draft.description, by, now)
    event = IncidentCallerAdded(incident_id=incident_id, area=known["area"], received_at=now, caller_count=count)
    return Change(fields, event)


def cancelled(known: Known, incident_id: str, draft: CancelDraft, now: datetime) -> Change:
    """The source takes it back; asked twice, the first reason stays. Raises Ended."""
    if known.get("cancel") is not None:
        return Change()
    _open(known)
    event = IncidentCancelled(incident_id=incident_id, area=known["area"], received_at=now, reason=draft.reason)
    return Change({"cancel": {"at": now, "reason": draft.reason}}, event)
