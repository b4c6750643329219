"""The last word on the compacted topics is the board's.

A writer that slept can publish an old state after its successor has published a newer one, and on a compacted topic
the late record would stay. So the owner reads its own partitions of `incident-state` and `unit-state`: from the start
when it takes over, and then along; where the last record of a key is not what the board says, it publishes again.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """The last record seen of a key. sequence 0: a tombstone."""

    sequence: int
    offset: int


class LastWords:
    """What the state topics say last of each key of one area."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], Word] = {}
        self._suspect: set[tuple[str, str]] = set()

    def said(self, topic: str, key: str, sequence: int, offset: int) -> None:
        """This process published it, or read it: whichever lies further on in the topic is the last word."""
        before = self._words.get((topic, key))
        if before is not None and before.offset >= offset:
            return
        self._words[topic, key] = Word(sequence, offset)
        if before is not None and sequence < before.sequence:
            self._suspect.add((topic, key))

    def forget(self, topic: str, key: str) -> None:
        self._words.pop((topic, key), None)
        self._suspect.discard((topic, key))

    def sequence(self, topic: str, key: str) -> int | None:
        """The sequence that the topic says last of the key; None: never heard of."""
        word = self._words.get((topic, key))
        return None if word is None else word.sequence

    @property
    def suspected(self) -> bool:
        """Whether `suspects` has any."""
        return bool(self._suspect)

    def suspects(self) -> Iterable[tuple[str, str]]:
        """Keys whose last word was older than the one before it, since they were last asked for."""
        suspects, self._suspect = self._suspect, set()
        return suspects

    def keys(self) -> Iterable[tuple[str, str]]:
        return list(self._words)
