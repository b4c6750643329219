"""The document store keeps what it has acknowledged, and compare-and-set is one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError, PyMongoError

from fengqiao.local import LocalServers

pytestmark = pytest.mark.asyncio
Documents = AsyncCollection[dict[str, Any]]


def client(uri: str) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(uri, serverSelectionTimeoutMS=5000, maxPoolSize=64)


async def insert_until_it_dies(
    documents: Documents, writer: int, acknowledged: list[str], enough: asyncio.Event, target: int
) -> None:
    number = 0
    try:
        while True:
            name = f"{writer}-{number}"
            await documents.insert_one({"_id": name, "unique": name, "padding": "x" * 400})
            acknowledged.append(name)
            if len(acknowledged) >= target:
                enough.set()
            number += 1
    except PyMongoError:
        return


async def test_acknowledged_inserts_survive_kill_9_with_their_index(own_servers: LocalServers) -> None:
    acknowledged: list[str] = []
    async with client(own_servers.mongodb_uri) as mongo:
        documents = mongo.kept.documents
        await documents.create_index("unique", unique=True)
        for _ in range(3):
            before = len(acknowledged)
            # A prefix of its own for every round: what died unacknowledged may be there or not.
            enough = asyncio.Event()
            writers = [
                asyncio.create_task(
                    insert_until_it_dies(documents, before * 100 + n, acknowledged, enough, before + 500)
                )
                for n in range(16)
            ]
            await asyncio.wait_for(enough.wait(), 30)
            await own_servers.store.kill()
            await asyncio.gather(*writers)
            await own_servers.store.restart()
            there = {document["_id"] async for document in documents.find()}
            assert set(acknowledged) <= there
        # No half commands: each document has its index entry, and no entry is without its document.
        for name in acknowledged[::50]:
            with pytest.raises(DuplicateKeyError):
                await documents.insert_one({"_id": f"other-{name}", "unique": name})
        for name in await documents.distinct("_id"):
            assert (await documents.delete_one({"_id": name})).deleted_count == 1
        await documents.insert_many([{"_id": f"again-{n}", "unique": n} for n in acknowledged], ordered=False)


async def test_compare_and_set_is_won_by_one_writer(mongodb_uri: str, database: str) -> None:
    async with client(mongodb_uri) as mongo:
        documents = mongo[database].versions
        await documents.insert_one({"_id": "one", "version": 0})
        won = [0, 0, 0, 0]

        async def write(writer: int) -> None:
            while sum(won) < 400:
                seen = await documents.find_one({"_id": "one"})
                assert seen is not None
                version = seen["version"]
                done = await documents.replace_one(
                    {"_id": "one", "version": version}, {"_id": "one", "version": version + 1, "by": writer}
                )
                won[writer] += done.modified_count

        await asyncio.gather(*(write(writer) for writer in range(4)))
        last = await documents.find_one({"_id": "one"})
        assert last is not None
        assert last["version"] == sum(won)
        assert min(won) > 0


async def test_insert_many_unordered_tells_each_its_own_result(mongodb_uri: str, database: str) -> None:
    async with client(mongodb_uri) as mongo:
        documents = mongo[database].group
        await documents.insert_one({"_id": 3})
        reply = await mongo[database].command(
            "insert", "group", documents=[{"_id": n} for n in range(64)], ordered=False
        )
        assert reply["n"] == 63
        assert [error["index"] for error in reply["writeErrors"]] == [3]
        assert await documents.count_documents({}) == 64


async def test_the_file_does_not_grow_with_rewrites_of_one_document(own_servers: LocalServers) -> None:
    file = own_servers.store.folder / "documents.mv"
    async with client(own_servers.mongodb_uri) as mongo:
        documents = mongo.kept.one
        await documents.insert_many([{"_id": n, "padding": "x" * 500} for n in range(500)])
        for round_ in range(6):
            await asyncio.gather(
                *(
                    documents.replace_one({"_id": n}, {"_id": n, "round": round_, "padding": "y" * 500})
                    for n in range(500)
                )
            )
        assert file.stat().st_size < 64 * 1024 * 1024
    await own_servers.store.restart()
    async with client(own_servers.mongodb_uri) as mongo:
        assert await mongo.kept.one.count_documents({"round": 5}) == 500


async def test_a_filter_on_id_and_version_reads_one_document(mongodb_uri: str, database: str) -> None:
    async with client(mongodb_uri) as mongo:
        documents = mongo[database].many
        await documents.insert_many([{"_id": n, "version": 0} for n in range(5000)])
        loop = asyncio.get_running_loop()

        async def seconds(*names: str) -> float:
            started = loop.time()
            for number in range(4900, 5000):
                await documents.find_one({name: -number if name == "other" else number for name in names})
            return loop.time() - started

        await seconds("_id")
        # A scan of 5,000 documents costs over ten times a look-up; the factor leaves room for a busy machine.
        assert await seconds("_id", "other") < 5 * await seconds("_id") + 0.05
        assert await documents.find_one({"_id": 7, "version": 1}) is None
        assert (await documents.replace_one({"_id": 7, "version": 1}, {"version": 2})).matched_count == 0
        assert (await documents.replace_one({"_id": 7, "version": 0}, {"version": 1})).matched_count == 1
        assert await documents.find_one({"_id": 7, "version": 1}) == {"_id": 7, "version": 1}


@pytest.mark.parametrize("ids", [["a", "b", "c"], [1, 2.5, 3], ["a", 1, None]])
async def test_an_id_is_taken_once_and_free_again_after_a_delete(
    mongodb_uri: str, database: str, ids: list[Any]
) -> None:
    async with client(mongodb_uri) as mongo:
        documents = mongo[database].ids
        await documents.insert_many([{"_id": id, "n": n} for n, id in enumerate(ids)])
        for id in ids:
            with pytest.raises(DuplicateKeyError):
                await documents.insert_one({"_id": id, "n": 9})
        found = [document["n"] async for document in documents.find({"_id": {"$in": [*ids, "other", 7]}})]
        assert sorted(found) == [0, 1, 2]
        assert (await documents.delete_one({"_id": ids[0]})).deleted_count == 1
        assert await documents.find_one({"_id": ids[0]}) is None
        await documents.insert_one({"_id": ids[0], "n": 4})
        again = await documents.find_one({"_id": ids[0]})
        assert again is not None
        assert again["n"] == 4


async def test_an_answer_is_not_changed_by_later_updates_and_an_update_by_none(mongodb_uri: str, database: str) -> None:
    async with client(mongodb_uri) as mongo:
        documents = mongo[database].answers
        await documents.insert_one({"_id": "one", "rows": ["a"], "inner": {"n": 1}})
        await documents.update_one({"_id": "one"}, {"$push": {"rows": "b"}, "$set": {"inner.n": 2}})
        before = await documents.find_one_and_update({"_id": "one"}, {"$inc": {"inner.n": 1}})
        assert before == {"_id": "one", "rows": ["a", "b"], "inner": {"n": 2}}
        with pytest.raises(PyMongoError):
            await documents.update_one({"_id": "one"}, {"$inc": {"rows": 1}, "$set": {"inner.n": 9}})
        assert await documents.find_one({"_id": "one"}) == {"_id": "one", "rows": ["a", "b"], "inner": {"n": 3}}
