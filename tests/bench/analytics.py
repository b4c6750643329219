"""What analytics costs: `python -m tests.bench.analytics [--incidents 20000]` (`make bench` runs it as well).

A year of an area, six events an incident, is folded into a real store in this process, without Kafka: events a second,
the processor's seconds of its own and of the store, and memory. Then the year is asked for by one and by three
dimensions; and by one with as many and with ten times as many incidents of the same kind, whose documents are made
beforehand.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from fengqiao.contracts.dispatch import DispatchEvent
from fengqiao.local import LocalServers
from fengqiao.runtime import documents
from fengqiao.runtime.clock import DomainClock
from fengqiao.runtime.consumer import Received
from fengqiao.runtime.logs import configure_logs
from fengqiao.runtime.tokens import TokenMint
from services.analytics.__main__ import Analytics
from services.analytics.day_range import DayRange
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.rollups import Address, Contribution, advance, empty
from services.analytics.domain.streams import Stream
from services.analytics.following import Following
from services.analytics.log_records import TOPIC
from services.analytics.rollup_store import RollupStore
from services.analytics.settings import AnalyticsSettings
from tests.bench.processes import cpu_seconds
from tests.system import ROOT
from tests.unit.analytics.autumn import PROFILE, SHANGHAI
from tests.unit.analytics.evening import RULES, closed, cloud_event, life, opened

BATCH: Final = 2000
DAYS: Final = 365
YEAR: Final = DayRange(date(2023, 11, 1), date(2024, 10, 30), False)
ONCE: Final = AreaRules("once", SHANGHAI, 0, RULES.targets)
TEN_TIMES: Final = AreaRules("ten", SHANGHAI, 0, RULES.targets)
CODES: Final = ("020301", "020405", "020407", "0804", "0806", "0301", "0610", "080501", "0602", "0905")
ASKED: Final = 200
ROUNDS: Final = 10
AREAS: Final = ROOT / "deploy" / "areas"
DATABASE: Final = "fengqiao_bench_analytics"


def year(incidents: int, seed: int = 1) -> Iterator[DispatchEvent]:
    """Their lives one after the other, over a year."""
    rng = Random(seed)
    start = datetime(2023, 11, 1, tzinfo=SHANGHAI)
    for n in range(incidents):
        received = start + timedelta(seconds=n * DAYS * 86400 // incidents)
        marks: dict[str, Any] = {"received": received, "code": rng.choice(CODES), "priority": rng.randint(1, 4)}
        marks["cell"] = f"G{rng.randint(1, 18):02}"
        key = f"bench-{n}"
        yield opened(key, **marks)
        after = [rng.uniform(5, 40)]
        for most in (60, 600, 3000):
            after.append(after[-1] + rng.uniform(5, most))
        yield from life(key, after, unit=f"P{rng.randint(1, 20)}", **marks)
        yield closed(key, "劝离", **marks)


def records(incidents: int) -> list[Received]:
    """As they come from Kafka."""
    return [
        Received(cloud_event(event, n), TOPIC, 0, n - 1, event.area, 0.0)
        for n, event in enumerate(year(incidents), start=1)
    ]


async def folding(store: RollupStore, log: Sequence[Received], pid: int) -> dict[str, Any]:
    """Fold the log batch by batch, as the consumer hands it out. pid: of the document store."""
    following = Following(store, {RULES.area: RULES})
    began, cpu, theirs = time.perf_counter(), time.process_time(), cpu_seconds({"store": pid})["store"]
    for start in range(0, len(log), BATCH):
        await following.handle(log[start : start + BATCH])
    took, own = time.perf_counter() - began, time.process_time() - cpu
    store_cpu = cpu_seconds({"store": pid})["store"] - theirs
    return {
        "events": len(log),
        "per_second": round(len(log) / took),
        "per_own_cpu_second": round(len(log) / own),
        "own_cpu_us": round(own / len(log) * 1e6, 1),
        "store_cpu_us": round(store_cpu / len(log) * 1e6, 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


async def asked(client: httpx.AsyncClient, by: str, pid: int, *areas: str) -> dict[str, dict[str, float]]:
    """Of each area p50 and p99 of the year by these dimensions, in ms: the whole request, all but the socket; and the
    milliseconds of this processor's and of the store's that an answer costs. The areas take turns, so that what else
    the machine does falls on all of them alike."""
    took: dict[str, list[float]] = {area: [] for area in areas}
    own, store = dict.fromkeys(areas, 0.0), dict.fromkeys(areas, 0.0)
    rows = dict.fromkeys(areas, 0)
    for _ in range(ROUNDS):
        for area in areas:
            question = {"area": area, "from": YEAR.first.isoformat(), "to": YEAR.last.isoformat(), "by": by}
            cpu, theirs = time.process_time(), cpu_seconds({"store": pid})["store"]
            for _ in range(ASKED // ROUNDS):
                began = time.perf_counter()
                answer = await client.get("/v1/response-times", params=question)
                took[area].append((time.perf_counter() - began) * 1000)
                answer.raise_for_status()
            own[area] += time.process_time() - cpu
            store[area] += cpu_seconds({"store": pid})["store"] - theirs
            rows[area] = len(answer.json()["rows"])
    found = {}
    for area in areas:
        took[area].sort()
        found[area] = {
            "p50": round(took[area][ASKED // 2], 1),
            "p99": round(took[area][int(ASKED * 0.99)], 1),
            "own_cpu": round(own[area] / ASKED * 1000, 2),
            "store_cpu": round(store[area] / ASKED * 1000, 2),
            "rows": rows[area],
        }
    return found


async def made(store: RollupStore, rules: AreaRules, incidents: int) -> None:
    """The months and days of one dimension and segment, of so many incidents in the year."""
    rng = Random(2)
    gained: dict[Address, list[Contribution]] = {}
    for n in range(incidents):
        day = (YEAR.first + timedelta(days=n * len(YEAR.days()) // incidents)).isoformat()
        one = Contribution(n, f"G{rng.randint(1, 18):02}", int(rng.uniform(60, 900) * 1000), True)
        for period in (day, day[:7]):
            address = Address(rules.area, period, "grid_cell", "received_to_on_scene")
            gained.setdefault(address, []).append(one)
    # In two writes, as if the last batch had brought few: a rollup keeps what its last write added one by one.
    kept = [advance(advance(empty(address, 0), some[:-5]), some[-5:]) for address, some in gained.items()]
    await store.put_rollups(kept)
    await store.write([], [], [], [Stream("dispatch", rules.area, 0, incidents, incidents)])


async def measure(servers: LocalServers, incidents: int) -> dict[str, Any]:
    """Everything, in a database of its own."""
    log = records(incidents)
    client = documents.connect(servers.mongodb_uri, "pymongo")
    with tempfile.TemporaryDirectory(prefix="fengqiao-bench-") as data:
        settings = AnalyticsSettings.load(
            data=Path(data),
            areas=AREAS,
            kafka_bootstrap_servers=servers.bootstrap_servers,
            mongodb=servers.mongodb_uri,
            database=DATABASE,
            watch=False,
            log_level="warning",
        )
        configure_logs("bench", format="json", level="warning")
        rules = {one.area: one for one in (RULES, ONCE, TEN_TIMES)}
        token = TokenMint(Path(data)).mint("analyst", ["*"])
        service = Analytics(settings, rules, {area: PROFILE for area in rules}, DomainClock())
        try:
            store = RollupStore(client[DATABASE], deadline=60.0)
            pid = servers.store.pid
            folded = await folding(store, log, pid)
            await made(store, ONCE, incidents)
            await made(store, TEN_TIMES, 10 * incidents)
            headers = {"Authorization": f"Bearer {token}"}
            transport = httpx.ASGITransport(service.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as asking:
                await asked(asking, "hour", pid, RULES.area)
                alike = await asked(asking, "grid_cell", pid, ONCE.area, TEN_TIMES.area)
                return {
                    "folding": folded,
                    "one_dimension_ms": (await asked(asking, "grid_cell", pid, RULES.area))[RULES.area],
                    "one_dimension_made_ms": alike[ONCE.area],
                    "one_dimension_ten_times_ms": alike[TEN_TIMES.area],
                    "three_dimensions_ms": (await asked(asking, "grid_cell,hour,category_level_1", pid, RULES.area))[
                        RULES.area
                    ],
                }
        finally:
            await documents.close(client)


def lines(found: dict[str, Any]) -> str:
    """For the table that `make bench` prints."""
    folded = found["folding"]
    text = f"\nAnalytics: {folded['events']} events folded at {folded['per_second']}/s "
    text += f"({folded['per_own_cpu_second']} per second of its own processor; an event costs it "
    text += f"{folded['own_cpu_us']} µs and the store {folded['store_cpu_us']} µs), {folded['rss_mb']} MB\n"
    for name in ("one_dimension_ms", "one_dimension_made_ms", "one_dimension_ten_times_ms", "three_dimensions_ms"):
        row = found[name]
        text += f"  a year by {name.removesuffix('_ms').replace('_', ' ')}: p50 {row['p50']} p99 {row['p99']} ms; "
        text += f"processor {row['own_cpu']} ms, the store's {row['store_cpu']} ms\n"
    one, ten = found["one_dimension_made_ms"], found["one_dimension_ten_times_ms"]
    text += f"  ten times the incidents: {ten['p50'] / one['p50']:.2f} × the time, "
    text += (
        f"{(ten['own_cpu'] + ten['store_cpu']) / max(one['own_cpu'] + one['store_cpu'], 0.01):.2f} × the processor\n"
    )
    return text


async def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.analytics", description=__doc__)
    parser.add_argument("--incidents", type=int, default=20_000, help="in the year")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengqiao-bench-") as path:
        async with LocalServers(Path(path)) as servers:
            print(lines(await measure(servers, chosen.incidents)))


if __name__ == "__main__":
    asyncio.run(main())
