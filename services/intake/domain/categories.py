"""A category set of an area: codes with parents (the code less two digits), names, aliases, priorities, levels.

Beside the tree stand the tags (涉未成年人 …) and the list of what is reported up at once 要情上报. A call in a void
category (silent, dropped, test, nuisance) is kept, but is no valid incident 有效警情.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fengqiao.contracts.model import Category


@dataclass(frozen=True, slots=True)
class Row:
    """One category. level: 1 is the gravest. dispute_kind: None where it cannot become a mediation case.

    alias_tags: the tags that a word brings along, for words that say more than the category does.
    """

    category: Category
    aliases: tuple[str, ...]
    priority: int
    dispute_kind: str | None = None
    level: int = 4
    void: bool = False
    alias_tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The branch: the first two digits."""
        return self.category.code[:2]


@dataclass(frozen=True, slots=True)
class Named:
    """A level or a tag, for showing it."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ReportUp:
    """One thing that is reported up at once: in one of these branches (where any are named) and with one of these
    tags (where any are named)."""

    id: str
    name_zh: str
    name_en: str
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def meets(self, code: str, tags: Collection[str]) -> bool:
        return (not self.categories or code.startswith(self.categories)) and (
            not self.tags or not set(self.tags).isdisjoint(tags)
        )


WEAPON: str = "weapon"
"""The tag that an incident with a weapon has, said or not."""
BY_LEVEL: str = "level"
"""Why an incident is reported up when nothing but its level says so."""


class CategorySet:
    """Finds categories by code, alias or name; letter case does not matter."""

    def __init__(
        self,
        version: str,
        rows: Iterable[Row],
        *,
        levels: Iterable[Named] = (),
        tags: Iterable[Named] = (),
        report_up: Iterable[ReportUp] = (),
        report_up_from_level: int = 0,
    ) -> None:
        """rows: sound, as `category_files` has found them."""
        self.version = version
        self.rows = tuple(rows)
        self.levels, self.tags, self.report_up = tuple(levels), tuple(tags), tuple(report_up)
        self.report_up_from_level = report_up_from_level
        self._by_word: dict[str, Row] = {row.category.code: row for row in self.rows}
        for row in self.rows:
            self._by_word |= dict.fromkeys((alias.casefold() for alias in row.aliases), row)
        for row in self.rows:
            # A name may be shared (12 and 0899 are both 其他); then it stands for the first.
            self._by_word.setdefault(row.category.name_zh.casefold(), row)
        self._tags_of_word = {alias.casefold(): tags for row in self.rows for alias, tags in row.alias_tags.items()}

    def find(self, word: str) -> Row | None:
        """The category that a code, an alias or a Chinese name stands for."""
        return self._by_word.get(word) or self._by_word.get(word.strip().casefold())

    def tags_of(self, word: str) -> tuple[str, ...]:
        """The tags that a word for a category brings along."""
        return self._tags_of_word.get(word.strip().casefold(), ())

    def has_tag(self, tag: str) -> bool:
        return any(known.id == tag for known in self.tags)

    def reported_up(self, row: Row, tags: Collection[str]) -> tuple[str, ...]:
        """Why an incident of this category with these tags is reported up at once; empty: it is not."""
        why = tuple(one.id for one in self.report_up if one.meets(row.category.code, tags))
        return why or ((BY_LEVEL,) if row.level <= self.report_up_from_level else ())

    def near(self, word: str, limit: int = 5) -> list[str]:
        """Words of the set that look like `word`, nearest first: for the sentence that refuses it."""
        return difflib.get_close_matches(word.strip().casefold(), self._by_word, limit, 0.5)

    def unknown(self, word: str) -> str:
        """The sentence for a word that the set does not have."""
        near = self.near(word)
        hint = f"near it are {', '.join(near)}" if near else "GET /v1/categories lists them"
        return f"the area's set {self.version} has no category {word!r}; {hint}"
