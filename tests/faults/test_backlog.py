"""A day's backlog at once: what waited in Kafka while dispatch was away is decided whole, whatever came first."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
import pytest

from deploy.areas.generate import bench_files, write_area
from fengqiao.contracts import commands, topics
from fengqiao.runtime.cloudevents import CloudEvent, header
from fengqiao.runtime.publisher import Outgoing
from tests.awaiting import eventually
from tests.faults.evidence import verified
from tests.integration.dispatch.kit import everything, first_appearances, publishing
from tests.system import System
from tests.whole_lives import reported, steps

AREA = "backlog"
INCIDENTS = 3000
AT_ONCE = 500


def _report(system: System, number: int, at: datetime) -> Outgoing:
    event = reported(AREA, str(number), at)
    cloud = CloudEvent(event.TYPE, "intake", event.incident_id, 1, at, event.wire())
    return Outgoing(f"{system.prefix}{topics.INCIDENTS.name}", AREA, cloud, 0)


def _step(system: System, command: commands.AssignmentCommand) -> Outgoing:
    cloud = CloudEvent(command.TYPE, "dispatch", command.command_id, 1, command.received_at, command.wire())
    return Outgoing(f"{system.prefix}{topics.DISPATCH_COMMANDS.name}", AREA, cloud, 0)


@pytest.mark.timeout(400)
async def test_D4_a_backlog_of_3000_incidents_and_12000_commands_is_decided_and_none_is_unknown(
    fresh_system: System,
) -> None:
    system = fresh_system
    areas = system.folder / "areas"
    write_area(areas / AREA, bench_files(AREA))
    system.environment["FENGQIAO_AREAS"] = str(areas)
    await system.start("dispatch")
    async with system.client("dispatcher", AREA) as desk:
        for unit in await desk.dispatch.units(AREA):
            await desk.dispatch.duty(unit["unit"], on=True, area=AREA)
    await system.processes["dispatch"].stop()
    now = datetime.now(UTC)
    asked = [_step(system, one) for number in range(INCIDENTS) for one in steps(AREA, str(number), now)]
    reports = [_report(system, number, now) for number in range(INCIDENTS)]
    async with publishing(system) as publisher:
        # The commands first: each has to wait for its incident, which the other topic still holds.
        for backlog in (asked, reports):
            for at in range(0, len(backlog), AT_ONCE):
                await publisher.publish_in_order(backlog[at : at + AT_ONCE])
    system.processes["dispatch"].start()
    await system.ready("dispatch", 180)

    async def told() -> Counter[str]:
        records = await everything(system, topics.DISPATCH.name)
        assert first_appearances(records) == list(range(1, len(records) + 1))
        rejected = [orjson.loads(one.value) for one in records if _kind(one.headers) == "fengqiao.command.rejected.v1"]
        assert not rejected, (len(rejected), Counter(one["detail"][-60:] for one in rejected).most_common(3))
        return Counter(_kind(one.headers) for one in records)

    async def all_cleared() -> bool:
        return (await told())["fengqiao.assignment.cleared.v1"] == INCIDENTS

    await eventually(all_cleared, within=60, what="every incident cleared")
    kinds = await told()
    assert kinds["fengqiao.incident.opened.v1"] == kinds["fengqiao.assignment.assigned.v1"] == INCIDENTS
    assert kinds["fengqiao.incident.closed.v1"] == INCIDENTS
    assert all(row["ok"] for row in await verified(system))


def _kind(headers: Sequence[tuple[str, bytes]]) -> str:
    return header(headers, "ce_type") or ""
