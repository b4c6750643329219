"""One command on one case: load, decide, store where nobody else has, tell. Any instance may do it.

Stored is done: what Kafka does not take now is told later (`relay: pending`). When the store does not answer in time
nothing is known, and the answer is 503; with an Idempotency-Key the same command sent again tells what became of it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Literal

from fengqiao.contracts.ids import area_of, digest
from fengqiao.contracts.model import Actor, PaperReference
from fengqiao.runtime import telemetry
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import KafkaUnavailable, StoreUnavailable
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import Conflict, NotFound, PreconditionFailed, Unavailable, Unprocessable
from fengqiao.runtime.relay import Relay
from services.mediation.case_documents import case_of, changed, done_by, new_document
from services.mediation.domain import transitions
from services.mediation.domain.commands import NAMES, Command
from services.mediation.domain.decide import Context, decide
from services.mediation.domain.errors import NotAllowed, PartWrong, UnknownVisit
from services.mediation.domain.happenings import Happened
from services.mediation.domain.rules import Rules
from services.mediation.papers import Papers, Words, write
from services.mediation.parties import Parties
from services.mediation.preconditions import check_revision, etag

STORE_SECONDS: Final = 1.9
"""Real seconds that all of a command's steps in the store may take together."""
ANSWER_SECONDS: Final = 2.3
"""Real seconds after which the answer no longer waits for Kafka."""

RelayState = Literal["done", "pending"]
Build = Callable[[PaperReference | None], Command]
"""Makes the command, given the reference of its words."""


@dataclass(frozen=True, slots=True)
class Told:
    """A case after a command. replayed: the command had been carried out before."""

    document: Document
    relay: RelayState
    replayed: bool = False


def actor(caller: Principal) -> Actor:
    """Who asks, as events name them."""
    return Actor(client=caller.client, role=caller.role, unit=caller.unit)


@asynccontextmanager
async def store_in_time(seconds: float = STORE_SECONDS) -> AsyncIterator[None]:
    """The store's answers within that time, or Unavailable (503)."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, StoreUnavailable) as error:
        raise Unavailable("The case cannot be read or stored just now: send it again.", retry_after=2) from error


class CaseDesk:
    """rules: of each area that this installation serves."""

    def __init__(
        self,
        cases: Collection,
        papers: Papers,
        parties: Parties,
        relay: Relay,
        clock: Clock,
        rules: Mapping[str, Rules],
    ) -> None:
        self._cases = cases
        self._papers = papers
        self._parties = parties
        self._relay = relay
        self._clock = clock
        self._rules = rules

    async def case(self, id: str) -> Document:
        """The stored case. Raises NotFound, Unavailable."""
        async with store_in_time():
            return await self._load(id)

    async def open(self, id: str, events: Sequence[Happened], paper: Document | None, fingerprint: str) -> Told:
        """Store a case that a person has opened. Raises Unprocessable when the key was used for another one."""
        began = time.monotonic()
        document = new_document(events, telemetry.traceparent(), fingerprint)
        async with store_in_time():
            there = await self._cases.get(id)
            if there is None:
                if paper is not None:
                    await self._papers.keep(paper)
                try:
                    await self._cases.insert(document)
                except DuplicateId:
                    there = await self._load(id)
                    if paper is not None:
                        await self._papers.drop(paper["_id"])
            if there is None:
                failpoint("mediation.inserted")
                await self._parties.have_a_case([id])
        if there is not None:
            if there.get("fingerprint") != fingerprint:
                raise Unprocessable.at("/idempotency-key", "This key came with another case.", where="header")
            return Told(there, "pending" if there.get("unsent") else "done", replayed=True)
        return Told(document, await self._tell(document, began))

    async def carry_out(
        self,
        id: str,
        caller: Principal,
        if_match: str | None,
        key: str | None,
        words: Words | None,
        build: Build,
    ) -> Told:
        """Carry out the command that `build` makes. words: its free text, which goes into a paper.

        Raises NotFound, PreconditionRequired, PreconditionFailed, Conflict, Unprocessable, Unavailable.
        """
        began = time.monotonic()
        command_id = None if key is None else digest(caller.client, id, "command", key)
        now = self._clock.now()
        reference, paper = None, None
        if words is not None:
            reference, paper = write(words, id, area_of(id), caller.client, now)
        command = build(reference)
        async with store_in_time():
            document = await self._load(id)
            if command_id is not None and (done := done_by(document, command_id)) is not None:
                return self._again(document, done, command)
            check_revision(if_match, document["revision"])
            parties = frozenset(party["id"] for party in await self._parties.of(id) if party["role"] == "party")
            context = Context(now, self._rules[area_of(id)], actor(caller), parties)
            events = _decided(document, command, context)
            after = changed(document, events, telemetry.traceparent(), command_id)
            if paper is not None:
                await self._papers.keep(paper)
            if not await self._cases.replace(after, {"version": document["version"]}):
                return await self._lost(id, command_id, command, paper)
            failpoint("mediation.replaced")
        return Told(after, await self._tell(after, began))

    def _again(self, document: Document, done: str, command: Command) -> Told:
        if transitions.COMMANDS[NAMES[type(command)]] != done:
            raise Unprocessable.at("/idempotency-key", "This key came with another command.", where="header")
        if document.get("unsent"):
            # The answer was lost before its events were told: nobody else may come to look for a while.
            self._relay.later(document["_id"])
            return Told(document, "pending", replayed=True)
        return Told(document, "done", replayed=True)

    async def _lost(self, id: str, command_id: str | None, command: Command, paper: Document | None) -> Told:
        """Somebody else has changed the case since it was loaded, or this command came twice at once."""
        if paper is not None:
            await self._papers.drop(paper["_id"])
        there = await self._load(id)
        if command_id is not None and (done := done_by(there, command_id)) is not None:
            return self._again(there, done, command)
        raise PreconditionFailed(
            f"The case is at revision {there['revision']} now: read it again and decide anew.",
            headers={"ETag": etag(there["revision"])},
        )

    async def _load(self, id: str) -> Document:
        document = await self._cases.get(id)
        if document is None:
            raise NotFound(f"There is no case {id}.")
        return document

    async def _tell(self, document: Document, began: float) -> RelayState:
        with contextlib.suppress(KafkaUnavailable, TimeoutError):
            async with asyncio.timeout(max(ANSWER_SECONDS - (time.monotonic() - began), 0.1)):
                await self._relay.relay(document)
                return "done"
        return "pending"


def _decided(document: Document, command: Command, context: Context) -> list[Happened]:
    try:
        return decide(case_of(document), command, context)
    except NotAllowed as error:
        raise Conflict(str(error), allowed=error.allowed) from error
    except PartWrong as error:
        raise Unprocessable.at(error.pointer, str(error)) from error
    except UnknownVisit as error:
        raise NotFound(str(error)) from error
