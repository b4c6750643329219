"""What somebody has to do, page by page (`GET /v1/due`): by the lists of the days, so it costs what is due."""

from collections.abc import Sequence
from datetime import datetime

from fengqiao.runtime.documents import Collection
from services.mediation.case_documents import case_of
from services.mediation.cursors import write_cursor
from services.mediation.domain.case import Case, DueItem
from services.mediation.listing import case_of_entry
from services.mediation.lists import Lists, stands_on


async def page(
    lists: Lists, cases: Collection, areas: Sequence[str], end: datetime, cursor: tuple[str, int], limit: int
) -> tuple[list[tuple[Case, DueItem]], str | None]:
    """(what is due in these areas before `end`, case by case, the case that has waited longest first; the cursor of the
    next page). cursor: where this page begins: a case's place, and how many of its things have been told.

    Raises StoreUnavailable.
    """
    at, skip = cursor
    places = [place for place in await lists.due(areas, end) if _key(place[1]) >= at]
    items: list[tuple[Case, DueItem]] = []
    # One more than asked for: it shows that there are more.
    for begin in range(0, len(places), limit + 1):
        part = places[begin : begin + limit + 1]
        there = await cases.get_many([case_of_entry(entry)[0] for _, entry in part])
        for place in part:
            document = there.get(case_of_entry(place[1])[0])
            if document is None or place not in stands_on(document):
                await lists.settle([place], document)
                continue
            case, key = case_of(document), _key(place[1])
            due = [item for item in case.to_do if item.due_at < end]
            for number, item in enumerate(due):
                if key == at and number < skip:
                    continue
                if len(items) == limit:
                    return items, write_cursor(key, number)
                items.append((case, item))
    return items, None


def _key(entry: str) -> str:
    """Where a case stands in the order: when it is due, and its id."""
    return entry.rpartition("|")[0]
