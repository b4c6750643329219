"""The last word on the compacted topics is the board's.

A writer that slept can publish an old state after its successor has published a newer one, and on a compacted topic
the late record would stay. So the owner reads its own partitions of `incident-state` and `unit-state`: from the start
when it takes over, and then along; where the last record of a key is not what the board says, it publishes again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST_GONE: Final = 10_000
"""Keys whose tombstone is remembered: a late state comes within minutes of it, not after so many others."""
Key = tuple[str, str]
"""Topic and key."""


@dataclass(frozen=True, slots=True)
class Word:
    """The last record seen of a key."""

    sequence: int
    offset: int


class LastWords:
    """What the state topics say last of each key of one area."""

    def __init__(self) -> None:
        self._words: dict[Key, Word] = {}
        self._gone: dict[Key, int] = {}
        """Offsets of tombstones, the oldest first."""
        self._suspect: set[Key] = set()

    def said(self, topic: str, key: str, sequence: int, offset: int) -> None:
        """This process published it, or read it: whichever lies further on in the topic is the last word.
        sequence 0: a tombstone."""
        at = topic, key
        before = self._words.get(at)
        if (before is not None and before.offset >= offset) or self._gone.get(at, -1) >= offset:
            return
        if sequence == 0:
            self._words.pop(at, None)
            self._suspect.discard(at)
            self._gone.pop(at, None)
            self._gone[at] = offset
            if len(self._gone) > MOST_GONE:
                del self._gone[next(iter(self._gone))]
            return
        self._words[at] = Word(sequence, offset)
        # One that comes back after its tombstone is looked at as well: it may have been late.
        if self._gone.pop(at, None) is not None or (before is not None and sequence < before.sequence):
            self._suspect.add(at)

    def sequence(self, topic: str, key: str) -> int:
        """The sequence that the topic says last of the key; 0 where it says nothing, or no longer."""
        word = self._words.get((topic, key))
        return 0 if word is None else word.sequence

    @property
    def suspected(self) -> bool:
        """Whether `suspects` has any."""
        return bool(self._suspect)

    def suspects(self) -> Iterable[Key]:
        """Keys whose last word was older than the one before it, since they were last asked for."""
        suspects, self._suspect = self._suspect, set()
        return suspects

    def keys(self) -> Iterable[Key]:
        """Keys of which the topics say anything."""
        return list(self._words)
