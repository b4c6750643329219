"""The whole system on this machine: which children `fengqiao up` runs, and in what order."""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from fengqiao.local.document_store import DocumentStore
from fengqiao.local.errors import PortTaken
from fengqiao.local.jars import cache_folder
from fengqiao.local.kafka_server import KafkaServer
from fengqiao.local.ports import is_taken, owner
from fengqiao.local.process import Process
from fengqiao.local.supervisor import Child, Row, Supervisor, given, service
from fengqiao.runtime.settings import SERVICES, ServiceName, ServiceSettings

CITY_SECONDS: Final = 60.0
"""Real seconds for signing a city's units on."""


def services_in(root: Path) -> tuple[ServiceName, ...]:
    """The services that stand under `root/services`:
    every known folder with a `__main__.py`, in port order.
    """
    return tuple(name for name in SERVICES if (root / "services" / name / "__main__.py").exists())


def child_environment(settings: ServiceSettings, environment: Mapping[str, str]) -> dict[str, str]:
    """Our environment, with the folders made absolute: children run in the folder of the code."""
    return {
        **{name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")},
        "FENGQIAO_DATA": str(settings.data.resolve()),
        "FENGQIAO_AREAS": str(settings.areas.resolve()),
        # Lines appear in the log when they are written, not when a buffer is full.
        "PYTHONUNBUFFERED": "1",
    }


def require_free_ports(ports: Iterable[tuple[int, str, str]]) -> None:
    """Raise PortTaken for the first (port, what it is for, variable that moves it) somebody listens on."""
    for port, purpose, variable in ports:
        if is_taken(port):
            raise PortTaken(
                f"Port {port} for {purpose} is in use by {owner(port)}: stop it, or choose another with {variable}."
            )


def ports_needed(settings: ServiceSettings, services: Sequence[ServiceName]) -> list[tuple[int, str, str]]:
    """Every port this system listens on, what for, and the variable that moves it."""
    ports: list[tuple[int, str, str]] = [(settings.port(name), name, "FENGQIAO_PORT_BASE") for name in services]
    if settings.owns_kafka:
        ports.append((settings.kafka_port, "Kafka", "KAFKA_PORT"))
    if settings.owns_documents:
        ports.append((settings.mongodb_port, "the documents", "MONGODB_PORT"))
    return ports


def local_system(
    settings: ServiceSettings,
    root: Path,
    *,
    environment: Mapping[str, str],
    make_topics: Callable[[], Awaitable[None]],
    report: Callable[[Sequence[Row]], None],
) -> Supervisor:
    """The supervisor of the whole system, nothing started yet.

    root: the folder with `services/`. make_topics: awaited when Kafka is up, before the first service starts.
    """
    data = settings.data.resolve()
    logs, cache = data / "logs", cache_folder(os.environ)
    servers: list[Child] = []
    others: list[Row] = []
    if settings.owns_kafka:
        kafka = KafkaServer(data / "kafka", logs, cache, settings.kafka_port)
        servers.append(Child("kafka", kafka.bootstrap_servers, kafka.process, kafka.start))
    else:
        others.append(given("kafka", settings.bootstrap_servers))
    if settings.owns_documents:
        store = DocumentStore(data / "documents", logs, cache, settings.mongodb_port)
        servers.append(Child("documents", store.uri, store.process, store.start))
    else:
        others.append(given("documents", without_password(settings.mongodb_uri)))
    children = [
        service(
            Process(
                name,
                (sys.executable, "-m", f"services.{name}"),
                logs / f"{name}.log",
                child_environment(settings, environment),
                root,
            ),
            settings.url(name),
            f"http://127.0.0.1:{settings.port(name)}/readyz",
        )
        for name in services_in(root)
    ]
    return Supervisor([servers, children], prepare=[make_topics], given_rows=others, report=report)


def city_child(
    settings: ServiceSettings, root: Path, command: Sequence[str], environment: Mapping[str, str], what: str
) -> Child:
    """The demo city's process. It is ready when its log says that its units are on duty. what: shown in its row."""
    log = settings.data.resolve() / "logs" / "city.log"
    process = Process("city", command, log, child_environment(settings, environment), root)

    async def start() -> None:
        process.start()

        async def on_duty() -> bool:
            return "on duty" in process.log_tail(400)

        await process.ready(on_duty, CITY_SECONDS)

    return Child("city", what, process, start)


def without_password(uri: str) -> str:
    """The address as it may be shown."""
    scheme, _, rest = uri.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
