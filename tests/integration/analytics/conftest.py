"""An installation of the test's own on the session's servers."""

from __future__ import annotations

from pathlib import Path

import pytest_asyncio

from tests.integration.analytics.kit import Place


@pytest_asyncio.fixture
async def place(bootstrap_servers: str, mongodb_uri: str, database: str, topic_prefix: str, tmp_path: Path) -> Place:
    """The topic and a database of the test's own; nothing runs yet."""
    installed = Place(bootstrap_servers, mongodb_uri, database, topic_prefix, tmp_path / "data")
    await installed.make_topics()
    return installed
