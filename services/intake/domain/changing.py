"""What a change to an incident comes to: the fields that get another value, and the event that tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts.incidents import IncidentCallerAdded, IncidentCancelled, IncidentUpdated
from fengqiao.contracts.model import Event
from services.intake.domain import outcome
from services.intake.domain.drafts import AnotherCallerDraft, CancelDraft, ChangeDraft
from services.intake.domain.errors import Ended, WrongField
from services.intake.domain.ground import Grounds
from services.intake.domain.placing import place
from services.intake.domain.taking import find_category

MOST_CALLERS: Final = 1000
MOST_WORDS: Final = 500
"""A document can hold 16 MB; both at their fullest are a quarter of it."""

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
    if draft.category is not None:
        category = find_category(ground, draft.category).category
        if category.model_dump() != known["category"]:
            fields["category"], said["category"] = category.model_dump(), category
    if draft.priority is not None and draft.priority != known["priority"]:
        fields["priority"] = said["priority"] = draft.priority
    if draft.weapon is not None and draft.weapon != known["weapon"]:
        fields["weapon"] = said["weapon"] = draft.weapon
    if draft.location is not None:
        placed = place(draft.location, area, grounds, lambda _: True)
        location = placed.location.model_dump(exclude_none=True)
        if location != known["location"] or placed.address != known["address"]:
            fields["location"], said["location"] = location, placed.location
            fields["address"] = placed.address
    if draft.description is not None:
        fields["words"] = _more_words(known, draft.description, by, now)
        said["words_added"] = True
    if not said:
        return Change()
    return Change(fields, IncidentUpdated(incident_id=incident_id, area=area, received_at=now, **said))


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
