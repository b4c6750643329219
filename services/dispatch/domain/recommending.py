"""Whom dispatch would send, with nothing decided (D1): the answer to a dispatcher who wants to choose himself."""

from math import inf
from typing import Final

from fengqiao.contracts import commands
from fengqiao.contracts.dispatch import Wanted
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Incident
from services.dispatch.domain.diversion import best_to_divert
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import Candidate, barred, ranked
from services.dispatch.domain.messages import RoleRanked, UnitRanked

MOST_NAMED: Final = 10
"""Units named for each role."""


def recommend(then: Happenings, command: commands.Recommend) -> None:
    """Rank who could go: for the roles that wait, or where none waits for one more unit in each of the plan's."""
    incident = then.board.incidents[command.incident_id]
    if not incident.open:
        then.reject(command, 409, f"{incident.number} is {incident.status}: nobody is sent to it any more")
        return
    roles = incident.waiting or incident.wanted
    then.add(
        private.Recommended(
            incident_id=incident.id,
            command_id=command.command_id,
            roles=tuple(_role(then, incident, wanted) for wanted in roles),
        )
    )


def _role(then: Happenings, incident: Incident, wanted: Wanted) -> RoleRanked:
    board, context = then.board, then.context
    candidates, ruled_out = ranked(board, context, wanted, incident.location, barred(board, incident), MOST_NAMED)
    units = [_told(then, one) for one in candidates]
    best = candidates[0].seconds if candidates and not candidates[0].silent else inf
    diversion = best_to_divert(board, context, incident, wanted, best)
    if diversion is not None:
        one = Candidate(diversion.unit, diversion.seconds, diversion.seconds, False, False)
        units.insert(0, _told(then, one).model_copy(update={"diverted_from": diversion.lesser.id}))
    missing = sum(one.count for one in incident.waiting if one.role == wanted.role)
    return RoleRanked(role=wanted.role, missing=missing, units=tuple(units), ruled_out=ruled_out)


def _told(then: Happenings, one: Candidate) -> UnitRanked:
    age = then.context.travel.age(one.unit)
    return UnitRanked(
        unit=one.unit,
        unit_kind=then.context.forces.units[one.unit].kind.kind,
        travel_seconds=None if one.seconds == inf else round(one.seconds, 1),
        position_age_seconds=None if age is None else round(age, 1),
        covers=one.covers,
        silent=one.silent,
    )
