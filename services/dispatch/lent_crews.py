"""Crews that are lent: their token is of their home area, what they do is in the area that borrows them (D8)."""

from collections.abc import Mapping

from fengqiao.contracts.ids import guest_name
from fengqiao.runtime.auth import Principal
from services.dispatch.domain.forces import Forces


def name_in(area: str, caller: Principal, forces: Mapping[str, Forces]) -> str | None:
    """What the crew's unit is called in `area`, for which its token is not: its home lends to that area, or may have.

    None where that cannot be. Whether it is lent now, the writer of `area` knows: it refuses whoever is not.
    """
    if caller.role != "crew" or caller.unit is None or caller.may(area) or area not in forces:
        return None
    for lender in forces[area].lenders:
        if caller.may(lender.area) and lender.area in forces and caller.unit in forces[lender.area].units:
            return guest_name(lender.area, caller.unit)
    return None


def names_in(area: str, forces: Mapping[str, Forces]) -> list[str]:
    """Every unit that neighbours may lend to `area`, as it is called there."""
    names = []
    for lender in forces[area].lenders:
        for unit in forces[lender.area].units.values():
            name = guest_name(lender.area, unit.id)
            if unit.kind.kind in lender.kinds and name is not None:
                names.append(name)
    return names
