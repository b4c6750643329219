"""What the command room shows: the latest state of everything, by area. Only `apply` changes it; older news is skipped.

A board is never mutated while a snapshot of it is being written: both run on one event loop, without a wait between.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from fengqiao.runtime.cloudevents import CloudEvent

INCIDENT_STATE: Final = "fengqiao.incident.state.v1"
UNIT_STATE: Final = "fengqiao.unit.state.v1"
UNIT_POSITION: Final = "fengqiao.unit.position.v1"
CASE: Final = "fengqiao.case."
UNREADABLE: Final = "fengqiao.incident.unreadable.v1"
MOST_UNREADABLE: Final = 50
"""Of an area, the latest: each is a call that nobody can read, which a person must look at."""
MOST_GONE: Final = 100_000
"""Ended incidents that are remembered: more than anybody reports in the time that a report is watched."""


@dataclass
class Held:
    """A state as it came: its number in its stream, and its JSON, untouched."""

    sequence: int
    data: bytes


@dataclass
class AreaBoard:
    incidents: dict[str, Held] = field(default_factory=dict)
    units: dict[str, Held] = field(default_factory=dict)
    positions: dict[str, Held] = field(default_factory=dict)
    cases: dict[str, Held] = field(default_factory=dict)
    unreadable: dict[str, Held] = field(default_factory=dict)
    """By the incident that the record's headers name, else by where it lies; until that incident is there."""


class LiveBoard:
    """All areas. Holds JSON as it was published, so that a snapshot of hundreds costs no decoding."""

    def __init__(self) -> None:
        self.areas: dict[str, AreaBoard] = {}
        self._gone: dict[str, None] = {}
        """Incidents that ended long enough ago: their tombstones were read."""

    def _area(self, area: str) -> AreaBoard:
        return self.areas.setdefault(area, AreaBoard())

    def apply(self, event: CloudEvent) -> bool:
        """Take an event in; False when it says nothing newer."""
        if event.type == INCIDENT_STATE:
            area, _, id = event.subject.partition("/")
            self._area(area).unreadable.pop(id, None)
            return _newer(self._area(area).incidents, id, event)
        if event.type == UNREADABLE:
            return self._could_not_be_read(event)
        if event.type == UNIT_STATE:
            area, _, id = event.subject.partition("/")
            return _newer(self._area(area).units, id, event)
        if event.type == UNIT_POSITION:
            area, _, id = event.subject.partition("/")
            return _newer(self._area(area).positions, id, event)
        if event.type.startswith(CASE):
            area = event.subject.partition("-")[0]
            if _over(event):
                self._area(area).cases.pop(event.subject, None)
                return True
            return _newer(self._area(area).cases, event.subject, event)
        return True

    def _could_not_be_read(self, event: CloudEvent) -> bool:
        board, told = self._area(event.subject), orjson.loads(event.data)
        id = told.get("subject") or f"{told['topic']}/{told['partition']}/{told['offset']}"
        if self.knows(event.subject, id):
            return True  # it is an update of a known one, or came mended before this was read
        new = _newer(board.unreadable, id, event)
        if len(board.unreadable) > MOST_UNREADABLE:
            del board.unreadable[next(iter(board.unreadable))]
        return new

    def removed(self, topic_key: str) -> None:
        """A tombstone: the incident ended long enough ago."""
        area, _, id = topic_key.partition("/")
        self._area(area).incidents.pop(id, None)
        self._gone[id] = None
        if len(self._gone) > MOST_GONE:
            del self._gone[next(iter(self._gone))]

    def clear(self) -> None:
        """Know nothing again."""
        self.areas.clear()
        self._gone.clear()

    def knows(self, area: str, incident: str) -> bool:
        """Whether dispatch has told of the incident."""
        return incident in self._area(area).incidents or incident in self._gone

    def snapshot(self, areas: Collection[str] | None) -> Mapping[str, Any]:
        """The areas (None: all), ready for orjson: {area: {incidents, units, positions, cases, unreadable}}."""
        return {
            area: {
                "incidents": [orjson.Fragment(held.data) for held in board.incidents.values()],
                "units": [orjson.Fragment(held.data) for held in board.units.values()],
                "positions": [orjson.Fragment(held.data) for held in board.positions.values()],
                "cases": [orjson.Fragment(held.data) for held in board.cases.values()],
                "unreadable": [orjson.Fragment(held.data) for held in board.unreadable.values()],
            }
            for area, board in sorted(self.areas.items())
            if areas is None or area in areas
        }


def _over(event: CloudEvent) -> bool:
    """Whether the case is closed: also what is found out of it later, or erased, says so by its stage."""
    if event.type == "fengqiao.case.closed.v1":
        return True
    data = orjson.loads(event.data)
    return isinstance(data, dict) and data.get("stage") == "closed"


def _newer(kept: dict[str, Held], id: str, event: CloudEvent) -> bool:
    before = kept.get(id)
    if before is not None and before.sequence >= event.sequence:
        return False
    kept[id] = Held(event.sequence, event.data)
    return True
