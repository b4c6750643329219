"""I1: whoever could not be written in time is told so before it is tried, and the others are written in time."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import cast

from fengqiao.runtime.documents import Collection, Document
from services.intake.inserting import Inserts

TOOK_S = 0.1


class Slow:
    """A collection that takes a tenth of a second for each document, by a clock of its own, once the test lets it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.there: dict[str, Document] = {}
        self.go = asyncio.Event()

    async def insert_each(self, documents: Sequence[Document]) -> list[bool]:
        await self.go.wait()
        self.now += TOOK_S * len(documents)
        new = [document["_id"] not in self.there for document in documents]
        self.there = {document["_id"]: document for document in documents} | self.there
        return new

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        return {id: self.there[id] for id in ids}


def inserts_of(slow: Slow) -> Inserts:
    return Inserts(cast(Collection, slow), 4, 1, lambda: slow.now)


def begin(inserts: Inserts, ids: Iterable[str]) -> "list[asyncio.Task[tuple[Document | None, bool]]]":
    return [asyncio.create_task(inserts.insert({"_id": id})) for id in ids]


async def let_in(inserts: Inserts, slow: Slow, calls: int, until: float) -> int:
    """How many of so many calls at the same moment were let in, and then written."""
    slow.go.clear()

    async def call(number: int) -> bool:
        return inserts.in_time(until) and (await inserts.insert({"_id": f"{number}"}))[1]

    tasks = [asyncio.create_task(call(number)) for number in range(calls)]
    asyncio.get_running_loop().call_soon(slow.go.set)  # after all of them have come to the door
    return sum(await asyncio.gather(*tasks))


async def test_I1_no_more_are_let_in_than_can_be_written_in_time() -> None:
    slow = Slow()
    slow.go.set()
    inserts = inserts_of(slow)
    for _ in range(20):  # these tell how long a group takes
        await asyncio.gather(*begin(inserts, "abcdefgh"))
    until = slow.now + 1.3
    assert 8 <= await let_in(inserts, slow, 40, until) <= 16
    assert slow.now <= until + 4 * TOOK_S  # one group more: the last ones were not all full


async def test_I1_a_crowd_is_let_in_where_the_store_is_quick() -> None:
    slow = Slow()
    slow.go.set()
    inserts = inserts_of(slow)
    for _ in range(20):
        await inserts.insert({"_id": "a"})
    assert await let_in(inserts, slow, 40, slow.now + 1.3) == 40


async def test_I1_a_store_that_was_slow_is_tried_again() -> None:
    slow = Slow()
    slow.go.set()
    inserts = inserts_of(slow)
    for id in "abcdefgh":
        await inserts.insert({"_id": id})
    assert inserts.in_time(slow.now + 0.01)


async def test_I1_what_was_there_is_told_as_it_was_kept() -> None:
    slow = Slow()
    slow.there = {"a": {"_id": "a", "said": "first"}}
    slow.go.set()
    inserts = inserts_of(slow)
    old, new = await asyncio.gather(inserts.insert({"_id": "a", "said": "other"}), inserts.insert({"_id": "b"}))
    assert old == ({"_id": "a", "said": "first"}, False)
    assert new == ({"_id": "b"}, True)
