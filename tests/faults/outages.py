"""Kafka or the store away under load, and back: what is promised meanwhile and after."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final, Literal

from fengqiao.local import LocalServers
from fengqiao.local.document_store import DocumentStore
from fengqiao.local.kafka_server import KafkaServer
from fengqiao.runtime.settings import ServiceName
from tests.awaiting import eventually
from tests.checker import Told, slow
from tests.faults.evidence import FEWEST, SERVICES, assert_clean, settled
from tests.faults.load import Load
from tests.faults.scenario import SEED
from tests.system import System

RATE: Final = 20.0
ANSWER_S: Final = 2.5
DRAIN_S: Final = 60.0
How = Literal["kill", "pause"]


async def outage(
    system: System,
    servers: LocalServers,
    which: Literal["kafka", "store"],
    how: How,
    seconds: float,
    *,
    brief: bool = False,
) -> None:
    """20 calls a second; the server goes after 3 s and comes back `seconds` later; the load ends 5 s after that.

    brief: with intake and dispatch alone, no crews and no disputes; and the load ends 1 s after.
    """
    services = FEWEST if brief else SERVICES
    server: KafkaServer | DocumentStore = servers.kafka if which == "kafka" else servers.store
    await system.start(*services)
    name = f"{SEED}/{which}/{how}/{seconds:g}"
    async with Load(system, name, rate=RATE, crews=not brief, disputes=not brief) as load:
        await load.sign_on()
        working = asyncio.create_task(load.run(int(RATE * (3 + seconds + (1 if brief else 5)))))
        try:
            await eventually(lambda: len(load.accepted) >= 3 * RATE - 10, within=60, what="the first calls")
            gone, back = await _away(server, how, seconds)
            await _drains(system, load, working, back, services)
            during = [one for one in load.told if gone + 0.5 < one.sent < back - 3]
            _as_promised(which, during)
            late = slow([one for one in load.told if one.what in ("incident", "change", "dispute")], ANSWER_S)
            # Commands wait for their decision as long as they ask to (2 s), beside the answer itself.
            late += slow([one for one in load.told if one.what in ("step", "assess")], ANSWER_S + 0.5)
            assert not late, f"{len(late)} answers (FENGQIAO_SEED={SEED}):\n" + "\n".join(late[:20])
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        if not brief:
            # Two thousand calls for a handful of crews: no promise, only the test's patience.
            await load.quiet(within=200)
        await assert_clean(system, load, SEED, services)


async def _away(server: KafkaServer | DocumentStore, how: How, seconds: float) -> tuple[float, float]:
    """When it went and when it was there again."""
    gone = time.time()
    if how == "kill":
        await server.kill()
        await _until(gone + seconds)
        await server.restart()
    else:
        server.pause()
        await _until(gone + seconds)
        server.resume()
    return gone, time.time()


async def _until(instant: float) -> None:
    """The outage lasts as long as it was asked to: nothing happens that could be awaited."""
    await asyncio.sleep(max(instant - time.time(), 0))


async def _drains(
    system: System, load: Load, working: "asyncio.Task[None]", back: float, services: Sequence[ServiceName]
) -> None:
    """All that was accepted is decided, all outboxes are empty and all groups have read to the end, in time."""

    def decided() -> bool:
        if working.done():
            working.result()
        return working.done() and not load.undecided()

    await eventually(decided, within=back + DRAIN_S - time.time(), what="a decision for every accepted call")
    await settled(system, within=max(back + DRAIN_S - time.time(), 5), services=services)


def _as_promised(which: str, during: list[Told]) -> None:
    """Kafka away: accepted, to be told later. The store away: 503, and when to come again."""
    calls = [one for one in during if one.what == "incident" and one.status != 422]
    assert calls, "nobody called during the outage"
    unanswered = [f"{one.error} after {one.took:.2f} s" for one in calls if one.status == 0]
    assert not unanswered, f"{len(unanswered)} of {len(calls)} calls got no answer: {unanswered[:5]}"
    if which == "kafka":
        assert {one.status for one in calls} == {202}, sorted({one.status for one in calls})
        assert {one.relay for one in calls} <= {"pending", "done"}
        assert any(one.relay == "pending" for one in calls), "nothing was relayed later: was Kafka away at all?"
    else:
        assert {one.status for one in calls} == {503}, sorted({one.status for one in calls})
        assert all(one.retry_after for one in calls), "a 503 without Retry-After"
