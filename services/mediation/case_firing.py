"""Tells what has fallen due on a case, once, and erases what need not be kept any longer."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fengqiao.runtime import telemetry
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from services.mediation.case_documents import case_of, found_out
from services.mediation.case_store import CaseStore
from services.mediation.domain.case import Case
from services.mediation.domain.context import Context
from services.mediation.domain.falling_due import fallen_due
from services.mediation.domain.rules import Rules
from services.mediation.due_work import LATE_SECONDS
from services.mediation.loads import Loads
from services.mediation.papers import Papers
from services.mediation.parties import Parties
from services.mediation.repeats import Repeats

_TRIES: Final = 20
LEAST_LATE: Final = timedelta(seconds=60)
"""Domain time: on a clock that runs fast, the seconds between two looks are minutes."""


class CaseFiring:
    """rules: of each area that this installation serves."""

    def __init__(
        self,
        store: CaseStore,
        papers: Papers,
        parties: Parties,
        repeats: Repeats,
        loads: Loads,
        clock: Clock,
        rules: Mapping[str, Rules],
    ) -> None:
        self._store = store
        self._papers = papers
        self._parties = parties
        self._repeats = repeats
        self._loads = loads
        self._clock = clock
        self._rules = rules

    async def fire(self, id: str) -> None:
        """Raises StoreUnavailable; then it is tried again."""
        for _ in range(_TRIES):
            document = await self._store.collection.get(id)
            if document is None or document["area"] not in self._rules:
                return
            case = case_of(document)
            now = self._clock.now()
            late = max(LEAST_LATE, timedelta(seconds=LATE_SECONDS * self._clock.speed))
            events = fallen_due(case, Context(now, self._rules[document["area"]], late_after=late))
            if not events:
                return
            if any(event.TYPE == "forgotten" for event in events):
                # Erased before it is said: dying in between erases once more.
                await self._erase(case)
                failpoint("mediation.erased")
            after = found_out(document, events, telemetry.traceparent())
            if await self._store.replace(after, document):
                self._loads.moved(case.area, document.get("with", ()), after.get("with", ()))
                await self._store.tell(after, time.monotonic())
                return
        raise StoreUnavailable(f"too many change {id} at the same moment")

    async def _erase(self, case: Case) -> None:
        parties = await self._parties.of(case.id)
        marks = [mark for each in self._repeats.marks_of(case, parties)[0] for mark in each]
        await self._repeats.forget(case.id, case.reported_at, marks)
        await self._parties.erase(case.id)
        await self._papers.erase_all(case.id)
