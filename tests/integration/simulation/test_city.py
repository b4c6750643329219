"""The demo city on real services: every call is served, a restart is survived, and nobody stays signed on."""

import asyncio
import math
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson

from fengqiao.contracts import topics
from fengqiao.runtime.clock import open_clock
from fengqiao.runtime.settings import ServiceName
from simulation.city.city import Chosen, City
from simulation.city.ground import load_ground
from simulation.city.people import People
from tests.awaiting import eventually
from tests.conftest import run
from tests.integration.dispatch.kit import everything
from tests.system import ROOT, System

SERVICES: tuple[ServiceName, ...] = ("intake", "dispatch", "commandroom")
AREAS = ROOT / "deploy" / "areas"
COS = math.cos(math.radians(28.2))


def started(system: System, clock: str) -> System:
    system.environment["FENGQIAO_CLOCK"] = clock
    run(system.start(*SERVICES))
    return system


@asynccontextmanager
async def city(system: System, area: str, chosen: Chosen) -> AsyncIterator[City]:
    people = People(system.addresses, system.folder, area, "city")
    try:
        yield City(load_ground(AREAS, area), people, open_clock(system.folder, None), chosen)
    finally:
        await people.close()


async def on_duty(system: System, area: str) -> list[str]:
    async with system.client("dispatcher", area) as desk:
        return [unit["unit"] for unit in await desk.dispatch.units(area) if unit["status"] != "off_duty"]


async def incidents(system: System, area: str) -> list[dict[str, Any]]:
    async with system.client("dispatcher", area) as desk:
        return await desk.dispatch.incidents(area)


def test_D4_a_minute_of_a_city_is_served_to_the_last_call_also_over_a_restart(fresh_system: System) -> None:
    """Dispatch is killed in the middle of it: the city goes on when it is back, as an honest client does."""
    system = started(fresh_system, "2024-10-25T20:00:00+08:00,x60")

    async def minute() -> None:
        async with city(system, "dongcheng", Chosen(rate=500, seed=4, seconds=60)) as some:
            living = asyncio.create_task(some.live(asyncio.Event()))
            await eventually(lambda: some.tally.reported >= 4 or living.done(), what="the first calls")
            await system.processes["dispatch"].kill()
            system.processes["dispatch"].start()
            await system.ready("dispatch")
            tally = await living
        assert tally.wrong == []
        assert tally.reported >= 8
        assert tally.ended == {"closed": tally.reported}
        found = await incidents(system, "dongcheng")
        assert [one["status"] for one in found] == ["closed"] * tally.reported
        driven = [one for incident in found for one in incident["assignments"] if one.get("on_scene_at")]
        assert {one["unit_kind"] for one in driven} >= {"patrol", "police_room"}
        # Since its last report a car may have come nearer, by a second's way a second at most; of some none is known.
        known = [one for one in driven if one["unit_kind"] == "patrol" and "position_age_seconds" in one["reason"]]
        assert known
        for one in known:
            way = datetime.fromisoformat(one["on_scene_at"]) - datetime.fromisoformat(one["assigned_at"])
            nearer = one["reason"]["position_age_seconds"] + 5
            assert way.total_seconds() >= one["reason"]["travel_seconds"] - nearer, (
                "nobody is there before a car could be"
            )
        assert await on_duty(system, "dongcheng") == []

    run(minute())


async def fixes(system: System, unit: str) -> list[dict[str, Any]]:
    """What its terminal has reported, the oldest first."""
    told = [orjson.loads(one.value) for one in await everything(system, topics.UNIT_POSITIONS.name) if one.value]
    return [fix for fix in told if fix["unit"] == unit]


def metres(fix: dict[str, Any], place: dict[str, Any]) -> float:
    return math.dist((fix["lon"] * COS, fix["lat"]), (place["lon"] * COS, place["lat"])) * 111_195.0


def test_D6_idle_units_drive_to_where_they_are_told_to_wait_and_stay_there(fresh_system: System) -> None:
    """Nobody calls: what moves, moves because dispatch has ordered it."""
    system = started(fresh_system, "2024-10-30T22:00:00+08:00,x30")

    async def quiet_night() -> None:
        stop = asyncio.Event()
        async with city(system, "gaoqiao", Chosen(rate=1e-5)) as some, system.client("dispatcher") as desk:
            living = asyncio.create_task(some.live(stop))

            async def sent() -> Any:
                return [one for one in await desk.dispatch.units("gaoqiao") if one.get("standby")]

            async def there() -> Any:
                """A unit that was ordered away, and has reported its place at the point twice since."""
                for unit in await sent():
                    order, told = unit["standby"], await fixes(system, unit["unit"])
                    begun = datetime.fromisoformat(order["ordered_at"])
                    since = [fix for fix in told if datetime.fromisoformat(fix["at"]) >= begun]
                    at_point = [fix for fix in since if metres(fix, order["place"]) < 1]
                    if len(at_point) >= 2 and metres(since[0], order["place"]) > 300:
                        return unit, since
                return None

            unit, since = await eventually(there, within=120, every=1, what="somebody waits where he was told to")
            place = unit["standby"]["place"]
            far = [metres(fix, place) for fix in since]
            arrived = next(number for number, away in enumerate(far) if away < 1)
            assert len({round(away) for away in far[:arrived]}) >= 2, "it reports its place on the way"
            assert {round(away) for away in far[arrived:]} == {0}, "it stays"
            stop.set()
            tally = await living
        assert (tally.wrong, tally.reported) == ([], 0)
        assert await on_duty(system, "gaoqiao") == []

    run(quiet_night())


async def simulate(system: System, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulation.city", *arguments),
        cwd=ROOT,
        env=system.variables(),
        stdout=PIPE,
        stderr=PIPE,
    )


def test_ctrl_c_takes_back_what_is_open_and_signs_everybody_off(fresh_system: System) -> None:
    system = started(fresh_system, f"{datetime.now(UTC).isoformat()},x1")

    async def stopped() -> None:
        process = await simulate(system, "--area", "shilipu", "--rate", "600", "--speed", "30", "--seed", "3")
        assert process.stdout is not None
        said = ""
        async with asyncio.timeout(60):
            while "call 5" not in said:
                line = (await process.stdout.readline()).decode()
                assert line, (await process.communicate())[1].decode()
                said += line
        assert len(await on_duty(system, "shilipu")) > 20
        process.send_signal(signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 0, (out, err)
        assert "calls: " in out.decode()
        assert await on_duty(system, "shilipu") == []
        found = await incidents(system, "shilipu")
        assert {one["status"] for one in found} <= {"closed", "cancelled"}

    run(stopped())


def test_an_area_that_is_not_there_is_refused_in_a_sentence(fresh_system: System) -> None:
    async def refused() -> None:
        process = await simulate(fresh_system, "--area", "nowhere")
        _, err = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 2
        assert "holds no area 'nowhere': it has ciyin, dongcheng, gaoqiao, shilipu, yujin" in err.decode()

    run(refused())
