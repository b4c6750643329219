"""Months and years of an area's local calendar, and the cases and hazards of one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fengqiao.runtime.documents import Collection
from fengqiao.runtime.problems import Unprocessable
from services.mediation.case_documents import case_of
from services.mediation.domain.case import Case
from services.mediation.hazard_desk import hazard_of
from services.mediation.listing import sortable

MOST: Final = 100_000
"""Cases of a year: five times what the busiest seed has."""


@dataclass(frozen=True, slots=True)
class Period:
    """name: 2024-10 or 2024. begin, end: UTC, the end not included."""

    name: str
    begin: datetime
    end: datetime

    @property
    def yearly(self) -> bool:
        return len(self.name) == 4


def period(month: str | None, year: int | None, zone: ZoneInfo) -> Period:
    """Raises Unprocessable unless one of the two is given. month: YYYY-MM."""
    if (month is None) == (year is None):
        raise Unprocessable.at("/month", "Say a month (2024-10) or a year (2024).", where="query")
    if year is not None:
        return Period(f"{year:04d}", _local(year, 1, zone), _local(year + 1, 1, zone))
    assert month is not None
    of, number = int(month[:4]), int(month[5:])
    after = (of + 1, 1) if number == 12 else (of, number + 1)
    return Period(month, _local(of, number, zone), _local(*after, zone))


def _local(year: int, month: int, zone: ZoneInfo) -> datetime:
    return datetime(year, month, 1, tzinfo=zone).astimezone(UTC)


def _within(chosen: Period) -> dict[str, str]:
    return {"$gte": sortable(chosen.begin), "$lt": sortable(chosen.end)}


async def opened(cases: Collection, area: str, chosen: Period) -> list[Case]:
    """The cases that were opened in the period. By an index where the store has one. Raises StoreUnavailable."""
    return await _cases(cases, {"area": area, "opened": _within(chosen)})


async def disposed(cases: Collection, area: str, chosen: Period) -> list[Case]:
    """The cases that were disposed of in the period, and not taken up again. Raises StoreUnavailable."""
    return await _cases(cases, {"area": area, "disposed": _within(chosen)})


async def _cases(cases: Collection, where: dict[str, Any]) -> list[Case]:
    found = await cases.find(where, sort=[("sort", 1)], limit=MOST, fields=("state",))
    return [case_of(document) for document in found]


async def hazard_finders(hazards: Collection, area: str, chosen: Period) -> list[str]:
    """The grid workers who found hazards in the period, once for each. Raises StoreUnavailable."""
    found = await hazards.find({"area": area, "found": _within(chosen)}, limit=MOST, fields=("state",))
    by = [hazard_of(document).found_by for document in found]
    return [one.client for one in by if one.role == "gridworker"]
