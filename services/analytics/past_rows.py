"""From a CSV of past incidents to registers: each incident once, however often and in whatever files it comes."""

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from fengqiao.contracts.model import Location
from fengqiao.geo.datums import to_wgs84
from fengqiao.geo.errors import GeoError
from services.analytics.domain.dimensions import DIMENSIONS, SETS, all_key
from services.analytics.domain.register import CLOSED, IMPORTED, MISSING, Register
from services.analytics.domain.rollups import Address, Contribution, Rollup, advance, empty
from services.analytics.domain.targets import Targets
from services.analytics.past_mapping import Column
from services.analytics.past_mapping import Mapping as Columns

Locate = Callable[[float, float], Location | None]
"""Where (lon, lat) lies in the area; None outside of it."""
_TIMES: Final[tuple[Column, ...]] = ("assigned", "acknowledged", "en_route", "on_scene", "cleared")
_PLACES: Final[dict[Column, str]] = {
    "station": "station",
    "grid_cell": "cell",
    "place": "place",
    "source": "source",
}
_SUMS: Final[dict[Column, str]] = {"lost_yuan": "lost", "recovered_yuan": "recovered"}
_SEGMENTS: Final = {
    "received_to_assigned": (None, "assigned"),
    "assigned_to_acknowledged": ("assigned", "acknowledged"),
    "acknowledged_to_on_scene": ("acknowledged", "on_scene"),
    "received_to_on_scene": (None, "on_scene"),
    "on_scene_to_cleared": ("on_scene", "cleared"),
    "received_to_cleared": (None, "cleared"),
}
MOST_FAULTS: Final = 20


@dataclass(frozen=True, slots=True)
class PastIncident:
    """One row of the file that can be used."""

    id: str
    received: datetime
    category: str
    priority: int
    values: Mapping[Column, str]
    times: Mapping[str, datetime]
    where: Location | None


@dataclass(slots=True)
class Reading:
    """rows: of the file. faults: the first rows that could not be used, each with its line and why."""

    rows: int = 0
    skipped: int = 0
    outside: int = 0
    wrong: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, line: int, why: str) -> None:
        self.wrong += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(f"line {line}: {why}")


def read_past(
    file: Path, columns: Columns, zone: tzinfo, codes: Mapping[str, str], locate: Locate, reading: Reading
) -> Iterator[PastIncident]:
    """The incidents of the file, in its order. zone: the area's; codes: alias or code → code.

    Raises OSError, UnicodeDecodeError, and ValueError where the header lacks a column.
    """
    own = ZoneInfo(columns.timezone) if columns.timezone else zone
    same: Counter[str] = Counter()
    with file.open(encoding=columns.encoding, newline="") as text:
        rows = csv.reader(text, delimiter=columns.delimiter)
        places = _places(next(rows, []) if columns.header else [], columns)
        for row in rows:
            if not row:
                continue
            reading.rows += 1
            values = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
            if any(columns.skips(name, value) for name, value in values.items()):
                reading.skipped += 1
                continue
            content = hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:24]
            same[content] += 1
            try:
                found = _incident(values, columns, own, codes, locate)
            except ValueError as error:
                reading.fault(rows.line_num, str(error))
                continue
            if found is None:
                reading.outside += 1
                continue
            received, category, priority, times, where = found
            id = values.get("id") or f"{content}-{same[content]}"
            yield PastIncident(f"past:{id}", received, category, priority, values, times, where)


def _places(header: list[str], columns: Columns) -> dict[Column, int]:
    names = {name.strip(): place for place, name in enumerate(header)}
    places: dict[Column, int] = {}
    for column, named in columns.columns.items():
        if isinstance(named, int):
            places[column] = named
        elif named in names:
            places[column] = names[named]
        else:
            raise ValueError(f"the header has no column {named!r} (columns.{column})")
    return places


def _incident(
    values: Mapping[Column, str], columns: Columns, zone: tzinfo, codes: Mapping[str, str], locate: Locate
) -> tuple[datetime, str, int, dict[str, datetime], Location | None] | None:
    """None where it lies outside the area. Raises ValueError."""
    received = _instant(values["received"], columns, zone)
    if received is None:
        raise ValueError("received is empty")
    named = columns.category_of(values["category"]) or values["category"]
    if named not in codes:
        raise ValueError(f"the area has no category {named!r}: add it to `categories` of the mapping")
    priority = columns.priorities.get(values.get("priority", ""), columns.default_priority)
    where = None
    if values.get("lon") and values.get("lat"):
        try:
            lon, lat = to_wgs84(float(values["lon"]), float(values["lat"]), columns.datum)
        except GeoError as error:
            raise ValueError(str(error)) from error
        where = locate(lon, lat)
        if where is None:
            return None
    times: dict[str, datetime] = {}
    for name in _TIMES:
        at = _instant(values.get(name, ""), columns, zone)
        if at is not None:
            times[name] = at
    return received, codes[named], priority, times, where


def _instant(text: str, columns: Columns, zone: tzinfo) -> datetime | None:
    if not text or text.upper() in ("NULL", "NONE", "NA"):
        return None
    try:
        at = datetime.strptime(text, columns.time_format) if columns.time_format else datetime.fromisoformat(text)
    except ValueError:
        form = columns.time_format or "ISO 8601"
        raise ValueError(f"{text!r} is no time of the form {form}") from None
    if at.year < 1970:
        return None  # what systems write where they know nothing
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def put_past(day: Register, one: PastIncident, zone: tzinfo) -> bool:
    """Enter an incident into the register of its day; whether it is new or says something else than before."""
    place = day.place(one.id)
    before = None if place is None else day.rows[place].tobytes()
    if place is None:
        place = day.added(one.id, one.id.removeprefix("past:"), one.received)
    row = day.rows[place]
    row["hour"], row["priority"] = one.received.astimezone(zone).hour, one.priority
    row["status"], row["flags"] = CLOSED, IMPORTED
    row["category"] = row["original"] = day.word(one.category)
    if one.where is not None:
        day.put_at(place, one.where)
    for name, column in _PLACES.items():
        if one.values.get(name):
            row[column] = day.word(one.values[name])
    row["result"] = day.word(one.values.get("result"))
    for mark, at in one.times.items():
        day.mark(place, mark, at)
    for source, column in _SUMS.items():
        if one.values.get(source):
            try:
                row[column] = round(float(one.values[source].replace(",", "")) * 100)
            except ValueError:
                row[column] = MISSING
    after: bytes = day.rows[place].tobytes()
    return before != after


def past_rollups(registers: list[Register], area: str, targets: Targets) -> list[Rollup]:
    """The response times of imported days that make up whole months: of each day, and of the months.

    A rollup's `applied` is the sum of its registers', so that it changes when they do.
    """
    gained: dict[Address, list[Contribution]] = {}
    applied: Counter[str] = Counter()
    number = 0
    for day in sorted(registers, key=lambda one: one.day):
        applied[day.day] += day.applied
        applied[day.day[:7]] += day.applied
        for row in day.rows[: len(day)]:
            number += 1
            _contribute(gained, day, row, area, number, targets)
    found = []
    for address, contributions in gained.items():
        rollup = advance(empty(address, 0), contributions)
        found.append(replace(rollup, applied=applied[address.day]))
    return found


def _contribute(
    gained: dict[Address, list[Contribution]], day: Register, row: Any, area: str, number: int, targets: Targets
) -> None:
    words = day.words
    marks: dict[str, int] = {name: int(row[name]) for name in _TIMES}
    values = (
        words[row["station"]],
        words[row["cell"]],
        words[row["category"]],
        str(row["priority"]),
        f"{row['hour']:02}",
        "",
        "",
        words[row["source"]],
    )
    date = datetime.fromisoformat(day.day).date()
    for segment, (begin, end) in _SEGMENTS.items():
        begins, ends = 0 if begin is None else marks[begin], marks[end]
        if MISSING in (begins, ends):
            continue
        ms = max(0, ends - begins)
        limit = targets.milliseconds(segment, int(values[3]), date)
        within = None if limit is None else ms <= limit
        for period, sets, keys in (
            (day.day, SETS, (*values, all_key(values))),
            (day.day[:7], DIMENSIONS, values),
        ):
            for kept, key in zip(sets, keys, strict=True):
                address = Address(area, period, kept, segment)
                gained.setdefault(address, []).append(Contribution(number, key, ms, within))
