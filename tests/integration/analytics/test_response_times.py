"""Analytics on a real Kafka and a real store: answers, refusals, gaps, dead letters, foreign logs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import TopicPartition

from fengqiao.contracts.dispatch import DispatchEvent
from fengqiao.local.ports import free_port
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.topics_admin import delete_topics
from services.analytics.__main__ import REFUSED_EXIT
from services.analytics.domain.dimensions import ASKABLE
from services.analytics.domain.segments import SEGMENTS
from services.analytics.layout import ROLLUPS
from tests.awaiting import eventually
from tests.integration.analytics.kit import Place, running
from tests.unit.analytics.evening import NIGHT, life, numbered, on_duty

DAY = {"area": "gaoqiao", "from": "2024-10-30", "to": "2024-10-30"}
EVENTS: list[DispatchEvent] = [
    on_duty("YY", "night"),
    *life("a", (10, 40, 160, 400)),
    *life("b", (20, 110, 200, 500), received=NIGHT + timedelta(minutes=17)),
    *life("c", (30, 60, 120), received=NIGHT + timedelta(minutes=47), code="0804", priority=3, cell="G08", unit="P3"),
]


async def asked(client: httpx.AsyncClient, **question: str) -> dict[str, Any]:
    answer = await client.get("/v1/response-times", params=DAY | question)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def asked_at(client: httpx.AsyncClient, offset: int, **question: str) -> dict[str, Any]:
    """The answer as soon as it is true up to `offset`."""

    async def there() -> dict[str, Any] | None:
        told = await asked(client, **question)
        return told if told["true_up_to"].get("0", -1) >= offset else None

    found: dict[str, Any] | None = await eventually(there, within=30, what=f"an answer true up to {offset}")
    assert found is not None
    return found


async def test_A1_answers_equal_the_log_also_with_repeats_further_on(place: Place) -> None:
    log = numbered(EVENTS)
    await place.publish([*log[:6], *log[2:6], *log[6:], *log[:3]])
    async with running(place) as client:
        told = await asked_at(client, len(EVENTS) + 6, by="category,hour", segment="received_to_on_scene")
        assert told["rows"] == [
            {
                "key": {"category": "020301", "hour": 22},
                "count": 2,
                "mean_s": 180.0,
                "p50_s": pytest.approx(160, rel=0.01),
                "p90_s": pytest.approx(200, rel=0.01),
                "p99_s": pytest.approx(200, rel=0.01),
                "within_target": 0.5,
            },
            {
                "key": {"category": "0804", "hour": 23},
                "count": 1,
                "mean_s": 120.0,
                "p50_s": pytest.approx(120, rel=0.01),
                "p90_s": pytest.approx(120, rel=0.01),
                "p99_s": pytest.approx(120, rel=0.01),
                "within_target": 1.0,
            },
        ]
        assert (told["incomplete"], told["gaps"], told["cut"], told["widened"]) == (False, [], False, False)
        assert told["true_up_to"] == {"0": len(EVENTS) + 6}
        by_shift = await asked(client, by="shift", segment="received_to_assigned")
        assert [(row["key"]["shift"], row["count"]) for row in by_shift["rows"]] == [("night", 2), (None, 1)]
        empty = await asked(client, **{"from": "2024-10-31", "to": "2024-11-30"})
        assert empty["rows"] == []
    checked = await place.replayed()
    assert checked["ok"], checked
    assert checked["events"] == len(EVENTS)


async def test_A1_a_gap_marks_the_days_it_may_concern_until_it_is_filled(place: Place) -> None:
    log = numbered(EVENTS)
    await place.publish([one for one in log if one[0] != 4])
    async with running(place) as client:
        told = await asked_at(client, len(EVENTS) - 2)
        assert told["incomplete"]
        assert [(gap["first"], gap["last"]) for gap in told["gaps"]] == [(4, 4)]
        later = await asked(client, **{"from": "2024-11-01", "to": "2024-11-02"})
        assert not later["incomplete"]
        await place.publish([log[3]])
        healed = await asked_at(client, len(EVENTS) - 1)
        assert not healed["incomplete"]
        assert sum(row["count"] for row in healed["rows"]) == 3
    assert (await place.replayed())["ok"]


async def test_A1_an_event_that_cannot_be_read_is_dead_lettered_and_the_answer_says_so(place: Place) -> None:
    log = numbered(EVENTS)
    await place.publish(log, raw={2: b"{", 5: b'{"area": "gaoqiao"}'})
    async with running(place) as client:
        told = await asked_at(client, len(EVENTS) - 1, segment="received_to_assigned")
        assert told["incomplete"]
        assert [(gap["first"], gap["last"]) for gap in told["gaps"]] == [(2, 2), (5, 5)]
        assert sum(row["count"] for row in told["rows"]) == 2
    assert (await place.replayed())["ok"]
    letters = new_consumer(place.bootstrap_servers, None)
    await letters.start()
    try:
        part = TopicPartition(f"{place.prefix}dispatch.dlq", 0)
        letters.assign([part])
        await letters.seek_to_beginning(part)

        async def first_two() -> list[int]:
            fetched = await letters.getmany(part, timeout_ms=500)
            found.extend(int(dict(one.headers)["dlq_offset"]) for records in fetched.values() for one in records)
            return found if len(found) >= 2 else []

        found: list[int] = []
        assert set(await eventually(first_two, what="two dead letters")) == {1, 4}
    finally:
        await letters.stop()


WRONG: list[tuple[dict[str, str], str, tuple[str, ...]]] = [
    ({"by": "colour"}, "/by", ASKABLE),
    ({"by": "station,hour,shift,priority"}, "/by", ASKABLE),
    ({"by": "hour,hour"}, "/by", ASKABLE),
    ({"segment": "received_to_tea"}, "/segment", SEGMENTS),
    ({"from": "2024-10-31"}, "/to", ("before it begins",)),
    ({"from": "2022-10-31"}, "/to", ("400",)),
    ({"from": "2024-10-30T00:00:00"}, "/from", ("offset",)),
]


async def test_A1_wrong_questions_are_told_what_is_allowed(place: Place) -> None:
    async with running(place) as client:
        for wrong, pointer, says in WRONG:
            answer = await client.get("/v1/response-times", params=DAY | wrong)
            assert answer.status_code == 422, wrong
            [error] = answer.json()["errors"]
            assert error["pointer"] == pointer
            for word in says:
                assert word in error["detail"]


async def test_A1_only_who_may_read_numbers_of_the_area_gets_them(place: Place) -> None:
    async with running(place) as client:
        statuses = {}
        for name, token in {
            "integrator": place.token("integrator"),
            "elsewhere": place.token("analyst", ["yujin"]),
            "everywhere": place.token("analyst", ["*"]),
        }.items():
            answer = await client.get("/v1/response-times", params=DAY, headers={"Authorization": f"Bearer {token}"})
            statuses[name] = answer.status_code
        nowhere = await client.get(
            "/v1/response-times",
            params=DAY | {"area": "atlantis"},
            headers={"Authorization": f"Bearer {place.token('analyst', ['*'])}"},
        )
        nobody = await client.get("/v1/response-times", params=DAY, headers={"Authorization": ""})
    assert statuses == {"integrator": 403, "elsewhere": 403, "everywhere": 200}
    assert (nowhere.status_code, nobody.status_code) == (404, 401)


async def test_A1_with_kafka_and_store_away_it_listens_and_says_so(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    place = Place(nowhere, f"mongodb://{nowhere}", "away", "", tmp_path / "data")
    child = place.child()
    await child.start()
    try:
        headers = {"Authorization": f"Bearer {place.token()}"}
        async with httpx.AsyncClient(base_url=child.url, headers=headers, timeout=2.5) as client:
            ready = await client.get("/readyz")
            answer = await client.get("/v1/response-times", params=DAY)
    finally:
        assert await child.process.stop() == 0
    assert ready.status_code == 503
    assert all(state != "ok" for state in ready.json()["dependencies"].values())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


async def test_A1_an_emptied_database_is_counted_again_from_the_beginning(place: Place) -> None:
    from pymongo import AsyncMongoClient

    await place.publish(numbered(EVENTS))
    async with running(place) as client:
        before = await asked_at(client, len(EVENTS) - 1, by="hour")
    store: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(place.mongodb_uri)
    await store.drop_database(place.database)
    await store.close()
    async with running(place) as client:
        assert await asked_at(client, len(EVENTS) - 1, by="hour") == before
    assert (await place.replayed())["ok"]


async def test_A1_documents_of_another_log_are_refused_with_what_to_do(place: Place) -> None:
    await place.publish(numbered(EVENTS[:3]))
    async with running(place) as client:
        await asked_at(client, 2)
    await delete_topics(place.bootstrap_servers, place.prefix)
    await place.make_topics()
    child = place.child()
    place.token()
    child.process.start()
    assert await child.process.wait() == REFUSED_EXIT
    assert "FENGQIAO_DATABASE" in child.process.log_tail()


async def test_A1_replay_finds_a_number_that_is_not_the_logs(place: Place) -> None:
    from pymongo import AsyncMongoClient

    await place.publish(numbered(EVENTS))
    async with running(place) as client:
        await asked_at(client, len(EVENTS) - 1)
    store: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(place.mongodb_uri)
    rollups = store[place.database][ROLLUPS]
    spoilt = await rollups.find_one({"set": "hour", "segment": "received_to_on_scene"})
    assert spoilt is not None
    await rollups.update_one({"_id": spoilt["_id"]}, {"$set": {"counts": bytes(len(spoilt["counts"]))}})
    checked = await place.replayed()
    assert not checked["ok"]
    assert spoilt["_id"] in checked["problem"]
    await rollups.delete_one({"_id": spoilt["_id"]})
    assert "missing" in (await place.replayed())["problem"]
    await store.close()
