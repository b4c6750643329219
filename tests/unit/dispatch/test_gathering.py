"""D4: commands that come close together go to Kafka in one request, and none is taken for sent that is not."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.dispatch.gathering import Gathering


class Requests:
    """A publisher of which the test says when a request has ended, and how."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.news: asyncio.Queue[asyncio.Future[None]] = asyncio.Queue()

    async def publish_in_order(self, records: Sequence[Outgoing]) -> None:
        self.sent.append([record.key for record in records])
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.news.put_nowait(end)
        await end


def gathering(requests: Requests) -> Gathering:
    return Gathering(cast(Publisher, requests))


def records(*keys: str) -> list[Outgoing]:
    return [Outgoing("topic", key, None, 0) for key in keys]


async def test_D4_the_first_goes_at_once_and_the_others_together_in_their_order() -> None:
    requests = Requests()
    to = gathering(requests)
    first = asyncio.create_task(to.publish(records("a")))
    ended = await requests.news.get()
    assert requests.sent == [["a"]]
    others = [asyncio.create_task(to.publish(records(*keys))) for keys in ("b", "cd", "e")]
    await asyncio.sleep(0)
    ended.set_result(None)
    await first
    (await requests.news.get()).set_result(None)
    await asyncio.gather(*others)
    assert requests.sent == [["a"], ["b", "c", "d", "e"]]


async def test_D4_a_request_that_fails_is_told_to_all_of_it_and_to_nobody_else() -> None:
    requests = Requests()
    to = gathering(requests)
    first = asyncio.create_task(to.publish(records("a")))
    ended = await requests.news.get()
    second, third = (asyncio.create_task(to.publish(records(key))) for key in "bc")
    await asyncio.sleep(0)
    ended.set_result(None)
    await first
    (await requests.news.get()).set_exception(KafkaUnavailable("no acknowledgement"))
    for one in (second, third):
        with pytest.raises(KafkaUnavailable, match="no acknowledgement"):
            await one
    fourth = asyncio.create_task(to.publish(records("d")))
    (await requests.news.get()).set_result(None)
    await fourth
    assert requests.sent == [["a"], ["b", "c"], ["d"]]


async def test_D4_whoever_has_gone_stops_nobody() -> None:
    requests = Requests()
    to = gathering(requests)
    gone = asyncio.create_task(to.publish(records("a")))
    ended = await requests.news.get()
    stays = asyncio.create_task(to.publish(records("b")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    ended.set_result(None)
    (await requests.news.get()).set_result(None)
    await stays


async def test_D4_at_the_end_those_that_wait_are_told_that_it_is_not_sent() -> None:
    requests = Requests()
    to = gathering(requests)
    waiting = [asyncio.create_task(to.publish(records(key))) for key in "ab"]
    await requests.news.get()
    await to.stop()
    for one in waiting:
        with pytest.raises(KafkaUnavailable, match="stops"):
            await one
