"""Changing an incident: compare-and-set on its version, told like the report itself.

The change and its event are stored in one write; a race that is lost is run again on the new version, unless the
client said which version it meant. What dispatch says of the incident meanwhile is left alone: only the changed
fields are written.
"""

from collections.abc import Callable
from typing import Any, Final

from fengqiao.contracts import ids
from fengqiao.contracts.model import Event
from fengqiao.contracts.topics import INCIDENTS
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import Conflict, KeyReused, NotFound, PreconditionFailed, Unavailable
from fengqiao.runtime.relay import with_pending
from services.intake import records
from services.intake.acceptance import Patience
from services.intake.domain.changing import Change, cancelled, corrected, with_caller
from services.intake.domain.drafts import AnotherCallerDraft, CancelDraft, ChangeDraft, Draft, to_the_millisecond
from services.intake.domain.ground import Grounds
from services.intake.domain.taking import fingerprint
from services.intake.outbox import Outbox
from services.intake.refusals import store_answers
from services.intake.sight import check_sight

ATTEMPTS: Final = 50
"""Races that one request runs again; each lost one means that somebody else's change was made."""

Decide = Callable[[Document], Change]


class Corrections:
    """Changes to incidents that were accepted."""

    def __init__(self, grounds: Grounds, incidents: Collection, outbox: Outbox, clock: Clock) -> None:
        self._grounds = grounds
        self._incidents = incidents
        self._outbox = outbox
        self._clock = clock

    async def correct(
        self, caller: Principal, id: str, draft: ChangeDraft, key: str | None, if_match: str | None, patience: Patience
    ) -> dict[str, Any]:
        """More is known. Raises Refusal and Problem."""

        def decide(known: Document) -> Change:
            now = to_the_millisecond(self._clock.now())
            return corrected(known, id, draft, self._grounds, caller.client, now)

        # A fix sent again is older than what is known, so it needs no key; a track would fill the document with them.
        return await self._change(
            caller, id, "correct", draft, None if draft.is_a_fix else key, if_match, decide, patience
        )

    async def add_caller(
        self, caller: Principal, id: str, draft: AnotherCallerDraft, key: str | None, patience: Patience
    ) -> dict[str, Any]:
        """One more person called about it. Raises Refusal and Problem."""

        def decide(known: Document) -> Change:
            return with_caller(known, id, draft, caller.client, to_the_millisecond(self._clock.now()))

        return await self._change(caller, id, "caller", draft, key, None, decide, patience)

    async def cancel(self, caller: Principal, id: str, draft: CancelDraft, patience: Patience) -> dict[str, Any]:
        """The source takes it back. Raises Refusal and Problem."""

        def decide(known: Document) -> Change:
            return cancelled(known, id, draft, to_the_millisecond(self._clock.now()))

        return await self._change(caller, id, "cancel", draft, None, None, decide, patience)

    async def _change(
        self,
        caller: Principal,
        id: str,
        verb: str,
        draft: Draft,
        key: str | None,
        if_match: str | None,
        decide: Decide,
        patience: Patience,
    ) -> dict[str, Any]:
        mark = None if key is None else (ids.digest(caller.client, verb, key), fingerprint(draft))
        try:
            async with store_answers(patience.store):
                known, replayed = await self._compare_and_set(caller, id, mark, if_match, decide)
        except Unavailable:
            self._outbox.later(ids.key_of_incident(id))
            raise
        relay = await self._outbox.tell(known, patience.kafka)
        return records.changed_answer(known, relay, replayed=replayed)

    async def _compare_and_set(
        self, caller: Principal, id: str, mark: tuple[str, str] | None, if_match: str | None, decide: Decide
    ) -> tuple[Document, bool]:
        """The document after the change, and whether the change had been made before."""
        for _ in range(ATTEMPTS):
            known = await self._incidents.get(ids.key_of_incident(id))
            if known is None or known["area"] != ids.area_of(id):
                raise NotFound("There is no incident with this id.")
            check_sight(caller, known)
            if mark is not None and (made := known.get("done", {}).get(mark[0])) is not None:
                if made != mark[1]:
                    raise KeyReused("This key was used for another change of this incident: use a new one.")
                return known, True
            if if_match is not None and if_match != etag(known):
                raise PreconditionFailed(f"The incident is at version {known['version']} by now: read it again.")
            change = decide(known)
            if change.event is None:
                return known, True
            fields = self._fields(known, id, change, change.event)
            done = {} if mark is None else {f"done.{mark[0]}": mark[1]}
            if await self._incidents.update(known["_id"], {"$set": fields | done}, {"version": known["version"]}):
                failpoint("intake.changed")
                return known | fields, False
        raise Conflict("Many are changing this incident at this moment: try again.", allowed=["correct"])

    def _fields(self, known: Document, id: str, change: Change, event: Event) -> Document:
        """All that the write sets; the outbox's three fields always, for they may be cleared meanwhile."""
        now = to_the_millisecond(self._clock.now())
        ground = self._grounds.by_area[known["area"]]
        told = records.telling(event, id, known["events_through"] + 1, INCIDENTS.name, ground, now)
        outbox = with_pending({"pending": self._outbox.unpublished(known)}, told)
        first = {} if known.get("first") else {"first": records.first_answer(known)}
        return {**change.fields, **first, **outbox, "version": known["version"] + 1}


def etag(known: Document) -> str:
    """The revision of what people edit."""
    return f'"{known["version"]}"'
