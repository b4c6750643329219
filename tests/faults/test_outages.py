"""Kafka and the store killed or stopped under load; services stopped; members of a group coming and going."""

import asyncio
import time
from pathlib import Path

import pytest

from fengqiao.local import LocalServers
from tests.awaiting import eventually
from tests.faults.evidence import SERVICES, assert_clean
from tests.faults.load import Load
from tests.faults.outages import outage
from tests.faults.own_system import own_system
from tests.faults.scenario import SEED
from tests.system import System

CHURN_S = 45.0
EVERY_S = 3.0


@pytest.mark.own_servers
@pytest.mark.timeout(480)
@pytest.mark.parametrize("seconds", [5.0, 60.0, 120.0])
@pytest.mark.parametrize("which", ["kafka", "store"])
async def test_I1_D4_killed_and_back(own_servers: LocalServers, tmp_path: Path, which: str, seconds: float) -> None:
    async with own_system(own_servers, tmp_path) as system:
        await outage(system, own_servers, "kafka" if which == "kafka" else "store", "kill", seconds)


@pytest.mark.own_servers
@pytest.mark.timeout(300)
@pytest.mark.parametrize("which", ["kafka", "store"])
async def test_I1_D4_stopped_and_going_on(own_servers: LocalServers, tmp_path: Path, which: str) -> None:
    async with own_system(own_servers, tmp_path) as system:
        await outage(system, own_servers, "kafka" if which == "kafka" else "store", "pause", 5.0)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seconds", [5.0, 15.0])
async def test_D4_dispatch_sleeps_and_another_takes_over(fresh_system: System, seconds: float) -> None:
    system = fresh_system
    await system.start(*SERVICES)
    second = await system.start_another_dispatch(60)
    dispatchers = [system.url("dispatch"), system.url("notify")]
    async with Load(system, f"{SEED}/sleep/{seconds:g}", rate=10, dispatchers=dispatchers) as load:
        await load.sign_on()
        working = asyncio.create_task(load.run(int(10 * (2 * seconds + 10))))
        # Whichever has the area sleeps once: first the one, then the other.
        for sleeper in (system.processes["dispatch"], second):
            await _some_more(load, 20)
            sleeper.pause()
            await asyncio.sleep(seconds)
            sleeper.resume()
        await working
        await load.quiet()
        await assert_clean(system, load, SEED)


async def _some_more(load: Load, calls: int) -> None:
    wanted = len(load.accepted) + calls
    await eventually(lambda: len(load.accepted) >= wanted, within=60, what="calls")


@pytest.mark.timeout(300)
async def test_I1_intake_sleeps(fresh_system: System) -> None:
    system = fresh_system
    await system.start(*SERVICES)
    async with Load(system, f"{SEED}/intake sleeps", rate=10) as load:
        await load.sign_on()
        working = asyncio.create_task(load.run(120))
        await eventually(lambda: len(load.accepted) >= 20, within=60, what="the first calls")
        system.processes["intake"].pause()
        await asyncio.sleep(5)
        system.processes["intake"].resume()
        await working
        await load.quiet()
        await assert_clean(system, load, SEED)


@pytest.mark.timeout(420)
async def test_D4_members_join_and_leave(fresh_system: System) -> None:
    """Every 3 s a second instance of dispatch joins, or leaves: in order, or by kill -9."""
    system = fresh_system
    await system.start(*SERVICES)
    second = system.another_dispatch()
    async with Load(system, f"{SEED}/churn", rate=8) as load:
        await load.sign_on()
        working = asyncio.create_task(load.run(int(8 * CHURN_S)))
        began, turns = time.monotonic(), 0
        while time.monotonic() - began < CHURN_S:
            if not second.running:
                second.start()
            elif turns % 4 == 3:
                await second.kill()
            else:
                await second.stop()
            turns += 1
            await asyncio.sleep(max(began + turns * EVERY_S - time.monotonic(), 0))
        if second.running:
            await second.stop()
        await working
        await load.quiet(within=120)
        await assert_clean(system, load, SEED)
    assert turns >= 8
