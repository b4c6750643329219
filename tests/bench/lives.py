"""Whole lives: calls that want three units each, crews that take every step over REST, and positions all the while."""

import asyncio
import heapq
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from aiokafka import TopicPartition

from fengqiao.runtime.cloudevents import header
from fengqiao.runtime.consumer import new_consumer
from tests.bench.http_client import Pool, post
from tests.bench.load import Order, percentiles

PREFIX: Final = "fengqiao.assignment."
STEPS: Final = ("acknowledge", "en-route", "on-scene", "clear")
TOLD: Final = {"acknowledge": "acknowledged", "en-route": "en-route", "on-scene": "on-scene", "clear": "cleared"}
BETWEEN_S: Final = (0.5, 3.0)
"""Real seconds between the steps of a crew: what matters is how many come at once, not how long a scene takes."""
POSITIONS_AT_ONCE: Final = 50


@dataclass
class Lives:
    """What is asked for and seen. pool_in, pool_out: to intake and to dispatch."""

    pool_in: Pool
    pool_out: Pool
    token: str
    area: str
    units: Sequence[str]
    rng: random.Random
    topic: str
    sent_at: dict[str, float] = field(default_factory=dict)
    """Incident or `assignment step` → when it was due."""
    seen: dict[str, float] = field(default_factory=dict)
    accepted: list[float] = field(default_factory=list)
    errors: int = 0
    due: list[tuple[float, str, int]] = field(default_factory=list)
    """(when, assignment, step) of what crews will do, soonest first."""
    assigned: int = 0
    over: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, bootstrap: str, partition: int, started: asyncio.Event) -> None:
        """Read the topic and let crews act."""
        consumer = new_consumer(bootstrap, None)
        await consumer.start()
        try:
            tp = TopicPartition(self.topic, partition)
            consumer.assign([tp])
            await consumer.seek_to_end(tp)
            await consumer.position(tp)
            started.set()
            while True:
                for records in (await consumer.getmany(tp, timeout_ms=1000)).values():
                    now = time.perf_counter()
                    for record in records:
                        kind = header(list(record.headers), "ce_type") or ""
                        if kind.startswith(PREFIX):
                            self._heard(kind.removeprefix(PREFIX).removesuffix(".v1"), orjson.loads(record.value), now)
                    self.news.set()
        finally:
            await consumer.stop()

    def _heard(self, what: str, event: dict[str, Any], now: float) -> None:
        assignment = event["assignment_id"]
        if what == "assigned":
            self.assigned += 1
            self.seen.setdefault(event["incident_id"], now)
            self._later(assignment, 0)
            return
        for number, step in enumerate(STEPS):
            if TOLD[step] == what:
                self.seen.setdefault(f"{assignment} {step}", now)
                if number + 1 < len(STEPS):
                    self._later(assignment, number + 1)
                else:
                    self.over += 1

    def _later(self, assignment: str, step: int) -> None:
        heapq.heappush(self.due, (time.perf_counter() + self.rng.uniform(*BETWEEN_S), assignment, step))

    async def crews(self) -> None:
        """Send every step when it is due."""
        tasks: set[asyncio.Task[None]] = set()
        while True:
            now = time.perf_counter()
            while self.due and self.due[0][0] <= now:
                at, assignment, step = heapq.heappop(self.due)
                task = asyncio.create_task(self._step(assignment, STEPS[step], at))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.005)

    async def _step(self, assignment: str, step: str, at: float) -> None:
        self.sent_at[f"{assignment} {step}"] = at
        body = '{"disposition":"当场调解"}'.encode() if step == "clear" else b"{}"
        await self._send(self.pool_out, post(f"/v1/assignments/{assignment}/{step}", body, self.token))

    async def positions(self) -> None:
        """Every unit once a second, in batches as a gateway sends them."""
        batches = [self.units[at : at + POSITIONS_AT_ONCE] for at in range(0, len(self.units), POSITIONS_AT_ONCE)]
        while True:
            for units in batches:
                began = time.perf_counter()
                now = datetime.now(UTC).isoformat()
                body = [
                    {
                        "area": self.area,
                        "unit": unit,
                        "lon": 113.02 + self.rng.uniform(0, 0.01),
                        "lat": 28.18 + self.rng.uniform(0, 0.01),
                        "at": now,
                    }
                    for unit in units
                ]
                await self._send(self.pool_out, post("/v1/positions", orjson.dumps(body), self.token))
                left = (1.0 / len(batches)) - (time.perf_counter() - began)
                await asyncio.sleep(max(left, 0))

    async def _send(self, pool: Pool, request: bytes) -> int:
        try:
            status, _ = await pool.send(request)
        except OSError:
            self.errors += 1
            return 0
        if status not in (200, 202):
            self.errors += 1
        return status

    async def _report(self, order: Order, at: float) -> None:
        if await self._send(self.pool_in, order.request) == 202:
            self.accepted.append((time.perf_counter() - at) * 1000)

    async def run(
        self, orders: Sequence[Order], rate: float, assignments_each: int, drain: float = 60.0
    ) -> dict[str, Any]:
        """The calls at `rate` per second; until all their lives are over."""
        self.seen.clear()
        self.accepted.clear()
        self.errors = self.assigned = self.over = 0
        begin = time.perf_counter() + 0.05
        tasks = []
        for number, order in enumerate(orders):
            at = begin + number / rate
            self.sent_at[order.incident] = at
            if (wait := at - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self._report(order, at)))
        await asyncio.gather(*tasks)
        wanted, deadline = len(orders) * assignments_each, time.perf_counter() + drain
        while self.over < wanted and time.perf_counter() < deadline:
            self.news.clear()
            try:
                async with asyncio.timeout(1):
                    await self.news.wait()
            except TimeoutError:
                continue
        incidents = {order.incident for order in orders}
        decided = [(at - self.sent_at[key]) * 1000 for key, at in self.seen.items() if key in incidents]
        steps = [(at - self.sent_at[key]) * 1000 for key, at in self.seen.items() if " " in key and key in self.sent_at]
        ended = max(self.seen.values(), default=begin)
        return {
            "sent": len(orders),
            "accepted": len(self.accepted),
            "errors": self.errors,
            "seen": len(decided),
            "assignments": self.assigned,
            "lives_over": self.over,
            "commands": len(steps),
            "accepted_ms": percentiles(self.accepted),
            "seen_ms": percentiles(decided),
            "command_seen_ms": percentiles(steps),
            "per_second": round(len(decided) / (ended - begin), 1),
            "commands_per_second": round(len(steps) / (ended - begin), 1),
        }
