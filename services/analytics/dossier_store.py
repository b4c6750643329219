"""Cases and hazards in the document store, and how far `mediation` has been read.

A dossier is replaced only by one that has applied more. After the dossiers of a batch, the mark of each partition: it
says that every dossier has all up to there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts import topics
from fengqiao.runtime.documents import Collection, Document, Index, index
from services.analytics.domain.cases import Case, read_case
from services.analytics.domain.dossiers import text
from services.analytics.domain.hazards import Hazard, read_hazard
from services.analytics.layout import BULLETINS, CASES, HAZARDS, MARKS

_FORGOTTEN: Final = {"zh": "已按期清除", "en": "erased when its time had come"}
_PAGE: Final = 500


class DossierStore:
    """Every method raises StoreUnavailable; writes may be repeated."""

    def __init__(self, database: Any, deadline: float = 5.0) -> None:
        self._cases = Collection(database, CASES, deadline)
        self._hazards = Collection(database, HAZARDS, deadline)
        self._marks = Collection(database, MARKS, deadline)
        self._bulletins = Collection(database, BULLETINS, deadline)

    async def cases(self, ids: Iterable[str]) -> dict[str, Case]:
        """Those that are there, by id."""
        found = await self._cases.get_many(sorted(set(ids)))
        return {id: read_case(document) for id, document in found.items()}

    async def hazards(self, ids: Iterable[str]) -> dict[str, Hazard]:
        """Those that are there, by id."""
        found = await self._hazards.get_many(sorted(set(ids)))
        return {id: read_hazard(document) for id, document in found.items()}

    async def put(self, cases: Iterable[Case], hazards: Iterable[Hazard]) -> None:
        await self._cases.put_newer([one.document() for one in cases], by="applied")
        await self._hazards.put_newer([one.document() for one in hazards], by="applied")

    async def put_marks(self, read_to: Mapping[int, int]) -> None:
        """read_to: offset of the last record read of each partition."""
        await self._marks.put_newer(
            [{"_id": str(partition), "offset": offset} for partition, offset in read_to.items()], by="offset"
        )

    async def marks(self) -> dict[int, int]:
        """Partition → offset up to which every dossier has everything; those of which nothing was read are left out."""
        found = await self._marks.get_many([str(n) for n in range(topics.MEDIATION.partitions)])
        return {int(partition): int(document["offset"]) for partition, document in sorted(found.items())}

    async def cases_of(self, area: str, opened_since: datetime | None = None) -> list[Case]:
        """The cases of an area, those of which nobody knows when they were opened among them: by a declared index
        where the store has one."""
        return [read_case(one) for one in await self._cases.find(_since(area, "opened_at", opened_since), limit=0)]

    async def hazards_of(self, area: str, found_since: datetime | None = None) -> list[Hazard]:
        """As `cases_of`."""
        return [read_hazard(one) for one in await self._hazards.find(_since(area, "found_at", found_since), limit=0)]

    async def forget_in_bulletins(self, area: str, case_id: str) -> None:
        """Take the case's name out of the bulletins that had named it; their figures stay as they were issued."""
        for bulletin in await self._bulletins.find({"area": area, "cases": case_id}, limit=0):
            for section in bulletin["sections"]:
                if section["id"] == "overdue_cases":
                    section["rows"] = [_without(row, case_id) for row in section["rows"]]
            left = [one for one in bulletin["cases"] if one != case_id]
            await self._bulletins.update(
                bulletin["_id"], {"$set": {"sections": bulletin["sections"], "cases": left}}, {"area": area}
            )

    def indexes(self) -> list[Index]:
        return [
            index(self._cases, "area", "opened_at"),
            index(self._hazards, "area", "found_at"),
            index(self._bulletins, "area", "cases"),
        ]


def _since(area: str, field: str, at: datetime | None) -> Document:
    return {"area": area} if at is None else {"area": area, "$or": [{field: {"$gte": text(at)}}, {field: None}]}


def _without(row: list[Any], case_id: str) -> list[Any]:
    """The row with neither the case's name nor who had it."""
    return [_FORGOTTEN, *row[1:-1], None] if row[0] == case_id else row
