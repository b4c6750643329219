"""D4: commands that come close together go to Kafka in one request, and none is taken for sent that is not."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from fengqiao.contracts import commands
from fengqiao.contracts.model import Actor
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.problems import Unavailable
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.dispatch.command_desk import CommandDesk


class Requests:
    """A publisher of which the test says when a request has ended, and how."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.news: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    async def publish_in_order(self, records: Sequence[Outgoing]) -> None:
        self.sent.append([record.event.subject for record in records if record.event is not None])
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.news.put_nowait(end)
        await end


class Results:
    """The store: what became of commands, and how often it was asked."""

    def __init__(self, **known: str) -> None:
        self.known = known
        self.asked = 0

    async def get(self, id: str) -> dict[str, str] | None:
        self.asked += 1
        return {"command_id": id, "status": self.known[id]} if id in self.known else None


def desk_to(requests: Requests, results: Results | None = None) -> CommandDesk:
    return CommandDesk(cast(Publisher, requests), cast(Collection, results), {"testarea": 0}, "", lambda _: True)


def give(desk: CommandDesk, id: str, wait: float = 0.0) -> "asyncio.Task[object]":
    by = Actor(client="test", role="dispatcher")
    command = commands.SetDuty.model_construct(
        command_id=id, area="testarea", by=by, received_at=datetime(2024, 10, 30, tzinfo=UTC), unit="P1", on=True
    )
    return asyncio.create_task(desk.send(command, wait))


async def test_D4_the_first_goes_at_once_and_the_others_together_in_their_order() -> None:
    requests = Requests()
    desk = desk_to(requests)
    first = give(desk, "a")
    ended = await requests.news.get()
    assert requests.sent == [["a"]]
    others = [give(desk, id) for id in "bcde"]
    await asyncio.sleep(0)
    ended.set_result(None)
    await first
    (await requests.news.get()).set_result(None)
    await asyncio.gather(*others)
    assert requests.sent == [["a"], ["b", "c", "d", "e"]]


async def test_D4_a_request_that_fails_is_told_to_all_of_it_and_to_nobody_else() -> None:
    requests = Requests()
    desk = desk_to(requests)
    first = give(desk, "a")
    ended = await requests.news.get()
    second, third = (give(desk, id) for id in "bc")
    await asyncio.sleep(0)
    ended.set_result(None)
    await first
    (await requests.news.get()).set_exception(KafkaUnavailable("no acknowledgement"))
    for one in (second, third):
        with pytest.raises(Unavailable) as refused:
            await one
        assert "no acknowledgement" in str(refused.value.__cause__)
    fourth = give(desk, "d")
    (await requests.news.get()).set_result(None)
    await fourth
    assert requests.sent == [["a"], ["b", "c"], ["d"]]


async def test_D4_whoever_has_gone_stops_nobody() -> None:
    requests = Requests()
    desk = desk_to(requests)
    gone = give(desk, "a")
    ended = await requests.news.get()
    stays = give(desk, "b")
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    ended.set_result(None)
    (await requests.news.get()).set_result(None)
    await stays


async def test_D4_at_the_end_what_waits_is_sent_before_it_stops() -> None:
    requests = Requests()
    desk = desk_to(requests)
    waiting = [give(desk, id) for id in "ab"]
    ended = await requests.news.get()
    stopping = asyncio.create_task(desk.stop())
    ended.set_result(None)
    (await requests.news.get()).set_result(None)
    await stopping
    await asyncio.gather(*waiting)
    assert requests.sent == [["a"], ["b"]]


async def test_D4_what_is_decided_here_is_told_without_a_look_in_the_store() -> None:
    requests, results = Requests(), Results()
    desk = desk_to(requests, results)
    waits = give(desk, "a", wait=2)
    (await requests.news.get()).set_result(None)
    desk.decided({"command_id": "a", "status": "done"})
    assert await waits == {"command_id": "a", "status": "done"}
    assert results.asked == 0


async def test_D4_what_was_decided_before_is_found_in_the_store_for_nobody_tells_it_again() -> None:
    requests, results = Requests(), Results(a="done")
    waits = give(desk_to(requests, results), "a", wait=2)
    (await requests.news.get()).set_result(None)
    assert await waits == {"command_id": "a", "status": "done"}
    assert results.asked == 1
