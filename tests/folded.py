"""The events of `dispatch` folded once more, by nobody's code but this: what the latest states must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.checker import Record

FREES: Final = frozenset({"cleared", "declined", "cancelled", "timed_out", "diverted"})
ENDS: Final[Mapping[str, str]] = {
    "incident.closed": "closed",
    "incident.cancelled": "cancelled",
    "incident.merged": "merged",
}
ANEW: Final = frozenset({"incident.reopened", "incident.unmerged"})
"""What takes an ended incident up again."""
AT_ANY_TIME: Final = frozenset(
    {
        "incident.noted",
        "incident.linked",
        "incident.categorised",
        "incident.feedback-given",
        "small-case.opened",
        "small-case.owned",
        "small-case.overdue",
        "small-case.solved",
        "unit.emergency-ended",
        "aid.answered",
        "aid.returned",
    }
)
"""What may be said of an ended incident. A correction may be, of one that was merged or had another merged into it."""
WAITS: Final[Mapping[str, str]] = {"incident.held": "held", "incident.feedback-due": "awaiting_feedback"}
_UNCHANGING: Final = frozenset({"plan.shortfall", "command.rejected", "incident.unreadable"})
_STAYS: Final[Mapping[str, str]] = {"received": "assigned"}
"""Steps that leave the assignment what it is."""
_RANK: Final = (("on_scene", "resources_onscene"), ("en_route", "resources_enroute"))


@dataclass(slots=True)
class FoldedIncident:
    id: str
    area: str
    priority: int
    category: str
    sequence: int
    ended: str = ""
    waits: str = ""
    """held or awaiting_feedback."""
    assignments: dict[str, tuple[str, str]] = field(default_factory=dict)
    """id → (unit, status)"""

    @property
    def status(self) -> str:
        if self.ended or self.waits:
            return self.ended or self.waits
        states = {state for _, state in self.assignments.values() if state not in FREES}
        for state, status in _RANK:
            if state in states:
                return status
        # An open incident that nobody is on has to wait where it is seen.
        return "resources_assigned" if states else "queued"


@dataclass(slots=True)
class FoldedUnit:
    id: str
    on: bool = False
    emergency: bool = False
    lent: bool = False
    sequence: int = 0
    held: list[str] = field(default_factory=list)
    standby: str | None = None
    """The point where it was ordered to wait."""

    def status(self, most: int) -> str:
        if not self.on:
            return "off_duty"
        if self.emergency or self.lent:
            return "not_available"
        if not self.held:
            return "available"
        return "conditionally_available" if len(self.held) < most else "not_available"


@dataclass(slots=True)
class Folded:
    """units: by `area/unit`."""

    incidents: dict[str, FoldedIncident] = field(default_factory=dict)
    units: dict[str, FoldedUnit] = field(default_factory=dict)


def verb(record: Record) -> str:
    """`assignment.en-route` of `fengqiao.assignment.en-route.v1`."""
    return record.type.removeprefix("fengqiao.").removesuffix(".v1")


def name(record: Record) -> str:
    """`en_route` of the same, as states are called."""
    return verb(record).partition(".")[2].replace("-", "_")


def fold(events: Iterable[Record]) -> Folded:
    """What is true after these events, each of them given once."""
    folded = Folded()
    for record in events:
        data = record.data
        if data.get("incident_id") is not None and verb(record) not in _UNCHANGING:
            _incident(folded, record, data)
        if data.get("unit") is not None:
            _unit(folded, record, data)
    return folded


def _incident(folded: Folded, record: Record, data: Mapping[str, Any]) -> None:
    incident = folded.incidents.get(data["incident_id"])
    if incident is None:
        incident = FoldedIncident(data["incident_id"], data["area"], data["priority"], data["category"]["code"], 0)
        folded.incidents[incident.id] = incident
    incident.sequence = record.sequence
    if verb(record) in ("incident.corrected", "incident.categorised"):
        incident.priority, incident.category = data["priority"], data["category"]["code"]
    if verb(record) in ENDS:
        incident.ended, incident.waits = ENDS[verb(record)], ""
    elif verb(record) in WAITS:
        incident.waits = WAITS[verb(record)]
    elif verb(record) in ANEW or verb(record) == "incident.released":
        incident.ended = incident.waits = ""
    if verb(record).startswith("assignment."):
        incident.assignments[data["assignment_id"]] = (data["unit"], _STAYS.get(name(record), name(record)))


def _unit(folded: Folded, record: Record, data: Mapping[str, Any]) -> None:
    unit = folded.units.setdefault(f"{data['area']}/{data['unit']}", FoldedUnit(data["unit"]))
    match verb(record):
        case "unit.on-duty":
            unit.on, unit.standby = True, None
        case "unit.off-duty":
            unit.on, unit.standby = False, None
        case "standby.ordered":
            unit.standby = data["point"]
        case "unit.emergency" | "unit.emergency-ended":
            unit.emergency = verb(record) == "unit.emergency"
            unit.standby = None if unit.emergency else unit.standby
        case "aid.granted" | "aid.ended":
            unit.lent = verb(record) == "aid.granted"
            unit.standby = None if unit.lent else unit.standby
        case "aid.answered":
            unit.on = True
        case "aid.returned":
            if not unit.on:  # the grant came too late: it never was here, or is away already
                if not unit.sequence:
                    del folded.units[f"{data['area']}/{data['unit']}"]
                return
            unit.on = False
        case "assignment.assigned":
            unit.held.append(data["assignment_id"])
            unit.standby = None
        case kind if kind.startswith("assignment.") and name(record) in FREES:
            unit.held = [held for held in unit.held if held != data["assignment_id"]]
        case "aid.recalled":
            pass
        case kind if not kind.startswith("assignment."):
            return
        case _:
            pass
    unit.sequence = record.sequence
