"""A publisher on the session's Kafka."""

from collections.abc import AsyncIterator

import pytest_asyncio

from fengqiao.runtime.publisher import Publisher


@pytest_asyncio.fixture
async def publisher(bootstrap_servers: str) -> AsyncIterator[Publisher]:
    made = Publisher(bootstrap_servers, "test")
    await made.start(wait=10)
    yield made
    await made.stop()
