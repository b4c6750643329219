"""Sequence idempotency: what a reader remembers of each stream to apply every event once and to notice a gap."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Seen = Literal["next", "repeat", "gap"]


def place(last: int, sequence: int) -> Seen:
    """Where `sequence` stands in a stream whose last applied number is `last` (0: none).

    next: it follows. repeat: it was applied. gap: one before it is missing.
    """
    if sequence <= last:
        return "repeat"
    return "next" if sequence == last + 1 else "gap"


@dataclass(frozen=True, slots=True)
class Gap:
    stream: str
    expected: int
    got: int


class Sequences:
    """The last number applied of each stream, in memory.

    A reader that starts in the middle of a log (a compacted topic, a live tail) takes the first number that it sees
    of a stream as its beginning: `whole=False`. One that reads from offset 0 expects 1. most: of how many streams it
    is remembered (None: all), those that went on last; what was forgotten begins anew.
    """

    def __init__(self, last: Mapping[str, int] | None = None, whole: bool = True, most: int | None = None) -> None:
        self._last = OrderedDict(last or {})
        self._whole = whole
        self._most = most

    def __len__(self) -> int:
        """How many streams are remembered."""
        return len(self._last)

    def last(self, stream: str) -> int:
        return self._last.get(stream, 0)

    def place(self, stream: str, sequence: int) -> Seen:
        if not self._whole and stream not in self._last:
            return "next"
        return place(self.last(stream), sequence)

    def applied(self, stream: str, sequence: int) -> None:
        if sequence > self.last(stream):
            self._last[stream] = sequence
            self._last.move_to_end(stream)
            if self._most is not None and len(self._last) > self._most:
                self._last.popitem(last=False)
