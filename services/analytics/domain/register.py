"""The register of one local day of an area: one row for each incident that was received on it, as the log leaves it.

A register is a function of the log up to `applied` and of nothing else, like a rollup. An incident stays on the day
and hour in which it was received, whatever is learnt of it later: a correction changes its row, so that it is counted
once, as what it is now known to be. No personal data is in it: squares of about 100 m and hours, ids and codes.

    rows    one a row (`ROW`), in the order in which the incidents first appeared
    words   what the numbers in the rows stand for; word 0 is the empty text: not known
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fengqiao.contracts.model import Location

Rows = npt.NDArray[np.void]

MISSING: Final = -(2**62)
"""A time or a sum that is not known."""
UNKNOWN_SQUARE: Final = -(2**31)
SQUARE_DEGREES: Final = 0.001
"""About 100 m: coarse enough that it is no address, fine enough for a street corner."""
MARKS: Final = (
    "reported",
    "reached",
    "answered",
    "intake",
    "assigned",
    "terminal",
    "acknowledged",
    "en_route",
    "on_scene",
    "cleared",
    "feedback",
    "closed",
)
"""Columns of milliseconds since the incident was received; the ministry's clocks among them (`ranking`)."""
AMOUNTS: Final = ("lost", "recovered", "prevented")
"""Columns of fen: a hundredth of a yuan."""
COUNTS: Final = ("vehicles_lost", "vehicles_recovered", "injured", "dead", "detained", "people_involved", "helped")
WORDS: Final = (
    "category",
    "original",
    "confirmed",
    "corrected",
    "station",
    "community",
    "cell",
    "place",
    "source",
    "result",
    "assigned_by",
    "signed_by",
    "departed_by",
    "arrived_by",
    "cleared_by",
)
SMALL: Final = ("hour", "priority", "status", "small", "forms", "flags")
TALLIES: Final = (
    "callers",
    "sent",
    "signed",
    "refused",
    "stood_down",
    "arrived",
    "finished",
    "warned",
    "urged",
    "escalated",
    "steps",
    "steps_done",
)
ROW: Final = np.dtype(
    [(name, "u1") for name in SMALL]
    + [(name, "<u2") for name in (*TALLIES, *WORDS)]
    + [(name, "<i4") for name in ("x", "y", *COUNTS)]
    + [(name, "<i8") for name in (*MARKS, *AMOUNTS)]
)
STATUSES: Final = ("open", "awaiting_feedback", "closed", "cancelled", "merged")
OPEN, AWAITING, CLOSED, CANCELLED, MERGED = range(len(STATUSES))
SMALL_CASES: Final = ("none", "open", "overdue", "solved", "solved_late")
FORMS: Final = {"process": 1, "arrival": 2, "final": 4}
WEAPON, DISPUTE, SETTLED_ON_SCENE, IMPORTED = 1, 2, 4, 8
"""Bits of `flags`. IMPORTED: of a past that was not dispatched here, so what its record lacks says nothing."""
_MOST: Final = 2**16 - 1
_MILLISECOND: Final = timedelta(milliseconds=1)


def square(lon: float, lat: float) -> tuple[int, int]:
    """The square of a place: its column and row."""
    return int(np.floor(lon / SQUARE_DEGREES)), int(np.floor(lat / SQUARE_DEGREES))


def middle(x: int, y: int) -> tuple[float, float]:
    """(lon, lat) of a square's middle, WGS-84."""
    return round((x + 0.5) * SQUARE_DEGREES, 5), round((y + 0.5) * SQUARE_DEGREES, 5)


@dataclass(slots=True, eq=False)
class Register:
    """Changed in place while a batch is folded. day: local, ISO 8601. applied: offset, -1 before the first."""

    area: str
    day: str
    partition: int
    applied: int = -1
    ids: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    received: list[datetime] = field(default_factory=list)
    words: list[str] = field(default_factory=lambda: [""])
    rows: Rows = field(default_factory=lambda: np.zeros(8, ROW))
    _places: dict[str, int] = field(default_factory=dict)
    _word_places: dict[str, int] = field(default_factory=lambda: {"": 0})

    @property
    def id(self) -> str:
        return register_id(self.area, self.day)

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, incident: str) -> int | None:
        """The row of an incident that is here."""
        return self._places.get(incident)

    def added(self, incident: str, number: str, received: datetime) -> int:
        """A new row in which nothing is known."""
        place = len(self.ids)
        if place == len(self.rows):
            self.rows = np.concatenate((self.rows, np.zeros(len(self.rows), ROW)))
        self._places[incident] = place
        self.ids.append(incident)
        self.numbers.append(number)
        self.received.append(received)
        row = self.rows[place]
        for name in (*MARKS, *AMOUNTS):
            row[name] = MISSING
        for name in COUNTS:
            row[name] = -1
        row["x"] = row["y"] = UNKNOWN_SQUARE
        return place

    def word(self, text: str | None) -> int:
        """The number of a word; of one too many (65,535 in a day) that of the empty one."""
        found = self._word_places.get(text or "")
        if found is None:
            found = len(self.words)
            if found > _MOST:
                return 0
            self._word_places[text or ""] = found
            self.words.append(text or "")
        return found

    def tally(self, place: int, name: str, more: int = 1) -> None:
        row = self.rows[place]
        row[name] = min(int(row[name]) + more, _MOST)

    def flag(self, place: int, bit: int, is_so: bool) -> None:
        """Set or take away one bit of `flags`."""
        row = self.rows[place]
        row["flags"] = int(row["flags"]) | bit if is_so else int(row["flags"]) & ~bit

    def mark(self, place: int, name: str, at: datetime | None) -> None:
        """When one of `MARKS` was reached; what is not known changes nothing."""
        if at is not None:
            self.rows[place][name] = (at - self.received[place]) // _MILLISECOND

    def put_at(self, place: int, where: Location) -> None:
        row = self.rows[place]
        row["station"], row["community"] = self.word(where.station), self.word(where.community)
        row["cell"], row["place"] = self.word(where.grid_cell), self.word(where.name)
        row["x"], row["y"] = square(where.lon, where.lat)

    def numbers_of_it(self) -> dict[str, Any]:
        """What the log determines: two folds of the same log are equal in all of it."""
        return {
            "area": self.area,
            "day": self.day,
            "partition": self.partition,
            "applied": self.applied,
            "ids": list(self.ids),
            "numbers": list(self.numbers),
            "received": np.array([_micros(at) for at in self.received], "<i8").tobytes(),
            "words": list(self.words),
            "rows": self.rows[: len(self.ids)].tobytes(),
        }

    def document(self) -> dict[str, Any]:
        return {"_id": self.id, **self.numbers_of_it()}


def register_id(area: str, day: str) -> str:
    return f"{area}/{day}"


def read_register(document: Mapping[str, Any]) -> Register:
    """From what `Register.document` gave."""
    ids, words = list(document["ids"]), list(document["words"])
    rows = np.frombuffer(document["rows"], ROW)
    return Register(
        area=document["area"],
        day=document["day"],
        partition=document["partition"],
        applied=document["applied"],
        ids=ids,
        numbers=list(document["numbers"]),
        received=[_instant(micros) for micros in np.frombuffer(document["received"], "<i8").tolist()],
        words=words,
        rows=np.concatenate((rows, np.zeros(max(8, len(rows)), ROW))),
        _places={id: place for place, id in enumerate(ids)},
        _word_places={word: place for place, word in enumerate(words)},
    )


_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND: Final = timedelta(microseconds=1)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)
