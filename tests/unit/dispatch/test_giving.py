"""From a request to a command (D10), who may read what became of it (D4, D8), and what is told of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from fengqiao.contracts import ids, orders
from fengqiao.contracts.commands import Command
from fengqiao.contracts.model import PaperReference
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import ManualClock
from fengqiao.runtime.problems import Forbidden, NotFound
from services.dispatch import requests
from services.dispatch.giving import Giving, Sent
from tests.unit.dispatch.area import FORCES, START, incident

OURS = ids.command_id("terminal-P3", "key")
NOBODY: Any = None
"""Nothing is sent and nothing kept here."""


class Words:
    """Papers that are kept in no store."""

    async def keep(self, words: str, area: str, key: str, client: str, at: datetime) -> PaperReference:
        return PaperReference(paper_id=f"{area}-{client}-{key}-{words}", sha256="0")


class Desk:
    """A desk that knows these results."""

    def __init__(self, *results: Mapping[str, Any]) -> None:
        self._results = {one["command_id"]: one for one in results}
        self.sent: list[tuple[Command, float]] = []

    async def send(self, command: Command, wait: float) -> Any:
        self.sent.append((command, wait))
        return None

    async def result(self, command_id: str) -> Any:
        return self._results.get(command_id)


def giving(*results: Mapping[str, Any]) -> Giving:
    desk: Any = Desk(*results)
    return Giving(desk, NOBODY, {}, NOBODY)


def crew(client: str, area: str) -> Principal:
    return Principal(client, "crew", frozenset({"dispatch:read"}), frozenset({area}), "P3", "t1", 0.0)


DONE = {"command_id": OURS, "area": "ciyin", "status": "done", "unit": "yujin-P3"}


@pytest.mark.parametrize(("client", "area"), [("terminal-P3", "yujin"), ("terminal-P4", "ciyin")])
async def test_D4_D8_its_giver_and_its_area_read_what_became_of_a_command(client: str, area: str) -> None:
    known = await giving(DONE).became(OURS, crew(client, area))
    assert (known.status, known.unit, known.problem) == ("done", "yujin-P3", None)


async def test_D4_D8_nobody_else_reads_it() -> None:
    with pytest.raises(NotFound):
        await giving(DONE).became(OURS, crew("terminal-P4", "yujin"))


async def test_D4_a_refused_command_is_told_with_its_reason_and_what_is_allowed() -> None:
    refused = {
        "command_id": OURS,
        "area": "ciyin",
        "status": "refused",
        "code": 409,
        "detail": "the assignment is on_scene: it cannot be en_route",
        "allowed": ["cleared"],
    }
    known = await giving(refused).became(OURS, crew("terminal-P3", "ciyin"))
    assert known.status == "refused"
    assert known.problem is not None
    assert known.problem.model_dump() == {"status": 409, "detail": refused["detail"], "allowed": ["cleared"]}


async def test_D4_a_command_that_is_not_decided_is_pending_for_its_giver_and_unknown_to_others() -> None:
    assert (await giving().became(OURS, crew("terminal-P3", "yujin"))).status == "pending"
    for client, id in (("terminal-P4", OURS), ("terminal-P3", OURS[:-1]), ("terminal-P3", "c-x")):
        with pytest.raises(NotFound):
            await giving().became(id, crew(client, "ciyin"))


async def test_D10_an_order_carries_who_gave_it_when_its_key_and_a_reference_to_its_words() -> None:
    desk: Any = Desk()
    words: Any = Words()
    some = Giving(desk, words, {"testarea": FORCES}, ManualClock(START))
    body = requests.Explained(reason="quarrel is over", at=START)
    sent = Sent(crew("desk-2", "testarea"), "k1", "wait=3")
    answer = await some.order(orders.Reopen, incident("quarrel"), sent, body, body.reason)
    ((command, wait),) = desk.sent
    assert isinstance(command, orders.Reopen)
    assert (command.incident_id, command.area, command.received_at, wait) == (incident("quarrel"), "testarea", START, 3)
    assert command.by.client == "desk-2"
    assert command.command_id == ids.command_id("desk-2", "k1")
    assert command.reason is not None
    assert command.reason.paper_id == "testarea-desk-2-k1-quarrel is over"
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/commands/{command.command_id}")


async def test_D10_an_order_for_another_area_is_refused_before_its_words_are_kept() -> None:
    some = Giving(NOBODY, NOBODY, {"testarea": FORCES}, ManualClock(START))
    body = requests.Explained(reason="quarrel is over")
    sent = Sent(crew("desk-2", "elsewhere"), "k1", None)
    with pytest.raises(Forbidden):
        await some.order(orders.Reopen, incident("quarrel"), sent, body, body.reason)


def test_a_commands_id_tells_its_giver_and_differs_by_key() -> None:
    assert ids.gave("terminal-P3", OURS)
    assert not ids.gave("terminal-P4", OURS)
    assert not ids.gave("terminal-P3", OURS + "a")
    assert OURS == ids.command_id("terminal-P3", "key") != ids.command_id("terminal-P3", "another")
