"""An installation of the test's own on the session's servers."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from fengqiao.local import LocalServers
from fengqiao.runtime.clock import ManualClock
from tests.integration.mediation.kit import NIGHT, Instance, Place, running


@pytest_asyncio.fixture
async def place(bootstrap_servers: str, mongodb_uri: str, database: str, topic_prefix: str, tmp_path: Path) -> Place:
    """Topics and a database of the test's own; nothing runs yet."""
    installed = Place(bootstrap_servers, mongodb_uri, database, topic_prefix, tmp_path / "data")
    await installed.make_topics()
    return installed


@pytest_asyncio.fixture
async def mediation(place: Place) -> AsyncIterator[Instance]:
    """A mediation that is connected to everything."""
    async with running(place) as instance:
        yield instance


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one(
    bootstrap_servers: str, mongodb_uri: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Instance]:
    """A mediation for all tests of a file, at noon of Wednesday the 30th in Changsha: each has cases of its own."""
    name = secrets.token_hex(6)
    place = Place(bootstrap_servers, mongodb_uri, f"test_{name}", f"t{name}.", tmp_path_factory.mktemp("one"))
    await place.make_topics()
    async with running(place, clock=ManualClock(NIGHT.replace(hour=4))) as instance:
        yield instance
    await place.remove()


@pytest_asyncio.fixture
async def own_place(own_servers: LocalServers, tmp_path: Path) -> Place:
    """An installation on servers that the test may kill."""
    installed = Place(own_servers.bootstrap_servers, own_servers.mongodb_uri, "own", "", tmp_path / "data")
    await installed.make_topics()
    return installed
