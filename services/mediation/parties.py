"""The parties of a case: the only place where their names are. Append only; nothing here moves the case's revision.

One document a case. A crew names the parties while the dispute is still on its way, so the document may be there
before the case: it is kept for a day of domain time and then forgotten, unless the case has come.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import Busy, StoreUnavailable

log = structlog.get_logger(__name__)
WAIT: Final = timedelta(days=1)
LOOK_EVERY_S: Final = 3600.0
"""Domain seconds between looks for parties whose case has not come."""
MOST: Final = 100
"""Parties a case may have."""
_TRIES: Final = 12


class KeyReused(Exception):
    """The same key came with another party."""


class TooMany(Exception):
    """The case has as many parties as a case may have."""


class Erased(Exception):
    """The case is over and its parties have been erased."""


@dataclass(frozen=True, slots=True)
class Named:
    """A party as it was stored. replayed: it was there already, by the same request."""

    party: Mapping[str, Any]
    case_known: bool
    replayed: bool


class Parties:
    """Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection, cases: Collection, clock: Clock) -> None:
        self._collection = collection
        self._cases = cases
        self._clock = clock

    async def of(self, case: str) -> list[dict[str, Any]]:
        """The parties in the order in which they were named, with everything that is known of them."""
        document = await self._collection.get(case)
        return [] if document is None else list(document["parties"])

    async def name(self, case: str, area: str, key: str, fingerprint: str, party: Mapping[str, Any]) -> Named:
        """Append a party. The same key gives the same party. Raises KeyReused, TooMany, Erased."""
        for _ in range(_TRIES):
            document = await self._collection.get(case)
            if document is not None and document.get("erased"):
                raise Erased("The case is over and its parties have been erased: report the quarrel anew.")
            for there in document["parties"] if document else ():
                if there["key"] == key:
                    if there["fingerprint"] != fingerprint:
                        raise KeyReused(key)
                    assert document is not None
                    return Named(there, not document.get("waiting"), True)
            named = dict(party) | {"key": key, "fingerprint": fingerprint, "at": self._clock.now().isoformat()}
            if document is None or not document["parties"]:
                known = await self._cases.get(case) is not None
                if await self._begin(case, area, named | {"id": "p1"}, known, document):
                    return Named(named | {"id": "p1"}, known, False)
            elif len(document["parties"]) >= MOST:
                raise TooMany(f"A case has at most {MOST} parties.")
            else:
                named["id"] = f"p{len(document['parties']) + 1}"
                after = document | {
                    "parties": [*document["parties"], named],
                    "version": document["version"] + 1,
                }
                if await self._collection.replace(after, {"version": document["version"]}):
                    return Named(named, not document.get("waiting"), False)
        raise StoreUnavailable("too many name parties of this case at the same moment")

    async def _begin(self, case: str, area: str, first: Document, known: bool, emptied: Document | None) -> bool:
        """Store the first party. emptied: the document whose parties were forgotten before."""
        document: Document = {
            "_id": case,
            "area": area,
            "version": 1 if emptied is None else emptied["version"] + 1,
            "first_at": self._clock.now(),
            "parties": [first],
        }
        if not known:
            document["waiting"] = True
        if emptied is not None:
            return await self._collection.replace(document, {"version": emptied["version"]})
        try:
            await self._collection.insert(document)
        except DuplicateId:
            return False
        return True

    async def have_a_case(self, cases: Sequence[str]) -> None:
        """These cases have come: their parties wait no longer."""
        await self._collection.update_each(
            (case, {}, {"$unset": {"waiting": ""}, "$inc": {"version": 1}}) for case in cases
        )

    async def erase(self, case: str, area: str) -> None:
        """Erase the parties of a case for good: also where nobody was named, nobody is named later."""
        for _ in range(_TRIES):
            document = await self._collection.get(case)
            if document is None:
                nobody: Document = {"_id": case, "area": area, "version": 1, "first_at": self._clock.now()}
                with contextlib.suppress(DuplicateId):
                    await self._collection.insert(nobody | {"parties": [], "erased": True})
                    return
                continue
            if document.get("erased"):
                return
            emptied = document | {"parties": [], "version": document["version"] + 1, "erased": True}
            emptied.pop("waiting", None)
            if await self._collection.replace(emptied, {"version": document["version"]}):
                return
        raise StoreUnavailable("too many name parties of this case at the same moment")

    async def forget_waiting(self, now: datetime) -> int:
        """Erase the parties of cases that have not come within a day; how many documents went."""
        gone = 0
        # A list over the few that wait: by index where the store has one.
        for document in await self._collection.find({"waiting": True}, limit=1000):
            if document["first_at"] > now - WAIT:
                continue
            if await self._cases.get(document["_id"]) is not None:
                await self.have_a_case([document["_id"]])
                continue
            # Emptied, not deleted: compare-and-set, so that a case that comes at this moment keeps its parties.
            emptied = document | {"parties": [], "version": document["version"] + 1}
            emptied.pop("waiting")
            gone += await self._collection.replace(emptied, {"version": document["version"]})
        return gone

    async def keep_forgetting(self) -> None:
        """Look every hour of domain time, for ever."""
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            try:
                if gone := await self.forget_waiting(self._clock.now()):
                    log.info("parties without a case forgotten", count=gone)
            except Busy as busy:
                log.debug("parties are looked through later", why=str(busy))
                await asyncio.sleep(2)
