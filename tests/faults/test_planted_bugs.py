"""A checker that has not caught a planted bug proves nothing: each is caught, and the true writer is not accused.

Every scenario is played twice, with the same fault at the same place; only the writer differs.
"""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from fengqiao.client import Fengqiao, Refused
from fengqiao.local import LocalServers
from tests.awaiting import eventually
from tests.checker import violations
from tests.faults.evidence import FEWEST, gather, settled, topics
from tests.faults.load import AREA, Load
from tests.faults.own_system import own_system
from tests.faults.scenario import SEED
from tests.system import System

pytestmark = [pytest.mark.own_servers, pytest.mark.timeout(300)]


async def start(system: System, writer: str, armed: str) -> None:
    """Intake, and dispatch with that writer, armed."""
    system.processes["dispatch"] = system.process(
        "dispatch", command=("-m", "tests.faults.planted", writer), FENGQIAO_FAILPOINTS=armed
    )
    system.processes["dispatch"].start()
    await system.start("intake")
    await system.ready("dispatch")


async def start_again(system: System, writer: str) -> None:
    """Dispatch anew, the same writer, not armed."""
    system.processes["dispatch"] = system.process("dispatch", command=("-m", "tests.faults.planted", writer))
    system.processes["dispatch"].start()
    await system.ready("dispatch")


async def stopped(system: System) -> None:
    """Wait until dispatch has stopped itself at its fail point."""
    process = psutil.Process(system.processes["dispatch"].pid)
    await eventually(lambda: process.status() == psutil.STATUS_STOPPED, within=60, what="dispatch stopped")


async def found(system: System, load: Load) -> list[str]:
    """What the checker finds once dispatch has read everything."""
    await settled(system, services=FEWEST)
    return violations(await gather(system, load.told, load.planted, counted=False))


async def killed_before_the_insert(system: System, servers: LocalServers, writer: str) -> list[str]:
    await start(system, writer, "planted.before-insert=kill:30")
    async with Load(system, f"{SEED}/kill", crews=False, disputes=False) as load:
        work = asyncio.create_task(_work(load, 40))
        assert await asyncio.wait_for(system.processes["dispatch"].wait(), 60) == -signal.SIGKILL
        await start_again(system, writer)
        await work
        return await found(system, load)


async def slept_through_a_takeover(system: System, servers: LocalServers, writer: str) -> list[str]:
    await start(system, writer, "planted.before-insert=stop:30")
    successor = system.process("dispatch", name="successor", FENGQIAO_DISPATCH_URL=system.url("notify"))
    async with Load(
        system, f"{SEED}/sleep", crews=False, disputes=False, dispatchers=(system.url("dispatch"),)
    ) as load:
        work = asyncio.create_task(_work(load, 40))
        await stopped(system)
        sleeper = system.processes["dispatch"]
        system.processes["successor"] = successor
        successor.start()
        await successor.wait_ready(f"{system.url('notify')}/readyz", 60)
        await eventually(
            lambda: len(load.accepted) >= 40 and not load.undecided(), within=60, what="the successor's word"
        )
        sleeper.resume()
        await work
        await eventually(lambda: _has_acted(system), within=60, what="what the sleeper had in hand")
        return await found(system, load)


async def kafka_gone_before_the_publish(system: System, servers: LocalServers, writer: str) -> list[str]:
    await start(system, writer, "planted.before-publish=stop:30")
    async with (
        Load(system, f"{SEED}/publish", crews=False, disputes=False) as load,
        Fengqiao(system.addresses, system.token("dispatcher"), patience=1.0) as desk,
    ):
        work = asyncio.create_task(_work(load, 40))
        await stopped(system)
        await servers.kafka.kill()
        system.processes["dispatch"].resume()

        # A command makes its publisher notice that Kafka has gone.
        with pytest.raises(Refused):
            await desk.dispatch.duty("V02", on=True, area=AREA)
        await servers.kafka.restart()
        await work
        return await found(system, load)


async def _work(load: Load, incidents: int) -> None:
    await load.sign_on()
    await load.run(incidents)


async def _has_acted(system: System) -> bool:
    """Whether the sleeper has gone on with what it had in hand: it read the journal on, or said something again."""
    if "reading the journal on" in system.log("dispatch"):
        return True
    said = [(record.stream, record.sequence) for record in (await topics(system))["dispatch"]]
    return len(said) > len(set(said))


Scenario = Callable[[System, LocalServers, str], Awaitable[list[str]]]


@pytest.mark.parametrize(
    ("scenario", "bug", "invariants"),
    [
        (killed_before_the_insert, "early-commit", ("1:", "6:")),
        (slept_through_a_takeover, "no-fence", ("3:",)),
        (kafka_gone_before_the_publish, "not-awaited", ("3:",)),
    ],
)
# Whether the decision that is lost is a new call (1) or a correction (6) is a matter of the pass at which it dies.
@pytest.mark.parametrize("planted", [True, False], ids=["planted", "true"])
async def test_the_checker_catches(
    own_servers: LocalServers, tmp_path: Path, scenario: Scenario, bug: str, invariants: tuple[str, ...], planted: bool
) -> None:
    async with own_system(own_servers, tmp_path) as system:
        wrong = await scenario(system, own_servers, bug if planted else "true")
    if planted:
        hits = [one for one in wrong if one.startswith(invariants)]
        assert hits, f"nobody noticed {bug} (FENGQIAO_SEED={SEED}): {wrong}"
    else:
        assert not wrong, f"FENGQIAO_SEED={SEED}:\n" + "\n".join(wrong[:20])
