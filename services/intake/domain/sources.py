"""Who reports: what a source's words mean, who may use it, how grave its reports are, whether its incidents move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Source:
    """A source of reports.

    default_category: what a report that does not say is about. channel: the ministry's code.
    roles, clients: who may report as it; `clients` are patterns (`tracker-*`), none: any client of those roles.
    priority_shift: added to the category's priority where the report gives none; -1 is graver.
    moves: its incidents are things that move, so their place is expected to change.
    categories: the source's own words for categories, folded, and what each is in the area's set.
    category_set: the set that its codes are of, where it is not the area's; the area's crosswalk leads back.
    """

    source: str
    name_zh: str
    name_en: str
    default_category: str
    channel: str
    roles: frozenset[str] = frozenset()
    clients: tuple[str, ...] = ()
    priority_shift: int = 0
    moves: bool = False
    categories: Mapping[str, str] = field(default_factory=dict)
    category_set: str | None = None

    def admits(self, client: str, role: str) -> bool:
        """Whether a client of that role may report as this source."""
        return role in self.roles and (not self.clients or any(fnmatchcase(client, one) for one in self.clients))

    def meaning(self, word: str) -> str | None:
        """The area's word for one of the source's own."""
        return self.categories.get(word.strip().casefold())

    def priority(self, of_category: int) -> int:
        """The priority of a report that gives none."""
        return max(1, min(4, of_category + self.priority_shift))
