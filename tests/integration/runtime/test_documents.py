"""The store suite: the same operations through both drivers, on a real server."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from fengqiao.local import LocalServers
from fengqiao.runtime import documents
from fengqiao.runtime.documents import Collection, Driver, DuplicateId
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.groups import GroupCommit
from tests.awaiting import eventually


@pytest_asyncio.fixture(params=["motor", "pymongo"])
async def collection(request: pytest.FixtureRequest, mongodb_uri: str, database: str) -> AsyncIterator[Collection]:
    driver: Driver = request.param
    client = documents.connect(mongodb_uri, driver)
    yield Collection(client[database], "things")
    await documents.close(client)


async def test_an_id_can_be_taken_once(collection: Collection) -> None:
    await collection.insert({"_id": "a", "n": 1})
    with pytest.raises(DuplicateId):
        await collection.insert({"_id": "a", "n": 2})
    assert await collection.get("a") == {"_id": "a", "n": 1}
    assert await collection.get("b") is None


async def test_each_document_of_a_group_is_told_its_own_result(collection: Collection) -> None:
    await collection.insert({"_id": "b", "n": 0})
    assert await collection.insert_each([{"_id": key, "n": 1} for key in "abc"]) == [True, False, True]
    assert {key: found["n"] for key, found in (await collection.get_many(["a", "b", "c"])).items()} == {
        "a": 1,
        "b": 0,
        "c": 1,
    }


async def test_of_many_writers_that_compare_and_set_one_wins_each_version(collection: Collection) -> None:
    await collection.insert({"_id": "a", "version": 0, "by": []})
    wins = 0

    async def writer(name: int) -> None:
        nonlocal wins
        for _ in range(25):
            while True:
                found = await collection.get("a")
                assert found is not None
                changed = {**found, "version": found["version"] + 1, "by": [*found["by"], name]}
                if await collection.replace(changed, {"version": found["version"]}):
                    wins += 1
                    break

    await asyncio.gather(*(writer(name) for name in range(4)))
    found = await collection.get("a")
    assert found is not None
    assert (wins, found["version"], len(found["by"])) == (100, 100, 100)


async def test_newer_goes_over_older_and_never_back(collection: Collection) -> None:
    rows = {"a": ["one"]}
    await collection.put_newer([{"_id": "a", "sequence": 5, "x": "five"}], append=("rows", rows))
    await collection.put_newer([{"_id": "a", "sequence": 4, "x": "four"}], append=("rows", {"a": ["late"]}))
    await collection.put_newer([{"_id": "a", "sequence": 5, "x": "again"}], append=("rows", rows))
    await collection.put_newer([{"_id": "a", "sequence": 7, "x": "seven"}], append=("rows", {"a": ["two"]}))
    assert await collection.get("a") == {"_id": "a", "sequence": 7, "x": "seven", "rows": ["one", "two"]}


async def test_a_list_that_is_bounded_keeps_its_latest(collection: Collection) -> None:
    for n in range(1, 5):
        rows = {"a": [f"{n}a", f"{n}b"]}
        await collection.put_newer([{"_id": "a", "sequence": n}], append=("rows", rows), keep=3)
    assert await collection.get("a") == {"_id": "a", "sequence": 4, "rows": ["3b", "4a", "4b"]}


async def test_updates_touch_what_matches_only(collection: Collection) -> None:
    await collection.insert_each([{"_id": "a", "n": 1}, {"_id": "b", "n": 2}])
    await collection.update_each([("a", {"n": 1}, {"$set": {"n": 10}}), ("b", {"n": 1}, {"$set": {"n": 20}})])
    assert await collection.update("a", {"$unset": {"n": ""}}, {"n": 10})
    assert not await collection.update("b", {"$set": {"n": 0}}, {"n": 99})
    assert await collection.get_many(["a", "b"]) == {"a": {"_id": "a"}, "b": {"_id": "b", "n": 2}}


async def test_lists_are_sorted_and_bounded(collection: Collection) -> None:
    await collection.ensure_index([("kind", 1), ("n", -1)])
    await collection.insert_each([{"_id": str(n), "kind": n % 2, "n": n} for n in range(10)])
    found = await collection.find({"kind": 1, "n": {"$lt": 9}}, sort=[("n", -1)], limit=2)
    assert [one["n"] for one in found] == [7, 5]
    assert await collection.delete("7")
    assert not await collection.delete("7")


async def test_a_store_that_hangs_is_said_within_the_deadline_and_goes_on(own_servers: LocalServers) -> None:
    for driver in ("motor", "pymongo"):
        client = documents.connect(own_servers.mongodb_uri, driver)
        collection = Collection(client["x"], driver, deadline=0.5)
        await collection.insert({"_id": "before"})
        own_servers.store.pause()
        began = asyncio.get_running_loop().time()
        with pytest.raises(StoreUnavailable):
            await collection.insert({"_id": "during"})
        assert asyncio.get_running_loop().time() - began < 2.0
        own_servers.store.resume()

        async def back(collection: Collection = collection) -> bool:
            try:
                return await collection.get("before") is not None
            except StoreUnavailable:
                return False

        await eventually(back, what="the store")
        await documents.close(client)


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_I1_while_the_store_is_away_all_but_one_are_told_at_once(
    own_servers: LocalServers, driver: Driver
) -> None:
    client = documents.connect(own_servers.mongodb_uri, driver)
    collection = Collection(client["x"], driver)
    await collection.insert({"_id": "before"})
    await own_servers.store.kill()

    async def refused() -> float | None:
        """How long it took to say no; None where it was not no."""
        began = asyncio.get_running_loop().time()
        try:
            await collection.get("before")
        except StoreUnavailable:
            return asyncio.get_running_loop().time() - began
        return None

    await eventually(lambda: _quick(refused), what="an answer at once, or the try of the one")
    trying = asyncio.create_task(refused())
    await asyncio.sleep(0)
    took = await asyncio.gather(*(refused() for _ in range(50)))
    assert [seconds for seconds in took if seconds is None or seconds >= 0.5] == []
    assert await trying is not None
    await own_servers.store.restart()

    async def back() -> bool:
        return await refused() is None

    await eventually(back, what="the store")
    assert await asyncio.gather(*(refused() for _ in range(10))) == [None] * 10
    await documents.close(client)


async def _quick(refused: Callable[[], Awaitable[float | None]]) -> bool:
    """Whether the store is known to be away: of two that ask at once, one tries and the other is told at once."""
    first, second = await asyncio.gather(refused(), refused())
    return first is not None and second is not None and min(first, second) < 0.05 < 0.2 < max(first, second)


async def test_what_waits_at_the_same_moment_is_committed_together_and_a_failure_reaches_its_group() -> None:
    groups: list[list[int]] = []
    gate = asyncio.Event()

    async def commit(items: list[int]) -> list[int]:
        await gate.wait()
        groups.append(items)
        if 13 in items:
            raise StoreUnavailable("thirteen")
        return [item * 2 for item in items]

    group: GroupCommit[int, int] = GroupCommit(commit, size=8, lanes=1)  # type: ignore[arg-type]  # lists are sequences
    waiting = [asyncio.create_task(group.submit(number)) for number in range(20)]
    cancelled = waiting.pop(3)
    await asyncio.sleep(0)
    cancelled.cancel()
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert groups[0] == [0]
    assert all(len(one) <= 8 for one in groups)
    # Who has given up waiting was told so: what they wanted must not happen after that.
    assert sorted(number for one in groups for number in one) == [number for number in range(20) if number != 3]
    failed = {number for one in groups if 13 in one for number in one}
    for number, result in zip([n for n in range(20) if n != 3], results, strict=True):
        assert isinstance(result, StoreUnavailable) if number in failed else result == number * 2
