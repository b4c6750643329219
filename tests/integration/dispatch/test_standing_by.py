"""Where idle units wait, what nobody covers, and what is near a scene, over REST and Kafka on real servers."""

import json
from datetime import timedelta
from typing import Any

import orjson
from pymongo import AsyncMongoClient

from fengqiao.contracts import topics
from fengqiao.contracts.insights import StandbyAdvised
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing
from services.dispatch.reads_api import MOST_ON_BOARD
from tests.awaiting import eventually
from tests.checker import History, Record, violations
from tests.integration.dispatch.kit import (
    FOOD_STREET,
    everything,
    first_appearances,
    incident,
    opened,
    publishing,
    record,
    report,
)
from tests.integration.dispatch.test_timers import on_story_time
from tests.system import ROOT, System

PATROLS = ("P1", "P2", "P3")


async def said_of(system: System, kind: str) -> list[dict[str, Any]]:
    """The data of the events of this kind."""
    return [
        orjson.loads(one.value)
        for one in await everything(system, topics.DISPATCH.name)
        if header(one.headers, "ce_type") == f"fengqiao.{kind}.v1"
    ]


async def states(system: System) -> dict[str, dict[str, Any]]:
    """unit → its last state on the topic."""
    found = {}
    for one in await everything(system, topics.UNIT_STATE.name):
        state = orjson.loads(one.value)
        found[state["unit"]] = state
    return found


async def test_D6_A5_units_wait_where_analytics_advises(fresh_system: System) -> None:
    system, clock = fresh_system, on_story_time(fresh_system)
    now = clock.now()
    advised = StandbyAdvised(
        area="gaoqiao",
        at=now,
        band="night",
        begins=now - timedelta(hours=1),
        ends=now + timedelta(hours=8),
        weights={"S01": 5.0},
        history_days=364,
    )
    async with publishing(system) as publisher:
        event = CloudEvent(advised.TYPE, "analytics", "gaoqiao/standby", 1, now, advised.wire())
        await publisher.publish(Outgoing(f"{system.prefix}{topics.INSIGHTS.name}", "gaoqiao", event, 0))
    await system.start("dispatch")
    async with system.client("dispatcher") as desk:
        await desk.dispatch.duty("P1", on=True, area="gaoqiao")

        async def ordered() -> Any:
            return await said_of(system, "standby.ordered")

        [order] = await eventually(ordered, within=30, what="an order to stand by")
    assert (order["unit"], order["point"], order["advice"]) == ("P1", "S01", "insights")


async def test_D6_orders_to_wait_reach_the_unit_and_end_with_an_assignment(fresh_system: System) -> None:
    system, clock = fresh_system, on_story_time(fresh_system)
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        # All three stand at the market in the south; what they could reach in the north is far.
        for unit in PATROLS:
            fix = {"area": "gaoqiao", "unit": unit, "lon": 113.0265, "lat": 28.1717, "at": clock.now().isoformat()}
            async with system.client("crew", unit=unit) as terminal:
                await terminal.dispatch.positions([fix])
            await desk.dispatch.duty(unit, on=True, area="gaoqiao")

        async def sent_to_wait() -> Any:
            waiting = {
                one["unit"]: one["standby"] for one in await desk.dispatch.units("gaoqiao") if one.get("standby")
            }
            return waiting if len(waiting) >= 2 else None

        waiting: dict[str, Any] = await eventually(sent_to_wait, within=30, what="two patrols sent to wait")
        orders = {one["unit"]: one for one in await said_of(system, "standby.ordered")}
        for unit, standby in waiting.items():
            order = orders[unit]
            assert standby["point"] == order["point"]
            assert order["advice"] == "plan"
            assert order["squad"] == "vehicles"
            assert order["place"]["grid_cell"]
            assert order["seconds"] > 0
            assert (await states(system))[unit]["standby"] == standby
        # The night's points matter until 06:00.
        assert {one["until"] for one in orders.values()} == {"2024-10-30T22:00:00Z"}

        await publisher.publish(record(system, report("call", at=clock.now()), incident("call"), 1))
        found = await opened(system, "call", assigned=1)
        sent = {one["unit"] for one in found["assignments"]}

        async def given_up() -> bool:
            units = await desk.dispatch.units("gaoqiao")
            return not any(one["unit"] in sent and "standby" in one for one in units)

        await eventually(given_up, within=5, what="the order of whoever was sent given up")

        before = len(await said_of(system, "standby.ordered"))
        await system.processes["dispatch"].kill()
        system.processes["dispatch"].start()
        await system.ready("dispatch")
        seen = first_appearances(await everything(system, topics.DISPATCH.name))
        assert seen == list(range(1, len(seen) + 1))

        async def later() -> bool:
            return len(await said_of(system, "timer.warned")) > 0

        await eventually(later, within=30, what="a minute gone by after the restart")
        # Who stands where he was sent is not sent again because the process is another one.
        again = (await said_of(system, "standby.ordered"))[before:]
        assert not [one for one in again if waiting.get(one["unit"], {}).get("point") == one["point"]]
    await system.stop()
    assert [
        sentence for sentence in violations(await history(system)) if sentence[:2] in ("2:", "3:", "4:", "6:")
    ] == []
    check = system.process("dispatch", name="verify", command=("-m", "services.dispatch", "verify"))
    check.start()
    assert await check.wait() == 0, check.log_tail()


async def history(system: System) -> History:
    """What the checker reads of these topics; the client's own journal is empty."""
    records = {
        topic: [
            Record(
                topic,
                0,
                one.offset,
                (one.key or b"").decode(),
                None if one.value is None else one.value.decode(),
                header(one.headers, "ce_type") or "",
                header(one.headers, "ce_source") or "",
                header(one.headers, "ce_subject") or "",
                int(header(one.headers, "ce_sequence") or 0),
                header(one.headers, "ce_id") or "",
            )
            for one in await everything(system, topic)
        ]
        for topic in ("dispatch", "incident-state", "unit-state")
    }
    return History(records=records, max_held={unit: 2 for unit in ("YY", "DSC")})


async def test_D7_the_board_shows_force_and_holes_as_they_come_and_go(fresh_system: System) -> None:
    system = fresh_system
    on_story_time(system)
    await system.start("dispatch")
    async with system.client("dispatcher") as desk:
        empty = await desk.dispatch.board("gaoqiao")
        assert empty["holes"] == []
        assert empty["force"]["shift"]["id"] == "night"
        assert {row["kind"]: (row["planned"], row["actual"]) for row in empty["force"]["kinds"]} == {
            "post": (2, 0),
            "patrol": (8, 0),
            "police_room": (4, 0),
            "volunteer": (60, 0),
        }
        await desk.dispatch.duty("V01", on=True, area="gaoqiao")

        async def too_few() -> Any:
            board = await desk.dispatch.board("gaoqiao")
            return board["holes"] or None

        holes = await eventually(too_few, within=20, what="too few volunteers")
        assert {(one["rule"], one["place"]) for one in holes} == {
            ("volunteers-at-night", "north"),
            ("volunteers-at-night", "south"),
        }
        assert holes[0]["kinds"] == ["volunteer"]
        (lost, _) = await said_of(system, "coverage.lost")
        assert (lost["rule"], lost["at_least"], lost["free"]) == ("volunteers-at-night", 2, 1)
        units = json.loads((ROOT / "deploy" / "areas" / "gaoqiao" / "units.json").read_text("utf-8"))["units"]
        for zone in ("north", "south"):
            for unit in [one["id"] for one in units if one["kind"] == "volunteer" and one["zone"] == zone][:2]:
                await desk.dispatch.duty(unit, on=True, area="gaoqiao")

        async def enough() -> bool:
            return not (await desk.dispatch.board("gaoqiao"))["holes"]

        await eventually(enough, within=20, what="enough volunteers")
        assert {one["zone"] for one in await said_of(system, "coverage.restored")} == {"north", "south"}
        full = await desk.dispatch.board("gaoqiao")
        kinds = {row["kind"]: row for row in full["force"]["kinds"]}
        assert (kinds["volunteer"]["actual"], kinds["volunteer"]["free"]) == (4, 4)
        assert not full["more"]
        # More are open than a board lists: it says so.
        open_ones = [
            {"_id": f"gaoqiao-{number}", "area": "gaoqiao", "open": True, "sort": number, "state": "{}"}
            for number in range(MOST_ON_BOARD + 1)
        ]
        store: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(system.mongodb_uri)
        async with store:
            await store[system.database]["dispatch_incidents"].insert_many(open_ones)
        crowded = await desk.dispatch.board("gaoqiao")
        assert (len(crowded["incidents"]), crowded["more"]) == (MOST_ON_BOARD, True)
        assert crowded["incidents"][0]["id"] == f"gaoqiao-{MOST_ON_BOARD}"


async def test_D9_an_incident_is_read_with_what_is_near_it(fresh_system: System) -> None:
    system, clock = fresh_system, on_story_time(fresh_system)
    await system.start("dispatch")
    async with system.client("dispatcher") as desk, publishing(system) as publisher:
        for name in ("first", "second"):
            await publisher.publish(record(system, report(name, at=clock.now()), incident(name), 1))
            await opened(system, name)
        found = (await desk.dispatch.incident(incident("second")))["surroundings"]
        assert found.keys() == {"cameras", "posts", "hazards", "warnings", "earlier"}
        (earlier,) = found["earlier"]
        assert (earlier["id"], earlier["number"], earlier["metres"]) == (incident("first"), "1001", 0)
        assert earlier["category"]["code"] == "02"
        assert earlier["received_at"] < "2024-10-31"
        assert (await desk.dispatch.incident(incident("first")))["surroundings"]["earlier"] == []
        # The report lies in the food street, beside the post.
        assert "怡园警务点探头" in {one["name_zh"] for one in found["cameras"]}
        assert "怡园警务点" in {one["name_zh"] for one in found["posts"]}
        assert all(one["metres"] <= 1000 for one in found["posts"])
        assert FOOD_STREET["grid_cell"] == "G07"
