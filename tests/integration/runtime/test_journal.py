"""The journal: one number, one writer; a chain that shows every change."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio

from fengqiao.runtime import documents
from fengqiao.runtime.chain import ChainBroken, encode
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Fenced
from fengqiao.runtime.journal import Head, Journal, Snapshot, Snapshots


@pytest_asyncio.fixture
async def collection(mongodb_uri: str, database: str) -> AsyncIterator[Collection]:
    client = documents.connect(mongodb_uri, "pymongo")
    yield Collection(client[database], "journal")
    await documents.close(client)


async def filled(journal: Journal, entries: int, nonce: str = "me") -> Head:
    head = Head()
    for number in range(entries):
        head = await journal.append(head, encode({"n": number, "中": "文"}), nonce)
    return head


async def test_entries_are_read_back_in_order_beyond_the_read_ahead(collection: Collection) -> None:
    journal = Journal(collection, "area")
    head = await filled(journal, 150)
    read = [entry async for entry in journal.entries(Head())]
    assert [entry.content["n"] for entry in read] == list(range(150))
    assert (read[-1].n, read[-1].hash) == (head.n, head.hash)
    assert [entry.n async for entry in journal.entries(Head(read[9].n, read[9].hash), limit=3)] == [11, 12, 13]


async def test_a_long_entry_is_read_back_to_the_letter(collection: Collection) -> None:
    journal = Journal(collection, "area")
    body = encode({"events": ["派往1042" * 20_000]})
    await journal.append(Head(), body, "me")
    assert [entry.body async for entry in journal.entries(Head())] == [body]


async def test_of_writers_at_the_same_number_one_wins_and_the_others_are_fenced(collection: Collection) -> None:
    journals = [Journal(collection, "area") for _ in range(8)]
    results = await asyncio.gather(
        *(journal.append(Head(), encode({"by": n}), f"w{n}") for n, journal in enumerate(journals)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Head) for result in results) == 1
    assert sum(isinstance(result, Fenced) for result in results) == 7


async def test_appending_again_after_a_lost_answer_is_recognised_as_ones_own(collection: Collection) -> None:
    journal = Journal(collection, "area")
    first = await journal.append(Head(), encode({"a": 1}), "me")
    assert await journal.append(Head(), encode({"a": 1}), "me") == first
    with pytest.raises(Fenced):
        await journal.append(Head(), encode({"a": 2}), "me")


@pytest.mark.parametrize("change", [{"body": '{"n":7}'}, {"hash": "0" * 64}, {"previous": "1" * 64}])
async def test_whoever_changes_an_entry_is_found_out(collection: Collection, change: dict[str, str]) -> None:
    journal = Journal(collection, "area")
    await filled(journal, 5)
    assert await collection.update("area:3", {"$set": change})
    with pytest.raises(ChainBroken):
        [entry async for entry in journal.entries(Head())]


async def test_a_snapshot_of_many_chunks_is_whole_or_not_there(collection: Collection, database: str) -> None:
    snapshots = Snapshots(collection)
    state = Random(1).randbytes(10_000_000)  # nothing that compressing makes smaller
    assert await snapshots.latest("area") is None
    await snapshots.save("area", Snapshot(Head(3, "abc"), state))
    assert await snapshots.latest("area") == Snapshot(Head(3, "abc"), state)
    assert await collection.get("area:3:2") is not None
    await snapshots.save("area", Snapshot(Head(9, "def"), b"newer"))
    await snapshots.save("area", Snapshot(Head(4, "old"), b"older"))
    assert await snapshots.latest("area") == Snapshot(Head(9, "def"), b"newer")
    assert await collection.update("area:9:0", {"$set": {"part": b"other"}})
    assert await snapshots.latest("area") is None


async def test_a_snapshot_is_stored_compressed_and_one_from_before_is_read(collection: Collection) -> None:
    snapshots = Snapshots(collection)
    state = b"much of the same " * 1000
    await snapshots.save("area", Snapshot(Head(3, "abc"), state))
    stored = await collection.get("area:3:0")
    assert stored is not None
    assert len(stored["part"]) < len(state) / 10
    before = {"_id": "old", "n": 1, "hash": "abc", "parts": 1, "sha256": hashlib.sha256(state).hexdigest()}
    await collection.insert(before)
    await collection.insert({"_id": "old:1:0", "n": 1, "part": state})
    assert await snapshots.latest("old") == Snapshot(Head(1, "abc"), state)
