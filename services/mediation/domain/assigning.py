"""Who mediates, and where (M5): matched by kind of dispute, place, skill, tier and present load, with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from services.mediation.domain.case import Tier
from services.mediation.domain.kinds import Kinds

Role = Literal[
    "grid_worker",
    "police_steward",
    "judicial_officer",
    "police",
    "lawyer",
    "gold_mediator",
    "mediator",
    "cadre",
    "appraiser",
    "property_manager",
    "department",
    "court",
]
VenueKind = Literal[
    "three_offices_one_court",
    "property_council",
    "price_station",
    "village_committee",
    "studio",
    "service_station",
    "centre",
    "police_room",
]
DEFAULT_TEAMS: Final[Mapping[Tier, tuple[Role, ...]]] = MappingProxyType(
    {
        1: ("grid_worker", "police_steward"),
        2: ("judicial_officer", "police", "lawyer", "gold_mediator"),
        3: ("department", "judicial_officer", "police", "court"),
    }
)
ALL_TIERS: Final[tuple[Tier, ...]] = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Mediator:
    """skills: words or codes of kinds; none: no special ones. grid_cells: none: everywhere. most: open cases."""

    id: str
    name_zh: str
    name_en: str
    role: Role
    skills: tuple[str, ...] = ()
    grid_cells: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ALL_TIERS
    most: int = 20


@dataclass(frozen=True, slots=True)
class Venue:
    """takes: words or codes of kinds; none: whatever comes. members: mediators who sit there and are called first."""

    id: str
    name_zh: str
    name_en: str
    kind: VenueKind
    takes: tuple[str, ...] = ()
    grid_cells: tuple[str, ...] = ()
    tiers: tuple[Tier, ...] = ALL_TIERS
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Force:
    """Everybody and every place of an area, and which roles a tier's team has (三级联调)."""

    venues: tuple[Venue, ...] = ()
    mediators: tuple[Mediator, ...] = ()
    teams: Mapping[Tier, tuple[Role, ...]] = field(default_factory=lambda: DEFAULT_TEAMS)

    def venue(self, id: str) -> Venue | None:
        return next((venue for venue in self.venues if venue.id == id), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to be settled. kind: as the case says it."""

    kind: str
    grid_cell: str | None
    tier: Tier


@dataclass(frozen=True, slots=True)
class Chosen:
    """why: `kind:0806`, `place:G03`, `member`, `load:2/20`, in the order in which they counted."""

    id: str
    name_zh: str
    name_en: str
    role: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """venue: the best of `venues`. team: one for each role that the tier asks for, or that sits at the venue."""

    venues: tuple[Chosen, ...]
    team: tuple[Chosen, ...]
    missing: tuple[str, ...]
    """Roles of the tier for which nobody is free."""

    @property
    def venue(self) -> Chosen | None:
        return self.venues[0] if self.venues else None


def suggest(wanted: Wanted, force: Force, kinds: Kinds, loads: Mapping[str, int]) -> Suggestion:
    """loads: open cases of each mediator. The same facts give the same answer."""
    venues = _venues(wanted, force, kinds)
    at = force.venue(venues[0].id) if venues else None
    members = at.members if at is not None else ()
    team: list[Chosen] = []
    missing: list[str] = []
    for role in force.teams.get(wanted.tier, ()):
        found = _best(wanted, force, kinds, loads, members, role)
        if found is None:
            missing.append(role)
        elif found.id not in {one.id for one in team}:
            team.append(found)
    for id in members:
        mediator = next((one for one in force.mediators if one.id == id), None)
        if mediator is not None and id not in {one.id for one in team} and loads.get(id, 0) < mediator.most:
            why = ("member", f"load:{loads.get(id, 0)}/{mediator.most}")
            team.append(Chosen(id, mediator.name_zh, mediator.name_en, mediator.role, why))
    return Suggestion(venues, tuple(team), tuple(missing))


def _venues(wanted: Wanted, force: Force, kinds: Kinds) -> tuple[Chosen, ...]:
    ranked: list[tuple[tuple[int, bool, int], Chosen]] = []
    for venue in force.venues:
        fits, entry = kinds.fit(wanted.kind, venue.takes)
        if wanted.tier not in venue.tiers or (venue.takes and not fits):
            continue
        if venue.grid_cells and wanted.grid_cell not in venue.grid_cells:
            continue
        why = []
        if fits:
            why.append(f"kind:{entry}")
        if venue.grid_cells:
            why.append(f"place:{wanted.grid_cell}")
        why.append(f"tier:{wanted.tier}")
        chosen = Chosen(venue.id, venue.name_zh, venue.name_en, venue.kind, tuple(why))
        # The narrowest first: one that is made for this kind, then one of this place, then as the area lists them.
        ranked.append(((-fits, not venue.grid_cells, len(ranked)), chosen))
    return tuple(chosen for _, chosen in sorted(ranked, key=lambda one: one[0]))


def _best(
    wanted: Wanted, force: Force, kinds: Kinds, loads: Mapping[str, int], members: tuple[str, ...], role: Role
) -> Chosen | None:
    ranked: list[tuple[tuple[bool, int, bool, float, int], Chosen]] = []
    for order, one in enumerate(force.mediators):
        load = loads.get(one.id, 0)
        if one.role != role or wanted.tier not in one.tiers or load >= one.most:
            continue
        fits, entry = kinds.fit(wanted.kind, one.skills)
        here = wanted.grid_cell in one.grid_cells
        if one.grid_cells and not here:
            continue
        member = one.id in members
        why = [
            *(("member",) if member else ()),
            *((f"kind:{entry}",) if fits else ()),
            *((f"place:{wanted.grid_cell}",) if here else ()),
            f"load:{load}/{one.most}",
        ]
        chosen = Chosen(one.id, one.name_zh, one.name_en, one.role, tuple(why))
        ranked.append(((not member, -fits, not here, load / one.most, order), chosen))
    return min(ranked, key=lambda one: one[0])[1] if ranked else None
