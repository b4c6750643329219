"""Group commit: everybody is told their own result, and what nobody waits for any more is not begun."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fengqiao.runtime.groups import GroupCommit


async def test_what_waits_together_goes_together_and_each_gets_its_own_result() -> None:
    groups: list[list[int]] = []
    go_on = asyncio.Event()

    async def commit(items: Sequence[int]) -> list[int]:
        groups.append(list(items))
        await go_on.wait()
        return [item * 10 for item in items]

    group: GroupCommit[int, int] = GroupCommit(commit, size=3, lanes=1)
    waiting = [asyncio.create_task(group.submit(n)) for n in range(5)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(*waiting) == [0, 10, 20, 30, 40]
    assert groups == [[0], [1, 2, 3], [4]]


async def test_an_error_reaches_everybody_of_the_group_and_nobody_else() -> None:
    async def commit(items: Sequence[int]) -> list[int]:
        if 1 in items:
            raise OSError("away")
        return list(items)

    group: GroupCommit[int, int] = GroupCommit(commit, size=2, lanes=1)
    results = await asyncio.gather(*(group.submit(n) for n in (0, 1, 2, 3)), return_exceptions=True)
    assert [type(one) for one in results] == [int, OSError, OSError, int]


async def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    begun: list[int] = []
    go_on = asyncio.Event()

    async def commit(items: Sequence[int]) -> list[int]:
        begun.extend(items)
        await go_on.wait()
        return list(items)

    group: GroupCommit[int, int] = GroupCommit(commit, lanes=1)
    first = asyncio.create_task(group.submit(1))
    given_up = asyncio.create_task(group.submit(2))
    third = asyncio.create_task(group.submit(3))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    go_on.set()
    assert [await first, await third] == [1, 3]
    await group.drain()
    assert begun == [1, 3]


async def test_a_lingering_group_collects_what_comes_later_and_goes_at_once_when_full() -> None:
    groups: list[list[int]] = []

    async def commit(items: Sequence[int]) -> list[int]:
        groups.append(list(items))
        return list(items)

    group: GroupCommit[int, int] = GroupCommit(commit, size=3, lanes=1, linger=3600)
    one = asyncio.create_task(group.submit(1))
    await asyncio.sleep(0)
    assert groups == []
    others = [asyncio.create_task(group.submit(n)) for n in (2, 3)]
    assert await asyncio.gather(one, *others) == [1, 2, 3]
    last = asyncio.create_task(group.submit(4))
    await asyncio.sleep(0)
    await group.drain()
    assert await last == 4
    assert groups == [[1, 2, 3], [4]]
