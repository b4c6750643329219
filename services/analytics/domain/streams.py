"""What is remembered of one stream: which of its numbers have been counted, what is missing, and the units' shifts.

Every number counts once, at its first appearance, however far on in the log it is repeated. What was skipped is a
gap: an alarm, and a mark on every answer that it may concern. A record that fills a gap later (a dead letter that
was mended) still counts, once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Seen = Literal["new", "repeat", "gap"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers `first` … `last` are missing. noticed_at: domain time of the event after them."""

    first: int
    last: int
    noticed_at: datetime


@dataclass(slots=True)
class Stream:
    """offset: of the last record looked at, -1 before the first. last: the highest number counted."""

    source: str
    area: str
    partition: int
    offset: int = -1
    last: int = 0
    gaps: tuple[Gap, ...] = ()
    shifts: dict[str, str] = field(default_factory=dict)
    """Unit → the shift it signed on with; those off duty, or on without a shift, are not here."""

    @property
    def id(self) -> str:
        return f"{self.source}/{self.area}"

    def copy(self) -> "Stream":
        return Stream(self.source, self.area, self.partition, self.offset, self.last, self.gaps, dict(self.shifts))

    def see(self, sequence: int, at: datetime) -> Seen:
        """Take `sequence` into account. "gap": it is new, and numbers before it are missing."""
        if sequence == self.last + 1:
            self.last = sequence
            return "new"
        if sequence > self.last:
            self.gaps = (*self.gaps, Gap(self.last + 1, sequence - 1, at))
            self.last = sequence
            return "gap"
        for gap in self.gaps:
            if gap.first <= sequence <= gap.last:
                self.gaps = tuple(_without(self.gaps, gap, sequence))
                return "new"
        return "repeat"

    def signed_on(self, unit: str, shift: str | None) -> None:
        """From here on the unit's steps are those of this shift; None: of none."""
        if shift:
            self.shifts[unit] = shift
        else:
            self.shifts.pop(unit, None)


def _without(gaps: Iterable[Gap], filled: Gap, sequence: int) -> Iterable[Gap]:
    for gap in gaps:
        if gap is not filled:
            yield gap
            continue
        if gap.first < sequence:
            yield Gap(gap.first, sequence - 1, gap.noticed_at)
        if sequence < gap.last:
            yield Gap(sequence + 1, gap.last, gap.noticed_at)


Streams = Mapping[str, Stream]
