"""`make bench`: starts a system of its own, measures it beside the floor, prints a table, writes build/bench.json."""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson
import psutil

from deploy.areas.generate import bench_files, write_area
from fengqiao.contracts import ids
from fengqiao.local import LocalServers, Process
from fengqiao.local.ports import free_for_up
from fengqiao.runtime.topics_admin import ensure_topics
from tests.bench import analytics, floor, mediation, table
from tests.bench.http_client import Pool, post
from tests.bench.lives import Lives
from tests.bench.load import Order, Result, Seen, assigned, closed_loop, open_loop
from tests.bench.processes import cpu_seconds, per_thousand, rss_mb
from tests.bench.stream import measure_stream
from tests.system import NAMES, ROOT, System, free_port_base

AREA = "bench"
UNITS = 40
WARM_UP = 300
LIVES_AREA = "lives"
LIVES_UNITS = 500
LIVES_RATE = 30.0
LIVES_EACH = 3
"""Assignments of one call."""
CONNECTIONS = 64
YEAR_OF_AN_AREA = 20_000
"""Incidents."""


def floor_identify(value: bytes, headers: list[tuple[str, bytes]]) -> str | None:
    incident: str = orjson.loads(value)["external_id"]
    return incident


def body(number: int, run: str, area: str) -> dict[str, Any]:
    return {
        "area": area,
        "source": "110",
        "external_id": f"{run}-{number}",
        "category": "theft",
        "description": "沿街商铺失窃，请派人查看",
        "reported_at": datetime.now(UTC).isoformat(),
        "location": {"lon": 113.02 + (number % 97) * 0.0001, "lat": 28.18 + (number % 89) * 0.0001, "datum": "wgs84"},
        "caller": {"name": "李某", "phone": "13800000000"},
    }


def orders(count: int, run: str, token: str, client: str, *, of_floor: bool, area: str = AREA) -> list[Order]:
    made = []
    for number in range(count):
        content = body(number, run, area)
        key = content["external_id"]
        incident = key if of_floor else ids.incident_id(area, ids.digest(client, "incident", key))
        made.append(Order(incident, post("/v1/incidents", orjson.dumps(content), token)))
    return made


class Bench:
    """One chain (the system's or the floor's) under each load."""

    def __init__(self, port: int, pids: Mapping[str, int], make: Callable[[int, str], list[Order]], seen: Seen) -> None:
        self._pool = Pool("127.0.0.1", port)
        self._pids = pids
        self._make = make
        self._seen = seen

    async def at(self, rate: float, seconds: float) -> dict[str, Any]:
        run = f"r{rate:g}-{time.time_ns()}"
        made = self._make(int(rate * seconds), run)
        return await self._measured(lambda: open_loop(self._pool, made, rate, self._seen))

    async def most(self, seconds: float) -> dict[str, Any]:
        made = self._make(int(4000 * seconds), f"max-{time.time_ns()}")
        return await self._measured(lambda: closed_loop(self._pool, made, CONNECTIONS, seconds, self._seen))

    async def _measured(self, load: Callable[[], Any]) -> dict[str, Any]:
        before = cpu_seconds(self._pids)
        result: Result = await load()
        after = cpu_seconds(self._pids)
        return {
            **result.as_row(),
            "cpu_s_per_1000": per_thousand(before, after, result.accepted),
            "rss_mb": rss_mb(self._pids),
        }


async def measure_floor(servers: LocalServers, folder: Path, plan: argparse.Namespace) -> dict[str, Any]:
    """The chain without logic, on the same servers."""
    await ensure_topics(servers.bootstrap_servers, [(floor.REPORTED, 1, {}), (floor.DECIDED, 1, {})])
    port = free_port_base()
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": servers.bootstrap_servers,
        "MONGODB_URI": servers.mongodb_uri,
    }
    parts = {
        name: Process(
            f"floor-{name}",
            [sys.executable, "-m", "tests.bench.floor", name, str(port)],
            folder / f"floor-{name}.log",
            environment,
            ROOT,
        )
        for name in ("intake", "dispatch")
    }
    seen = Seen()
    watching = asyncio.create_task(seen.follow(servers.bootstrap_servers, floor.DECIDED, 0, floor_identify))
    try:
        for part in parts.values():
            part.start()
        await parts["intake"].wait_ready(f"http://127.0.0.1:{port}/readyz")
        await seen.started.wait()
        pids = {name: part.pid for name, part in parts.items()}
        bench = Bench(
            port,
            pids | {"kafka": servers.kafka.pid, "store": servers.store.pid},
            lambda count, run: orders(count, run, "none", "floor", of_floor=True),
            seen,
        )
        return await _rounds(bench, plan)
    finally:
        watching.cancel()
        await asyncio.gather(*(part.stop() for part in parts.values()))


async def measure_system(servers: LocalServers, folder: Path, plan: argparse.Namespace) -> dict[str, Any]:
    """The whole system: all services, one area with units that may hold many."""
    areas = folder / "areas"
    write_area(areas / AREA, bench_files(units=UNITS, max_assignments=1_000_000))
    system = System(
        folder / "data",
        servers.bootstrap_servers,
        servers.mongodb_uri,
        "",
        "fengqiao_bench",
        {"FENGQIAO_AREAS": str(areas), "FENGQIAO_CLIENT_RATE": "1000000"},
    )
    await system.make_topics()
    seen = Seen()
    watching = asyncio.create_task(seen.follow(servers.bootstrap_servers, "dispatch", 0, assigned))
    try:
        began = time.perf_counter()
        for service in NAMES:
            system.processes[service] = system.process(service)
            system.processes[service].start()
        for service in NAMES:
            await system.ready(service)
        started = time.perf_counter() - began
        async with system.client("dispatcher", AREA) as desk:
            for unit in await desk.dispatch.units(AREA):
                await desk.dispatch.duty(unit["unit"], on=True, area=AREA)
        await seen.started.wait()
        token = system.token("integrator", AREA, client="bench-110")
        pids = {name: process.pid for name, process in system.processes.items()}
        bench = Bench(
            _port(system.url("intake")),
            pids | {"kafka": servers.kafka.pid, "store": servers.store.pid},
            lambda count, run: orders(count, run, token, "bench-110", of_floor=False),
            seen,
        )
        return {**await _rounds(bench, plan), "services_ready_s": round(started, 1)}
    finally:
        watching.cancel()
        await system.stop()


async def measure_lives(servers: LocalServers, folder: Path, plan: argparse.Namespace) -> dict[str, Any]:
    """The whole system with whole lives: three assignments a call, every step over REST, positions at 1 Hz."""
    areas = folder / "lives-areas"
    write_area(areas / LIVES_AREA, bench_files(LIVES_AREA, units=LIVES_UNITS, max_assignments=1_000_000))
    plans = areas / LIVES_AREA / "plans.json"
    written = orjson.loads(plans.read_bytes())
    for one in written["plans"]:
        one["send"][0]["count"] = LIVES_EACH
    plans.write_bytes(orjson.dumps(written))
    system = System(
        folder / "lives",
        servers.bootstrap_servers,
        servers.mongodb_uri,
        "lives.",
        "fengqiao_lives",
        {"FENGQIAO_AREAS": str(areas), "FENGQIAO_CLIENT_RATE": "1000000"},
    )
    await system.make_topics()
    await system.start(*NAMES)
    started = asyncio.Event()
    tasks: list[asyncio.Task[None]] = []
    try:
        async with system.client("dispatcher", LIVES_AREA) as desk:
            units = [unit["unit"] for unit in await desk.dispatch.units(LIVES_AREA)]
            for unit in units:
                await desk.dispatch.duty(unit, on=True, area=LIVES_AREA)
        lives = Lives(
            Pool("127.0.0.1", _port(system.url("intake"))),
            Pool("127.0.0.1", _port(system.url("dispatch"))),
            system.token("dispatcher", LIVES_AREA),
            LIVES_AREA,
            units,
            Random(1),
            f"{system.prefix}dispatch",
        )
        tasks = [
            asyncio.create_task(lives.follow(servers.bootstrap_servers, 0, started)),
            asyncio.create_task(lives.crews()),
            asyncio.create_task(lives.positions()),
        ]
        await started.wait()
        pids = {name: process.pid for name, process in system.processes.items()}
        pids |= {"kafka": servers.kafka.pid, "store": servers.store.pid}
        token = system.token("integrator", LIVES_AREA, client="bench-110")
        warm = orders(100, "warm", token, "bench-110", of_floor=False, area=LIVES_AREA)
        await lives.run(warm, LIVES_RATE, LIVES_EACH)
        made = orders(int(LIVES_RATE * plan.seconds), "lives", token, "bench-110", of_floor=False, area=LIVES_AREA)
        before = cpu_seconds(pids)
        result = await lives.run(made, LIVES_RATE, LIVES_EACH)
        return {
            **result,
            "cpu_s_per_1000": per_thousand(before, cpu_seconds(pids), len(made)),
            "rss_mb": rss_mb(pids),
        }
    finally:
        for task in tasks:
            task.cancel()
        await system.stop()


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


async def _rounds(bench: Bench, plan: argparse.Namespace) -> dict[str, Any]:
    await bench.at(100, WARM_UP / 100)
    rounds = {f"{rate:g}": await bench.at(rate, plan.seconds) for rate in plan.rates}
    return {**rounds, "max": await bench.most(plan.max_seconds)}


async def run_time_to_ready(folder: Path) -> float:
    """Seconds from `fengqiao up` to ready, servers and topics included (the second start: the first makes the data)."""
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FENGQIAO_", "KAFKA_", "MONGODB_"))
        },
        "FENGQIAO_DATA": str(folder / "up"),
        **free_for_up(),
    }
    took = 0.0
    for _ in range(2):
        began = time.perf_counter()
        await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "fengqiao.cli", "up", "--once"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        took = time.perf_counter() - began
    return round(took, 1)


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": platform.python_version(),
        "system": platform.platform(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of each rate")
    parser.add_argument("--max-seconds", type=float, default=20, help="of the closed loop")
    parser.add_argument("--rates", type=float, nargs="*", default=[20, 100], help="incidents per second")
    parser.add_argument("--long", action="store_true", help="five minutes of each rate")
    chosen = parser.parse_args()
    if chosen.long:
        chosen.seconds = 300
    return chosen


def names(result: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name, row in result.items() if isinstance(row, dict))


async def main() -> None:
    plan = arguments()
    with tempfile.TemporaryDirectory(prefix="fengqiao-bench-") as path:
        folder = Path(path)
        async with LocalServers(folder / "servers") as servers:
            below = await measure_floor(servers, folder, plan)
            whole = await measure_system(servers, folder, plan)
            lives = await measure_lives(servers, folder, plan)
            cases = await mediation.measure_mediation(servers, folder, min(plan.seconds, 30))
            stream = await measure_stream(servers, folder)
            numbers = await analytics.measure(servers, YEAR_OF_AN_AREA)
        report: dict[str, Any] = {
            "machine": machine(),
            "floor": below,
            "end_to_end": whole,
            "lives": lives,
            "analytics": numbers,
            "mediation": cases,
            "stream": stream,
            "up_ready_and_stopped_s": await run_time_to_ready(folder),
        }
    table.show(report)
    mediation.show(report["mediation"])
    sys.stdout.write(analytics.lines(numbers))
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    (build / "bench.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    asyncio.run(main())
