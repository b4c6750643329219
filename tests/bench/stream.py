"""The command room under many clients: published → seen, idle clients, the snapshot; and the page in a browser."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import orjson

from fengqiao.contracts import topics
from fengqiao.local import LocalServers
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing, Publisher
from services.commandroom.built_page import FOLDER
from tests.awaiting import eventually
from tests.bench.processes import cpu_seconds, rss_mb
from tests.browser.kit import browsing, seated
from tests.system import System

AREA: Final = "gaoqiao"
PARTITION: Final = 0
CLIENTS: Final = 200
IDLE: Final = 500
EVENTS_PER_SECOND: Final = 100
INCIDENTS: Final = 500
UNITS: Final = 500
MOVING: Final = 1000
_SENT: Final = re.compile(rb'"sent_ns":(\d+)')


async def measure_stream(servers: LocalServers, folder: Path, seconds: float = 15.0) -> dict[str, Any]:
    """Rows as `build/bench.json` has them under `stream` and `page`."""
    system = System(folder / "stream", servers.bootstrap_servers, servers.mongodb_uri, "stream.", "fengqiao_stream")
    await system.make_topics()
    publisher = Publisher(servers.bootstrap_servers, "bench")
    await publisher.start(wait=10)
    try:
        for record in _board(system):
            await publisher.publish(record)
        await system.start("commandroom")
        pids = {"commandroom": system.processes["commandroom"].pid}
        busy = await _busy(system, publisher, pids, seconds)
        idle = await _idle(system, pids, seconds)
        return {**busy, **idle, "snapshot": await _snapshot(system), "page": await _page(system, publisher)}
    finally:
        await publisher.stop()
        await system.stop()


def _state(system: System, topic: topics.Topic, kind: str, id: str, number: int, data: dict[str, Any]) -> Outgoing:
    event = CloudEvent(kind, "dispatch", f"{AREA}/{id}", number, datetime.now(UTC), orjson.dumps(data))
    return Outgoing(f"{system.prefix}{topic.name}", f"{AREA}/{id}", event, PARTITION)


def _board(system: System) -> list[Outgoing]:
    """500 open incidents with an assignment and timers each, and the units."""
    now = datetime.now(UTC).isoformat()
    due = datetime.fromtimestamp(time.time() + 240, UTC).isoformat()
    found = []
    for n in range(INCIDENTS):
        id = f"{AREA}-bench{n:04d}"
        where = {"lon": 113.01 + n % 40 * 0.001, "lat": 28.17 + n // 40 * 0.001, "name": "美食七街", "confidence": 0.9}
        held = {
            "id": f"{id}.1",
            "unit": f"U{n}",
            "unit_kind": "patrol",
            "role": "primary",
            "status": "en_route",
            "assigned_at": now,
            "reason": {"rule": "nearest", "travel_seconds": 90.0},
        }
        data = {
            "incident_id": id,
            "number": str(1000 + n),
            "area": AREA,
            "sequence": 1,
            "status": "resources_enroute",
            "category": {"code": "020301", "name_zh": "殴打他人", "name_en": "Assault", "version": "v"},
            "priority": 1 + n % 4,
            "location": where,
            "source": "110",
            "plan": "brawl",
            "caller_count": 1,
            "reported_at": now,
            "received_at": now,
            "opened_at": now,
            "assignments": [held],
            "timers": [{"what": "on_scene", "due_at": due, "state": "running"}],
        }
        found.append(_state(system, topics.INCIDENT_STATE, "fengqiao.incident.state.v1", id, 1, data))
    found += [_unit(system, n) for n in range(UNITS)]
    return found


def _unit(system: System, n: int) -> Outgoing:
    unit = {
        "unit": f"U{n}",
        "area": AREA,
        "sequence": 1,
        "kind": "patrol",
        "call_sign": f"U{n}",
        "name_zh": f"巡逻{n}组",
        "name_en": f"Patrol {n}",
        "police": True,
        "status": "available",
        "home": [113.01, 28.18],
    }
    return _state(system, topics.UNIT_STATE, "fengqiao.unit.state.v1", f"U{n}", 1, unit)


@asynccontextmanager
async def _listening(system: System, count: int, latencies: list[int] | None) -> AsyncIterator[None]:
    """So many clients on plain sockets: what is measured is the room, not our parser."""
    port = int(system.url("commandroom").rpartition(":")[2])
    request = (
        f"GET /v1/stream?areas={AREA}&types=fengqiao.incident.noted HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        f"authorization: Bearer {system.token('subscriber', AREA)}\r\n\r\n"
    ).encode()
    begun = asyncio.Semaphore(0)

    async def listen() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        try:
            writer.write(request)
            await reader.readuntil(b"event: snapshot")
            begun.release()
            while chunk := await reader.read(2**16):
                if latencies is not None:
                    now = time.time_ns()
                    latencies.extend(now - int(found) for found in _SENT.findall(chunk))
        finally:
            writer.close()

    tasks = [asyncio.create_task(listen()) for _ in range(count)]
    try:
        for _ in tasks:
            await asyncio.wait_for(begun.acquire(), 60)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _busy(system: System, publisher: Publisher, pids: dict[str, int], seconds: float) -> dict[str, Any]:
    latencies: list[int] = []
    async with _listening(system, CLIENTS, latencies):
        before, began = cpu_seconds(pids), time.perf_counter()
        for n in range(int(seconds * EVENTS_PER_SECOND)):
            await asyncio.sleep(max(began + n / EVENTS_PER_SECOND - time.perf_counter(), 0))
            data = orjson.dumps({"area": AREA, "sent_ns": time.time_ns()})
            event = CloudEvent("fengqiao.incident.noted.v1", "dispatch", AREA, n + 1, datetime.now(UTC), data)
            await publisher.publish(Outgoing(f"{system.prefix}{topics.DISPATCH.name}", AREA, event, PARTITION))
        took = time.perf_counter() - began
        with contextlib.suppress(AssertionError):  # what is missed is told below
            await eventually(lambda: len(latencies) >= int(seconds * EVENTS_PER_SECOND) * CLIENTS, within=5, what="all")
        used = cpu_seconds(pids)["commandroom"] - before["commandroom"]
    seen = np.array(latencies) / 1e6
    return {
        "clients": CLIENTS,
        "events_per_second": round(seconds * EVENTS_PER_SECOND / took, 1),
        "seen": len(latencies),
        "missed": int(seconds * EVENTS_PER_SECOND) * CLIENTS - len(latencies),
        "seen_ms": {f"p{p}": round(float(np.percentile(seen, p)), 1) for p in (50, 90, 99)},
        "cores": round(used / took, 2),
        "rss_mb": rss_mb(pids)["commandroom"],
    }


async def _idle(system: System, pids: dict[str, int], seconds: float) -> dict[str, Any]:
    async with _listening(system, IDLE, None):
        await asyncio.sleep(2)
        before, began = cpu_seconds(pids), time.perf_counter()
        await asyncio.sleep(seconds)
        used = cpu_seconds(pids)["commandroom"] - before["commandroom"]
        return {"idle_clients": IDLE, "idle_cores": round(used / (time.perf_counter() - began), 3)}


async def _snapshot(system: System) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {system.token('subscriber', AREA)}", "Accept-Encoding": "gzip"}
    took, packed = [], 0
    async with httpx.AsyncClient(timeout=20, headers=headers) as http:
        for _ in range(10):
            began = time.perf_counter()
            async with http.stream("GET", f"{system.url('commandroom')}/v1/snapshot") as answer:
                packed = sum([len(chunk) async for chunk in answer.aiter_raw()])
            took.append((time.perf_counter() - began) * 1000)
    return {"incidents": INCIDENTS, "units": UNITS, "p50_ms": round(float(np.median(took)), 1), "bytes": packed}


async def _page(system: System, publisher: Publisher) -> dict[str, Any]:
    """First useful paint: the list of incidents is there. Then 1,000 units move once a second for ten seconds."""
    for n in range(UNITS, MOVING):
        await publisher.publish(_unit(system, n))
    scripts = [file for file in (FOLDER / "assets").glob("*.js") if not file.name.startswith(("MapPanel", "maplibre"))]
    async with browsing() as browser, seated(browser, system) as seat:
        await seat.page.locator(".maplibregl-canvas").wait_for()
        await seat.page.reload(wait_until="commit")
        await seat.page.locator("#incidents li").first.wait_for()
        useful = await seat.page.evaluate("performance.now()")
        painted = await seat.page.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
        )
        await seat.page.locator(".maplibregl-canvas").wait_for()
        await asyncio.sleep(4)
        session = await seat.page.context.new_cdp_session(seat.page)
        await session.send("Performance.enable", {"timeDomain": "timeTicks"})

        async def busy() -> dict[str, float]:
            told = await session.send("Performance.getMetrics")
            return {one["name"]: one["value"] for one in told["metrics"]}

        before = await busy()
        for _ in range(10):
            began = time.perf_counter()
            await _move(system, publisher)
            with contextlib.suppress(ValueError):
                await asyncio.sleep(max(1 - (time.perf_counter() - began), 0))
        after = await busy()
        share = (after["TaskDuration"] - before["TaskDuration"]) / (after["Timestamp"] - before["Timestamp"])
    return {
        "first_contentful_paint_ms": None if painted is None else round(painted),
        "list_there_ms": round(useful),
        "script_kb_without_map": round(
            sum(len(file.with_name(f"{file.name}.gz").read_bytes()) for file in scripts) / 1000, 1
        ),
        "moving_units": MOVING,
        "main_thread_busy": round(share, 2),
    }


async def _move(system: System, publisher: Publisher) -> None:
    now = datetime.now(UTC)
    records = []
    for n in range(MOVING):
        unit = f"U{n}"
        drift = (time.time() + n) % 60 * 0.0001
        where = {"area": AREA, "unit": unit, "lon": 113.01 + n % 40 * 0.001 + drift, "lat": 28.17 + n // 40 * 0.001}
        data = orjson.dumps({**where, "at": now, "received_at": now})
        event = CloudEvent(
            "fengqiao.unit.position.v1", "dispatch", f"{AREA}/{unit}", int(now.timestamp() * 1000), now, data
        )
        records.append(Outgoing(f"{system.prefix}{topics.UNIT_POSITIONS.name}", f"{AREA}/{unit}", event, PARTITION))
    await publisher.publish_in_order(records)
