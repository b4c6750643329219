"""Two areas on real servers: one asks, the other lends, and its unit comes home, whatever is killed (D8)."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from fengqiao.client import Addresses, Fengqiao, Refused
from fengqiao.client.errors import ClientFault
from fengqiao.contracts import ids, topics
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Category, Location
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.tokens import TokenMint
from tests.awaiting import eventually
from tests.checker import History, last_words, no_overlap, sequences
from tests.faults.evidence import topics as all_topics
from tests.faults.evidence import verified
from tests.integration.dispatch.kit import everything, publishing
from tests.legality import legal
from tests.lending import left_out, loans, messages
from tests.system import System

CIYIN, YUJIN = 2, 4
"""Their partitions."""
PATROLS = ("P1", "P2", "P3")
CHECKS: tuple[Callable[[History], Iterator[str]], ...] = (
    loans,
    messages,
    left_out,
    sequences,
    no_overlap,
    legal,
    last_words,
)


def incident(name: str) -> str:
    return ids.incident_id("ciyin", ids.digest(name))


async def report(system: System, publisher: Publisher, name: str) -> None:
    """A call of priority 1 in Ciyin, where nobody is on duty."""
    now = datetime.now(UTC)
    event = IncidentReported(
        incident_id=incident(name),
        area="ciyin",
        source="110",
        category=Category(code="02", name_zh="类", name_en="Kind", version="t1"),
        priority=1,
        location=Location(lon=113.0, lat=28.2),
        reported_at=now,
        received_at=now,
    )
    said = CloudEvent(event.TYPE, "intake", event.incident_id, 1, now, event.wire())
    await publisher.publish(Outgoing(f"{system.prefix}{topics.INCIDENTS.name}", "ciyin", said, CIYIN))


def both(system: System, at: str = "dispatch") -> Fengqiao:
    """A dispatcher of both areas."""
    mint = TokenMint(system.folder, issuer="fengqiao-local", audience="fengqiao")
    token = mint.mint("dispatcher", ["ciyin", "yujin"], client="test-both", ttl=3600, development=True)
    return Fengqiao(Addresses(dispatch=system.url(at)), token)  # type: ignore[arg-type]  # a service's name


async def sent(desk: Fengqiao, name: str) -> dict[str, Any]:
    """The assignment of the unit that was lent for the call."""

    async def look() -> Any:
        with suppress(ClientFault):
            found = await desk.dispatch.incident(incident(name))
            return next((one for one in found.get("assignments", ()) if "ended_at" not in one), None)
        return None

    found: dict[str, Any] = await eventually(look, within=40, what=f"somebody is lent for {name}")
    return found


async def all_home(desk: Fengqiao) -> None:
    async def look() -> bool:
        with suppress(ClientFault):
            yujin, ciyin = await desk.dispatch.board("yujin"), await desk.dispatch.board("ciyin")
            return not yujin["lent"] and not ciyin["borrowed"]
        return False

    await eventually(look, within=40, what="every lent unit is home")


async def nothing_wrong(system: System) -> None:
    history = History(
        records=await all_topics(system),
        max_held={unit: 2 for unit in ("HD", "DS", "SD", "CSZY", "CC")},
        verified=await verified(system),
    )
    found = [sentence for check in CHECKS for sentence in check(history)]
    found += [str(row) for row in history.verified if not row["ok"]]
    found += [one.topic for name, some in history.records.items() if name.endswith(".dlq") for one in some]
    assert not found, "\n".join(found)


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
        crew = {one: system.client("crew", "yujin", one) for one in (unit, not_it)}
        stranger = system.client("crew", "gaoqiao", "P1")
        async with crew[unit] as mine, crew[not_it] as other, stranger:
            for who, status in ((other, 403), (stranger, 403)):
                with pytest.raises(Refused) as refused:
                    await who.dispatch.step(lent["id"], "acknowledge")
                assert refused.value.status == status
                with pytest.raises(Refused) as refused:
                    await who.dispatch.incident(incident("call"))
                assert refused.value.status == status
            found = await mine.dispatch.incident(at_home["lent_for"])
            assert [one["unit"] for one in found["assignments"]] == [name]
            await mine.dispatch.positions(
                [{"unit": unit, "lon": 113.0, "lat": 28.2, "at": datetime.now(UTC).isoformat()}]
            )
            for verb in ("acknowledge", "en-route", "on-scene"):
                assert (await mine.dispatch.step(lent["id"], verb))["status"] == "done"

            async def passed_on() -> bool:
                told = await everything(system, topics.UNIT_POSITIONS.name, CIYIN)
                return any(one.key == f"ciyin/{name}".encode() for one in told)

            await eventually(passed_on, what="its position is told in the area that it helps")
            with pytest.raises(Refused) as refused:
                await desk.dispatch.duty(unit, on=False, area="yujin")
            assert refused.value.problem["detail"] == f"{unit} is lent to ciyin: recall it first"
            await mine.dispatch.step(lent["id"], "clear", disposition="当场调解")
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


KILLS = [
    (point, number)
    for point in ("dispatch.journal-inserted", "dispatch.published", "dispatch.documents-written")
    for number in (2, 3, 4, 6)
]
"""Where the process dies, and at which pass: opening, asking, granting, assigning, clearing and returning, ending."""


@pytest.mark.timeout(300)
async def test_D8_one_loan_one_return_whichever_step_is_killed(fresh_system: System) -> None:
    system = fresh_system
    await system.start("dispatch")
    async with both(system) as desk, publishing(system) as publisher:
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        died = []
        for point, number in KILLS:
            await system.processes["dispatch"].stop()
            # It may die before it is ready: other areas' entries pass the point too.
            await system.start("dispatch", ready=False, FENGQIAO_FAILPOINTS=f"{point}=kill:{number}")
            process = system.processes["dispatch"]
            dying = asyncio.create_task(process.wait())
            name = f"{point} {number}"
            running = asyncio.create_task(_one_loan(system, desk, publisher, name))
            await asyncio.wait({dying, running}, return_when=asyncio.FIRST_COMPLETED)
            if dying.done():
                died.append(name)
                await system.start("dispatch")
            await running
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        assert len(died) >= len(KILLS) - 2, f"only {died} were reached"
    await nothing_wrong(system)


async def _one_loan(system: System, desk: Fengqiao, publisher: Publisher, name: str) -> None:
    """From the call to the unit's being home again, through a process that dies on the way."""
    await report(system, publisher, name)
    lent = await sent(desk, name)
    await desk.dispatch.step(lent["id"], "on-scene")
    await desk.dispatch.step(lent["id"], "clear", disposition="当场调解")
    await all_home(desk)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", ["dispatch.journal-inserted", "dispatch.published"])
async def test_D8_one_loan_one_return_between_two_processes_that_are_killed(fresh_system: System, point: str) -> None:
    """Each holds one of the areas. Whichever dies, the other one takes its area over, or it comes back."""
    system = fresh_system
    await system.start("dispatch")
    second = system.process("dispatch", name="second", FENGQIAO_DISPATCH_URL=system.url("notify"))
    system.processes["second"] = second
    second.start()
    await second.wait_ready(f"{system.url('notify')}/readyz", 40)
    async with both(system) as desk, publishing(system) as publisher:
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        for number in (1, 2, 3):
            await second.kill()
            second = system.process(
                "dispatch",
                name="second",
                FENGQIAO_DISPATCH_URL=system.url("notify"),
                FENGQIAO_FAILPOINTS=f"{point}=kill:{number}",
            )
            system.processes["second"] = second
            second.start()  # it may die before it is ready
            await _one_loan(system, desk, publisher, f"{point} {number}")
    await nothing_wrong(system)
