"""Whoever finds out whether a store is back does not keep the others waiting for its own patience."""

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import StoreUnavailable


class Silent:
    """A database whose collections lose a read by id at once and never answer a list."""

    def __init__(self) -> None:
        self.client = object()

    def __getitem__(self, name: str) -> "Silent":
        return self

    async def find_one(self, where: Any) -> None:
        raise AutoReconnect("gone")

    def find(self, where: Any) -> "Silent":
        return self

    def limit(self, most: int) -> "Silent":
        return self

    async def to_list(self, most: int | None) -> None:
        await asyncio.Event().wait()


async def test_I1_a_list_that_tries_whether_the_store_is_back_has_the_short_deadline() -> None:
    collection = Collection(Silent(), "incidents", deadline=0.05)
    with pytest.raises(StoreUnavailable):
        await collection.get("one")
    async with asyncio.timeout(5):
        with pytest.raises(StoreUnavailable, match=r"in 0\.05 s"):
            await collection.find({}, deadline=60)
