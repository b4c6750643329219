"""The servers the suite runs on: one local Kafka and one document store a session, or the user's own.

With KAFKA_BOOTSTRAP_SERVERS or MONGODB_URI set, that server is used and none is started for it; tests that
need servers of their own to kill (fixture or marker `own_servers`) are then left out and named in the last lines.
Under pytest-xdist the controller starts the servers and the workers are told where they are.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import hypothesis
import pytest
import pytest_asyncio

from fengqiao.local import LocalServers
from fengqiao.runtime.topics_admin import delete_topics
from tests.system import System

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController  # type: ignore[import-untyped]  # has no types

T = TypeVar("T")

# A machine that is busy is no failing law: what is too slow shows in the suite's time and in the benchmarks.
hypothesis.settings.register_profile("fengqiao", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("fengqiao")

GIVEN: Final = ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URI")
LEFT_OUT: Final = pytest.StashKey[list[str]]()
RUNNING: Final = pytest.StashKey["SessionServers"]()


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the session's Kafka and document store are."""

    bootstrap_servers: str
    mongodb_uri: str


class SessionServers:
    """Starts what the environment does not give, on first use; stops it at the end of the session."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._local: LocalServers | None = None
        self._kafka = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
        self._mongodb = os.environ.get("MONGODB_URI")

    def get(self) -> Servers:
        """The servers, started if need be. Call it in the main thread: the children are tied to it."""
        if self._local is None and not (self._kafka and self._mongodb):
            self._folder = tempfile.TemporaryDirectory(prefix="fengqiao-tests-")
            self._local = LocalServers(Path(self._folder.name))
            if not self._kafka:
                run(self._local.kafka.start())
            if not self._mongodb:
                run(self._local.store.start())
        kafka = self._kafka or (self._local.bootstrap_servers if self._local else "")
        return Servers(kafka, self._mongodb or (self._local.mongodb_uri if self._local else ""))

    def stop(self) -> None:
        """Stop what was started and remove its data."""
        if self._local is not None:
            run(self._local.stop())
        if self._folder is not None:
            self._folder.cleanup()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a loop of its own, leaving the thread's current loop alone."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RUNNING] = SessionServers()
    config.stash[LEFT_OUT] = []


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """In the controller, before each xdist worker starts."""
    servers = node.config.stash[RUNNING].get()
    node.workerinput["fengqiao_servers"] = (servers.bootstrap_servers, servers.mongodb_uri)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker: tell the controller what was left out; it collects nothing itself."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["fengqiao_left_out"] = session.config.stash[LEFT_OUT]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    """In the controller, when a worker has ended: every worker collects all, so one list is all of it."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("fengqiao_left_out", [])


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[RUNNING].stop()
    if hasattr(config, "workeroutput"):
        return  # the controller says it, once
    if names := config.stash[LEFT_OUT]:
        print(f"Left out on given servers, because they kill theirs: {', '.join(names)}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On servers of the user's own, nothing may kill them: leave those tests out and remember their names."""
    if not any(os.environ.get(name) for name in GIVEN):
        return
    out = [item for item in items if kills_servers(item)]
    if out:
        config.stash[LEFT_OUT] = [item.nodeid for item in out]
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def kills_servers(item: pytest.Item) -> bool:
    """True for a test with servers of its own: by the fixture, or by the marker of the same name."""
    return "own_servers" in getattr(item, "fixturenames", ()) or bool(item.get_closest_marker("own_servers"))


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The session's Kafka and document store. Shared: do not kill them (`own_servers` is for that)."""
    given = getattr(request.config, "workerinput", {}).get("fengqiao_servers")
    return Servers(*given) if given else request.config.stash[RUNNING].get()


@pytest.fixture(scope="session")
def bootstrap_servers(servers: Servers) -> str:
    """Kafka's address."""
    return servers.bootstrap_servers


@pytest.fixture(scope="session")
def mongodb_uri(servers: Servers) -> str:
    """The document store's address."""
    return servers.mongodb_uri


@pytest.fixture
def database(mongodb_uri: str) -> Iterator[str]:
    """Name of a database of this test's own, dropped after it."""
    name = f"test_{secrets.token_hex(6)}"
    yield name
    _drop(mongodb_uri, name)


@pytest.fixture
def topic_prefix(bootstrap_servers: str) -> Iterator[str]:
    """A prefix for the topics of this test, deleted after it."""
    prefix = f"t{secrets.token_hex(6)}."
    yield prefix
    run(delete_topics(bootstrap_servers, prefix))


@pytest.fixture(scope="module")
def system(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Services on the session's servers with topics and a database of this module's own; none is started yet."""
    yield from _system(servers, tmp_path_factory.mktemp("system"))


@pytest.fixture
def fresh_system(servers: Servers, tmp_path: Path) -> Iterator[System]:
    """As `system`, for one test alone."""
    yield from _system(servers, tmp_path)


def _system(servers: Servers, folder: Path) -> Iterator[System]:
    name = secrets.token_hex(6)
    system = System(folder, servers.bootstrap_servers, servers.mongodb_uri, f"t{name}.", f"test_{name}")
    run(system.make_topics())
    yield system
    run(system.stop())
    run(delete_topics(servers.bootstrap_servers, system.prefix))
    _drop(servers.mongodb_uri, system.database)


def _drop(mongodb_uri: str, database: str) -> None:
    from pymongo import MongoClient

    client: MongoClient[dict[str, Any]]
    with MongoClient(mongodb_uri) as client:
        client.drop_database(database)


@pytest_asyncio.fixture
async def own_servers(tmp_path: Path) -> AsyncIterator[LocalServers]:
    """A Kafka and a document store that this test may kill, pause and restart."""
    async with LocalServers(tmp_path / "servers") as local:
        yield local
