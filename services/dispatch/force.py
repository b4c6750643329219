"""Actual against planned force (D7): by kind and by team, for the shift that is on now."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from fengqiao.geo.duties import Allocation, Shift
from services.dispatch.domain.forces import Forces


def force(forces: Forces, states: Iterable[Mapping[str, Any]], now: datetime) -> dict[str, Any]:
    """The shift, each kind's units planned, on duty and free, and each team's planned and actual share.

    states: of the area's units. Shares are of the units on duty that belong to a team.
    """
    local = now.astimezone(forces.timezone)
    shift = forces.duties.shift_at(local.time())
    on_duty: Counter[str] = Counter()
    free: Counter[str] = Counter()
    for state in states:
        if state["status"] != "off_duty":
            on_duty[state["kind"]] += 1
            free[state["kind"]] += state["status"] in ("available", "conditionally_available")
    kinds = {unit.kind.kind: unit.kind for unit in forces.units.values()}
    return {
        "shift": None if shift is None else _shift(forces, shift, local),
        "kinds": [
            {
                "kind": kind.kind,
                "name_zh": kind.name_zh,
                "name_en": kind.name_en,
                "planned": None if shift is None else shift.planned.get(kind.kind),
                "actual": on_duty[kind.kind],
                "free": free[kind.kind],
            }
            for kind in kinds.values()
        ],
        "allocation": None
        if forces.duties.allocation is None
        else _allocation(forces.duties.allocation, shift, on_duty),
    }


def _shift(forces: Forces, shift: Shift, local: datetime) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": shift.id,
        "name_zh": shift.name_zh,
        "name_en": shift.name_en,
        "from": f"{shift.start:%H:%M}",
        "to": f"{shift.end:%H:%M}",
    }
    rotation = None if forces.standby is None else forces.standby.rotation
    if rotation is not None:
        # After midnight it is still the shift of the day on which it began.
        over_midnight = shift.start >= shift.end and local.time() < shift.end
        day = local.date() - timedelta(days=1) if over_midnight else local.date()
        said["rotation"] = {
            "name_zh": rotation.name_zh,
            "name_en": rotation.name_en,
            "squads": list(rotation.on(day, shift.id)),
        }
    return said


def _allocation(allocation: Allocation, shift: Shift | None, on_duty: Mapping[str, int]) -> dict[str, Any]:
    actual = {team.id: sum(on_duty.get(kind, 0) for kind in team.kinds) for team in allocation.teams}
    planned = {
        team.id: 0 if shift is None else sum(shift.planned.get(kind, 0) for kind in team.kinds)
        for team in allocation.teams
    }
    everybody = sum(actual.values())
    return {
        "name_zh": allocation.name_zh,
        "name_en": allocation.name_en,
        "teams": [
            {
                "id": team.id,
                "name_zh": team.name_zh,
                "name_en": team.name_en,
                "planned_share": team.share,
                "actual_share": round(actual[team.id] / everybody, 3) if everybody else None,
                "planned": planned[team.id],
                "actual": actual[team.id],
            }
            for team in allocation.teams
        ],
    }
