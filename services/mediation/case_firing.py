"""Tells what has fallen due on a case, once, and erases what need not be kept any longer."""

import time
from datetime import timedelta
from typing import Final

from fengqiao.runtime import telemetry
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from services.mediation.case_documents import case_of, found_out
from services.mediation.case_files import CaseFiles
from services.mediation.domain.case import Case
from services.mediation.domain.context import Context
from services.mediation.domain.falling_due import fallen_due
from services.mediation.due_work import LATE_SECONDS

_TRIES: Final = 20
LEAST_LATE: Final = timedelta(seconds=60)
"""Domain time: on a clock that runs fast, the seconds between two looks are minutes."""


class CaseFiring:
    """Fires on cases."""

    def __init__(self, files: CaseFiles) -> None:
        self._files = files
        self._store = files.store
        self._clock = files.clock
        self._rules = files.rules

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
                await self._store.tell(after, time.monotonic())
                return
        raise StoreUnavailable(f"too many change {id} at the same moment")

    async def _erase(self, case: Case) -> None:
        files = self._files
        parties = await files.parties.of(case.id)
        marks = [mark for each in files.repeats.marks_of(case, parties)[0] for mark in each]
        await files.repeats.forget(case.id, case.reported_at, marks)
        await files.parties.erase(case.id, case.area)
        await files.papers.erase_all(case.id)
