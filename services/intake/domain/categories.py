"""A category set of an area: codes with parents (the code less two digits), names, aliases, priorities."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from fengqiao.contracts.model import Category


@dataclass(frozen=True, slots=True)
class Row:
    """One category. dispute_kind: None where it cannot become a mediation case."""

    category: Category
    aliases: tuple[str, ...]
    priority: int
    dispute_kind: str | None = None

    @property
    def root(self) -> str:
        """The branch: the first two digits."""
        return self.category.code[:2]


class CategorySet:
    """Finds categories by code, alias or name; letter case does not matter."""

    def __init__(self, version: str, rows: Iterable[Row]) -> None:
        """Raises ValueError when a word stands for two categories."""
        self.version = version
        self.rows = tuple(rows)
        self._by_word: dict[str, Row] = {row.category.code: row for row in self.rows}
        if len(self._by_word) != len(self.rows):
            raise ValueError("a code is there twice")
        for row in self.rows:
            for alias in row.aliases:
                if self._by_word.setdefault(alias.casefold(), row) is not row:
                    raise ValueError(f"{alias!r} stands for two categories")
        for row in self.rows:
            # A name may be shared (12 and 0899 are both 其他); then it stands for the first.
            self._by_word.setdefault(row.category.name_zh.casefold(), row)

    def find(self, word: str) -> Row | None:
        """The category that a code, an alias or a Chinese name stands for."""
        return self._by_word.get(word) or self._by_word.get(word.strip().casefold())

    def near(self, word: str, limit: int = 5) -> list[str]:
        """Words of the set that look like `word`, nearest first: for the sentence that refuses it."""
        return difflib.get_close_matches(word.strip().casefold(), self._by_word, limit, 0.5)

    def unknown(self, word: str) -> str:
        """The sentence for a word that the set does not have."""
        near = self.near(word)
        hint = f"near it are {', '.join(near)}" if near else "GET /v1/categories lists them"
        return f"the area's set {self.version} has no category {word!r}; {hint}"
