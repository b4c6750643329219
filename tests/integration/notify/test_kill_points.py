"""Every place at which notify may die (make test-faults)."""

import pytest

from tests.integration.notify.kit import dies, start
from tests.integration.notify.receiver import Receiver
from tests.system import System

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLACES = (("notify.taken", 1), ("notify.posted", 2), ("notify.recorded", 1), ("notify.produced", 1))


@pytest.mark.parametrize(("place", "most", "sequence"), [(*one, 10 + 10 * n) for n, one in enumerate(PLACES)])
async def test_a_notify_that_dies_tells_everybody_all_the_same(
    notify: System, gateway: Receiver, place: str, most: int, sequence: int
) -> None:
    if "notify" not in notify.processes:
        await start(notify)
    await dies(notify, gateway, place, most, sequence)
