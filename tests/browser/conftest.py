"""A room with a history and a shift on duty, a browser, and a dispatcher who clears up after each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from fengqiao.client import Fengqiao
from tests.browser.deeds import on_duty
from tests.browser.kit import browsing
from tests.browser.past import import_months, settings_of
from tests.conftest import run
from tests.system import System


@pytest.fixture(scope="module")
def room(system: System) -> System:
    # No standby orders: nothing moves but what the tests move.
    system.environment |= {"FENGQIAO_COMMENT_EVERY": "0.5", "FENGQIAO_UNDECIDED_AFTER": "2"}
    run(import_months(settings_of(system), "gaoqiao"))
    run(system.start())
    run(on_duty(system, "YY", "DSC", "P1", "P3", "P7", "R02", "R03", "R07", "V36"))
    return system


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def desk(room: System) -> AsyncIterator[Fengqiao]:
    """A dispatcher; what is open when the test ends is cancelled, so that the next one has its units."""
    async with room.client("dispatcher") as one:
        yield one
        for incident in await one.dispatch.incidents("gaoqiao"):
            if incident["status"] not in ("closed", "cancelled", "merged", "awaiting_feedback"):
                await one.dispatch.cancel(incident["id"], "test", "the test is over")
