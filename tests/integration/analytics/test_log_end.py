"""What is made once waits until all that lay in the log as it fell due is counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import httpx

from fengqiao.runtime.clock import ManualClock
from services.analytics.__main__ import Analytics
from services.analytics.insight_desk import Kind
from tests.awaiting import eventually
from tests.integration.analytics.kit import Place, serving
from tests.unit.analytics.autumn import events
from tests.unit.analytics.evening import numbered
from tests.unit.analytics.test_cases import LIFE

MONDAY = "gaoqiao-monday-2024-11-04"
LOOKS: Final[tuple[Kind, ...]] = ("hotspots", "warnings", "standby", "targets")
LOG = numbered(events())
HALF = 8


def monday(hour: int) -> ManualClock:
    return ManualClock(datetime(2024, 11, 4, hour, 30, tzinfo=UTC))


async def marks(service: Analytics) -> list[str]:
    return [kind for kind in LOOKS if await service._desk.last_run("gaoqiao", kind)]


async def incidents(client: httpx.AsyncClient) -> int | None:
    """How many the week's bulletin counts; None before it is issued."""
    answer = await client.get(f"/v1/bulletins/{MONDAY}.json")
    if answer.status_code == 404:
        return None
    document: dict[str, Any] = answer.json()
    [compared] = [one for one in document["sections"] if one["id"] == "compared"]
    return int(compared["rows"][0][1])


async def test_A6_bulletins_warnings_and_targets_wait_until_the_log_is_counted(place: Place) -> None:
    await place.publish(LOG[:HALF])
    async with serving(place, clock=monday(1)) as (service, client):
        await place.folded_to(HALF - 1)
        for consumer in service._consumers.values():
            await consumer.stop()
        await place.publish(LOG[HALF:])
        for _ in range(2):
            await service.watch.look("gaoqiao")
        assert (await marks(service), await incidents(client)) == ([], None)
    async with serving(place, clock=monday(2)) as (service, client):
        await place.folded_to(len(LOG) - 1)
        await service.watch.look("gaoqiao")
        assert (await marks(service), await incidents(client)) == (list(LOOKS), 4)


async def test_A6_bulletins_wait_for_the_cases_and_warnings_do_not(place: Place) -> None:
    await place.publish(LOG)
    async with serving(place, clock=monday(1)) as (service, client):
        await place.folded_to(len(LOG) - 1)
        await service._consumers["mediation"].stop()
        await place.publish_cases([(n, event) for n, event in enumerate(LIFE[:6], start=1)])
        await service.watch.look("gaoqiao")
        assert (await marks(service), await incidents(client)) == (list(LOOKS), None)


async def test_A6_what_comes_after_it_fell_due_and_what_nobody_can_take_hold_nothing_up(place: Place) -> None:
    await place.publish(LOG[:HALF])
    async with serving(place, clock=monday(1)) as (service, client):
        await place.folded_to(HALF - 1)
        # The last that lies there is in no document: it went to the dead letters.
        await place.publish(LOG[HALF : HALF + 1], raw={LOG[HALF][0]: b"{}"})

        async def issued() -> bool:
            await service.watch.look("gaoqiao")
            return await incidents(client) is not None

        await eventually(issued, within=20, what="the bulletin")
    async with serving(place, clock=ManualClock(datetime(2024, 11, 11, 1, 30, tzinfo=UTC))) as (service, client):
        for consumer in service._consumers.values():
            await consumer.stop()
        assert await service._log_end.reached("gaoqiao", "test", "run", "dispatch")
        await place.publish(LOG[HALF + 1 :])
        assert await service._log_end.reached("gaoqiao", "test", "run", "dispatch")
        assert not await service._log_end.reached("gaoqiao", "test", "next run", "dispatch")
