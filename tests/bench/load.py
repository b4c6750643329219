"""Open-loop load: request n is due at n / rate, and its latency counts from then, whether or not it could be sent."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import orjson
from aiokafka import TopicPartition

from fengqiao.runtime.cloudevents import header
from fengqiao.runtime.consumer import new_consumer
from tests.bench.http_client import Pool

Identify = Callable[[bytes, list[tuple[str, bytes]]], str | None]
"""(value, headers) of a record → the id of the incident whose decision it is, or None."""


def assigned(value: bytes, headers: list[tuple[str, bytes]]) -> str | None:
    """The incident that somebody was sent to."""
    if header(headers, "ce_type") != "fengqiao.assignment.assigned.v1":
        return None
    incident: str = orjson.loads(value)["incident_id"]
    return incident


@dataclass
class Seen:
    """When each incident's decision was seen by a Kafka subscriber (monotonic seconds)."""

    at: dict[str, float] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, bootstrap: str, topic: str, partition: int, identify: Identify) -> None:
        consumer = new_consumer(bootstrap, None)
        await consumer.start()
        try:
            tp = TopicPartition(topic, partition)
            consumer.assign([tp])
            await consumer.seek_to_end(tp)
            await consumer.position(tp)
            self.started.set()
            while True:
                for records in (await consumer.getmany(tp, timeout_ms=1000)).values():
                    now = time.perf_counter()
                    for record in records:
                        found = identify(record.value, list(record.headers))
                        if found is not None:
                            self.at.setdefault(found, now)
                    self.news.set()
        finally:
            await consumer.stop()


@dataclass
class Result:
    sent: int
    accepted: int
    errors: int
    accepted_ms: list[float]
    seen_ms: list[float]
    seconds: float
    """From the first request to the last decision seen."""

    def as_row(self) -> dict[str, object]:
        return {
            "sent": self.sent,
            "accepted": self.accepted,
            "errors": self.errors,
            "seen": len(self.seen_ms),
            "accepted_ms": percentiles(self.accepted_ms),
            "seen_ms": percentiles(self.seen_ms),
            "per_second": round(len(self.seen_ms) / self.seconds, 1) if self.seconds else 0.0,
        }


def percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {"p50": float("nan"), "p90": float("nan"), "p99": float("nan")}
    return {name: round(float(np.percentile(values, p)), 2) for name, p in (("p50", 50), ("p90", 90), ("p99", 99))}


@dataclass(frozen=True)
class Order:
    """One request and the id of the incident that it makes."""

    incident: str
    request: bytes


async def open_loop(pool: Pool, orders: list[Order], rate: float, seen: Seen, drain: float = 30.0) -> Result:
    """Send the orders at `rate` per second."""
    accepted: list[float] = []
    errors = 0
    due: dict[str, float] = {}
    begin = time.perf_counter() + 0.05

    async def one(order: Order, at: float) -> None:
        nonlocal errors
        try:
            status, _ = await pool.send(order.request)
        except OSError:
            errors += 1
            return
        if status == 202:
            accepted.append((time.perf_counter() - at) * 1000)
        else:
            errors += 1

    tasks = []
    for number, order in enumerate(orders):
        at = begin + number / rate
        due[order.incident] = at
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(order, at)))
    await asyncio.gather(*tasks)
    return await _drained(orders, accepted, errors, due, begin, seen, drain)


async def closed_loop(
    pool: Pool, orders: list[Order], connections: int, seconds: float, seen: Seen, drain: float = 60.0
) -> Result:
    """As many as can be: each of `connections` sends its next when it has its answer, for `seconds`."""
    accepted: list[float] = []
    errors = 0
    due: dict[str, float] = {}
    sent: list[Order] = []
    waiting = iter(orders)
    begin = time.perf_counter()

    async def one() -> None:
        nonlocal errors
        for order in waiting:
            at = due[order.incident] = time.perf_counter()
            if at - begin > seconds:
                due.pop(order.incident)
                return
            sent.append(order)
            try:
                status, _ = await pool.send(order.request)
            except OSError:
                errors += 1
                continue
            if status == 202:
                accepted.append((time.perf_counter() - at) * 1000)
            else:
                errors += 1

    await asyncio.gather(*(one() for _ in range(connections)))
    return await _drained(sent, accepted, errors, due, begin, seen, drain)


async def _drained(
    sent: list[Order],
    accepted: list[float],
    errors: int,
    due: dict[str, float],
    begin: float,
    seen: Seen,
    drain: float,
) -> Result:
    missing = {order.incident for order in sent} - seen.at.keys()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(drain):
            while len(missing) > len(sent) - len(accepted):
                await seen.news.wait()
                seen.news.clear()
                missing -= seen.at.keys()
    at = [(order.incident, seen.at[order.incident]) for order in sent if order.incident in seen.at]
    last = max((when for _, when in at), default=begin)
    return Result(
        sent=len(sent),
        accepted=len(accepted),
        errors=errors,
        accepted_ms=accepted,
        seen_ms=[(when - due[incident]) * 1000 for incident, when in at],
        seconds=last - begin,
    )
