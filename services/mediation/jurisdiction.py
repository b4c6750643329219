"""Whose case it is: every route asks here before it looks at anything."""

from collections.abc import Iterable

from fengqiao.contracts import ids
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.problems import NotFound


class Jurisdiction:
    """areas: those that this installation serves."""

    def __init__(self, areas: Iterable[str]) -> None:
        self._areas = frozenset(areas)

    def case(self, id: str, caller: Principal) -> str:
        """The area of the case. A malformed id is 404 and another area's 403, at once."""
        if not ids.is_case_id(id) or ids.area_of(id) not in self._areas:
            raise NotFound(f"There is no case {id[:80]}.")
        area = ids.area_of(id)
        caller.check_area(area)
        return area

    def hazard(self, id: str, caller: Principal) -> str:
        """The area of the hazard. A malformed id is 404 and another area's 403, at once."""
        if not ids.is_hazard_id(id) or ids.area_of(id) not in self._areas:
            raise NotFound(f"There is no hazard {id[:80]}.")
        area = ids.area_of(id)
        caller.check_area(area)
        return area

    def area(self, area: str, caller: Principal) -> str:
        """The area, if it is served here (404) and the caller's (403)."""
        if area not in self._areas:
            raise NotFound(f"There is no area {area[:40]}.")
        caller.check_area(area)
        return area

    def areas(self, area: str | None, caller: Principal) -> list[str]:
        """The areas that a list may speak of: the one asked for, or all of the caller's."""
        if area is not None:
            return [self.area(area, caller)]
        return sorted(one for one in self._areas if caller.may(one))
