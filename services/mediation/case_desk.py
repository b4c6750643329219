"""One command on one case: load, decide, store where nobody else has, tell. Any instance may do it.

Stored is done: what Kafka does not take now is told later (`relay: pending`). When the store does not answer in time
nothing is known, and the answer is 503; with an Idempotency-Key the same command sent again tells what became of it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from fengqiao.contracts.ids import area_of
from fengqiao.contracts.model import Actor, PaperReference
from fengqiao.runtime import telemetry
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.documents import Document
from fengqiao.runtime.errors import Busy, StoreUnavailable
from fengqiao.runtime.problems import Conflict, NotFound, PreconditionFailed, Unprocessable
from services.mediation.case_documents import case_of, changed, found_out, new_document
from services.mediation.case_files import CaseFiles
from services.mediation.case_store import RelayState, store_in_time
from services.mediation.domain.commands import Assess, Command, Refer
from services.mediation.domain.context import Context, Party
from services.mediation.domain.decide import completed, decide, repeated
from services.mediation.domain.errors import NotAllowed, PartWrong, UnknownVisit
from services.mediation.domain.happenings import Happened, Opened
from services.mediation.papers import Words, write
from services.mediation.preconditions import check_revision, etag
from services.mediation.sent import Sent, carried_out

__all__ = ["CaseDesk", "RelayState", "Told", "actor", "store_in_time"]

log = structlog.get_logger(__name__)
Build = Callable[[PaperReference | None], Command]
"""Makes the command, given the reference of its words."""
_TRIES: Final = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A case after a command. replayed: the command had been carried out before."""

    document: Document
    relay: RelayState
    replayed: bool = False


def actor(caller: Principal) -> Actor:
    """Who asks, as events name them."""
    return Actor(client=caller.client, role=caller.role, unit=caller.unit)


class CaseDesk:
    """Carries out what people want of cases."""

    def __init__(self, files: CaseFiles) -> None:
        self._store = files.store
        self._lists = files.lists
        self._papers = files.papers
        self._parties = files.parties
        self._repeats = files.repeats
        self._clock = files.clock
        self._rules = files.rules

    async def case(self, id: str) -> Document:
        """The stored case. Raises NotFound, Unavailable."""
        async with store_in_time():
            return await self._store.load(id)

    async def open(self, id: str, events: Sequence[Happened], paper: Document | None, fingerprint: str) -> Told:
        """Store a case that a person has opened. Raises Unprocessable when the key was used for another one."""
        began = time.monotonic()
        document = new_document(events, telemetry.traceparent(), fingerprint)
        async with store_in_time():
            there = await self._store.collection.get(id)
            if there is None:
                if paper is not None:
                    await self._papers.keep(paper)
                [is_new] = await self._store.insert_each([document])
                if not is_new:
                    there = await self._store.load(id)
                    if paper is not None:
                        await self._papers.drop(paper["_id"])
            if there is None:
                await self._parties.have_a_case([id])
        if there is not None:
            if there.get("fingerprint") != fingerprint:
                raise Unprocessable.at("/idempotency-key", "This key came with another case.", where="header")
            return Told(there, "pending" if there.get("unsent") else "done", replayed=True)
        relay = await self._store.tell(document, began)
        return Told(await self.link(id) or document, relay)

    async def carry_out(
        self,
        id: str,
        caller: Principal,
        if_match: str | None,
        command: Sent | None,
        words: Words | None,
        build: Build,
    ) -> Told:
        """Carry out what `build` makes. command: if it came with a key. words: its free text, which goes into a paper.

        Raises NotFound, PreconditionRequired, PreconditionFailed, Conflict, Unprocessable, Unavailable.
        """
        began = time.monotonic()
        reference, paper = None, None
        if words is not None:
            reference, paper = write(words, id, area_of(id), caller.client, self._clock.now())
        wish = build(reference)
        async with store_in_time():
            for _ in range(_TRIES):
                document = await self._store.load(id)
                if carried_out(document["history"], command):
                    return self._again(document)
                check_revision(if_match, document["revision"])
                events = _decided(document, wish, await self._context(document, wish, actor(caller)))
                after = changed(document, events, telemetry.traceparent(), command)
                if paper is not None:
                    await self._papers.keep(paper)
                if await self._store.replace(after, document):
                    break
                if await self._overtaken(id, document["revision"], command):
                    return await self._lost(id, command, paper)
                # Something fell due, or a link was found: its author has seen all that people wrote. Decide anew.
            else:
                raise StoreUnavailable("the case changes all the time")
        return Told(after, await self._store.tell(after, began))

    async def _overtaken(self, id: str, revision: int, command: Sent | None) -> bool:
        """Whether somebody else has edited the case since, or this command was carried out by another request."""
        there = await self._store.load(id)
        return bool(there["revision"] != revision or carried_out(there["history"], command))

    async def _context(self, document: Document, command: Command, by: Actor) -> Context:
        area = document["area"]
        rules = self._rules[area]
        named = await self._parties.of(document["_id"])
        loads = await self.loads(area) if isinstance(command, Refer) and not command.mediators else {}
        context = Context(self._clock.now(), rules, by, _without_names(named), loads=loads)
        if not isinstance(command, Assess):
            return context
        marks, repeats = await self._repeats.find(case_of(document), named, rules.grading.repeat_days)
        return Context(context.now, rules, by, context.parties, marks, repeats, context.loads)

    async def complete(self, id: str, again: Opened) -> None:
        """Add what the dispute says when it comes by another way. Raises StoreUnavailable."""
        for _ in range(_TRIES):
            document = await self._store.load(id)
            context = Context(self._clock.now(), self._rules[document["area"]])
            events = completed(case_of(document), again, context)
            if not events:
                return
            after = found_out(document, events, telemetry.traceparent())
            if await self._store.replace(after, document):
                await self.link(id)
                return
        raise StoreUnavailable("the case changes all the time")

    async def loads(self, area: str) -> Mapping[str, int]:
        """How many open cases lie with each of the area's mediators. Raises StoreUnavailable."""
        return await self._lists.loads(area, [one.id for one in self._rules[area].force.mediators])

    async def link(self, id: str) -> Document | None:
        """Link the case with earlier ones of its parties or its place; what it is then, if it has changed.

        Best effort: what is not linked now is when the case is assessed.
        """
        try:
            for _ in range(_TRIES):
                document = await self._store.collection.get(id)
                if document is None:
                    return None
                rules = self._rules[document["area"]]
                case = case_of(document)
                found = await self._repeats.find(case, await self._parties.of(id), rules.grading.repeat_days)
                events = repeated(case, found[1], Context(self._clock.now(), rules))
                if not events:
                    return None
                after = found_out(document, events, telemetry.traceparent())
                if await self._store.replace(after, document):
                    await self._store.tell(after, time.monotonic())
                    return after
        except Busy as busy:
            log.info("case linked later", case=id, why=str(busy))
        return None

    def _again(self, document: Document) -> Told:
        if document.get("unsent"):
            # The answer was lost before its events were told: nobody else may come to look for a while.
            self._store.relay.later(document["_id"])
            return Told(document, "pending", replayed=True)
        return Told(document, "done", replayed=True)

    async def _lost(self, id: str, command: Sent | None, paper: Document | None) -> Told:
        """Somebody else has changed the case since it was loaded, or this command came twice at once."""
        if paper is not None:
            await self._papers.drop(paper["_id"])
        there = await self._store.load(id)
        if carried_out(there["history"], command):
            return self._again(there)
        raise PreconditionFailed(
            f"The case is at revision {there['revision']} now: read it again and decide anew.",
            headers={"ETag": etag(there["revision"])},
        )


def _without_names(named: Sequence[Mapping[str, Any]]) -> tuple[Party, ...]:
    return tuple(
        Party(party["id"], party["role"], bool(party.get("minor")), party.get("guardian_of")) for party in named
    )


def _decided(document: Document, command: Command, context: Context) -> list[Happened]:
    try:
        return decide(case_of(document), command, context)
    except NotAllowed as error:
        raise Conflict(str(error), allowed=error.allowed) from error
    except PartWrong as error:
        raise Unprocessable.at(error.pointer, str(error)) from error
    except UnknownVisit as error:
        raise NotFound(str(error)) from error
