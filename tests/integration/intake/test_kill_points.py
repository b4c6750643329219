"""I1: intake killed between two steps of taking a call. After a restart nothing is lost and nothing is there twice."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from tests.awaiting import eventually
from tests.integration.intake.kit import Child, Place, call

RESTART_S = 15.0


async def accepted(url: str, token: str, count: int) -> tuple[set[str], bool]:
    """The incidents that were answered with 202, and whether the server died meanwhile."""
    ids: set[str] = set()
    died = False
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=5) as http:

        async def one(n: int) -> None:
            nonlocal died
            try:
                answer = await http.post("/v1/incidents", json=call(external_id=f"n{n}"))
            except httpx.TransportError:
                died = True
                return
            assert answer.status_code == 202, answer.text
            ids.add(answer.json()["incident_id"])

        for start in range(0, count, 8):
            await asyncio.gather(*(one(n) for n in range(start, min(start + 8, count))))
    return ids, died


@pytest.mark.parametrize("point", ["intake.inserted", "intake.produced"])
async def test_I1_killed_while_taking_calls(place: Place, point: str) -> None:
    token = place.token()
    first = place.child(failpoints=f"{point}=kill:13")
    await first.start()
    told_ok, died = await accepted(first.url, token, 40)
    assert died
    assert await first.process.wait() != 0

    second = place.child()
    await second.start()
    # What was kept and not told is told by whoever comes next, before any client repeats itself.
    await all_told(place, second, told_ok)
    before_repeat = {event.subject for event in await place.events()}
    assert len(before_repeat) >= 13
    again, _ = await accepted(second.url, token, 40)
    assert len(again) == 40
    assert told_ok <= again
    events = await place.events()
    assert {event.subject for event in events} == again
    assert len(events) == 40
    assert await second.process.stop() == 0


async def test_I5_killed_while_changing(place: Place) -> None:
    token = place.token()
    first = place.child(failpoints="intake.changed=kill:1")
    await first.start()
    ids, _ = await accepted(first.url, token, 1)
    (id,) = ids
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=first.url, headers=headers, timeout=5) as http:
        with pytest.raises(httpx.TransportError):
            await http.patch(f"/v1/incidents/{id}", json={"priority": 1}, headers={"Idempotency-Key": "c"})
    await first.process.wait()
    second = place.child()
    await second.start()

    async def both() -> bool:
        return len(await place.events()) == 2

    await eventually(both, within=RESTART_S, what="the change told")
    async with httpx.AsyncClient(base_url=second.url, headers=headers, timeout=5) as http:
        answer = await http.patch(f"/v1/incidents/{id}", json={"priority": 1}, headers={"Idempotency-Key": "c"})
        assert (answer.json()["replayed"], answer.json()["version"]) == (True, 2)
    assert len(await place.events()) == 2
    assert await second.process.stop() == 0


async def all_told(place: Place, child: Child, wanted: set[str]) -> None:
    """Until every document's events are on the topic, within the time that a restart may take."""

    async def told() -> bool:
        return wanted <= {event.subject for event in await place.events()} and len(await place.events()) >= 13

    await eventually(told, within=RESTART_S, every=0.3, what="what was kept being told")
