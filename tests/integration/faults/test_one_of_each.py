"""One fault of each kind, quickly; the rest of them are in tests/faults. (A writer that sleeps through a takeover is
in tests/integration/dispatch.)"""

from pathlib import Path

import pytest

from fengqiao.local import LocalServers
from tests.faults.outages import outage
from tests.faults.own_system import own_system
from tests.faults.scenario import survives_a_kill
from tests.system import System


@pytest.mark.parametrize("point", ["intake.inserted", "dispatch.half-published"])
async def test_D4_I1_a_service_killed_between_two_steps(fresh_system: System, point: str) -> None:
    await survives_a_kill(fresh_system, point, incidents=30, brief=True)


@pytest.mark.own_servers
async def test_I1_D4_kafka_killed_for_5_s(own_servers: LocalServers, tmp_path: Path) -> None:
    async with own_system(own_servers, tmp_path) as system:
        await outage(system, own_servers, "kafka", "kill", 5.0, brief=True)


@pytest.mark.own_servers
async def test_I1_D4_the_store_killed_for_5_s(own_servers: LocalServers, tmp_path: Path) -> None:
    async with own_system(own_servers, tmp_path) as system:
        await outage(system, own_servers, "store", "kill", 5.0, brief=True)
