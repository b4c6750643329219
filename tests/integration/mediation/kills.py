"""The process killed at a step of each of its protocols, and what must be true after another one has taken over."""

from datetime import timedelta

import httpx
import pytest

from services.mediation.case_documents import case_of, refolded
from tests.awaiting import eventually
from tests.integration.mediation.kit import (
    NIGHT,
    Place,
    brought,
    dispute,
    fallen,
    opened,
    running,
    told,
)

OPENING = ("hinted", "inserted", "produced", "handled")


async def opening(place: Place, step: str) -> None:
    """A dispute becomes a case."""
    child = place.child(failpoints=f"mediation.{step}=kill:1")
    await child.start()
    first, second = dispute("first"), dispute("second", settled_on_scene=True)
    await place.report(first, second)
    assert await child.process.wait() == -9, child.process.log_tail()
    healthy = place.child()
    await healthy.start("livez")
    try:
        async with healthy.client() as http:
            await opened(http, first.case_id)
            await opened(http, second.case_id)

            async def told() -> bool:
                open_, settled = await place.verbs(first.case_id), await place.verbs(second.case_id)
                return open_ == ["opened"] and settled == ["opened", "disposed", "closed"]

            await eventually(told, within=30, what="both cases told once")
    finally:
        await healthy.process.stop()
    assert len(await place.stored("cases")) == 2


async def command(place: Place, step: str) -> None:
    """A person's command is carried out."""
    # The first pass of `produced` and of `hinted` is the opening itself.
    child = place.child(failpoints=f"mediation.{step}=kill:{2 if step in ('produced', 'hinted') else 1}")
    await child.start()
    reported = dispute()
    await place.report(reported)
    body = {"grade": "yellow", "reason": "the second time this month"}
    key = {"Idempotency-Key": "k1", "If-Match": '"1"'}
    async with child.client() as http:
        await opened(http, reported.case_id)
        with pytest.raises(httpx.TransportError):
            await http.post(f"/v1/cases/{reported.case_id}/assess", json=body, headers=key)
    assert await child.process.wait() == -9
    healthy = place.child()
    await healthy.start("livez")
    try:
        async with healthy.client() as http:
            # The client does not know what became of it and sends it again.
            again = await http.post(f"/v1/cases/{reported.case_id}/assess", json=body, headers=key)
            assert (again.status_code, again.json()["replayed"]) == (200, step != "hinted")
            assert [row["type"] for row in again.json()["history"]] == ["opened", "assessed"]

            async def is_told() -> bool:
                return await place.verbs(reported.case_id) == ["opened", "assessed"]

            await eventually(is_told, within=30, what="the assessment told once")
    finally:
        await healthy.process.stop()
    [stored] = await place.stored("cases")
    assert refolded(stored) == case_of(stored)
    # A paper to which nothing refers is erased with the case's others.
    assert len(await place.stored("papers")) == (2 if step == "hinted" else 1)


async def visit(place: Place, step: str) -> None:
    """A visit falls due."""
    async with running(place) as before, before.client() as http:
        case, _ = await brought(http, step, 7)
    # A process of its own, four days later, that dies at the step.
    clock = f"{(NIGHT + timedelta(days=4)).isoformat()},x1"
    dies = place.child(failpoints=f"mediation.{step}=kill:1", clock=clock)
    dies.process.start()
    assert await dies.process.wait() == -9, dies.process.log_tail()
    healthy = place.child(clock=clock)
    await healthy.start("livez")
    try:
        async with healthy.client() as http:

            async def once() -> bool:
                return await fallen(http, case) == ["visit:3d"]

            await eventually(once, within=30, what="the visit")

            async def quiet() -> bool:
                due = await told(place, "case.visit-due")
                return [one["visit"] for one in due] == ["3d"] and await _over(place, case)

            await eventually(quiet, within=30, what="told once, and the hint gone")
            # Nothing more comes of looking again.
            assert await fallen(http, case) == ["visit:3d"]
    finally:
        await healthy.process.stop()


async def _over(place: Place, case: str) -> bool:
    """No hint of this case lies in an hour that has begun."""
    end = (NIGHT + timedelta(days=4, hours=1)).isoformat(timespec="microseconds")
    slots = await place.stored("due")
    return not any(entry < end and entry.endswith(case) for slot in slots for entry in slot.get("entries", ()))
