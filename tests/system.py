"""The services as processes, on given servers, with topics and a database of their own: what integration, story and
fault tests start."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fengqiao.client import Addresses, Fengqiao
from fengqiao.contracts.topics import kafka_topics
from fengqiao.local import Process
from fengqiao.local.ports import free_block
from fengqiao.runtime.roles import Role
from fengqiao.runtime.settings import SERVICES, ServiceName
from fengqiao.runtime.tokens import TokenMint
from fengqiao.runtime.topics_admin import ensure_topics

ROOT: Final = Path(__file__).resolve().parents[1]
NAMES: Final[Sequence[ServiceName]] = tuple(
    name
    for name in ("intake", "dispatch", "mediation", "analytics", "commandroom")
    if (ROOT / "services" / name / "__main__.py").exists()
)


def free_port_base() -> int:
    """A port with as many free ones after it as there are services."""
    return free_block(len(SERVICES))


@dataclass
class System:
    """folder: data and logs. environment: more variables for every service.

    `instances` may hold several processes of one service; the first listens on the service's port.
    """

    folder: Path
    bootstrap_servers: str
    mongodb_uri: str
    prefix: str
    database: str
    environment: dict[str, str] = field(default_factory=dict)
    port_base: int = field(default_factory=free_port_base)
    processes: dict[str, Process] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FENGQIAO_", "KAFKA_", "MONGODB_"))
        }
        return {
            **kept,
            "KAFKA_BOOTSTRAP_SERVERS": self.bootstrap_servers,
            "MONGODB_URI": self.mongodb_uri,
            "FENGQIAO_TOPIC_PREFIX": self.prefix,
            "FENGQIAO_DATABASE": self.database,
            "FENGQIAO_DATA": str(self.folder),
            "FENGQIAO_PORT_BASE": str(self.port_base),
            "FENGQIAO_SESSION_TIMEOUT": "3",
            "FENGQIAO_LOG_FORMAT": "json",
            **self.environment,
        }

    async def make_topics(self) -> None:
        await ensure_topics(
            self.bootstrap_servers, ((f"{self.prefix}{name}", count, config) for name, count, config in kafka_topics())
        )

    def process(
        self, service: ServiceName, *, name: str | None = None, command: Sequence[str] = (), **variables: str
    ) -> Process:
        """A process of the service, not started. command: what to run instead of `python -m services.<name>`."""
        name = name or service
        return Process(
            name,
            [sys.executable, *(command or ("-m", f"services.{service}"))],
            self.folder / "logs" / f"{name}.log",
            {**self.variables(), **variables},
            ROOT,
        )

    def another_dispatch(self, **variables: str) -> Process:
        """A second instance of dispatch, not started. It answers at notify's address, which stays free then."""
        second = self.process("dispatch", name="second", FENGQIAO_DISPATCH_URL=self.url("notify"), **variables)
        self.processes["second"] = second
        return second

    async def start_another_dispatch(self, seconds: float = 40.0) -> Process:
        """A second instance of dispatch that is ready."""
        second = self.another_dispatch()
        second.start()
        await second.wait_ready(f"{self.url('notify')}/readyz", seconds)
        return second

    async def start(self, *services: ServiceName, ready: bool = True, **variables: str) -> None:
        """Start the services (all of them by default) and wait until each is ready."""
        started = services or NAMES
        for service in started:
            self.processes[service] = self.process(service, **variables)
            self.processes[service].start()
        if ready:
            for service in started:
                await self.ready(service)

    async def ready(self, service: ServiceName, seconds: float = 90.0) -> None:
        await self.processes[service].wait_ready(f"{self.url(service)}/readyz", seconds)

    async def stop(self) -> None:
        """Stop every process that runs, at the same time; stopped ones are continued first."""
        import asyncio

        running = [process for process in self.processes.values() if process.running]
        for process in running:
            process.resume()
        await asyncio.gather(*(process.stop() for process in running))

    def url(self, service: ServiceName) -> str:
        return f"http://127.0.0.1:{self.port_base + SERVICES.index(service)}"

    @property
    def addresses(self) -> Addresses:
        return Addresses(**{service: self.url(service) for service in NAMES})

    def token(self, role: Role, area: str = "gaoqiao", unit: str | None = None, client: str | None = None) -> str:
        mint = TokenMint(self.folder, issuer="fengqiao-local", audience="fengqiao")
        return mint.mint(role, [area], unit=unit, client=client or f"test-{role}", ttl=3600, development=True)

    def client(self, role: Role, area: str = "gaoqiao", unit: str | None = None, client: str | None = None) -> Fengqiao:
        return Fengqiao(self.addresses, self.token(role, area, unit, client))

    def log(self, service: str) -> str:
        return (self.folder / "logs" / f"{service}.log").read_text(encoding="utf-8", errors="replace")
