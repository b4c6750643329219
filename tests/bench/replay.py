"""A long log, folded by instances that are killed, against the log read again: `python -m tests.bench.replay`.

(`make bench-long` runs it as well.) A million events of a year, with repeats near and far, go onto a real Kafka while
two instances of analytics follow them; each in turn is killed with SIGKILL and started again with another size of
batch, so that the partition moves. Then `replay` folds the log from offset 0 into a fresh set and compares every
document, bit for bit; and the answers are held against sums that were made while the events were.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from fengqiao.contracts import topics
from fengqiao.contracts.dispatch import AssignmentCleared, AssignmentOnScene, DispatchEvent
from fengqiao.local import LocalServers
from fengqiao.runtime.publisher import Outgoing, Publisher
from tests.bench.analytics import year
from tests.bench.processes import rss_mb
from tests.integration.analytics.kit import Child, Place
from tests.system import ROOT
from tests.unit.analytics.evening import cloud_event

AT_ONCE: Final = 500
EVENTS_A_LIFE: Final = 6
SHIPPED_AHEAD: Final = 30_000
"""Events: the log is not written further ahead of its readers than so many, or Kafka alone would be measured."""
BATCHES: Final = (2000, 700, 5000, 1333, 300)
AGAIN_EVERY: Final = 1000
AGAIN: Final = 40
MILLISECOND: Final = timedelta(milliseconds=1)
QUESTION: Final = {"area": "gaoqiao", "from": "2023-11-01", "to": "2024-10-30"}


class Log:
    """The events as they are written, each with its number; `sums` of the times that they tell for the first time."""

    def __init__(self, events: int) -> None:
        self.events = -(-events // EVENTS_A_LIFE) * EVENTS_A_LIFE
        self.records = 0
        self.sums: dict[str, list[float]] = {"received_to_on_scene": [0, 0.0], "received_to_cleared": [0, 0.0]}

    def __iter__(self) -> Iterator[tuple[int, DispatchEvent]]:
        first: list[tuple[int, DispatchEvent]] = []
        last: deque[tuple[int, DispatchEvent]] = deque(maxlen=3 * AGAIN)
        for number, event in enumerate(year(self.events // EVENTS_A_LIFE), start=1):
            self._sum(event)
            self.records += 1
            yield number, event
            if len(first) < AGAIN:
                first.append((number, event))
            last.append((number, event))
            if number % AGAIN_EVERY == 0:
                # A writer that slept says again what its successor has said: of just now, or of the beginning.
                again = first if number % (50 * AGAIN_EVERY) == 0 else list(last)[:AGAIN]
                self.records += len(again)
                yield from again

    def _sum(self, event: DispatchEvent) -> None:
        if isinstance(event, AssignmentOnScene | AssignmentCleared):
            at = event.times.on_scene_at if isinstance(event, AssignmentOnScene) else event.times.cleared_at
            name = "received_to_on_scene" if isinstance(event, AssignmentOnScene) else "received_to_cleared"
            assert at is not None
            self.sums[name][0] += 1
            self.sums[name][1] += ((at - event.times.received_at) // MILLISECOND) / 1000


async def written(place: Place, log: Log, folded: "Folded") -> None:
    """Put the log on Kafka, not far ahead of its readers."""
    publisher = Publisher(place.bootstrap_servers, "bench", patience=60)
    await publisher.start(wait=20)
    topic = f"{place.prefix}{topics.DISPATCH.name}"
    try:
        batch: list[Outgoing] = []
        for number, event in log:
            batch.append(Outgoing(topic, event.area, cloud_event(event, number), 0))
            if len(batch) >= AT_ONCE:
                await publisher.publish_in_order(batch)
                batch = []
                while log.records - folded.to > SHIPPED_AHEAD:
                    await folded.moved()
        if batch:
            await publisher.publish_in_order(batch)
    finally:
        await publisher.stop()


class Folded:
    """How far the numbers are, as their readers say."""

    def __init__(self) -> None:
        self.to = 0

    async def moved(self) -> None:
        await asyncio.sleep(0.05)

    async def watch(self, children: list[Child], token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(headers=headers, timeout=10) as client:
            while True:
                for child in children:
                    try:
                        answer = await client.get(
                            f"{child.url}/v1/response-times", params=QUESTION | {"to": "2023-11-01"}
                        )
                        self.to = max(self.to, answer.json()["true_up_to"]["0"] + 1)
                        break
                    except (httpx.HTTPError, KeyError, ValueError):
                        continue
                await asyncio.sleep(0.5)


async def kills(children: list[Child], place: Place, log: Log, folded: Folded, many: int) -> int:
    """Kill one of the two after the other, evenly over the log, and start another with other batches."""
    for n in range(many):
        while folded.to < log.events * (n + 1) // (many + 1):
            await folded.moved()
        victim = children[n % 2]
        await victim.process.kill()
        children[n % 2] = heir = place.child(batch=BATCHES[(n + 2) % len(BATCHES)], watch=False)
        await heir.start()
        print(f"  killed at about {folded.to:,} records", flush=True)
    return many


async def measure(servers: LocalServers, folder: Path, events: int, many: int) -> dict[str, Any]:
    place = Place(servers.bootstrap_servers, servers.mongodb_uri, "fengqiao_bench_replay", "", folder)
    await place.make_topics()
    log, folded = Log(events), Folded()
    children = [place.child(batch=batch, watch=False) for batch in BATCHES[:2]]
    for child in children:
        await child.start()
    began = time.perf_counter()
    token = place.token()
    watching = asyncio.create_task(folded.watch(children, token))
    try:
        await asyncio.gather(written(place, log, folded), kills(children, place, log, folded, many))
        while folded.to < log.records:
            await folded.moved()
        took = time.perf_counter() - began
        answers = await answered(children, token)
        rss = max(rss_mb({str(n): child.process.pid for n, child in enumerate(children)}).values())
    finally:
        watching.cancel()
        for child in children:
            await child.process.stop()
    wrong = [
        f"{segment}: {answers[segment]}, the log says {count} of {total / count:.3f} s"
        for segment, (count, total) in log.sums.items()
        if answers[segment][0] != count or abs(answers[segment][1] - total / count) > 0.001
    ]
    return {"events": log.events, "records": log.records, "killed": many, "folded_s": round(took), "rss_mb": rss} | {
        "replay": await asyncio.to_thread(replayed, children[0]),
        "sums_wrong": wrong,
    }


async def answered(children: list[Child], token: str) -> dict[str, tuple[int, float]]:
    """(count, mean) of the year, by segment."""
    found = {}
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=children[0].url, headers=headers, timeout=30) as client:
        for segment in ("received_to_on_scene", "received_to_cleared"):
            answer = await client.get("/v1/response-times", params=QUESTION | {"segment": segment})
            [row] = answer.json()["rows"]
            found[segment] = (row["count"], row["mean_s"])
    return found


def replayed(child: Child) -> dict[str, Any]:
    """What the command says, and what it cost."""
    environment = dict(child.process.environment or os.environ)
    began = time.perf_counter()
    command = [sys.executable, "-m", "services.analytics", "replay"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines.splitlines() if line.startswith('{"area"')]
    [mine] = [row for row in rows if row["area"] == "gaoqiao"]
    cpu = used.ru_utime + used.ru_stime
    return mine | {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": round(time.perf_counter() - began),
        "cpu_seconds": round(cpu),
        "events_per_cpu_second": round(mine["events"] / cpu),
        "rss_mb": round(used.ru_maxrss / 1024),
    }


async def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.bench.replay", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=4)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengqiao-bench-") as path:
        async with LocalServers(Path(path) / "servers") as servers:
            found = await measure(servers, Path(path) / "data", chosen.events, chosen.kills)
    replay = found["replay"]
    print(json.dumps(found, indent=1))
    verdict = "equal, bit for bit" if replay["ok"] and not found["sums_wrong"] else "NOT EQUAL"
    print(f"{replay['events']:,} events in {found['records']:,} records, {found['killed']} kills: {verdict}")
    return 0 if replay["ok"] and not found["sums_wrong"] else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
