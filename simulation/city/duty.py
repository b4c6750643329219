"""Who is on duty: what the area plans for the shift of the hour. Pure."""

from datetime import datetime
from typing import Final

from simulation.city.ground import Ground, Team

ALL_DAY: Final = "all-day"
"""The shift of an area that says none."""


def shift_name(ground: Ground, at: datetime) -> str:
    """The shift at an instant."""
    shift = ground.area.duties.shift_at(at.astimezone(ground.area.tz).time())
    return ALL_DAY if shift is None else shift.id


def roster(ground: Ground, at: datetime) -> dict[str, Team]:
    """The units on duty at an instant: as many of each kind as the shift plans, spread over the list of them, so that
    no side of the area is left empty. Without shifts, everybody."""
    shift = ground.area.duties.shift_at(at.astimezone(ground.area.tz).time())
    if shift is None:
        return dict(ground.teams)
    on: dict[str, Team] = {}
    for kind, count in shift.planned.items():
        of_kind = [team for team in ground.teams.values() if team.kind == kind]
        on |= {team.id: team for n in range(count) for team in [of_kind[n * len(of_kind) // count]]}
    return on
