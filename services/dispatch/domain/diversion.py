"""Taking a unit that is on its way to something lesser for something graver (D5).

Only for calls of priority GRAVEST_TWO or graver, and a role that must be filled; only from a call at least one class
less grave, of units that are not on the scene anywhere, and not from what a dispatcher chose. It has to save
SAVES_AT_LEAST seconds over the best free unit (a unit that does not answer is no free unit), and a call loses units
MOST_DIVERSIONS times at most. Priorities fall from call to call, so a chain of diversions ends; and thresholds on
both sides keep it from flapping.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from fengqiao.contracts.dispatch import Wanted
from services.dispatch.domain.board import Assignment, Board, Incident
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import Context, barred, ruled_out_by

GRAVEST_TWO: Final = 2
SAVES_AT_LEAST: Final = 120.0
MOST_DIVERSIONS: Final = 2


@dataclass(frozen=True, slots=True)
class Diversion:
    """The unit to take, from which assignment of which call, and its seconds to the graver one."""

    unit: str
    lesser: Incident
    assignment: Assignment
    seconds: float


def best_to_divert(
    board: Board, context: Context, incident: Incident, wanted: Wanted, otherwise: float
) -> Diversion | None:
    """The unit that saves most over `otherwise`, the seconds of the best free one (`inf`: there is none)."""
    if incident.priority > GRAVEST_TWO or not wanted.required or otherwise < SAVES_AT_LEAST:
        return None
    forces, out = context.forces, barred(board, incident)
    able = forces.able(wanted.kinds, wanted.capabilities)
    # Mostly nobody is so much nearer: only who is has to be looked at.
    saving = [
        (seconds, unit)
        for unit, seconds in zip(able, context.travel.seconds(able, incident.location), strict=True)
        if otherwise - seconds >= SAVES_AT_LEAST and seconds != inf and unit not in out
    ]
    held = [
        Diversion(unit, *found, seconds)
        for seconds, unit in saving
        if (found := _may_leave(board, forces, unit, incident.priority)) is not None
    ]
    # Of units as near as each other the one whose call is least grave.
    return min(held, key=lambda one: (one.seconds, -one.lesser.priority, one.unit), default=None)


def _may_leave(board: Board, forces: Forces, unit: str, priority: int) -> tuple[Incident, Assignment] | None:
    """The least grave assignment that the unit may be taken from; None where it must not be moved, or is free."""
    state = board.units.get(unit)
    if state is None or state.silent or ruled_out_by(state, forces.units[unit].kind.max_assignments) != "busy":
        return None
    held = [found for one in state.assignments if (found := board.assignment(one)) is not None]
    if any(assignment.status == "on_scene" for _, assignment in held):
        return None
    may = [(incident, assignment) for incident, assignment in held if _may_lose(incident, assignment, priority)]
    return max(may, key=lambda one: (one[0].priority, one[1].id), default=None)


def _may_lose(incident: Incident, assignment: Assignment, priority: int) -> bool:
    lost = sum(one.status == "diverted" for one in incident.assignments)
    return incident.priority > priority and assignment.reason.rule != "chosen" and lost < MOST_DIVERSIONS
