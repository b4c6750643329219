"""Which response plan is for a call (D2, D3), and which targets hold for it.

A plan's `when` names conditions; one that names none is for every call. Of the plans whose conditions all hold, the
one with the longest category prefix wins; of those alike the one that names more other conditions (priority, hours,
place, source, weapon); of those alike the first of the file. Where none holds, the area's default.

Targets (seconds for each step) come from two sides: the area's rules by hour and place ("1-3-5 in key areas at
night", 300 s in the city, 600 s outside), of which the one that names most conditions wins, and the plan. Where both
give seconds for a step, the fewer hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, TypeVar

from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.plans import PlanStep, Targets

NO_TARGETS: Final = Targets()


@dataclass(frozen=True, slots=True)
class Hours:
    """Of the day, in minutes after midnight, local time: `begin` belongs to it, `end` does not. May pass midnight."""

    begin: int
    end: int

    def hold(self, minute: int) -> bool:
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@dataclass(frozen=True, slots=True)
class Call:
    """What plans ask of an incident. minute: of the local day at which it was taken."""

    category: str
    priority: int
    minute: int
    source: str
    grid_cell: str | None = None
    zone: str | None = None
    place_kind: str | None = None
    weapon: bool | None = None


@dataclass(frozen=True, slots=True)
class When:
    """Conditions; each that is named must hold, and of a list any one of it."""

    categories: tuple[str, ...] = ()
    """Code prefixes."""
    priority_at_most: int | None = None
    hours: tuple[Hours, ...] = ()
    cells: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    place_kinds: tuple[str, ...] = ()
    """The three name places: the call lies in one of the cells, or in one of the zones, or at a place of the kind."""
    sources: tuple[str, ...] = ()
    weapon: bool | None = None

    def fit(self, call: Call) -> tuple[int, int] | None:
        """How well it fits: (length of the category prefix, other conditions named); None where it does not."""
        prefix = 0
        if self.categories:
            prefix = max((len(code) for code in self.categories if call.category.startswith(code)), default=0)
            if not prefix:
                return None
        places = bool(self.cells or self.zones or self.place_kinds)
        at_place = call.grid_cell in self.cells or call.zone in self.zones or call.place_kind in self.place_kinds
        held = (
            (self.priority_at_most is not None, call.priority <= (self.priority_at_most or 0)),
            (bool(self.hours), any(hours.hold(call.minute) for hours in self.hours)),
            (places, at_place),
            (bool(self.sources), call.source in self.sources),
            (self.weapon is not None, bool(call.weapon) == self.weapon),
        )
        if any(named and not holds for named, holds in held):
            return None
        return prefix, sum(named for named, _ in held)


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told what, within how many seconds of the opening."""

    to: str
    what: str
    within_seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    when: When
    wanted: tuple[Wanted, ...]
    targets: Targets = NO_TARGETS
    notify: tuple[Notify, ...] = ()
    steps: tuple[PlanStep, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetRule:
    """Targets by hour and place, whatever the plan."""

    id: str
    when: When
    targets: Targets


Conditional = TypeVar("Conditional", Plan, TargetRule)


def most_specific(candidates: Iterable[Conditional], call: Call) -> Conditional | None:
    """The one that fits the call best, by the rule above; None where none fits."""
    best: Conditional | None = None
    best_fit = (-1, -1)
    for one in candidates:
        fit = one.when.fit(call)
        if fit is not None and fit > best_fit:
            best, best_fit = one, fit
    return best


def stricter(one: Targets, other: Targets) -> Targets | None:
    """Of each step the fewer seconds; None where neither has any."""
    fewer = {}
    for name in Targets.model_fields:
        seconds = [value for value in (getattr(one, name), getattr(other, name)) if value is not None]
        if seconds:
            fewer[name] = min(seconds)
    return Targets(**fewer) if fewer else None


def local_minute(at: datetime, zone: tzinfo) -> int:
    """Minutes after midnight on the area's clocks."""
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute
