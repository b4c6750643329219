"""Timers, diversion and the recommendation on real processes: what is due stays due through kill and sleep."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import orjson
import psutil
import pytest

from fengqiao.client import Addresses, Fengqiao, Refused
from fengqiao.contracts import commands, ids, topics
from fengqiao.contracts.model import Actor
from fengqiao.runtime.clock import DomainClock, open_clock, parse_clock
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing
from tests.awaiting import eventually
from tests.integration.dispatch.kit import (
    decided,
    everything,
    first_appearances,
    incident,
    publishing,
    record,
    report,
    sequences,
)
from tests.system import System

CLOCK = "2024-10-30T22:20:00+08:00,x20"
"""A minute of domain time in three seconds."""


def on_story_time(system: System) -> DomainClock:
    system.environment["FENGQIAO_CLOCK"] = CLOCK
    return open_clock(system.folder, parse_clock(CLOCK))


async def told(system: System, name: str) -> list[tuple[str, dict[str, Any]]]:
    """What dispatch said of the incident: (noun.verb, data), each event once."""
    records = await everything(system, topics.DISPATCH.name)
    first = {
        sequence: (
            (header(one.headers, "ce_type") or "").removeprefix("fengqiao.").removesuffix(".v1"),
            orjson.loads(one.value),
        )
        for one, sequence in reversed(list(zip(records, sequences(records), strict=True)))
    }
    return [first[number] for number in sorted(first) if first[number][1].get("incident_id") == incident(name)]


async def said(system: System, name: str, verb: str, **marks: str) -> dict[str, Any]:
    async def look() -> Any:
        for kind, data in await told(system, name):
            if kind == verb and all(data.get(key) == value for key, value in marks.items()):
                return data
        return None

    found: dict[str, Any] = await eventually(look, within=40, what=f"{verb} of {name}")
    return found


async def test_D4_timers_go_on_after_a_kill_and_fire_once_each(fresh_system: System) -> None:
    system, clock = fresh_system, on_story_time(fresh_system)
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        for unit in ("P1", "P2"):
            await desk.dispatch.duty(unit, on=True, area="gaoqiao")
        await publisher.publish(record(system, report("kill", at=clock.now()), incident("kill"), 1))
        unit = (await said(system, "kill", "assignment.assigned"))["unit"]
        await said(system, "kill", "timer.warned", timer="acknowledge")
        await system.processes["dispatch"].kill()
        system.processes["dispatch"].start()
        await system.ready("dispatch")
        await said(system, "kill", "incident.escalated", timer="acknowledge")
        await system.processes["dispatch"].kill()
        system.processes["dispatch"].start()
        await system.ready("dispatch")
        assert (await said(system, "kill", "assignment.timed-out"))["unit"] == unit
        other = ({"P1", "P2"} - {unit}).pop()
        replaced = await said(system, "kill", "assignment.assigned", unit=other)
        await desk.dispatch.step(replaced["assignment_id"], "on-scene")
        await desk.dispatch.step(replaced["assignment_id"], "clear", disposition="当场调解")
        ended = await desk.dispatch.incident(incident("kill"))
    assert ended["status"] == "closed"
    assert {one["what"]: one["state"] for one in ended["timers"]}["handled"] in ("met", "late")
    fired = Counter(
        (kind, data["timer"], data.get("assignment_id"))
        for kind, data in await told(system, "kill")
        if kind in ("timer.warned", "incident.escalated", "assignment.timed-out")
    )
    assert set(fired.values()) == {1}, fired
    seen = first_appearances(await everything(system, topics.DISPATCH.name))
    assert seen == list(range(1, len(seen) + 1))
    check = system.process("dispatch", name="verify", command=("-m", "services.dispatch", "verify"))
    check.start()
    assert await check.wait() == 0, check.log_tail()


async def test_D4_what_was_answered_while_dispatch_slept_does_not_time_out(fresh_system: System) -> None:
    system, clock = fresh_system, on_story_time(fresh_system)
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        await desk.dispatch.duty("P1", on=True, area="gaoqiao")
        await publisher.publish(record(system, report("sleep", at=clock.now()), incident("sleep"), 1))
        sent = await said(system, "sleep", "assignment.assigned")
        system.processes["dispatch"].pause()
        asleep_at = clock.now()
        await publisher.publish(_acknowledged(system, sent["assignment_id"], clock))
        await _woken_too_late(system, clock, asleep_at)
        answered = await said(system, "sleep", "assignment.acknowledged")
        # The next timer of the same crew shows that ticks go on.
        await said(system, "sleep", "timer.warned", timer="en_route")
    assert answered["times"]["acknowledged_at"] < (asleep_at + timedelta(seconds=60)).isoformat()
    await _was_not_taken_for_silent(system, "sleep")


async def test_D4_what_was_answered_while_it_slept_in_the_middle_of_a_turn_does_not_time_out(
    fresh_system: System,
) -> None:
    """It stops itself when it has seen that a tick is due and that nothing lies unread, and before it decides."""
    system, clock = fresh_system, on_story_time(fresh_system)
    system.processes["dispatch"] = system.process("dispatch", FENGQIAO_FAILPOINTS="dispatch.before-tick=stop:30")
    system.processes["dispatch"].start()
    process = psutil.Process(system.processes["dispatch"].pid)
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        on = asyncio.create_task(desk.dispatch.duty("P1", on=True, area="gaoqiao"))
        await publisher.publish(record(system, report("turn", at=clock.now()), incident("turn"), 1))
        await eventually(lambda: process.status() == psutil.STATUS_STOPPED, within=60, what="it stopped itself")
        await on
        sent = await said(system, "turn", "assignment.assigned")
        asleep_at = clock.now()
        await publisher.publish(_acknowledged(system, sent["assignment_id"], clock))
        await _woken_too_late(system, clock, asleep_at)
        await said(system, "turn", "assignment.acknowledged")
        await said(system, "turn", "timer.warned", timer="en_route")
    await _was_not_taken_for_silent(system, "turn")


async def _woken_too_late(system: System, clock: DomainClock, asleep_at: datetime) -> None:
    """Wake dispatch when the limit of an acknowledgement has passed."""

    async def long_enough() -> bool:
        return clock.now() - asleep_at > timedelta(seconds=200)

    await eventually(long_enough, within=30, what="more than the limit of the acknowledgement")
    system.processes["dispatch"].resume()


async def _was_not_taken_for_silent(system: System, name: str) -> None:
    kinds = [(kind, data.get("timer")) for kind, data in await told(system, name)]
    assert ("timer.warned", "acknowledge") not in kinds
    assert "assignment.timed-out" not in [kind for kind, _ in kinds]


def _acknowledged(system: System, assignment_id: str, clock: DomainClock) -> Outgoing:
    command = commands.Acknowledge(
        command_id=ids.command_id("test", assignment_id),
        area="gaoqiao",
        by=Actor(client="terminal", role="crew", unit="P1"),
        received_at=clock.now(),
        assignment_id=assignment_id,
    )
    event = CloudEvent(command.TYPE, "dispatch", command.command_id, 1, command.received_at, command.wire())
    return Outgoing(f"{system.prefix}{topics.DISPATCH_COMMANDS.name}", "gaoqiao", event, 0)


async def test_D1_D5_any_instance_recommends_and_the_graver_call_diverts(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    await system.start_another_dispatch()
    elsewhere = Fengqiao(Addresses(dispatch=system.url("notify")), system.token("dispatcher"))
    async with system.client("dispatcher") as desk, elsewhere, publishing(system) as publisher:
        await desk.dispatch.duty("P1", on=True, area="gaoqiao")
        await publisher.publish(record(system, report("noise", "0610", 4), incident("noise"), 1))
        await said(system, "noise", "assignment.assigned", unit="P1")
        await desk.dispatch.duty("P2", on=True, area="gaoqiao")
        before = len(await decided(system))
        for asked in (desk, elsewhere):
            answer = await asked.dispatch.recommendation(incident("noise"))
            (role,) = answer["roles"]
            assert [unit["unit"] for unit in role["units"]] == ["P2"]
            assert role["units"][0]["travel_seconds"] > 0
            assert role["ruled_out"]["off_duty"] > 0
        assert len(await decided(system)) == before
        with pytest.raises(Refused) as refused:
            await desk.dispatch.recommendation(incident("nobody"))
        assert refused.value.status == 404
        await desk.dispatch.duty("P2", on=False, area="gaoqiao")
        await publisher.publish(record(system, report("fight", "0203", 1), incident("fight"), 1))
        diverted = await said(system, "noise", "assignment.diverted", unit="P1")
        assert diverted["to_incident"] == incident("fight")
        sent = await said(system, "fight", "assignment.assigned", unit="P1")
        assert sent["reason"]["diverted_from"] == incident("noise")
        state: dict[str, Any] = {}

        async def queued() -> bool:
            state.update(await desk.dispatch.incident(incident("noise")))
            return bool(state["status"] == "queued")

        await eventually(queued, what="the document of what was told")
        assert [one["status"] for one in state["assignments"]] == ["diverted"]
