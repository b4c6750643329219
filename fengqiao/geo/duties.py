"""What area.json says of duty: who lends units to whom, who is planned when, and how quick is quick enough.

All four parts may be left out. The formats stand in deploy/areas/README.md. Kinds of unit and their numbers are held
against kinds.json and units.json by whoever reads those.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Final

from fengqiao.geo.reader import AREA_ID, Reader

MOST_S: Final = 86_400.0
_PRIORITIES: Final = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another area that lends to this one and borrows from it.

    seconds: how long a unit drives between the two stations, for the two road networks do not meet.
    lends: the kinds of unit that this area would lend to it; none: it only borrows.
    """

    area: str
    seconds: float
    lends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift 班次 in local time, from `start` to `end` (over midnight where end ≤ start).

    planned: units of each kind that are to be on duty then; a kind that is not named is not planned for.
    """

    id: str
    name_zh: str
    name_en: str
    start: time
    end: time
    planned: Mapping[str, int]

    def covers(self, moment: time) -> bool:
        """Whether the shift has begun and not ended at this local time of day."""
        return _between(self.start, self.end, moment)


@dataclass(frozen=True, slots=True)
class Target:
    """How quick is quick enough: seconds from the call until it is answered, somebody is there, it is handled.

    None for what is not asked for. It holds in the grid cells, for the priorities and in the hours that it names;
    where it names none, for all. The first of an area's targets that fits an incident counts.
    """

    id: str
    name_zh: str
    name_en: str
    answer_s: float | None = None
    on_scene_s: float | None = None
    handled_s: float | None = None
    start: time | None = None
    end: time | None = None
    grid_cells: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()

    def fits(self, grid_cell: str | None, priority: int, moment: time) -> bool:
        """moment: the local time of day at which the call was received."""
        return (
            (not self.grid_cells or grid_cell in self.grid_cells)
            and (not self.priorities or priority in self.priorities)
            and (self.start is None or self.end is None or _between(self.start, self.end, moment))
        )


@dataclass(frozen=True, slots=True)
class Team:
    """A team 队 of the station: its share of the police on duty, 0 … 1, and the kinds of unit that make it up."""

    id: str
    name_zh: str
    name_en: str
    share: float
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allocation:
    """How the police are divided, e.g. 532: 50 % community, 30 % cases, 20 % command room."""

    name_zh: str
    name_en: str
    teams: tuple[Team, ...]


@dataclass(frozen=True, slots=True)
class Duties:
    """All that area.json says of duty."""

    neighbours: tuple[Neighbour, ...] = ()
    shifts: tuple[Shift, ...] = ()
    targets: tuple[Target, ...] = ()
    allocation: Allocation | None = None
    kinds_named: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Each kind of unit that is named, and the field that names it: to be held against kinds.json."""

    def shift_at(self, moment: time) -> Shift | None:
        """The shift on duty at this local time of day; None where no shifts are said."""
        return next((shift for shift in self.shifts if shift.covers(moment)), None)

    def target_for(self, grid_cell: str | None, priority: int, moment: time) -> Target | None:
        """The target of an incident received at this local time of day; None where none fits."""
        return next((target for target in self.targets if target.fits(grid_cell, priority, moment)), None)


def read_duties(read: Reader, cells: Collection[str]) -> Duties:
    """The four parts of an area.json, as far as they are there. cells: ids of its grid cells. Raises InvalidArea."""
    said = read.value
    neighbours = [_neighbour(read, item) for item in read.each("neighbours")] if "neighbours" in said else []
    if len({one.area for one in neighbours}) != len(neighbours):
        raise read.fail("neighbours", "names an area twice")
    shifts = _shifts(read) if "shifts" in said else ()
    targets = tuple(_target(item, cells) for item in read.each("targets")) if "targets" in said else ()
    allocation = _allocation(read.object("allocation")) if "allocation" in said else None
    named: dict[str, str] = {}
    for n, neighbour in enumerate(neighbours):
        named |= {kind: f"neighbours[{n}].lends" for kind in neighbour.lends}
    for n, shift in enumerate(shifts):
        named |= {kind: f"shifts[{n}].planned" for kind in shift.planned}
    for n, team in enumerate(allocation.teams if allocation else ()):
        named |= {kind: f"allocation.teams[{n}].kinds" for kind in team.kinds}
    return Duties(tuple(neighbours), shifts, targets, allocation, named)


def _neighbour(area: Reader, read: Reader) -> Neighbour:
    read.only("area", "seconds", optional=("lends",))
    name = read.name("area", AREA_ID)
    if name == area.value["id"]:
        raise read.fail("area", "is the area itself")
    return Neighbour(name, read.real("seconds", 1, MOST_S), read.texts("lends", default=()))


def _shifts(read: Reader) -> tuple[Shift, ...]:
    items = read.each("shifts")
    shifts = [_shift(item) for item in items]
    # Walked round the clock, each begins where the one before it ends: at any moment one and only one is on duty.
    order = sorted(range(len(shifts)), key=lambda n: shifts[n].start)
    for n, following in zip(order, (*order[1:], order[0]), strict=True):
        if shifts[n].end != shifts[following].start:
            begins = f"{shifts[following].start:%H:%M}"
            raise items[n].fail("to", f"is {shifts[n].end:%H:%M}, but the next shift begins at {begins}")
    return tuple(shifts)


def _shift(read: Reader) -> Shift:
    read.only("id", "name_zh", "name_en", "from", "to", "planned")
    planned = read.value["planned"]
    if not isinstance(planned, dict) or not planned:
        raise read.fail("planned", "must be an object of kinds of unit and their numbers")
    counts = read.object("planned")
    return Shift(
        read.name("id"),
        read.text("name_zh"),
        read.text("name_en"),
        read.hour("from"),
        read.hour("to"),
        {kind: counts.number(kind) for kind in planned},
    )


def _target(read: Reader, cells: Collection[str]) -> Target:
    limits = ("answer_s", "on_scene_s", "handled_s")
    read.only("id", "name_zh", "name_en", optional=(*limits, "from", "to", "grid_cells", "priorities"))
    said = read.value
    seconds = {limit: read.real(limit, 1, MOST_S) for limit in limits if limit in said}
    if not seconds:
        raise read.fail("", f"asks for nothing: give {', '.join(limits)}")
    if list(seconds.values()) != sorted(seconds.values()):
        raise read.fail("", "asks for an end before its beginning: answer_s ≤ on_scene_s ≤ handled_s")
    if ("from" in said) != ("to" in said):
        raise read.fail("from", "and to go together")
    where = read.texts("grid_cells", default=())
    for cell in where:
        if cell not in cells:
            raise read.fail("grid_cells", f"names {cell!r}, which is no grid cell of the area")
    priorities = said.get("priorities", [])
    if not isinstance(priorities, list) or not all(
        isinstance(one, int) and not isinstance(one, bool) and one in _PRIORITIES for one in priorities
    ):
        raise read.fail("priorities", "must be a list of 1 to 4")
    return Target(
        id=read.name("id"),
        name_zh=read.text("name_zh"),
        name_en=read.text("name_en"),
        start=read.hour("from") if "from" in said else None,
        end=read.hour("to") if "to" in said else None,
        grid_cells=frozenset(where),
        priorities=frozenset(priorities),
        **seconds,
    )


def _allocation(read: Reader) -> Allocation:
    read.only("name_zh", "name_en", "teams")
    teams = []
    seen: set[str] = set()
    for item in read.each("teams"):
        item.only("id", "name_zh", "name_en", "share", "kinds")
        kinds = item.texts("kinds")
        if seen & set(kinds):
            raise item.fail("kinds", f"names {min(seen & set(kinds))!r}, which another team has")
        seen |= set(kinds)
        teams.append(Team(item.name("id"), item.text("name_zh"), item.text("name_en"), item.real("share", 0, 1), kinds))
    if abs(sum(team.share for team in teams) - 1.0) > 1e-6:
        raise read.fail("teams", f"have shares that add up to {sum(team.share for team in teams):g}, not to 1")
    return Allocation(read.text("name_zh"), read.text("name_en"), tuple(teams))


def _between(start: time, end: time, moment: time) -> bool:
    return start <= moment < end if start < end else moment >= start or moment < end
