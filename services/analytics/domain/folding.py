"""The fold: records of the log in, what each rollup gains and what is remembered of each stream out.

An incident counts on the local day, and in the local hour, in which it was received: all its segments lie on one
day, whenever they ended. Its other marks are those of the event that ends the segment; the shift is that of the
event's unit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache

from fengqiao.contracts.dispatch import AssignmentEvent, UnitOffDuty, UnitOnDuty
from fengqiao.contracts.model import Event
from services.analytics.domain.dimensions import DIMENSIONS, SETS, all_key
from services.analytics.domain.rollups import Address, Contribution, Rollup, advance, empty
from services.analytics.domain.segments import timed
from services.analytics.domain.streams import Stream, Streams
from services.analytics.domain.targets import Targets


@dataclass(frozen=True, slots=True)
class AreaRules:
    """What an area's folder says that the numbers depend on. partition: the one its records lie in."""

    area: str
    timezone: tzinfo
    partition: int
    targets: Targets


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the log. event: None where nothing in it counts."""

    source: str
    area: str
    partition: int
    offset: int
    sequence: int
    at: datetime
    event: Event | None


@dataclass(slots=True)
class Folded:
    """streams: as they are after the records. counted: those that are no repeat. repeats, gaps: how many records were
    either, by area."""

    streams: dict[str, Stream] = field(default_factory=dict)
    contributions: dict[Address, list[Contribution]] = field(default_factory=dict)
    counted: list[Record] = field(default_factory=list)
    repeats: dict[str, int] = field(default_factory=dict)
    gaps: dict[str, int] = field(default_factory=dict)


def stream_id(record: Record) -> str:
    return f"{record.source}/{record.area}"


def fold(records: Iterable[Record], streams: Streams, rules: Mapping[str, AreaRules]) -> Folded:
    """What follows from `records`, each partition's in the order of its log, given what is known of their streams."""
    folded = Folded()
    for record in records:
        id = stream_id(record)
        stream = folded.streams.get(id)
        if stream is None:
            known = streams.get(id)
            stream = Stream(record.source, record.area, record.partition) if known is None else known.copy()
            folded.streams[id] = stream
        if record.offset <= stream.offset:
            continue  # folded before, by this process or another
        stream.offset = record.offset
        match stream.see(record.sequence, record.at):
            case "repeat":
                folded.repeats[record.area] = folded.repeats.get(record.area, 0) + 1
                continue
            case "gap":
                folded.gaps[record.area] = folded.gaps.get(record.area, 0) + 1
            case "new":
                pass
        folded.counted.append(record)
        match record.event:
            case AssignmentEvent():
                _contribute(folded.contributions, record, record.event, stream, rules[record.area])
            case UnitOnDuty():
                stream.signed_on(record.event.unit, record.event.shift)
            case UnitOffDuty():
                stream.signed_on(record.event.unit, None)
            case _:
                pass
    return folded


def _contribute(
    gained: dict[Address, list[Contribution]], record: Record, event: AssignmentEvent, stream: Stream, rules: AreaRules
) -> None:
    if not event.first:
        return
    received = event.times.received_at.astimezone(rules.timezone)
    day = received.date()
    local_day = day.isoformat()
    values = (
        event.location.station or "",
        event.location.grid_cell or "",
        event.category.code,
        str(event.priority),
        f"{received.hour:02}",
        stream.shifts.get(event.unit, ""),
        event.unit,
        event.source,
    )
    # In the order of `_addresses`: the day's sets, then the month's.
    keys = (*values, all_key(values), *values)
    for segment, ms in timed(event):
        limit = rules.targets.milliseconds(segment, event.priority, day)
        within = None if limit is None else ms <= limit
        for address, key in zip(_addresses(record.area, local_day, segment), keys, strict=True):
            contribution = Contribution(record.offset, key, ms, within)
            found = gained.get(address)
            if found is None:
                gained[address] = [contribution]
            else:
                found.append(contribution)


@lru_cache(maxsize=4096)
def _addresses(area: str, day: str, segment: str) -> tuple[Address, ...]:
    """Of every set of the day, in the order of `SETS`, then of those of its month."""
    return (
        *(Address(area, day, kept, segment) for kept in SETS),
        *(Address(area, day[:7], kept, segment) for kept in DIMENSIONS),
    )


def advanced(stored: Mapping[Address, Rollup], folded: Folded, rules: Mapping[str, AreaRules]) -> dict[Address, Rollup]:
    """The rollups that the fold changes; those that had it all are left out."""
    changed = {}
    for address, contributions in folded.contributions.items():
        before = stored.get(address) or empty(address, rules[address.area].partition)
        after = advance(before, contributions)
        if after is not before:
            changed[address] = after
    return changed
