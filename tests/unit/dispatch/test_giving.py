"""Who may read what became of a command (D4, D8), and what is told of it."""

from collections.abc import Mapping
from typing import Any

import pytest

from fengqiao.contracts import ids
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.problems import NotFound
from services.dispatch.giving import Giving

OURS = ids.command_id("terminal-P3", "key")
NOBODY: Any = None
"""Nothing is sent and nothing kept here."""


class Desk:
    """A desk that knows these results."""

    def __init__(self, *results: Mapping[str, Any]) -> None:
        self._results = {one["command_id"]: one for one in results}

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


def test_a_commands_id_tells_its_giver_and_differs_by_key() -> None:
    assert ids.gave("terminal-P3", OURS)
    assert not ids.gave("terminal-P4", OURS)
    assert not ids.gave("terminal-P3", OURS + "a")
    assert OURS == ids.command_id("terminal-P3", "key") != ids.command_id("terminal-P3", "another")
