"""Whom to send: the nearest available unit by road, and why it and not another (D1).

Units of the wanted kinds with the wanted capabilities that are on duty and may hold one more are ranked by
    1  those that answer before those that let an assignment time out and have not been heard of since
    2  for `covering`: the units whose home lies in the place's grid cell before all others
    3  seconds by road from the last position; a position older than STALE_SECONDS says little of where the unit is,
       so STALE_COSTS seconds are added for the ranking (the choice's own seconds are told without them)
    4  those of the place's zone before others (D8): where none of them can be sent, those of the zones that back it
       count as its own
    5  the smaller id, so that the same board always chooses the same
"""

from bisect import insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf
from operator import itemgetter
from typing import Final, Protocol

from fengqiao.contracts.dispatch import Reason, RunnerUp, Wanted
from fengqiao.contracts.model import Location
from services.dispatch.domain.board import Board, Incident, OnDuty
from services.dispatch.domain.forces import Forces, Unit
from services.dispatch.domain.standby_plan import Advice, PointTimes

STALE_SECONDS: Final = 300.0
STALE_COSTS: Final = 60.0


class Travel(Protocol):
    """Where the units are, as far as a decision needs it."""

    def seconds(self, units: Sequence[str], place: Location) -> Sequence[float]:
        """Seconds by road from each of the units to the place, in their order; infinite where no road leads."""
        ...

    def age(self, unit: str) -> float | None:
        """Seconds since the unit's position was taken; None when its home stands for it."""
        ...

    def where(self, unit: str) -> Location:
        """Where the unit was last, or its home."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What decisions need and the board does not fold.

    retired: incidents that are no longer on the board, of those that the message names.
    """

    now: datetime
    forces: Forces
    travel: Travel
    retired: frozenset[str] = frozenset()
    points: PointTimes | None = None
    """Seconds to the points of the area's standby plan; None: nobody is placed."""
    advice: Advice | None = None
    """How much each of them matters, as analytics says; None: as the area's plan says."""
    decided_at: datetime | None = None
    """When it is decided, where `now` is earlier: a command counts at the time at which it was received."""


@dataclass(frozen=True, slots=True)
class Choice:
    unit: Unit
    reason: Reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that can be sent: its seconds by road (`inf`: no road), and what they count as in the ranking."""

    unit: str
    seconds: float
    counts_as: float
    silent: bool
    covers: bool
    backs: str | None = None
    """Its zone, where that backs the place's own, of which nobody can be sent."""


def why_not(board: Board, forces: Forces, unit: str) -> str | None:
    """What rules the unit out now: `off_duty`, `lent`, `emergency` or `busy`; None when it can be sent."""
    return ruled_out_by(board.units.get(unit), forces.units[unit].kind.max_assignments)


def ruled_out_by(state: OnDuty | None, most: int) -> str | None:
    """`why_not` of a unit in this state, which may hold `most` assignments."""
    if state is None or not state.on:
        return "off_duty"
    if state.lent_to is not None:
        return "lent"
    if state.emergency is not None:
        return "emergency"
    if state.assignments and len(state.assignments) >= most:
        return "busy"
    return None


def barred(board: Board, incident: Incident) -> frozenset[str]:
    """Units that are not sent to the incident by the rules: who is on it, or has been and would not come again.

    A unit that the rules took away (to something graver, or for a nearer one) may come again, and one that let its
    assignment time out once it has been heard of.
    """
    return frozenset(
        one.unit
        for one in incident.current
        if one.active or not (one.released or (one.status == "timed_out" and not _silent(board, one.unit)))
    )


def _silent(board: Board, unit: str) -> bool:
    state = board.units.get(unit)
    return state is not None and state.silent


def anybody_free(board: Board, forces: Forces, kinds: tuple[str, ...], capabilities: tuple[str, ...] = ()) -> bool:
    """Whether any unit of these kinds that can do all of that can be sent now."""
    return any(why_not(board, forces, unit) is None for unit in forces.able(kinds, capabilities))


def ranked(
    board: Board, context: Context, wanted: Wanted, place: Location, exclude: Collection[str], most: int = 2
) -> tuple[list[Candidate], dict[str, int]]:
    """The best `most` that can be sent, the best first, and how many units each reason ruled out."""
    forces = context.forces
    able = forces.able(wanted.kinds, wanted.capabilities)
    free, silent, ruled_out = _free(board, forces, able, exclude)
    unable = len(forces.of_kinds(wanted.kinds)) - len(able)
    if unable:
        ruled_out["capability"] = unable
    if not free:
        return [], ruled_out
    # All of them are asked about, free or not: the same sources again and again, which the search keeps ready.
    seconds = context.travel.seconds(able, place)
    cell = place.grid_cell if wanted.rule == "covering" else None

    def key(at: int) -> tuple[bool, bool, bool]:
        elsewhere = cell is None or forces.units[able[at]].grid_cell != cell
        return seconds[at] == inf, at in silent, elsewhere

    # By the way alone in C, and only where something else counts by that as well: an area has hundreds of units.
    free.sort(key=seconds.__getitem__)
    if silent or cell is not None:
        free.sort(key=key)
    if without := sum(seconds[at] == inf for at in free) if seconds[free[-1]] == inf else 0:
        ruled_out["no_road"] = without
    rows = ((*key(at), seconds[at], able[at]) for at in free)
    return _best(context, _own_zones(forces, place, (able[at] for at in free)), place, rows, most), ruled_out


def _best(
    context: Context,
    zones: Sequence[str | None],
    place: Location,
    rows: Iterable[tuple[bool, bool, bool, float, str]],
    most: int,
) -> list[Candidate]:
    """Of rows in the order of the way alone, the best `most` once stale positions and zones count.

    A stale position costs STALE_COSTS at most: whoever is further behind than that need not be looked at, and the
    age of most positions is never asked for.
    """
    found: list[tuple[tuple[bool, bool, bool, float, bool, str], Candidate]] = []
    for no_road, silent, elsewhere, seconds, unit in rows:
        if len(found) >= most:
            last = found[most - 1][0]
            if (no_road, silent, elsewhere) > last[:3] or seconds > last[3]:
                break
        counts_as = seconds + STALE_COSTS if _stale(context, unit) else seconds
        zone = context.forces.units[unit].zone
        away = zone is not None and place.zone is not None and zone not in zones
        backs = zone if place.zone is not None and zone != place.zone and zone in zones else None
        key = no_road, silent, elsewhere, counts_as, away, unit
        insort(found, (key, Candidate(unit, seconds, counts_as, silent, not elsewhere, backs)), key=itemgetter(0))
    return [candidate for _, candidate in found[:most]]


def _own_zones(forces: Forces, place: Location, free: Iterable[str]) -> tuple[str | None, ...]:
    """The place's zone; with those that back it where none of its own is among the units that can be sent."""
    backing = forces.backing.get(place.zone or "", ())
    if not backing or any(forces.units[unit].zone == place.zone for unit in free):
        return (place.zone,)
    return (place.zone, *backing)


def _stale(context: Context, unit: str) -> bool:
    age = context.travel.age(unit)
    return age is not None and age > STALE_SECONDS


def choose(
    board: Board, context: Context, wanted: Wanted, place: Location, exclude: Collection[str]
) -> tuple[Choice | None, dict[str, int]]:
    """The best unit for one place of `wanted`, and how many units each reason ruled out."""
    candidates, ruled_out = ranked(board, context, wanted, place, exclude)
    return chosen(context, candidates, ruled_out), ruled_out


def chosen(context: Context, candidates: Sequence[Candidate], ruled_out: Mapping[str, int]) -> Choice | None:
    """The first of the candidates, and why it and not the second."""
    if not candidates:
        return None
    best = candidates[0]
    unit = context.forces.units[best.unit]
    if best.seconds == inf:
        # No road from anybody: a place off the map is still somebody's call, so the first free unit goes.
        return Choice(unit, Reason(rule="nearest", ruled_out=dict(ruled_out)))
    second = candidates[1] if len(candidates) > 1 and candidates[1].seconds != inf else None
    runner_up = None if second is None else (second.seconds, second.unit)
    reason = reason_for(context, best.unit, best.seconds, runner_up, ruled_out, covers=best.covers, silent=best.silent)
    if best.backs is not None:
        reason = reason.model_copy(update={"backs": best.backs})
    return Choice(unit, reason)


def _free(
    board: Board, forces: Forces, units: Sequence[str], exclude: Collection[str]
) -> tuple[list[int], set[int], dict[str, int]]:
    """Places in `units` of those that can be sent, by the rule of `why_not`; which of them are silent; and what ruled
    out the others."""
    ruled_out: dict[str, int] = {}
    free: list[int] = []
    silent: set[int] = set()
    for at, state in enumerate(map(board.units.get, units)):
        if exclude and units[at] in exclude:
            continue
        # Most are on duty, here, with nothing to do: for those the rule is spelled out, a call costs as much again.
        if (
            state is None
            or not state.on
            or state.assignments
            or state.lent_to is not None
            or state.emergency is not None
        ):
            why = ruled_out_by(state, forces.units[units[at]].kind.max_assignments)
            if why is not None:
                ruled_out[why] = ruled_out.get(why, 0) + 1
                continue
        free.append(at)
        if state is not None and state.silent:
            silent.add(at)
    return free, silent, ruled_out


def reason_for(
    context: Context,
    unit: str,
    seconds: float,
    second: tuple[float, str] | None,
    ruled_out: Mapping[str, int],
    *,
    covers: bool = False,
    silent: bool = False,
    weighed_together: int | None = None,
) -> Reason:
    """Why `unit`: its travel seconds beside those of the runner-up (saved seconds are negative where the rule, not
    the way, put the runner-up second)."""
    age = context.travel.age(unit)
    return Reason(
        rule="covering" if covers else "nearest",
        travel_seconds=round(seconds, 1),
        position_age_seconds=None if age is None else round(age, 1),
        runner_up=None if second is None else RunnerUp(unit=second[1], travel_seconds=round(second[0], 1)),
        seconds_saved=None if second is None else round(second[0] - seconds, 1),
        ruled_out=dict(ruled_out),
        position_stale=True if _stale(context, unit) else None,
        silent=True if silent else None,
        weighed_together=weighed_together,
    )
