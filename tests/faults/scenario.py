"""One service killed between two steps of its protocol while calls come in, and started again."""

import asyncio
import os
import random
import signal
from collections.abc import Mapping
from typing import Final

from fengqiao.runtime.settings import ServiceName
from tests.faults.evidence import FEWEST, SERVICES, assert_clean
from tests.faults.load import Load
from tests.system import System

SEED: Final = os.environ.get("FENGQIAO_SEED", "20241030")

PASSES: Final[Mapping[str, tuple[int, int]]] = {
    "dispatch.journal-inserted": (30, 80),
    "dispatch.half-published": (3, 12),
    "dispatch.published": (30, 80),
    "dispatch.documents-written": (30, 80),
    "dispatch.before-tick": (3, 8),
    "dispatch.before-commit": (40, 120),
    "intake.inserted": (3, 25),
    "intake.produced": (3, 25),
    "intake.changed": (1, 8),
    "intake.dispute-inserted": (1, 4),
    "intake-disputes.produced": (1, 4),
    "mediation.inserted": (1, 4),
    "mediation.produced": (1, 8),
    "mediation.replaced": (1, 4),
    "mediation.handled": (1, 4),
    "analytics.rollup-written": (2, 5),  # it rests between its batches: there are few of them
    "analytics.stream-written": (2, 5),
    "analytics.handled": (2, 5),
}
"""Fail point → from which to which pass the process is killed there; the seed chooses."""


def owner(point: str) -> ServiceName:
    """The service that passes the point."""
    return next(service for service in SERVICES if point.startswith(service))


def chosen_pass(point: str, round_: int = 0) -> int:
    """The pass at which this run kills."""
    return random.Random(f"{SEED}/{point}/{round_}").randint(*PASSES[point])


async def survives_a_kill(
    system: System, point: str, *, incidents: int = 60, rate: float = 15.0, round_: int = 0, brief: bool = False
) -> None:
    """Kill at `point` under load, start again, and hold everything against the invariants.

    brief: with intake and dispatch alone, and no disputes.
    """
    services = FEWEST if brief else SERVICES
    service, at = owner(point), chosen_pass(point, round_)
    armed = {service: f"{point}=kill:{at}"}
    for one in services:
        await system.start(one, ready=False, FENGQIAO_FAILPOINTS=armed.get(one, ""))
    for one in services:
        await system.ready(one)
    async with Load(system, f"{SEED}/{point}/{round_}", rate=rate, disputes=not brief) as load:
        await dies_and_comes_back(system, service, load, incidents, f"{point}=kill:{at}")
        await load.quiet()
        await assert_clean(system, load, SEED, services)


async def dies_and_comes_back(system: System, service: ServiceName, load: Load, incidents: int, why: str) -> None:
    """Run the load; the armed service dies under it and is started again without being armed."""

    async def work() -> None:
        await load.sign_on()
        await load.run(incidents)

    process = system.processes[service]
    working = asyncio.create_task(work())
    dying = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({dying}, timeout=60)
        assert dying.done(), f"{why} was never reached (FENGQIAO_SEED={SEED}):\n{process.log_tail(5)}"
        assert dying.result() == -signal.SIGKILL, f"{why}: ended with {dying.result()}:\n{process.log_tail()}"
        await system.start(service)
        await working
    finally:
        for task in (dying, working):
            task.cancel()
        await asyncio.gather(dying, working, return_exceptions=True)
