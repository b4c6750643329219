"""What each event of `dispatch` changes in the register of its incident's day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ordered
from fengqiao.contracts.feedback import FeedbackForm
from fengqiao.contracts.plans import PlanStep
from services.analytics.domain.folding import AreaRules, Record
from services.analytics.domain.register import (
    AWAITING,
    CANCELLED,
    CLOSED,
    COUNTS,
    DISPUTE,
    FORMS,
    MERGED,
    OPEN,
    SETTLED_ON_SCENE,
    WEAPON,
    Register,
)

OVERDUE, SOLVED, SOLVED_LATE = 2, 3, 4
_AMOUNTS: Final = {"lost_yuan": "lost", "recovered_yuan": "recovered", "prevented_yuan": "prevented"}


@dataclass(frozen=True, slots=True)
class DayOf:
    """On which local day an incident was received, and the offset of the event that first said so.

    An event before that offset does not know the day, whoever folds it and however often.
    """

    incident: str
    area: str
    day: str
    offset: int


@dataclass(slots=True)
class Registered:
    """What a batch adds: the days of incidents that are new, and the events of each register, in order."""

    days: dict[str, DayOf] = field(default_factory=dict)
    by_day: dict[tuple[str, str], list[Record]] = field(default_factory=dict)


def received_at(event: said.IncidentEvent) -> datetime | None:
    """When the event says that its incident was received; most say nothing of it."""
    if isinstance(event, said.AssignmentEvent):
        return event.times.received_at
    if isinstance(event, said.IncidentOpened | said.IncidentClosed):
        return event.received_at
    return None


def undated(records: Iterable[Record]) -> list[str]:
    """The incidents whose day has to be looked up before `sort_out`."""
    dated: set[str] = set()
    wanted: dict[str, None] = {}
    for record in records:
        event = record.event
        if not isinstance(event, said.IncidentEvent):
            continue
        if received_at(event) is not None:
            dated.add(event.incident_id)
        elif event.incident_id not in dated:
            wanted[event.incident_id] = None
    return list(wanted)


def sort_out(counted: Sequence[Record], known: Mapping[str, DayOf], rules: Mapping[str, AreaRules]) -> Registered:
    """To which day's register each event belongs. counted: without repeats; known: what is stored of `undated`."""
    found = Registered()
    for record in counted:
        event = record.event
        if not isinstance(event, said.IncidentEvent):
            continue
        received = received_at(event)
        if received is not None:
            day = received.astimezone(rules[record.area].timezone).date().isoformat()
            if event.incident_id not in found.days:
                found.days[event.incident_id] = DayOf(event.incident_id, record.area, day, record.offset)
        else:
            there = found.days.get(event.incident_id) or known.get(event.incident_id)
            if there is None or there.offset >= record.offset:
                continue  # nobody has said when it was received: a gap, which is an alarm of its own
            day = there.day
        found.by_day.setdefault((record.area, day), []).append(record)
    return found


def register(before: Register, events: Sequence[Record], rules: AreaRules) -> bool:
    """Put into the register what it does not have yet; whether that was anything."""
    changed = False
    for record in events:
        if record.offset <= before.applied or not isinstance(record.event, said.IncidentEvent):
            continue
        before.applied = record.offset
        changed = True
        _take(before, record.event, rules)
    return changed


def _take(day: Register, event: said.IncidentEvent, rules: AreaRules) -> None:
    place = day.place(event.incident_id)
    if place is None:
        received = received_at(event)
        if received is None:
            return  # its day is known, but its first event was not one of those folded here
        place = day.added(event.incident_id, event.number, received)
        row = day.rows[place]
        row["hour"] = received.astimezone(rules.timezone).hour
        row["original"] = day.word(event.category.code)
    row = day.rows[place]
    row["category"] = day.word(event.category.code)
    row["priority"] = event.priority
    row["source"] = day.word(event.source)
    day.put_at(place, event.location)
    match event:
        case said.AssignmentEvent():
            _assignment(day, place, event)
        case said.IncidentOpened():
            day.mark(place, "reported", event.reported_at)
            day.mark(place, "answered", event.answered_at)
            row["callers"] = min(event.caller_count, 65_535)
            _planned(day, place, event.steps)
            day.flag(place, WEAPON, bool(event.weapon))
        case said.IncidentCorrected():
            row["callers"] = min(event.caller_count, 65_535)
            day.flag(place, WEAPON, bool(event.weapon))
            if event.plan is not None:
                _planned(day, place, event.steps)
            if event.original is not None:
                row["original"] = day.word(event.original.code)
        case said.IncidentClosed():
            _closed(day, place, event)
        case said.IncidentCancelledByDispatch():
            row["status"] = CANCELLED
        case ordered.IncidentMerged():
            row["status"] = MERGED
        case ordered.IncidentReopened() | ordered.IncidentUnmerged():
            row["status"], row["result"] = OPEN, 0
            _planned(day, place, event.steps)
        case ordered.IncidentFeedbackDue():
            row["status"], row["result"] = AWAITING, day.word(event.disposition)
        case ordered.IncidentFeedbackGiven():
            _form(day, place, event.form)
            day.mark(place, "feedback", event.at)
        case ordered.IncidentCategorised():
            row[event.version] = day.word(event.set_to.code)
        case ordered.IncidentUrged():
            row["urged"] = min(event.times, 65_535)
        case ordered.SmallCaseOpened():
            row["small"] = 1
        case ordered.SmallCaseOverdue():
            row["small"] = OVERDUE
        case ordered.SmallCaseSolved():
            row["small"] = SOLVED if event.in_time else SOLVED_LATE
        case said.TimerWarned():
            day.tally(place, "warned")
        case said.IncidentEscalated():
            day.tally(place, "escalated")
        case said.IncidentStepDone():
            day.tally(place, "steps_done")
        case _:
            pass


def _planned(day: Register, place: int, steps: Sequence[PlanStep]) -> None:
    """Another plan takes the place of the one before, with its steps."""
    day.rows[place]["steps"] = min(len(steps), 65_535)


def _assignment(day: Register, place: int, event: said.AssignmentEvent) -> None:
    row, times = day.rows[place], event.times
    unit = day.word(event.unit)
    match event:
        case said.AssignmentAssigned():
            day.tally(place, "sent")
            _first(day, place, event, "assigned", times.assigned_at, "assigned_by", unit)
        case said.AssignmentAcknowledged():
            day.tally(place, "signed")
            _first(day, place, event, "acknowledged", times.acknowledged_at, "signed_by", unit)
        case said.AssignmentEnRoute():
            _first(day, place, event, "en_route", times.en_route_at, "departed_by", unit)
        case said.AssignmentOnScene():
            day.tally(place, "arrived")
            _first(day, place, event, "on_scene", times.on_scene_at, "arrived_by", unit)
        case said.AssignmentCleared():
            day.tally(place, "finished")
            _first(day, place, event, "cleared", times.cleared_at, "cleared_by", unit)
            if event.dispute is not None:
                row["flags"] |= DISPUTE | (SETTLED_ON_SCENE if event.dispute.settled_on_scene else 0)
        case said.AssignmentDeclined() | said.AssignmentTimedOut():
            day.tally(place, "refused")
        case said.AssignmentCancelled() | said.AssignmentDiverted():
            day.tally(place, "stood_down")
        case _:
            pass


def _first(
    day: Register, place: int, event: said.AssignmentEvent, name: str, at: datetime | None, by: str, unit: int
) -> None:
    if event.first:
        day.mark(place, name, at)
        day.rows[place][by] = unit


def _closed(day: Register, place: int, event: said.IncidentClosed) -> None:
    row = day.rows[place]
    row["status"], row["result"] = CLOSED, day.word(event.disposition)
    day.mark(place, "reported", event.reported_at)
    day.mark(place, "closed", event.at)
    clocks = event.clocks
    if clocks is not None:
        day.mark(place, "reached", clocks.bjsj)
        day.mark(place, "answered", clocks.jjsj)
        day.mark(place, "intake", clocks.jjwcsj)
        day.mark(place, "terminal", clocks.xtzdddsj)
        day.mark(place, "feedback", clocks.fksj)


def _form(day: Register, place: int, form: FeedbackForm) -> None:
    """What a form says takes the place of what an earlier one said; what it leaves out stays."""
    row = day.rows[place]
    row["forms"] |= FORMS[form.kind]
    if form.result is not None:
        row["result"] = day.word(form.result)
    for name in COUNTS:
        said_of_it = getattr(form.counts, name)
        if said_of_it is not None:
            row[name] = said_of_it
    for field_name, name in _AMOUNTS.items():
        yuan = getattr(form.losses, field_name)
        if yuan is not None:
            row[name] = round(yuan * 100)
