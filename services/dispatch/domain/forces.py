"""What an area has to send, and what it sends for what: the roster and the response plans, as its folder says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, tzinfo
from functools import lru_cache

from fengqiao.contracts.model import Location
from fengqiao.contracts.plans import Targets
from fengqiao.geo.duties import Duties
from services.dispatch.domain.handling import Handling
from services.dispatch.domain.plans import (
    NO_TARGETS,
    Call,
    Plan,
    TargetRule,
    local_minute,
    most_specific,
    stricter,
)
from services.dispatch.domain.standby_plan import StandbyPlan


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
    zone: str | None = None
    capabilities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lender:
    """A neighbour that lends to this area. seconds: from its station to this one's. kinds: what it lends."""

    area: str
    seconds: float
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Forces:
    """Roster and plans of one area. `units` in the order of its folder."""

    area: str
    units: Mapping[str, Unit]
    plans: Mapping[str, Plan]
    default_plan: str
    first_number: int = 1001
    timezone: tzinfo = UTC
    target_rules: tuple[TargetRule, ...] = ()
    duties: Duties = field(default_factory=Duties)
    """Shifts, allocation, neighbours, and the targets by place and hour, as area.json says."""
    place_kinds: Mapping[str, str] = field(default_factory=dict)
    """Kind of each place that the gazetteer names."""
    handling: Handling = field(default_factory=Handling)
    standby: StandbyPlan | None = None
    """Where idle units wait, and what is to be covered; None: nobody is told where to wait."""
    lenders: tuple[Lender, ...] = ()
    """The nearest first (D8)."""
    backing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By zone 防区 the zones that back it."""

    def of_kinds(self, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of the units of these kinds."""
        return _of_kinds(self, kinds)

    def able(self, kinds: tuple[str, ...], capabilities: tuple[str, ...]) -> tuple[str, ...]:
        """The ids of the units of these kinds that can do all of that."""
        return _able(self, kinds, capabilities)

    def call(
        self, category: str, priority: int, location: Location, source: str, weapon: bool | None, at: datetime
    ) -> Call:
        """What plans ask of an incident. at: when intake took it."""
        return Call(
            category=category,
            priority=priority,
            minute=local_minute(at, self.timezone),
            source=source,
            grid_cell=location.grid_cell,
            zone=location.zone,
            place_kind=None if location.name is None else self.place_kinds.get(location.name),
            weapon=weapon,
        )

    def plan_for(self, call: Call) -> Plan:
        """The plan that fits best, else the default."""
        return most_specific(self.plans.values(), call) or self.plans[self.default_plan]

    def targets_for(self, call: Call, plan: Plan) -> Targets | None:
        """What holds for each step: the fewer seconds of the plan's and of the area's for this place and hour."""
        rule = most_specific(self.target_rules, call)
        here = self.duties.target_for(call.grid_cell, call.priority, time(*divmod(call.minute, 60)))
        strictest = stricter(plan.targets, NO_TARGETS if rule is None else rule.targets) or NO_TARGETS
        if here is None:
            return stricter(strictest, NO_TARGETS)
        asked = Targets(acknowledge=here.answer_s, on_scene=here.on_scene_s, handled=here.handled_s)
        return stricter(strictest, asked)


@lru_cache(maxsize=1024)
def _of_kinds(forces: Forces, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(unit.id for unit in forces.units.values() if unit.kind.kind in kinds)


@lru_cache(maxsize=1024)
def _able(forces: Forces, kinds: tuple[str, ...], capabilities: tuple[str, ...]) -> tuple[str, ...]:
    needed = frozenset(capabilities)
    return tuple(unit for unit in _of_kinds(forces, kinds) if needed <= forces.units[unit].capabilities)
