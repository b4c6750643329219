"""The lists of `listing` in the store: one document a list, addressed by its name; nothing is looked through.

A case is put on a list before it is stored, and taken off after it: dying in between leaves an entry that its case does
not know. Whoever reads one and sees that the case is past it takes it away; so does a round that goes on beside.

_id       the list's name          entries   what stands on it          n   how many: a load is read without its entries

`days|<area>` lists the days that have a list of what is due.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import Busy
from services.mediation.listing import DUE, Place, case_of_entry, day_of, due_list, load_list, sortable

log = structlog.get_logger(__name__)
AT_ONCE: Final = 400
"""Documents that are asked for in one round trip."""
STAY: Final = timedelta(days=2)
"""Domain time for which a day that is over keeps its place: somebody may be slow."""
CHECK_SECONDS: Final = 5.0
"""Real seconds between two mediators whose entries are held against their cases."""


class Lists:
    """Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection, cases: Collection, clock: Clock) -> None:
        self._collection = collection
        self._cases = cases
        self._clock = clock
        self._days: set[Place] = set()
        """Days that this process knows to be listed."""

    async def put(self, places: Iterable[Place]) -> None:
        """Put these entries on their lists."""
        wanted = list(places)
        days = {_day(name) for name, _ in wanted if name.startswith(f"{DUE}|")} - self._days
        await self._collection.add_each("entries", [*wanted, *days])
        self._days |= days

    async def take(self, places: Iterable[Place]) -> None:
        """Take these entries off their lists."""
        await self._collection.update_each(
            (name, {"entries": entry}, {"$pull": {"entries": entry}, "$inc": {"n": -1}}) for name, entry in places
        )

    async def settle(self, places: Iterable[Place], case: Document | None) -> None:
        """Take off what was put there for a version of the case that never came to be, or is over."""
        await self.take(place for place in places if stale(place, case))

    async def loads(self, area: str, mediators: Sequence[str]) -> dict[str, int]:
        """How many open cases lie with each of these."""
        names = {load_list(area, mediator): mediator for mediator in mediators}
        found = await self._collection.find({"_id": {"$in": list(names)}}, limit=len(names) or 1, fields=("n",))
        counts = dict.fromkeys(mediators, 0)
        return counts | {names[document["_id"]]: max(document["n"], 0) for document in found}

    async def due(self, areas: Sequence[str], until: datetime) -> list[Place]:
        """What may be due in these areas before `until`, what has waited longest first. Costs the days that have such a
        list and their entries, however many cases there are."""
        limit, last = sortable(until), day_of(until)
        listed = await self._collection.get_many([_days(area) for area in areas])
        names = [
            due_list(area, day)
            for area in areas
            for day in (listed.get(_days(area)) or {"entries": ()})["entries"]
            if day <= last
        ]
        found: dict[str, Document] = {}
        for at in range(0, len(names), AT_ONCE):
            found |= await self._collection.get_many(names[at : at + AT_ONCE])
        await self._leave_behind(names, found)
        places = [(name, entry) for name, document in found.items() for entry in document["entries"] if entry < limit]
        return sorted(places, key=lambda place: place[1])

    async def _leave_behind(self, names: Iterable[str], found: Mapping[str, Document]) -> None:
        """Days that are over and on which nothing is left need not be asked for again."""
        over = day_of(self._clock.now() - STAY)
        empty = [
            name for name in names if name.rpartition("|")[2] < over and not (found.get(name) or {}).get("entries")
        ]
        if empty:
            await self.take(_day(name) for name in empty)
            await asyncio.gather(*(self._collection.delete(name) for name in empty if name in found))

    async def check(self, name: str) -> int:
        """Hold the entries of one list against their cases, and take away what they do not know. Answers how many."""
        document = await self._collection.get(name)
        entries = [] if document is None else document["entries"]
        gone: list[Place] = []
        for at in range(0, len(entries), AT_ONCE):
            part = {case_of_entry(entry)[0]: entry for entry in entries[at : at + AT_ONCE]}
            cases = await self._cases.find({"_id": {"$in": list(part)}}, limit=AT_ONCE, fields=("version", "lists"))
            there = {case["_id"]: case for case in cases}
            gone += [(name, entry) for id, entry in part.items() if stale((name, entry), there.get(id))]
        await self.take(gone)
        return len(gone)

    async def keep_checking(self, loads: Sequence[Place]) -> None:
        """For ever, one mediator after the other. loads: (area, mediator)."""
        while loads:
            for area, mediator in loads:
                await asyncio.sleep(CHECK_SECONDS)
                try:
                    await self.check(load_list(area, mediator))
                except Busy as busy:
                    log.debug("lists are checked later", why=str(busy))
                except Exception:
                    log.exception("a list could not be checked", area=area, mediator=mediator)


def stands_on(document: Document) -> set[Place]:
    """The lists on which a stored case stands."""
    return {(name, entry) for name, entry in document.get("lists", ())}


def stale(place: Place, case: Document | None) -> bool:
    """Whether no version of the case will ever stand there again. A case that is not there yet may come."""
    if case is None or place in stands_on(case):
        return False
    return bool(case["version"] >= case_of_entry(place[1])[1])


def _days(area: str) -> str:
    return f"days|{area}"


def _day(name: str) -> Place:
    _, area, day = name.split("|")
    return _days(area), day
