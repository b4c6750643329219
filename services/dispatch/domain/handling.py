"""How an area wants incidents handled beyond whom it sends: results, forms, small cases, emergencies, links.

Data of the area's folder (`handling.json`); an area without that file has the defaults here: no form is due, no case
is small, and two police units of any kind go to an officer in need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from fengqiao.contracts.model import Category

REPORT_UP: Final = "report_up"
"""What a notification asks for by which an incident is reported up 要情上报."""
CREW_EMERGENCY: Final = "crew_emergency"
"""The source of incidents that dispatch opens itself for an officer in need."""
OFFICER_NEEDS_HELP: Final = Category(
    code="9801", name_zh="民警遇险求助", name_en="Officer needs help", version="builtin"
)


@dataclass(frozen=True, slots=True)
class Result:
    """A result 处理结果. code: the area's. ga_code: that of GA/T 2000.152 where it is known. solves: a small case
    with it is solved. exempt: a form with it needs nothing more than it."""

    code: str
    ga_code: str | None
    name_zh: str
    name_en: str
    solves: bool
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class FormRule:
    """What the final form of these categories (code prefixes) needs. due: not closed without it."""

    categories: tuple[str, ...]
    due: bool
    require: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Emergency:
    """kinds: who goes to an officer in need, nearest first; none: every police kind. notify: who else is told, at
    once, besides everybody on the stream."""

    category: Category = OFFICER_NEEDS_HELP
    kinds: tuple[str, ...] = ()
    count: int = 2
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Handling:
    """small: code prefixes of small cases, each with the time in which it should be solved."""

    results: Mapping[str, Result] = field(default_factory=dict)
    forms: tuple[FormRule, ...] = ()
    small: Mapping[str, timedelta] = field(default_factory=dict)
    emergency: Emergency = Emergency()
    link_from: float = 0.9
    """A duplicate that intake suggests with this score or more is linked by rule (I4)."""
    categories: Mapping[str, Category] = field(default_factory=dict)
    words: frozenset[str] = frozenset()
    """What a category of the set may be called: codes and aliases."""
    """The area's set, by code."""
    report_up_to: str = "superior"
    report_up_within: float = 300.0
    """Who is told of what is reported up at once 要情上报, and within how many seconds."""

    def form_for(self, category: str) -> FormRule | None:
        """The rule with the longest code that the category begins with."""
        best, length = None, 0
        for rule in self.forms:
            for prefix in rule.categories:
                if len(prefix) > length and category.startswith(prefix):
                    best, length = rule, len(prefix)
        return best

    def small_within(self, category: str) -> timedelta | None:
        """The time for a small case of the category; None when it is not small."""
        fitting = [prefix for prefix in self.small if category.startswith(prefix)]
        return self.small[max(fitting, key=len)] if fitting else None

    def solves(self, result: str) -> bool:
        """Whether the result ends a small case; an unknown one does not."""
        known = self.results.get(result)
        return known is not None and known.solves
