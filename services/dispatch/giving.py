"""From a request to a command: whose area, what it carries, its words into a paper, and the answer."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Path, Response
from pydantic import BaseModel

from fengqiao.contracts import ids
from fengqiao.contracts.commands import Command
from fengqiao.contracts.model import Actor, PaperReference
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.problems import (
    Conflict,
    Forbidden,
    KeyReused,
    NotFound,
    Unavailable,
    Unprocessable,
    problem_responses,
)
from fengqiao.runtime.roles import Scope
from services.dispatch import lent_crews, requests
from services.dispatch.command_desk import CommandDesk
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.handling import Handling
from services.dispatch.papers import Papers

LONGEST_WAIT = 10.0
_REMEMBERED = 4096
"""Commands given here of which it is known what they asked for, also where nobody waits for what becomes of them."""
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Prefer = Annotated[str | None, Header(max_length=200)]
AssignmentId = Annotated[str, Path(max_length=80, description="The assignment's id, as its event gave it")]
IncidentId = Annotated[str, Path(max_length=80)]
UnitPath = Annotated[str, Path(max_length=40)]
_ANSWERS = problem_responses(404, 409, 422, 503)


@dataclass(frozen=True, slots=True)
class Sent:
    """How a command was sent. key: a command sent again with it acts once; one of its own where none was given."""

    caller: Principal
    key: str
    prefer: str | None


def sent_with(scope: Scope) -> Any:
    """Annotate a parameter with this to get how a command was sent, by a caller who has the scope."""

    async def sent(caller: Annotated[Principal, require(scope)], key: Key = None, prefer: Prefer = None) -> Sent:
        return Sent(caller, key or secrets.token_hex(16), prefer)

    return Depends(sent)


ByCrew = Annotated[Sent, sent_with("assignments:command")]
ByDesk = Annotated[Sent, sent_with("dispatch:command")]
ByUnit = Annotated[Sent, sent_with("units:write")]


class Decided(BaseModel):
    """What became of a command. status `pending`: not decided yet."""

    command_id: str
    status: str
    incident_id: str | None = None
    assignment_id: str | None = None
    unit: str | None = None
    case_id: str | None = None


class WhyRefused(BaseModel):
    """As the problem would have told it. allowed: what may be done instead."""

    status: int
    detail: str
    allowed: list[str] = []


class Known(Decided):
    """What is known of a command afterwards. problem: with status `refused`."""

    problem: WhyRefused | None = None


DECLARED: dict[str, Any] = {
    "response_model": Decided,
    "responses": {202: {"model": Decided, "description": "Accepted, not decided yet"}, **_ANSWERS},
}
"""What every command's route answers."""


def seconds_to_wait(prefer: str | None) -> float:
    """RFC 7240's `wait`, in seconds; 0 where it is not asked for."""
    for preference in (prefer or "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.strip().lower() == "wait":
            try:
                return min(max(float(value.strip()), 0.0), LONGEST_WAIT)
            except ValueError:
                return 0.0
    return 0.0


def fingerprint(command: Command, fields: Iterable[str]) -> str:
    """What the command asks for with these fields of its kind, without its words, which lie in a paper."""
    return ids.digest(command.TYPE, command.area, command.model_dump_json(include=set(fields)))


def answer(result: Mapping[str, Any] | None, command_id: str) -> Response:
    """The answer to a command. Raises the problem with which it was refused."""
    if result is None:
        body = {"command_id": command_id, "status": "pending"}
        return Response(
            orjson.dumps(body), 202, {"Location": f"/v1/commands/{command_id}"}, media_type="application/json"
        )
    if result["status"] == "refused":
        extra = {"command_id": command_id}
        match result["code"]:
            case 403:
                raise Forbidden(result["detail"], extra=extra)
            case 404:
                raise NotFound(result["detail"], extra=extra)
            case _:
                raise Conflict(result["detail"], allowed=result["allowed"] or None, extra=extra)
    told = {name: result[name] for name in Decided.model_fields if result.get(name) is not None}
    return Response(orjson.dumps(told), 200, media_type="application/json")


class Giving:
    """areas: the forces of each area that this installation serves."""

    def __init__(self, desk: CommandDesk, papers: Papers, areas: Mapping[str, Forces], clock: Clock) -> None:
        self.desk = desk
        self.clock = clock
        self._papers = papers
        self._areas = areas
        self._given: OrderedDict[str, str | None] = OrderedDict()

    def handling(self, area: str) -> Handling:
        return self._areas[area].handling

    def area_of(self, identifier: str, valid: Callable[[str], bool], caller: Principal) -> str:
        """A malformed id is 404, another area's 403, at once."""
        area = ids.area_of(identifier)
        if not valid(identifier) or area not in self._areas:
            raise NotFound(f"There is no {identifier[:80]}.")
        caller.check_area(area)
        return area

    def of_assignment(self, id: str, caller: Principal) -> tuple[str, str | None]:
        """Whose the assignment is, and what the caller's unit is called there: a crew that is lent by a neighbour
        commands its assignment in the other area."""
        lent = lent_crews.name_in(ids.area_of(id), caller, self._areas)
        if lent is not None and ids.is_assignment_id(id):
            return ids.area_of(id), lent
        return self.area_of(id, ids.is_assignment_id, caller), caller.unit

    def one_area(self, caller: Principal, area: str | None) -> str:
        """The area that is named, or the only one that the token is for."""
        if area is None:
            mine = [one for one in self._areas if caller.may(one)]
            if len(mine) != 1:
                raise Unprocessable.at("/area", "Say which area: this token is for several.", where="query")
            return mine[0]
        if area not in self._areas:
            raise NotFound(f"There is no area {area[:40]}.")
        caller.check_area(area)
        return area

    def area_with(self, caller: Principal, area: str | None, unit: str) -> str:
        """As `one_area`, for a request about a unit of it; a crew's token is for its own."""
        where = self.one_area(caller, area)
        if unit not in self._areas[where].units:
            raise NotFound(f"There is no unit {unit[:40]} in {where}.")
        caller.check_unit(unit)
        return where

    def has_unit(self, area: str, unit: str) -> bool:
        return unit in self._areas[area].units

    async def became(self, command_id: str, caller: Principal) -> Known:
        """What became of a command, for its giver and for its area: a crew that is lent gives commands in an area
        that it may not read. Raises NotFound, and Unavailable."""
        try:
            result = await self.desk.result(command_id)
        except StoreUnavailable as error:
            raise Unavailable(str(error), retry_after=2) from error
        mine = ids.gave(caller.client, command_id)
        if result is None and mine:
            return Known(command_id=command_id, status="pending")
        if result is None or not (mine or caller.may(result["area"])):
            raise NotFound("Nothing is known of this command (yet).")
        told = {name: result[name] for name in Decided.model_fields if name in result}
        if result["status"] == "refused":
            told["problem"] = WhyRefused(
                status=result["code"], detail=result["detail"], allowed=list(result["allowed"])
            )
        return Known(**told)

    async def order(
        self,
        kind: type[Command],
        incident_id: str,
        sent: Sent,
        body: requests.Step,
        words: str | None = None,
        /,
        **more: Any,
    ) -> Response:
        """Give an order about an incident. words, more: as for `give`."""
        area = self.area_of(incident_id, ids.is_incident_id, sent.caller)
        return await self.give(kind, area, sent, body, words, incident_id=incident_id, **more)

    async def give(
        self,
        kind: type[Command],
        area: str,
        sent: Sent,
        body: requests.Step,
        words: str | None = None,
        called: str | None = None,
        /,
        **more: Any,
    ) -> Response:
        """Send a command, and answer as `Prefer` asks. Raises the problem with which it was refused, and Unavailable.

        words: kept first, for the event carries a reference. called: the caller's unit, where it is not called as in
        its token. more: the fields of its kind.
        """
        caller, now = sent.caller, self.clock.now()
        reason: PaperReference | None = None
        if words is not None:
            reason = await self._papers.keep(words, area, sent.key, caller.client, now)
        command = kind(
            command_id=ids.command_id(caller.client, sent.key),
            area=area,
            by=Actor(client=caller.client, role=caller.role, unit=called or caller.unit),
            received_at=now,
            at=body.at,
            reason=reason,
            **more,
        )
        # What keeping its words has taken is part of the wait.
        taken = (self.clock.now() - now).total_seconds() / self.clock.speed
        wait = max(seconds_to_wait(sent.prefer) - taken, 0.0)
        command = command.model_copy(update={"fingerprint": fingerprint(command, more)})
        self._check_key(command.command_id, command.fingerprint)
        try:
            result = await self.desk.send(command, wait)
            if result is not None:
                self._check_key(command.command_id, command.fingerprint, result.get("fingerprint"))
            return answer(result, command.command_id)
        except StoreUnavailable as error:
            raise Unavailable(
                f"The command is on its way; ask /v1/commands/{command.command_id} what became of it.", retry_after=2
            ) from error

    def _check_key(self, command_id: str, mine: str | None, before: str | None = None) -> None:
        """Raises KeyReused where a command with this id, given here lately or decided as `before`, is another one."""
        known = before or self._given.get(command_id) or mine
        self._given[command_id] = known
        if len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)
        if known != mine:
            raise KeyReused("This Idempotency-Key came with another command before: use a new one.")
