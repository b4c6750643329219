"""Earlier cases of the same parties or the same place (M8), found by keyed marks that tell nobody who it is.

One document a mark: `_id` is the mark, `cases` the latest that have it as "<reported>|<case>". Nothing is looked
through: a case asks for the documents of its own marks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from fengqiao.contracts.mediation import CaseRepeat
from fengqiao.contracts.model import Location
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from services.mediation.domain.case import Case
from services.mediation.listing import sortable
from services.mediation.party_marks import PartyMarks

MOST: Final = 100
"""Cases that a mark remembers: a place may have had very many."""
SURE: Final = 0.88
"""How sure a place has to be to be the same one again: a door, not a street."""
_TRIES: Final = 12


class Repeats:
    """Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection, marks: PartyMarks) -> None:
        self._collection = collection
        self._marks = marks

    def marks_of(self, case: Case, parties: Sequence[Mapping[str, Any]]) -> tuple[list[tuple[str, ...]], str | None]:
        """The marks of each who quarrels, and that of the place."""
        each = [tuple(party["marks"]) for party in parties if party["role"] == "party"]
        return each, self._place_mark(case.area, case.location)

    def _place_mark(self, area: str, place: Location | None) -> str | None:
        if place is None or place.confidence < SURE:
            return None
        # About 10 m: a shop, a house, a stairway.
        return self._marks.place(f"{area}|{place.name or ''}|{place.lon:.4f}|{place.lat:.4f}")

    async def find(
        self, case: Case, parties: Sequence[Mapping[str, Any]], days: int
    ) -> tuple[tuple[str, ...], tuple[CaseRepeat, ...]]:
        """(the case's marks, earlier cases within `days` that share one), after the case was kept under its marks."""
        each, place = self.marks_of(case, parties)
        all = [mark for marks in each for mark in marks] + ([place] if place else [])
        reported = sortable(case.reported_at)
        for mark in dict.fromkeys(all):
            await self._keep(mark, f"{reported}|{case.id}")
        failpoint("mediation.marked")
        found = await self._collection.get_many(list(dict.fromkeys(all)))
        since = sortable(case.reported_at - timedelta(days=days))

        def earlier(marks: Sequence[str]) -> set[str]:
            cases = set()
            for mark in marks:
                for entry in found[mark]["cases"] if mark in found else ():
                    at, _, id = entry.partition("|")
                    if since <= at and (at, id) < (reported, case.id):
                        cases.add(id)
            return cases

        sure = [bool(one.get("phone") or one.get("id_number")) for one in parties if one["role"] == "party"]
        alike = {id for marks in each for id in earlier(marks)}
        shared = Counter(id for marks, known in zip(each, sure, strict=True) if known for id in earlier(marks))
        repeats = {id: CaseRepeat(case_id=id, by="place") for id in (earlier([place]) if place else ())}
        for id in alike:
            # Many bear one name: a name alone links, so that somebody looks, and makes nothing graver.
            repeats[id] = CaseRepeat(case_id=id, by="parties" if shared[id] > 1 else "party")
        first = tuple(marks[0] for marks in each if marks) + ((place,) if place else ())
        return first, tuple(repeats[id] for id in sorted(repeats))

    async def _keep(self, mark: str, entry: str) -> None:
        for _ in range(_TRIES):
            document = await self._collection.get(mark)
            if document is None:
                try:
                    await self._collection.insert({"_id": mark, "version": 1, "cases": [entry]})
                except DuplicateId:
                    continue
                return
            if entry in document["cases"]:
                return
            if await self._replace(document, sorted([*document["cases"], entry])[-MOST:]):
                return
        raise StoreUnavailable("too many cases of one place at the same moment")

    async def _replace(self, document: Document, cases: list[str]) -> bool:
        after = document | {"cases": cases, "version": document["version"] + 1}
        return await self._collection.replace(after, {"version": document["version"]})

    async def forget(self, case: str, reported: datetime, marks: Sequence[str]) -> None:
        """Take the case away from these marks: its parties are erased."""
        entry = f"{sortable(reported)}|{case}"
        for mark in marks:
            for _ in range(_TRIES):
                document = await self._collection.get(mark)
                if document is None or entry not in document["cases"]:
                    break
                if await self._replace(document, [one for one in document["cases"] if one != entry]):
                    break
