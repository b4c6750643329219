"""What a long history costs: `python -m tests.bench.history [--incidents 100000]` (`make bench-long` runs it as well).

A writer of dispatch, in this process, on a real Kafka and a real store, decides one incident after the other with its
whole life: reported, assigned, four steps of its crew, closed; an entry of the journal each. Ten domain seconds pass
between two of them, so that what has ended leaves the board after its day. Measured: the processor's seconds of an
incident against those on a young area (1,000 behind it, topics and database of its own), in turns, as a machine's speed
changes from one minute to the next; a restore from snapshot and journal; and with two processes of dispatch, how long
after `kill -9` of either the next report is decided.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from deploy.areas.generate import bench_files, write_area
from fengqiao.contracts import commands, ids, topics
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Actor
from fengqiao.geo.areas import AreaIndex, load_areas
from fengqiao.local import LocalServers
from fengqiao.runtime import documents
from fengqiao.runtime.clock import ManualClock
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.collecting import collect_seldom
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.topics_admin import cluster
from services.dispatch.area_folder import load_forces
from services.dispatch.domain.messages import Asked, Heard, Message, Tick
from services.dispatch.folder_check import checked_roads
from services.dispatch.inputs import Input
from services.dispatch.outgoing import Route
from services.dispatch.positions import Positions
from services.dispatch.read_back import PublishedTail
from services.dispatch.snapshots import EVERY
from services.dispatch.stores import stores
from services.dispatch.writer import AreaWriter
from tests.awaiting import eventually
from tests.bench.load import Seen, assigned
from tests.bench.processes import cpu_seconds
from tests.system import System
from tests.whole_lives import reported, steps

AREA: Final = "history"
UNITS: Final = 40
STEP: Final = timedelta(seconds=10)
YOUNG: Final = 1000
"""Incidents behind the area that is compared with."""
TURNS: Final = 20
A_TURN: Final = 100
"""Incidents."""
SESSION_TIMEOUT_S: Final = 10
"""As in production; the tests' own systems have a shorter one."""


def _reported(number: int, at: datetime) -> IncidentReported:
    return reported(AREA, str(number), at, (113.015 + (number % 97) * 1e-4, 28.19 + (number % 89) * 1e-4))


def _life(number: int, at: datetime) -> list[Message]:
    """The messages of one incident, from its report to its end."""
    return [Heard(_reported(number, at), 1), *(Asked(step) for step in steps(AREA, str(number), at))]


class Cost(NamedTuple):
    """Milliseconds of processor an incident: of each process, and of all."""

    writer: float
    kafka: float
    store: float
    all: float


class NobodyWaits:
    """For the results of commands that no request is behind."""

    def awaits(self, command_id: str) -> bool:
        return False

    def decided(self, result: Mapping[str, Any]) -> None:
        pass


class History:
    """A writer on its own, and the time that passes for it."""

    def __init__(self, servers: LocalServers, areas: Path, publisher: Publisher, system: System) -> None:
        self._servers = servers
        self._areas = load_areas(areas)
        self._forces = load_forces(areas / AREA, AREA)
        self._roads = checked_roads(areas, {AREA: self._areas[AREA]}, {AREA: self._forces})[AREA]
        self._publisher = publisher
        self._system = system
        self._client = documents.connect(servers.mongodb_uri)
        self.clock = ManualClock(datetime(2024, 10, 30, tzinfo=UTC))
        self.handled = 0

    async def writer(self) -> AreaWriter:
        names = [f"{self._system.prefix}{topic.name}" for topic in topics.TOPICS]
        return AreaWriter(
            Route(AREA, 0, self._system.prefix, {AREA: 0}),
            self._forces,
            Positions(self._forces, self._roads, AreaIndex(self._areas)),
            stores(self._client[self._system.database]),
            self._publisher,
            self.clock,
            await cluster(self._servers.bootstrap_servers, names),
            PublishedTail(self._servers.bootstrap_servers),
            NobodyWaits(),
        )

    async def sign_on(self, writer: AreaWriter) -> None:
        for unit in self._forces.units:
            asked = commands.SetDuty(
                command_id=ids.command_id("bench", unit),
                area=AREA,
                by=Actor(client="bench", role="dispatcher"),
                received_at=self.clock.now(),
                unit=unit,
                on=True,
            )
            await writer.step([Input(Asked(asked))])

    async def begin(self) -> AreaWriter:
        """Its writer, with all units on duty and YOUNG incidents behind it."""
        writer = await self.writer()
        await writer.catch_up()
        await self.sign_on(writer)
        await self.go_on(writer, YOUNG)
        return writer

    async def go_on(self, writer: AreaWriter, incidents: int) -> Cost:
        """Decide so many incidents with their lives."""
        pids = {"writer": os.getpid(), "store": self._servers.store.pid, "kafka": self._servers.kafka.pid}
        before = cpu_seconds(pids)
        for _ in range(incidents):
            self.clock.instant += STEP
            at = self.clock.now()
            told = [*_life(self.handled, at), Tick()]
            await writer.step([Input(message) for message in told])
            self.handled += 1
        after = cpu_seconds(pids)
        spent = {name: (after[name] - before[name]) / incidents * 1000 for name in pids}
        return Cost(**spent, all=sum(spent.values()))

    async def close(self) -> None:
        await documents.close(self._client)


async def measure(incidents: int) -> dict[str, Any]:
    """All of it; a row of results."""
    with tempfile.TemporaryDirectory(prefix="fengqiao-history-") as path:
        folder = Path(path)
        areas = folder / "areas"
        write_area(areas / AREA, bench_files(AREA, units=UNITS))
        async with LocalServers(folder / "servers") as servers:
            old, new = (
                System(
                    folder / name,
                    servers.bootstrap_servers,
                    servers.mongodb_uri,
                    f"{name}.",
                    f"fengqiao_{name}",
                    {"FENGQIAO_AREAS": str(areas), "FENGQIAO_SESSION_TIMEOUT": str(SESSION_TIMEOUT_S)},
                )
                for name in ("history", "young")
            )
            await old.make_topics()
            await new.make_topics()
            publisher = Publisher(servers.bootstrap_servers, "history")
            await publisher.start(wait=10)
            try:
                history, young = (History(servers, areas, publisher, system) for system in (old, new))
                row = await _one_writer(history, young, incidents)
                sys.stderr.write(f"{row}\n")
                await young.close()
                row["takeover_s"] = await _takeovers(old, publisher, history)
                await history.close()
                return row
            finally:
                await old.stop()
                await publisher.stop()


async def _in_turns(history: History, writer: AreaWriter, young: History) -> dict[str, Any]:
    """What an incident costs here and there, medians of the turns, and of their ratios."""
    compared = await young.begin()
    turns = [(await young.go_on(compared, A_TURN), await history.go_on(writer, A_TURN)) for _ in range(TURNS)]
    row: dict[str, Any] = {"behind_it": history.handled}
    for part in Cost._fields:
        there, here = ([getattr(cost, part) for cost in costs] for costs in zip(*turns, strict=True))
        row[f"{part}_ms_young"] = round(statistics.median(there), 2)
        row[f"{part}_ms_old"] = round(statistics.median(here), 2)
        ratios = [one / max(other, 0.01) for one, other in zip(here, there, strict=True)]
        row[f"{part}_old_to_young"] = round(statistics.median(ratios), 2)
    return row


async def _one_writer(history: History, young: History, incidents: int) -> dict[str, Any]:
    writer = await history.begin()
    collect_seldom()  # as the service does when it has started
    while history.handled < incidents:
        await history.go_on(writer, min(1000, incidents - history.handled))
        sys.stderr.write(f"\r{history.handled} incidents ")
    sys.stderr.write("\n")
    row = await _in_turns(history, writer, young)
    await writer.save_snapshot()
    # The worst that a takeover may find: as many entries after the snapshot as there may be.
    await history.go_on(writer, min(EVERY - 100, incidents))
    await writer.reconcile()
    began = time.perf_counter()
    restored = await history.writer()
    await restored.catch_up()
    took = time.perf_counter() - began
    assert restored.board == writer.board, "the restored board is not the running one"
    return {**row, "incidents": history.handled, "restore_s": round(took, 2)}


async def _takeovers(system: System, publisher: Publisher, history: History) -> list[float]:
    """Seconds from `kill -9` of each of two instances to the decision of a report published then."""
    second = system.another_dispatch()
    await system.start("dispatch", ready=False)
    second.start()
    await system.ready("dispatch", 60)
    await second.wait_ready(f"{system.url('notify')}/readyz", 60)
    seen = Seen()
    topic = f"{system.prefix}{topics.DISPATCH.name}"
    watching = asyncio.create_task(seen.follow(system.bootstrap_servers, topic, 0, assigned))
    await seen.started.wait()
    took = []
    for name, url in (("dispatch", system.url("dispatch")), ("second", system.url("notify"))):
        process = system.processes[name]
        await process.kill()
        began = time.perf_counter()
        number = history.handled
        history.handled += 1
        history.clock.instant += timedelta(days=1)
        event = _reported(number, history.clock.now())
        cloud = CloudEvent(event.TYPE, "intake", event.incident_id, 1, event.received_at, event.wire())
        await publisher.publish(Outgoing(f"{system.prefix}{topics.INCIDENTS.name}", AREA, cloud, 0))
        await eventually(partial(seen.at.get, event.incident_id), within=60, what="the decision after a kill")
        took.append(round(seen.at[event.incident_id] - began, 1))
        process.start()
        await process.wait_ready(f"{url}/readyz", 60)
    watching.cancel()
    return took


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.history", description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    row = asyncio.run(measure(parser.parse_args(arguments).incidents))
    sys.stdout.write(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
