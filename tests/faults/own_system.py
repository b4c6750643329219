"""The services on servers that the test may kill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fengqiao.local import LocalServers
from tests.system import System


@asynccontextmanager
async def own_system(servers: LocalServers, folder: Path) -> AsyncIterator[System]:
    """Topics are made, nothing is started; what runs at the end is stopped."""
    system = System(folder / "data", servers.bootstrap_servers, servers.mongodb_uri, "own.", "own")
    await system.make_topics()
    try:
        yield system
    finally:
        await system.stop()
