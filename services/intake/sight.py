"""Whose incidents a caller may see and change: a dispatcher all of the area, everybody else what they sent."""

from collections.abc import Mapping
from typing import Any, Final

from fengqiao.contracts import ids
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.problems import NotFound
from fengqiao.runtime.roles import Role
from services.intake.domain.sources import Source

WHOLE_AREA: Final[frozenset[Role]] = frozenset({"dispatcher", "supervisor", "admin", "service"})


def sees_area(caller: Principal) -> bool:
    """Whether the caller sees what others have sent."""
    return caller.role in WHOLE_AREA


def may_report_as(caller: Principal, source: Source) -> bool:
    """Whether the caller may report as `source`. Who sees the area takes calls for everybody."""
    return sees_area(caller) or source.admits(caller.client, caller.role)


def check_id(caller: Principal, id: str) -> None:
    """Before anything is looked up: a malformed id is 404 and another area's is 403."""
    if not ids.is_incident_id(id):
        raise NotFound("There is no incident with this id.")
    caller.check_area(ids.area_of(id))


def called(caller: Principal, area: str) -> frozenset[str]:
    """What the crew's unit may be called in the area: by its own name at home, by its home's and its own where it is
    lent to (D8)."""
    if caller.unit is None:
        return frozenset()
    if caller.may(area):
        return frozenset({caller.unit})
    names = (ids.guest_name(home, caller.unit) for home in caller.areas)
    return frozenset(name for name in names if name is not None)


def check_sight(caller: Principal, known: Mapping[str, Any]) -> None:
    """Raises NotFound for an incident that the caller neither sent nor oversees; it does not learn that it exists."""
    if not sees_area(caller) and known["client"] != caller.client:
        raise NotFound("There is no incident with this id.")
