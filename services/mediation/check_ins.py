"""Daily check-in calls 每日电话询问 (S12): one document an area and day, addressed by `_id`, never looked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.problems import Unprocessable
from services.mediation.domain.rules import CheckInPoint, Rules
from services.mediation.sent import Sent

CheckInState = Literal["waiting", "answered", "trouble", "missed"]
KEYS: Final = 50
"""Calls of one contact and day of which the keys are remembered."""
_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Called:
    """A contact on the list of a day. attempts: calls that nobody answered."""

    point: CheckInPoint
    state: CheckInState
    attempts: int
    at: datetime | None = None
    by: str | None = None
    case_id: str | None = None


def called(rules: Rules, day: date, calls: Mapping[str, Mapping[str, Any]], now: datetime) -> list[Called]:
    """The list of a day: everybody who is to be called, and who was not reached in time."""
    local = now.astimezone(rules.timezone)
    over = local.date() > day or (local.date() == day and local.time() >= rules.check_in_by)
    told = []
    for point in rules.check_ins:
        call = calls.get(point.id, {})
        state: CheckInState = "missed" if over else "waiting"
        if call.get("case_id"):
            state = "trouble"
        elif call.get("answered"):
            state = "answered"
        at = call.get("at")
        told.append(
            Called(
                point,
                state,
                call.get("attempts", 0),
                None if at is None else datetime.fromisoformat(at),
                call.get("by"),
                call.get("case_id"),
            )
        )
    return told


def recorded(call: Mapping[str, Any], command: Sent) -> bool:
    """Whether the calls of a contact and day have this one. Raises Unprocessable where its key came with another."""
    for row in call.get("keys", ()):
        if row["command"] == command.id:
            if row["request"] != command.request:
                raise Unprocessable.at("/idempotency-key", "This key came with another call.", where="header")
            return True
    return False


class CheckIns:
    """Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection, clock: Clock) -> None:
        self._collection = collection
        self._clock = clock

    async def of(self, area: str, day: date) -> Mapping[str, Mapping[str, Any]]:
        """The calls of that day by contact."""
        document = await self._collection.get(f"{area}|{day}")
        calls: Mapping[str, Mapping[str, Any]] = {} if document is None else document["calls"]
        return calls

    async def record(
        self, area: str, day: date, point: str, *, answered: bool, case_id: str | None, by: str, command: Sent | None
    ) -> Mapping[str, Mapping[str, Any]]:
        """Record a call; what was found before stays. command: what came with a key is recorded once. Answers all calls
        of the day. Raises Unprocessable where the key came with another call."""
        id = f"{area}|{day}"
        for _ in range(_TRIES):
            document = await self._collection.get(id)
            calls = dict(document["calls"]) if document else {}
            before = calls.get(point, {})
            if command is not None and recorded(before, command):
                return calls
            calls[point] = {
                "answered": answered or before.get("answered", False),
                "attempts": before.get("attempts", 0) + (not answered),
                "case_id": case_id or before.get("case_id"),
                "at": self._clock.now().isoformat(),
                "by": by,
                "keys": [*before.get("keys", ()), *([command.row] if command else [])][-KEYS:],
            }
            after: Document = {
                "_id": id, "area": area, "day": str(day), "calls": calls,
                "version": document["version"] + 1 if document else 1,
            }  # fmt: skip
            if document is not None:
                if await self._collection.replace(after, {"version": document["version"]}):
                    return calls
                continue
            try:
                await self._collection.insert(after)
            except DuplicateId:
                continue
            return calls
        raise StoreUnavailable("too many record calls of this day at the same moment")
