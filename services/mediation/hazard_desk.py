"""Hazards in the store: found, changed by one command each, told when they are overdue. As cases, but simpler."""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final

from fengqiao.contracts import hazards as said
from fengqiao.contracts.ids import area_of
from fengqiao.contracts.model import PaperReference
from fengqiao.contracts.topics import MEDIATION
from fengqiao.runtime import relay, telemetry
from fengqiao.runtime.chain import checked, linked
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Document
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import Conflict, PreconditionFailed, Unprocessable
from services.mediation.case_documents import SOURCE
from services.mediation.case_firing import LEAST_LATE
from services.mediation.case_store import CaseStore, RelayState, store_in_time
from services.mediation.domain import hazards as own
from services.mediation.domain.errors import NotAllowed
from services.mediation.domain.hazards import Hazard, HazardHappened, decide_hazard, evolve_hazard
from services.mediation.due_work import LATE_SECONDS
from services.mediation.listing import sortable
from services.mediation.papers import Papers, Words, write
from services.mediation.preconditions import check_revision, etag
from services.mediation.sent import Sent, carried_out

_TRIES: Final = 20
Build = Callable[[PaperReference | None], HazardHappened]


def hazard_of(document: Document) -> Hazard:
    """The hazard as it is stored."""
    return Hazard.read(document["state"])


def refolded_hazard(document: Document) -> Hazard:
    """The hazard as its history has it, the chain checked. Raises ChainBroken."""
    hazard: Hazard | None = None
    for content in checked(document["_id"], document["history"]):
        hazard = evolve_hazard(hazard, own.HAZARD_HAPPENINGS[content["type"]].of(content["data"]))
    assert hazard is not None
    return hazard


def with_happened(
    document: Document | None, events: Sequence[HazardHappened], *, edited: bool, command: Sent | None = None
) -> Document:
    """The document after `events`. edited: by a person, which moves the ETag. command: if it came with a key."""
    before = document or {"version": 0, "revision": 0, "history": [], "events_through": 0}
    hazard = None if document is None else hazard_of(document)
    history: list[Document] = list(before["history"])
    sequence, telling = before["events_through"], []
    for event in events:
        hazard = evolve_hazard(hazard, event)
        content: dict[str, Any] = {"type": event.TYPE, "data": event.model_dump(mode="json", exclude_none=True)}
        history.append(linked(history, content | ({} if command is None else command.row)))
        sequence += 1
        told = _tell(hazard, event)
        record = CloudEvent(told.TYPE, SOURCE, hazard.id, sequence, event.at, told.wire(), telemetry.traceparent())
        telling.append(relay.pending(record, MEDIATION.name, hazard.id))
    assert hazard is not None
    after = before | {
        "_id": hazard.id,
        "area": hazard.area,
        "stage": hazard.stage,
        "sort": f"{sortable(hazard.found_at)}|{hazard.id}",
        "found": sortable(hazard.found_at),
        "version": before["version"] + 1,
        "revision": before["revision"] + edited,
        "state": hazard.wire().decode(),
        "history": history,
    }
    after.pop("next_due", None)
    if hazard.next_due is not None:
        after["next_due"] = sortable(hazard.next_due)
    return relay.with_pending(after, *telling)


def _tell(hazard: Hazard, event: HazardHappened) -> said.HazardEvent:
    marks: dict[str, Any] = {
        "hazard_id": hazard.id,
        "area": hazard.area,
        "at": event.at,
        "by": event.by,
        "kind": hazard.kind,
        "grid_cell": hazard.grid_cell,
        "found_at": hazard.found_at,
    }
    match event:
        case own.Found():
            return said.HazardFound(**marks, case_id=event.case_id)
        case own.Ordered():
            return said.HazardOrdered(**marks, due_at=event.due_at, order=event.order)
        case own.Overdue():
            return said.HazardOverdue(**marks, due_at=event.due_at, late=event.late)
        case own.Checked():
            return said.HazardChecked(**marks, rectified=event.rectified)
        case own.Ended():
            return said.HazardClosed(**marks, result=event.result)
        case own.HazardForgotten():
            return said.HazardForgotten(**marks)
    raise ValueError(f"{event.TYPE} is not told to anybody")


class HazardDesk:
    """Raises as the desk of cases does."""

    def __init__(self, store: CaseStore, papers: Papers, clock: Clock) -> None:
        self._store = store
        self._papers = papers
        self._clock = clock

    async def hazard(self, id: str) -> Document:
        async with store_in_time():
            return await self._store.load(id)

    async def found(
        self, event: own.Found, paper: Document | None, fingerprint: str
    ) -> tuple[Document, RelayState, bool]:
        """(the hazard, whether it is told, whether it was there already)."""
        began = time.monotonic()
        document = with_happened(None, [event], edited=True) | {"fingerprint": fingerprint}
        async with store_in_time():
            if paper is not None:
                await self._papers.keep(paper)
            [is_new] = await self._store.insert_each([document])
            failpoint("mediation.inserted")
            if not is_new:
                there = await self._store.load(document["_id"])
                if paper is not None:
                    await self._papers.drop(paper["_id"])
                if there["fingerprint"] != fingerprint:
                    raise Unprocessable.at("/idempotency-key", "This key came with another hazard.", where="header")
                return there, "pending" if there.get("unsent") else "done", True
        return document, await self._store.tell(document, began), False

    async def carry_out(
        self, id: str, client: str, if_match: str | None, command: Sent | None, words: Words | None, build: Build
    ) -> tuple[Document, RelayState, bool]:
        """(the hazard, whether it is told, whether this command had been carried out before).

        Raises NotFound, PreconditionRequired, PreconditionFailed, Conflict, Unprocessable, Unavailable.
        """
        began = time.monotonic()
        reference, paper = None, None
        if words:
            reference, paper = write(words, id, area_of(id), client, self._clock.now())
        async with store_in_time():
            for _ in range(_TRIES):
                document = await self._store.load(id)
                if carried_out(document["history"], command):
                    return await self._again(document, paper)
                check_revision(if_match, document["revision"], "hazard")
                try:
                    events = decide_hazard(hazard_of(document), build(reference))
                except NotAllowed as error:
                    raise Conflict(str(error), allowed=error.allowed) from error
                after = with_happened(document, events, edited=True, command=command)
                if paper is not None:
                    await self._papers.keep(paper)
                if await self._store.replace(after, document):
                    break
                there = await self._store.load(id)
                if carried_out(there["history"], command):
                    return await self._again(there, paper)
                if there["revision"] != document["revision"]:
                    if paper is not None:
                        await self._papers.drop(paper["_id"])
                    raise PreconditionFailed(
                        f"The hazard is at revision {there['revision']} now: read it again and decide anew.",
                        headers={"ETag": etag(there["revision"])},
                    )
                # It fell due in between, which its author need not have seen: decide anew.
            else:
                raise StoreUnavailable("the hazard changes all the time")
        return after, await self._store.tell(after, began), False

    async def _again(self, document: Document, paper: Document | None) -> tuple[Document, RelayState, bool]:
        """It was carried out before, and its answer was lost. paper: of this time, perhaps stored."""
        if paper is not None:
            await self._papers.drop(paper["_id"])
        if document.get("unsent"):
            self._store.relay.later(document["_id"])
            return document, "pending", True
        return document, "done", True

    async def fire(self, id: str) -> None:
        """Tell that it is overdue, or erase its papers, if it is time. Raises StoreUnavailable."""
        for _ in range(_TRIES):
            document = await self._store.collection.get(id)
            if document is None:
                return
            hazard, now = hazard_of(document), self._clock.now()
            due = hazard.next_due
            if due is None or due > now:
                return
            event: HazardHappened
            if hazard.stage == "closed":
                # Erased before it is said: dying in between erases once more.
                await self._papers.erase_all(id)
                failpoint("mediation.erased")
                event = own.HazardForgotten(at=now)
            else:
                late = now - due > max(LEAST_LATE, timedelta(seconds=LATE_SECONDS * self._clock.speed))
                event = own.Overdue(at=now, due_at=due, late=late)
            after = with_happened(document, [event], edited=False)
            if await self._store.replace(after, document):
                await self._store.tell(after, time.monotonic())
                return
        raise StoreUnavailable(f"too many change {id} at the same moment")
