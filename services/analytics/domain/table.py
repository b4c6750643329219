"""The registers of many days as one table: a column is an array over all their incidents."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from services.analytics.domain.register import CANCELLED, IMPORTED, MERGED, MISSING, ROW, WORDS, Register

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_ZERO_DAY: Final = date(1970, 1, 1).toordinal()


class Table:
    """Rows in the order of the registers given. Columns are made when they are asked for first.

    words: all words of the registers; a column of `WORDS` holds their places in it.
    """

    def __init__(self, registers: Iterable[Register]) -> None:
        self._registers = [one for one in registers if len(one)]
        self.rows = (
            np.concatenate([one.rows[: len(one)] for one in self._registers]) if self._registers else np.zeros(0, ROW)
        )
        self._lengths = [len(one) for one in self._registers]
        self._columns: dict[str, Ints] = {}
        self.words: list[str] = [""]
        places = {"": 0}
        table: list[int] = []
        bases: list[int] = []
        for one in self._registers:
            bases.append(len(table))
            for word in one.words:
                found = places.get(word)
                if found is None:
                    found = places[word] = len(self.words)
                    self.words.append(word)
                table.append(found)
        self._word_of = np.array(table, np.int64)
        self._bases = np.repeat(np.array(bases, np.int64), self._lengths)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> Ints:
        """A column; `day` is days since 1970, `weekday` 1 (Monday) … 7."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = self._made(name)
        return found

    def _made(self, name: str) -> Ints:
        if name == "day":
            days = [date.fromisoformat(one.day).toordinal() - _ZERO_DAY for one in self._registers]
            return np.repeat(np.array(days, np.int64), self._lengths)
        if name == "weekday":
            return (self["day"] + 3) % 7 + 1
        column = self.rows[name].astype(np.int64)
        return self._word_of[column + self._bases] if name in WORDS and len(column) else column

    def text(self, name: str) -> list[str]:
        """A column of words, as text."""
        return [self.words[place] for place in self[name].tolist()]

    def matching(self, name: str, prefixes: Sequence[str]) -> Mask:
        """Which rows have a word that begins with one of these."""
        chosen = np.array([bool(word) and word.startswith(tuple(prefixes)) for word in self.words])
        mask: Mask = chosen[self[name]] if len(self) else np.zeros(0, bool)
        return mask

    def valid(self, void: frozenset[str], version: str = "category") -> Mask:
        """有效警情: neither taken back nor the same as another, and of no category that is void."""
        status = self["status"]
        there = (status != CANCELLED) & (status != MERGED)
        outside = np.array([word in void for word in self.words])
        mask: Mask = there & ~outside[self[version]] if len(self) else there
        return mask

    def own(self) -> Mask:
        """Those that were dispatched here, not imported."""
        mask: Mask = self["flags"] & IMPORTED == 0
        return mask

    def between(self, begin: str | None, end: str) -> npt.NDArray[np.float64]:
        """Seconds from one mark to another, NaN where either is not known; an end before its beginning is 0."""
        ends = self[end].astype(np.float64)
        begins = np.zeros(len(ends)) if begin is None else self[begin].astype(np.float64)
        seconds = np.maximum(ends - begins, 0) / 1000
        seconds[(self[end] == MISSING) | (False if begin is None else self[begin] == MISSING)] = np.nan
        return seconds

    def identities(self, mask: Mask) -> list[dict[str, Any]]:
        """Of the rows that are meant: {incident_id, number, day}."""
        found = []
        start = 0
        for one in self._registers:
            for place in np.flatnonzero(mask[start : start + len(one)]).tolist():
                found.append({"incident_id": one.ids[place], "number": one.numbers[place], "day": one.day})
            start += len(one)
        return found
