"""Where idle units wait (D6): 有警出警、无警巡逻.

When the set of free units, the hours or the advice have changed, and PLACE_EVERY has passed since the last time, the
free units of each squad are placed so that the expected seconds to the next call are least for so many (`placing`).
A unit is moved only where that saves SAVES_SECONDS of them, and SAVES_SHARE; whoever stands well gets no order, and
who has one gets another only where that saves SAVES_SECONDS more than sending somebody else. One that is on its way
to its point counts as there, until it should have been: then it counts where it is.

That the units were placed is a private fact of the journal, so a change is looked at once, and a quiet board stays
quiet. An assignment ends an order; going off duty does too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np

from fengqiao.contracts import standing_by as told
from services.dispatch.domain import messages as private
from services.dispatch.domain.assigning import least_total
from services.dispatch.domain.board import Board, Placed
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import why_not
from services.dispatch.domain.placing import Matrix, place
from services.dispatch.domain.standby_plan import Advice, Band, PointTimes, Squad, StandbyPlan, of_plan

PLACE_EVERY: Final = timedelta(seconds=60)
SAVES_SECONDS: Final = 3.0
SAVES_SHARE: Final = 0.03
PATIENCE: Final = timedelta(minutes=5)
"""Beyond twice the way, before a unit that was sent to a point counts where it is."""
Why = Literal["units_changed", "hours_changed", "advice_changed"]


def keep_standing_by(then: Happenings) -> None:
    """Order idle units to where they are needed next; nothing while nothing has changed."""
    plan, times = then.context.forces.standby, then.context.points
    if plan is None or times is None:
        return
    band = plan.band_at(then.now, then.context.forces.timezone)
    if band is None:
        return
    advice = then.context.advice or of_plan(plan, band)
    free = idle(then.board, then.context.forces, band)
    why = _changed(then.board.placed, free, band, advice, then.now)
    if why is None:
        return
    for squad in band.squads:
        _place(then, plan, times, band, squad, advice, why)
    then.add(
        private.UnitsPlaced(
            at=then.now, band=band.id, advice=f"{advice.source}:{advice.version}", units=tuple(unit for unit, _ in free)
        )
    )


def idle(board: Board, forces: Forces, band: Band) -> tuple[tuple[str, int], ...]:
    """The units that may stand by now, each with the number of the event that changed it last."""
    found = []
    for squad in band.squads:
        for unit in forces.able(squad.kinds, squad.capabilities):
            if why_not(board, forces, unit) is not None:
                continue  # off duty, in an emergency, lent
            duty = board.units[unit]
            if not duty.assignments and not duty.silent:
                found.append((unit, duty.sequence))
    return tuple(found)


def _changed(
    placed: Placed | None, free: tuple[tuple[str, int], ...], band: Band, advice: Advice, now: datetime
) -> Why | None:
    if not free:
        return None
    if placed is None:
        return "units_changed"
    if placed.units == free and placed.band == band.id and placed.advice == f"{advice.source}:{advice.version}":
        return None
    if now - placed.at < PLACE_EVERY:
        return None
    if placed.band != band.id:
        return "hours_changed"
    return "units_changed" if placed.units != free else "advice_changed"


def _place(
    then: Happenings, plan: StandbyPlan, times: PointTimes, band: Band, squad: Squad, advice: Advice, why: Why
) -> None:
    able = set(then.context.forces.able(squad.kinds, squad.capabilities))
    units = [unit for unit, _ in idle(then.board, then.context.forces, band) if unit in able]
    if not units:
        return
    options = [times.between(unit) for unit in units]
    reach = times.reach(units)
    way = np.where(reach <= squad.most_seconds, reach, np.inf)
    standing, under_way = reach.copy(), set()
    number = {point.id: n for n, point in enumerate(plan.points)}
    for n, unit in enumerate(units):
        order = then.board.units[unit].standby
        if order is not None and order.point in number and then.now < order.arrives_by(PATIENCE):
            standing[n] = options[n][number[order.point]]
            under_way.add(n)
    weights = np.array([advice.weights.get(point.id, 0.0) for point in plan.points])
    found = place(standing, way, options, weights, SAVES_SECONDS, SAVES_SHARE, under_way)
    saved = round(max(found.before - found.after, 0.0), 1)
    for unit, point in _shared_out(found.moves, units, way):
        order = then.board.units[unit].standby
        target = plan.points[point]
        seconds = float(reach[units.index(unit)][point])
        if order is not None and order.point == target.id and then.now < order.until:
            continue
        then.add(
            told.StandbyOrdered(
                area=then.board.area,
                at=then.now,
                unit=unit,
                unit_kind=then.context.forces.units[unit].kind.kind,
                point=target.id,
                place=target.place,
                squad=squad.id,
                seconds=round(seconds, 1),
                saves_seconds=saved,
                why=why,
                advice=advice.source,
                until=band_ends(then.now, band, then.context.forces),
            )
        )


def _shared_out(moves: dict[int, int], units: Sequence[str], way: Matrix) -> list[tuple[str, int]]:
    """Which of the moved units goes to which of the points: with the least way in all."""
    moved, points = list(moves), list(moves.values())
    given = least_total([[float(way[unit][point]) for point in points] for unit in moved])
    if None in given:
        return [(units[unit], point) for unit, point in moves.items()]
    return [(units[unit], points[at]) for unit, at in zip(moved, given, strict=True) if at is not None]


def band_ends(now: datetime, band: Band, forces: Forces) -> datetime:
    """When the hours of the band that holds now are over."""
    local = now.astimezone(forces.timezone)
    minutes = (band.hours.end - local.hour * 60 - local.minute) % 1440 or 1440
    return now + timedelta(minutes=minutes) - timedelta(seconds=local.second, microseconds=local.microsecond)
