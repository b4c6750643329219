"""One loan, one return, whatever is killed between two areas (D8)."""

import asyncio

import pytest

from tests.integration.dispatch.kit import publishing
from tests.integration.dispatch.lending import (
    PATROLS,
    both,
    nothing_wrong,
    one_loan,
)
from tests.system import System

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
            running = asyncio.create_task(one_loan(system, desk, publisher, name))
            await asyncio.wait({dying, running}, return_when=asyncio.FIRST_COMPLETED)
            if dying.done():
                died.append(name)
                await system.start("dispatch")
            await running
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        assert len(died) >= len(KILLS) - 2, f"only {died} were reached"
    await nothing_wrong(system)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", ["dispatch.journal-inserted", "dispatch.published"])
async def test_D8_one_loan_one_return_between_two_processes_that_are_killed(fresh_system: System, point: str) -> None:
    """Each holds one of the areas. Whichever dies, the other one takes its area over, or it comes back."""
    system = fresh_system
    await system.start("dispatch")
    second = await system.start_another_dispatch()
    async with both(system) as desk, publishing(system) as publisher:
        for unit in PATROLS:
            await desk.dispatch.duty(unit, on=True, area="yujin")
        for number in (1, 2, 3):
            await second.kill()
            second = system.another_dispatch(FENGQIAO_FAILPOINTS=f"{point}=kill:{number}")
            second.start()  # it may die before it is ready
            await one_loan(system, desk, publisher, f"{point} {number}")
    await nothing_wrong(system)
