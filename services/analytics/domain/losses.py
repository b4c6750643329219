"""Anti-fraud and vehicle-theft views (A8): what was lost, what came back, what was held back in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.analytics.domain.profile import Profile
from services.analytics.domain.register import AMOUNTS, FORMS, MISSING
from services.analytics.domain.table import Mask, Table

VIEWS: Final = ("fraud", "vehicle_theft", "all")
BY: Final = ("none", "month", "category", "station", "grid_cell")


@dataclass(frozen=True, slots=True)
class Losses:
    """Yuan. with_form: how many of the incidents have a form from which the sums could come: the others count as
    nothing, so the sums are at least these. share_recovered: None where nothing was lost."""

    key: str
    count: int
    with_form: int
    lost_yuan: float
    recovered_yuan: float
    prevented_yuan: float
    share_recovered: float | None
    vehicles_lost: int
    vehicles_recovered: int


def chosen(table: Table, profile: Profile, view: str) -> Mask:
    """The incidents of a view. vehicle_theft: thefts in whose form a vehicle is named."""
    valid = table.valid(profile.void)
    match view:
        case "fraud":
            return valid & table.matching("category", profile.fraud or ("?",))
        case "vehicle_theft":
            named = (table["vehicles_lost"] > 0) | (table["vehicles_recovered"] > 0)
            return valid & table.matching("category", profile.vehicle_theft or ("?",)) & named
        case _:
            return valid


def losses(table: Table, profile: Profile, view: str, by: str = "none") -> list[Losses]:
    """One line a key, by key; `none`: one line for all."""
    mask = chosen(table, profile, view)
    if by == "none":
        return [_line("", table, mask)]
    keys = np.array(_keys(table, by), dtype=object)
    return [_line(str(key), table, mask & (keys == key)) for key in sorted(set(keys[mask].tolist()))]


def _keys(table: Table, by: str) -> Sequence[str]:
    if by == "month":
        months = table["day"].astype("datetime64[D]").astype("datetime64[M]")
        return [str(month) for month in months]
    return table.text({"grid_cell": "cell"}.get(by, by))


def _line(key: str, table: Table, mask: Mask) -> Losses:
    sums = {}
    for name in AMOUNTS:
        column = table[name][mask]
        sums[name] = int(column[column != MISSING].sum()) / 100
    vehicles = {name: int(np.maximum(table[name][mask], 0).sum()) for name in ("vehicles_lost", "vehicles_recovered")}
    return Losses(
        key=key,
        count=int(mask.sum()),
        with_form=int((mask & (table["forms"] & FORMS["final"] > 0)).sum()),
        lost_yuan=sums["lost"],
        recovered_yuan=sums["recovered"],
        prevented_yuan=sums["prevented"],
        share_recovered=sums["recovered"] / sums["lost"] if sums["lost"] else None,
        **vehicles,
    )
