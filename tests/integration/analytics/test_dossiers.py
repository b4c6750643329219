"""Cases and hazards of mediation's log: counted, missed, forgotten, and folded again (A6, A7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from pymongo import AsyncMongoClient

from fengqiao.contracts import mediation as told
from fengqiao.runtime.clock import ManualClock
from services.analytics.layout import CASES
from tests.awaiting import eventually
from tests.integration.analytics.kit import Place, serving
from tests.unit.analytics.evening import numbered, opened
from tests.unit.analytics.test_cases import CASE, HAZARD, HAZARD_LIFE, LIFE, OPENED, event

OCTOBER = {"area": "gaoqiao", "from": "2024-10-01", "to": "2024-10-31"}
MONDAY = datetime(2024, 11, 4, 1, 30, tzinfo=UTC)


async def indicators(client: httpx.AsyncClient, **question: str) -> dict[str, Any]:
    answer = await client.get("/v1/indicators", params=OCTOBER | question)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said | {"by_id": {row["id"]: (row["count"], row["of"]) for row in said["rows"]}}


async def read_to(client: httpx.AsyncClient, records: int) -> dict[str, Any]:
    """The answer as soon as so many records of mediation are in it."""

    async def there() -> dict[str, Any] | None:
        said = await indicators(client)
        return said if sum(offset + 1 for offset in said["cases_true_up_to"].values()) >= records else None

    found: dict[str, Any] | None = await eventually(there, within=30, what=f"{records} records of mediation")
    assert found is not None
    return found


async def test_A7_a_gap_in_a_case_is_an_alarm_and_the_answers_say_so_until_it_is_filled(place: Place) -> None:
    life = list(enumerate(LIFE[:6], start=1))
    await place.publish_cases([one for one in life if one[0] != 4])
    await place.publish_cases(list(enumerate(HAZARD_LIFE, start=1)))
    async with serving(place, clock=ManualClock(MONDAY)) as (_, client):
        said = await read_to(client, 5 + len(HAZARD_LIFE))
        assert said["incomplete"]
        assert [(one["stream"], one["first"], one["last"]) for one in said["gaps"]] == [(f"mediation/{CASE}", 4, 4)]
        assert said["by_id"]["first_mediation"] == (0, 0), "the session is what is missing"
        assert said["by_id"]["hazard_orders_carried_out"] == (1, 1)
        assert {one["id"] for one in said["not_kept"]} == {"other_orders", "other_leads"}
        later = await indicators(client, **{"from": "2024-11-01", "to": "2024-11-02"})
        assert not later["incomplete"]
        alarm = 'sequence_gaps_total{topic="mediation"} 1.0'
        assert alarm in (await client.get("/metrics")).text
        wanted = {"area": "gaoqiao", "kind": "monday", "issued": "2024-11-04"}
        bulletin = (await client.post("/v1/bulletins", json=wanted)).json()
        assert bulletin["incomplete"]
        page = await client.get(f"/v1/bulletins/{bulletin['id']}.html", params={"lang": "en"})
        assert "Events are missing from the log" in page.text
        await place.publish_cases([life[3]])
        healed = await read_to(client, 6 + len(HAZARD_LIFE))
        assert (healed["incomplete"], healed["gaps"]) == (False, [])
        assert healed["by_id"]["first_mediation"] == (1, 1)
    checked = await place.replayed()
    assert (checked["ok"], checked["dossiers"]) == (True, 2), checked


async def test_A7_a_case_that_is_forgotten_stays_in_the_counts_and_in_nothing_else(place: Place) -> None:
    await place.publish(numbered([opened("a")]))
    await place.publish_cases(list(enumerate(LIFE[:6], start=1)))
    async with serving(place, clock=ManualClock(MONDAY)) as (_, client):
        await place.folded_to(0)
        before = await read_to(client, 6)
        wanted = {"area": "gaoqiao", "kind": "monday", "issued": "2024-11-04"}
        issued = (await client.post("/v1/bulletins", json=wanted)).json()
        assert CASE in str(issued["sections"])
        assert "studio-fan" in str(issued["sections"])
        ended = event(told.CaseClosed, 100, "closed", outcome="settled")
        forgotten = event(told.CaseForgotten, 900, "closed")
        await place.publish_cases([(7, ended), (8, forgotten)])
        after = await read_to(client, 8)
        assert after["by_id"] == before["by_id"]
        again = (await client.get(f"/v1/bulletins/{issued['id']}.json")).json()
        assert CASE not in str(again)
        assert "studio-fan" not in str(again)
        assert len(again["sections"]) == len(issued["sections"])
        store: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(place.mongodb_uri)
        kept = await store[place.database][CASES].find_one({"_id": CASE})
        await store.close()
        assert kept is not None
        assert (kept["forgotten"], kept["number"], kept["mediators"], kept["visits"]) == (True, None, [], [])
    assert (await place.replayed())["ok"]


async def test_A7_replay_finds_a_case_that_is_not_the_logs(place: Place) -> None:
    await place.publish_cases(list(enumerate(LIFE, start=1)))
    async with serving(place) as (_, client):
        await read_to(client, len(LIFE))
    assert (await place.replayed())["dossiers"] == 1
    store: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(place.mongodb_uri)
    await store[place.database][CASES].update_one({"_id": CASE}, {"$set": {"sessions": 5}})
    checked = await place.replayed()
    assert (checked["ok"], checked["problem"]) == (False, f"{CASE} is not what the log says")
    await store[place.database][CASES].delete_one({"_id": CASE})
    assert "missing" in (await place.replayed())["problem"]
    await store.close()


async def test_A6_hazards_that_were_not_put_right_are_in_the_bulletin(place: Place) -> None:
    await place.publish_cases(list(enumerate(HAZARD_LIFE[:3], start=1)))
    async with serving(place, clock=ManualClock(OPENED + timedelta(days=9))) as (_, client):
        await read_to(client, 3)
        bulletin = (await client.post("/v1/bulletins", json={"area": "gaoqiao", "kind": "daily"})).json()
        [section] = [one for one in bulletin["sections"] if one["id"] == "overdue_hazards"]
        assert [row[0] for row in section["rows"]] == [HAZARD]
        assert bulletin["overdue"] == 1
