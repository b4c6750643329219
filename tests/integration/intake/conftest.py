"""An installation of the test's own on the session's servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from fengqiao.local import LocalServers
from tests.awaiting import eventually
from tests.integration.intake.kit import Instance, Place, running


@pytest_asyncio.fixture
async def place(bootstrap_servers: str, mongodb_uri: str, database: str, topic_prefix: str, tmp_path: Path) -> Place:
    """Topics and a database of the test's own; nothing runs yet."""
    installed = Place(bootstrap_servers, mongodb_uri, database, topic_prefix, tmp_path / "data")
    await installed.make_topics()
    return installed


@pytest_asyncio.fixture
async def intake(place: Place) -> AsyncIterator[Instance]:
    """An intake that is connected to everything."""
    async with running(place) as instance:
        async with instance.client() as http:
            await eventually(lambda: _ready(http), what="readiness")
        yield instance


@pytest_asyncio.fixture
async def own_place(own_servers: LocalServers, tmp_path: Path) -> Place:
    """An installation on servers that the test may kill."""
    installed = Place(own_servers.bootstrap_servers, own_servers.mongodb_uri, "own", "", tmp_path / "data")
    await installed.make_topics()
    return installed


async def _ready(http: object) -> bool:
    import httpx

    assert isinstance(http, httpx.AsyncClient)
    return (await http.get("/readyz")).status_code == 200
