"""Killed between any two steps, stopped while another takes over: the numbers equal the log (A1)."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from fengqiao.contracts.dispatch import DispatchEvent
from tests.awaiting import eventually
from tests.integration.analytics.kit import Place
from tests.unit.analytics.evening import NIGHT, life, numbered, on_duty
from tests.unit.analytics.test_cases import HAZARD_LIFE, LIFE


def evening(incidents: int) -> list[DispatchEvent]:
    """Incidents one after the other, over some days, two crews in turn."""
    events: list[DispatchEvent] = [on_duty("YY", "night"), on_duty("P3", "day")]
    for n in range(incidents):
        received = NIGHT + timedelta(minutes=37 * n)
        events += life(
            str(n), (n % 50, 40 + n % 90, 150 + n % 200, 400 + n), received=received, unit=("YY", "P3")[n % 2]
        )
    return events


OF_CASES = "analytics.cases-written"
COUNTING = ("analytics.rollup-written", "analytics.register-written", "analytics.stream-written", "analytics.handled")


async def test_A7_killed_between_cases_and_how_far_they_were_read_it_equals_the_log_afterwards(place: Place) -> None:
    doomed = place.child(failpoints=f"{OF_CASES}=kill:2", batch=5, watch=False)
    await doomed.start("readyz")
    await place.publish_cases(list(enumerate(LIFE[:5], start=1)))
    await place.publish_cases(list(enumerate(LIFE[5:], start=6)))
    await place.publish_cases(list(enumerate(HAZARD_LIFE, start=1)))
    await place.publish_cases([(3, LIFE[2]), (1, LIFE[0])])  # said again by a writer that slept
    assert await doomed.process.wait() == -9
    heir = place.child(batch=3, watch=False)
    await heir.start()

    async def counted() -> bool:
        checked = await place.replayed()
        return bool(checked["ok"]) and checked["dossiers"] == 2

    try:
        await eventually(counted, within=60, what="one case and one hazard as the log has them")
    finally:
        assert await heir.process.stop() == 0
    assert (await place.replayed())["dossiers"] == 2


TELLING = ("analytics.insights-decided", "analytics.insights-stored", "insights.produced")


@pytest.mark.parametrize("point", COUNTING)
async def test_A1_killed_between_two_steps_it_equals_the_log_afterwards(place: Place, point: str) -> None:
    events = numbered(evening(60))
    await place.publish([*events[:150], *events[100:120], *events[150:]])
    doomed = place.child(failpoints=f"{point}=kill:2", batch=40)
    await doomed.start()
    assert await doomed.process.wait() == -9
    halfway = await place.replayed()
    heir = place.child(batch=70)
    await heir.start()
    try:
        await place.folded_to(len(events) + 19)
    finally:
        assert await heir.process.stop() == 0
    checked = await place.replayed()
    assert checked["ok"], checked
    assert checked["events"] == len(events)
    # The kill came where it should: the first write of a batch leaves a rollup ahead of its stream.
    assert halfway["ok"] == (point not in ("analytics.rollup-written", "analytics.register-written")), halfway


async def test_A1_a_stopped_instance_that_wakes_after_its_successor_changes_nothing(place: Place) -> None:
    events = numbered(evening(60))
    await place.publish(events[:120])
    sleeper = place.child(failpoints="analytics.rollup-written=stop:2", batch=40)
    await sleeper.start()
    await place.folded_to(39)  # it stands still inside its second batch
    heir = place.child(batch=50)
    await heir.start()
    try:
        await place.publish(events[120:])
        await place.folded_to(len(events) - 1, within=60)
        assert (await place.replayed())["ok"]
        sleeper.process.resume()
        await sleeper.process.wait_ready(f"{sleeper.url}/readyz", 30)
        assert await sleeper.process.stop() == 0
    finally:
        await heir.process.stop()
        await sleeper.process.kill()
    checked = await place.replayed()
    assert checked["ok"], checked


@pytest.mark.parametrize(
    ("point", "hit"), [(point, hit) for point in TELLING for hit in ((1, 2) if "produced" in point else (2, 9))]
)
async def test_A6_killed_while_it_tells_every_bulletin_is_told_once_afterwards(
    place: Place, point: str, hit: int
) -> None:
    events = numbered(evening(5))
    await place.publish(events)
    counting = place.child(watch=False)
    await counting.start()
    await place.folded_to(len(events) - 1)
    assert await counting.process.stop() == 0
    doomed = place.child(failpoints=f"{point}=kill:{hit}")
    await doomed.start()
    assert await doomed.process.wait() == -9
    heir = place.child()
    await heir.start()

    async def told() -> set[str]:
        said = [one for one in await place.said() if one.type == "fengqiao.bulletin.published.v1"]
        ids = {orjson.loads(one.data)["bulletin_id"]: one.sequence for one in said}
        assert len(ids) == len({one.sequence for one in said}), "a bulletin has one number"
        return set(ids) if len(ids) == 3 else set()

    try:
        await eventually(told, within=60, what="three bulletins")
    finally:
        assert await heir.process.stop() == 0
