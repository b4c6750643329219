"""What an area has to send, and what it sends for what: the roster and the response plans, as its folder says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fengqiao.contracts.dispatch import Wanted


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of unit. max_assignments: how many it may hold at once. speed_factor: its speed on the road is that
    of the network times this."""

    kind: str
    name_zh: str
    name_en: str
    police: bool
    max_assignments: int
    speed_factor: float
    on_foot: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    call_sign: str
    kind: Kind
    name_zh: str
    name_en: str
    home: tuple[float, float]
    grid_cell: str | None


@dataclass(frozen=True, slots=True)
class Plan:
    id: str
    categories: tuple[str, ...]
    """Code prefixes that it is for; none: for whatever has no plan of its own."""
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Forces:
    """Roster and plans of one area. `units` in the order of its folder."""

    area: str
    units: Mapping[str, Unit]
    plans: Mapping[str, Plan]
    default_plan: str
    first_number: int = 1001

    def of_kinds(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of the units of these kinds."""
        return _of_kinds(self, kinds)

    def plan_for(self, category: str) -> Plan:
        """The plan with the longest code that the category begins with, else the default."""
        best, length = self.plans[self.default_plan], 0
        for plan in self.plans.values():
            for prefix in plan.categories:
                if len(prefix) > length and category.startswith(prefix):
                    best, length = plan, len(prefix)
        return best


@lru_cache(maxsize=1024)
def _of_kinds(forces: Forces, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(unit.id for unit in forces.units.values() if unit.kind.kind in kinds)
