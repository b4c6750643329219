"""Two areas on real servers: one asks, the other lends, and its unit comes home (D8)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fengqiao.client import Refused
from fengqiao.contracts import topics
from tests.awaiting import eventually
from tests.integration.dispatch.kit import everything, publishing
from tests.integration.dispatch.lending import CIYIN, PATROLS, all_home, both, incident, nothing_wrong, report, sent
from tests.lending import messages
from tests.system import System


async def test_D8_a_neighbours_patrol_is_lent_commanded_by_its_own_crew_and_comes_home(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    async with both(system) as desk, publishing(system) as publisher:
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        await report(system, publisher, "call")
        lent = await sent(desk, "call")
        assert (lent["reason"]["lent_by"], lent["reason"]["travel_seconds"]) == ("yujin", 900)
        name = lent["unit"]
        unit, not_it = name.removeprefix("yujin-"), next(one for one in PATROLS if not name.endswith(one))
        yujin, ciyin = await desk.dispatch.board("yujin"), await desk.dispatch.board("ciyin")
        (at_home,) = yujin["lent"]
        assert (at_home["unit"], at_home["lent_to"], at_home["lent_for"]) == (unit, "ciyin", incident("call"))
        (guest,) = ciyin["borrowed"]
        assert (guest["unit"], guest["home_area"], guest["home_unit"]) == (name, "yujin", unit)
        assert guest["assignments"] == [lent["id"]]
        crew = {one: system.client("crew", "yujin", one, f"terminal-{one}") for one in (unit, not_it)}
        stranger = system.client("crew", "gaoqiao", "P1")
        async with crew[unit] as mine, crew[not_it] as other, stranger:
            for who, status in ((other, 403), (stranger, 403)):
                with pytest.raises(Refused) as refused:
                    await who.dispatch.step(lent["id"], "acknowledge")
                assert refused.value.status == status
                with pytest.raises(Refused) as refused:
                    await who.dispatch.incident(incident("call"))
                assert refused.value.status == status
            with pytest.raises(Refused) as refused:
                await stranger.dispatch.handling("ciyin")
            assert refused.value.status == 403
            found = await mine.dispatch.incident(at_home["lent_for"])
            assert [one["unit"] for one in found["assignments"]] == [name]
            await mine.dispatch.positions(
                [{"unit": unit, "lon": 113.0, "lat": 28.2, "at": datetime.now(UTC).isoformat()}]
            )
            for verb in ("acknowledge", "en-route", "on-scene"):
                done = await mine.dispatch.step(lent["id"], verb)
                assert done["status"] == "done"
            # Whoever gave a command reads what became of it, in an area of which it reads nothing else.
            for who in (mine, desk):
                known = await who.dispatch.command(done["command_id"])
                assert (known["status"], known["assignment_id"]) == ("done", lent["id"])
            with pytest.raises(Refused) as refused:
                await mine.dispatch.step(lent["id"], "en-route")
            known = await mine.dispatch.command(refused.value.problem["command_id"])
            assert known["status"] == "refused"
            assert known["problem"] == {name: refused.value.problem[name] for name in ("status", "detail", "allowed")}
            for who in (other, stranger):
                with pytest.raises(Refused) as refused:
                    await who.dispatch.command(done["command_id"])
                assert refused.value.status == 404

            async def passed_on() -> bool:
                told = await everything(system, topics.UNIT_POSITIONS.name, CIYIN)
                return any(one.key == f"ciyin/{name}".encode() for one in told)

            await eventually(passed_on, what="its position is told in the area that it helps")
            with pytest.raises(Refused) as refused:
                await desk.dispatch.duty(unit, on=False, area="yujin")
            assert refused.value.problem["detail"] == f"{unit} is lent to ciyin: recall it first"
            results = (await mine.dispatch.handling("ciyin"))["results"]
            await mine.dispatch.step(lent["id"], "clear", disposition=results[0]["code"])
        await all_home(desk)
        timeline = (await desk.dispatch.incident(incident("call")))["timeline"]
        told = [one["type"].removeprefix("fengqiao.").removesuffix(".v1") for one in timeline]
        assert [one for one in told if one.startswith("aid.")] == ["aid.asked", "aid.answered", "aid.returned"]
    await nothing_wrong(system)


async def test_D8_by_hand_a_dispatcher_asks_and_the_home_area_recalls(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    async with both(system) as desk, publishing(system) as publisher:
        with pytest.raises(Refused) as refused:
            await desk.dispatch.recall("P1", "wanted here", area="yujin")
        assert refused.value.status == 409
        await report(system, publisher, "call")
        with pytest.raises(Refused) as refused:
            await desk.dispatch.ask_aid(incident("call"), "gaoqiao", "nobody is here")
        assert refused.value.status == 404

        async def refusal() -> Any:
            found = await desk.dispatch.incident(incident("call"))
            return [one for one in found["timeline"] if one["type"] == "fengqiao.aid.answered.v1"]

        (answered,) = await eventually(refusal, what="the refusal")
        assert (answered["data"]["answer"], answered["data"]["why"]) == ("refused", "none_free")
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        # The rules would ask again in five minutes.
        await desk.dispatch.ask_aid(incident("call"), "yujin", "nobody is here", kinds=["patrol"])
        lent = await sent(desk, "call")
        await desk.dispatch.recall(lent["unit"].removeprefix("yujin-"), "wanted here", area="yujin")
        await all_home(desk)
        states = {one["id"]: one["status"] for one in (await desk.dispatch.incident(incident("call")))["assignments"]}
        assert states == {lent["id"]: "cancelled"}
    await nothing_wrong(system)


async def test_D8_a_message_that_kafka_lost_is_found_in_the_journal_and_makes_one_loan(fresh_system: System) -> None:
    system = fresh_system
    system.processes["dispatch"] = system.process("dispatch", command=("-m", "tests.faults.planted", "loses-aid"))
    system.processes["dispatch"].start()
    await system.ready("dispatch")
    async with both(system) as desk, publishing(system) as publisher:
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        await report(system, publisher, "first")
        await report(system, publisher, "second")
        lent = [await sent(desk, name) for name in ("first", "second")]
        assert len({one["unit"] for one in lent}) == 2
        for one in lent:
            await desk.dispatch.step(one["id"], "on-scene")
            await desk.dispatch.step(one["id"], "clear", disposition="当场调解")
        await all_home(desk)
    assert "a message was missing" in system.log("dispatch")
    await nothing_wrong(system, but=messages)
