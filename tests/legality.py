"""Which steps were legal, of assignments and of incidents: one of the checks of `tests/checker.py`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from services.dispatch.domain import transitions
from tests.folded import ANEW, AT_ANY_TIME, ENDS, WAITS, name, verb

if TYPE_CHECKING:
    from tests.checker import History


def legal(history: History) -> Iterator[str]:
    """4: every step is in the table, and what has ended stays ended."""
    states: dict[str, str] = defaultdict(lambda: "-")
    opened: set[str] = set()
    ended: dict[str, str] = {}
    waits: dict[str, str] = {}
    for record in history.first("dispatch"):
        kind, data = verb(record), record.data
        if kind == "command.rejected" or (incident := data.get("incident_id")) is None:
            continue
        if kind in ANEW:
            if incident not in ended and waits.get(incident) != "awaiting_feedback":
                yield f"4: {kind} (event {record.sequence}) of incident {incident}, which has not ended"
            ended.pop(incident, None)
            waits.pop(incident, None)
        elif kind in WAITS:
            waits[incident] = WAITS[kind]
        elif kind == "incident.released":
            if waits.pop(incident, None) != "held":
                yield f"4: {kind} (event {record.sequence}) of incident {incident}, which is not held"
        elif incident in waits and kind == "assignment.assigned":
            yield f"4: {kind} (event {record.sequence}) of incident {incident}, which is {waits[incident]}"
        if incident in ended and not _after_the_end(kind, data, ended[incident]):
            yield f"4: {kind} (event {record.sequence}) of incident {incident}, which is {ended[incident]}"
        if kind == "incident.opened":
            opened.add(incident)
        elif incident not in opened:
            yield f"4: {kind} (event {record.sequence}) of incident {incident}, which is not open"
        if kind in ENDS:
            ended[incident] = ENDS[kind]
        if kind.startswith("assignment."):
            assignment = data["assignment_id"]
            before, step = states[assignment], name(record)
            after = transitions.after(before, step)
            if after is None:
                yield f"4: assignment {assignment} is {before} and was {step} (event {record.sequence})"
            states[assignment] = after or step


def _after_the_end(kind: str, data: Mapping[str, Any], ended: str) -> bool:
    """What may be said of an incident that has ended."""
    if kind == "incident.corrected":
        return ended == "merged" or data.get("merged_incident") is not None
    return kind in AT_ANY_TIME
