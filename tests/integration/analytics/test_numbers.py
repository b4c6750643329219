"""Comparisons, heat map, indicators, losses, rankings, reviews, warnings, advice and bulletins over HTTP, and what is
said of them on `insights`: one log of a few days that can be added up by hand, and some quiet months before it."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import openpyxl
import pytest

from fengqiao.contracts.dispatch import DispatchEvent
from fengqiao.geo.areas import load_areas
from fengqiao.runtime.clock import ManualClock
from services.analytics.__main__ import Analytics
from services.analytics.domain.comparing import BY
from services.analytics.domain.profile import BULLETIN_KINDS, CLOCKS
from services.analytics.past_import import import_past
from tests.awaiting import eventually
from tests.integration.analytics.kit import AREAS, Place, serving
from tests.unit.analytics.autumn import events
from tests.unit.analytics.evening import life, numbered
from tests.unit.analytics.quiet import Quiet
from tests.unit.analytics.test_cases import CASE, LIFE

OCTOBER = {"area": "gaoqiao", "from": "2024-10-01", "to": "2024-10-31"}
MONDAY = datetime(2024, 11, 4, 1, 30, tzinfo=UTC)
"""Half past nine in Changsha."""


@asynccontextmanager
async def counted(place: Place, now: datetime = MONDAY) -> AsyncIterator[tuple[Analytics, httpx.AsyncClient]]:
    """The days of `autumn` and a case, counted."""
    log = numbered(events())
    await place.publish(log)
    await place.publish_cases([(n, event) for n, event in enumerate(LIFE[:6], start=1)])
    async with serving(place, clock=ManualClock(now)) as (service, client):
        await place.folded_to(len(log) - 1)

        async def cases() -> bool:
            said = (await client.get("/v1/indicators", params=OCTOBER)).json()
            return bool(sum(last + 1 for last in (said["cases_true_up_to"] or {}).values()) == 6)

        await eventually(cases, within=20, what="the case")
        yield service, client


async def told(client: httpx.AsyncClient, path: str, **question: Any) -> dict[str, Any]:
    answer = await client.get(path, params=OCTOBER | question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_A2_A3_A7_A8_A9_answers_equal_the_log(place: Place) -> None:
    async with counted(place) as (_, client):
        sheet = await told(client, "/v1/comparisons", period="month", of="2024-10")
        rows = {row["key"]: row for row in sheet["rows"]}
        assert rows["total"]["count"] == 4
        assert rows["total"]["on_year"]["why"] == "partial_data"  # two days of October 2023 are known
        assert sheet["spans"]["before"] == {"from": "2024-09-01", "to": "2024-09-30"}
        heat = await told(client, "/v1/heatmap", size=10, hours="21-6")
        assert [one["properties"]["count"] for one in heat["features"]] == [3]
        assert heat["about"]["true_up_to"] == {"0": len(events()) - 1}
        indicators = {row["id"]: row for row in (await told(client, "/v1/indicators"))["rows"]}
        assert (indicators["closed_on_scene"]["count"], indicators["closed_on_scene"]["of"]) == (2, 3)
        assert indicators["cases_settled"]["share"] == 1.0
        fraud = await told(client, "/v1/losses", view="fraud")
        assert fraud["rows"][0]["lost_yuan"] == 8000.0
        crews = await told(client, "/v1/rankings", by="unit", clock="sign")
        assert [one["key"] for one in crews["clocks"][0]["places"]] == ["YY", "P3"]
        review = await told(client, "/v1/reviews", week="2024-W44")
        assert (review["closed"], review["drawn"]) == (3, 1)
        empty = await told(client, "/v1/rankings", **{"from": "2022-01-01", "to": "2022-01-31"})
        assert all(one["places"] == [] for one in empty["clocks"])
    checked = await place.replayed()
    assert checked["ok"], checked


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("/v1/comparisons", {"period": "moon", "of": "2024"}, "/period", "quarter"),
    ("/v1/comparisons", {"period": "month", "of": "October"}, "/of", "2024-10"),
    ("/v1/comparisons", {"period": "month", "of": "2024-10", "by": "colour"}, "/by", BY[1]),
    ("/v1/heatmap", {"hours": "night"}, "/hours", "21-6"),
    ("/v1/heatmap", {"size": "3"}, "/size", "5"),
    ("/v1/indicators", {"to": "2024-09-01"}, "/to", "before it begins"),
    ("/v1/losses", {"view": "gold"}, "/view", "fraud"),
    ("/v1/rankings", {"clock": "noon"}, "/clock", CLOCKS[4].id),
    ("/v1/reviews", {"week": "2024-W46"}, "/week", "day that is over"),
    ("/v1/standby", {"at": "2024-10-30T22:00:00"}, "/at", "offset"),
]


async def test_A2_wrong_questions_are_told_what_is_allowed(place: Place) -> None:
    async with serving(place) as (_, client):
        for path, wrong, pointer, says in WRONG:
            answer = await client.get(path, params=OCTOBER | wrong)
            assert answer.status_code == 422, (path, wrong, answer.text)
            [error] = answer.json()["errors"]
            assert error["pointer"] == pointer
            assert says in error["detail"]


async def test_A6_bulletins_are_issued_when_due_once_and_again_as_revisions(place: Place) -> None:
    async with counted(place) as (service, client):
        await service.watch.look("gaoqiao")
        await service.watch.look("gaoqiao")
        listing = (await client.get("/v1/bulletins", params={"area": "gaoqiao"})).json()
        assert {one["kind"] for one in listing["items"]} == set(BULLETIN_KINDS)
        [monday] = [one for one in listing["items"] if one["kind"] == "monday"]
        assert (monday["id"], monday["from"], monday["to"]) == ("gaoqiao-monday-2024-11-04", "2024-10-28", "2024-11-03")
        assert monday["overdue"] == 2  # the agreement's day has passed, and so have the days of its stage
        content = (await client.get(f"/v1/bulletins/{monday['id']}.json")).json()
        sections = {one["id"]: one for one in content["sections"]}
        assert {row[0] for row in sections["overdue_cases"]["rows"]} == {CASE}
        assert {row[3]["en"] for row in sections["overdue_cases"]["rows"]} == {
            "performance overdue",
            "too long in its stage",
        }
        assert sections["compared"]["rows"][0][1] == 4
        page = await client.get(
            f"/v1/bulletins/{monday['id']}", headers={"Accept": "text/html", "Accept-Language": "zh"}
        )
        assert page.headers["content-type"].startswith("text/html")
        for word in ("每周通报", "超期案件督办", "@page"):
            assert word in page.text
        assert "http" not in page.text
        english = await client.get(f"/v1/bulletins/{monday['id']}.html", params={"lang": "en"})
        assert "Overdue cases" in english.text
        sheet = await client.get(f"/v1/bulletins/{monday['id']}.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(sheet.content))
        assert book.sheetnames[0] == "警情同比、环比"
        assert [cell.value for cell in book.worksheets[0][5]][:2] == ["有效警情", 4]
        sheet = await client.get(f"/v1/bulletins/{monday['id']}.xlsx", params={"lang": "en"})
        book = openpyxl.load_workbook(io.BytesIO(sheet.content))
        assert "Overdue cases" in book.sheetnames
        refused = await client.get(f"/v1/bulletins/{monday['id']}", headers={"Accept": "image/png"})
        assert refused.status_code == 406
        wanted = {"area": "gaoqiao", "kind": "monday", "issued": "2024-11-04"}
        same = await client.post("/v1/bulletins", json=wanted)
        again = await client.post("/v1/bulletins", json=wanted | {"again": True})
        assert (same.status_code, same.json()["id"]) == (200, monday["id"])
        assert (again.status_code, again.json()["id"]) == (201, f"{monday['id']}-r2")
        future = await client.post("/v1/bulletins", json=wanted | {"issued": "2025-01-06"})
        assert future.status_code == 422
        first = (await client.get("/v1/bulletins", params={"area": "gaoqiao", "limit": 1})).json()
        rest = await client.get("/v1/bulletins", params={"area": "gaoqiao", "limit": 3, "cursor": first["next"]})
        assert len({one["id"] for one in [*first["items"], *rest.json()["items"]]}) == 4
        crew = {"Authorization": f"Bearer {place.token('integrator')}"}
        assert (await client.get("/v1/bulletins/gaoqiao-monday-2024-11-04", headers=crew)).status_code == 403
        said = [one for one in await place.said() if one.type.startswith("fengqiao.bulletin")]
        assert [one.sequence for one in said] == [1, 2, 3, 4]
    async with serving(place, clock=ManualClock(MONDAY)) as (service, _):
        await service.watch.look("gaoqiao")  # after a restart: nothing twice
        assert len([one for one in await place.said() if one.type.startswith("fengqiao.bulletin")]) == 4


async def test_A4_A5_a_cluster_is_warned_of_and_standby_is_advised_on_insights(place: Place) -> None:
    profile = place.profiles["gaoqiao"]
    last = date(2024, 10, 30)
    quiet = Quiet(seed=4, shares=tuple([1 / len(profile.cells)] * len(profile.cells)))
    days = quiet.registers(last, 120, profile)
    for _ in range(30):
        quiet.put(days[-1], last, 22, 3, "0804", profile, "永定社区美食七街")
    clock = ManualClock(datetime(2024, 10, 30, 16, 5, tzinfo=UTC))
    async with serving(place, clock=clock) as (service, client):
        for register in days:
            assert await service.store.put_past(register)
        await service.watch.look("gaoqiao")
        found = (await client.get("/v1/warnings", params={"area": "gaoqiao"})).json()["items"]
        assert {one["what"] for one in found} >= {"cluster", "repeat_address"}
        [cluster] = [one for one in found if one["what"] == "cluster"]
        assert cluster["grid_cells"] == ["G04"]
        assert cluster["chance"] < cluster["weekly_false_alarms"] / 7
        assert "警情聚集" in cluster["text"]["zh"]
        first = (await client.get("/v1/warnings", params={"area": "gaoqiao", "limit": 1})).json()
        pages, seen = [first], {"area": "gaoqiao", "limit": "1"}
        while pages[-1]["next"] is not None:
            answer = await client.get("/v1/warnings", params=seen | {"cursor": pages[-1]["next"]})
            pages.append(answer.json())
        assert [one["id"] for page in pages for one in page["items"]] == [one["id"] for one in found]
        wrong = await client.get("/v1/warnings", params=seen | {"cursor": "7"})
        assert wrong.status_code == 422
        advice = (await client.get("/v1/standby", params={"area": "gaoqiao"})).json()
        assert (advice["known"], advice["band"]) == (True, "night")
        assert len(advice["order"]) == 12
        assert advice["mean_seconds"] == sorted(advice["mean_seconds"], reverse=True)
        said = await place.said()
        kinds = [one.type.removeprefix("fengqiao.").removesuffix(".v1") for one in said]
        assert {"hotspot.found", "warning.raised", "standby.advised"} <= set(kinds)
        clock.advance(6 * 3600)
        await service.watch.look("gaoqiao")  # it lasts: not told again; the day's band has come
        later = [one.type for one in await place.said()]
        assert later.count("fengqiao.hotspot.found.v1") == 1
        assert later.count("fengqiao.standby.advised.v1") >= 2
    assert timedelta(0) < cluster_age(cluster)


async def test_A2_an_imported_past_is_compared_with_and_timed_however_often_it_is_imported(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    file, mapping = place.data / "past.csv", place.data / "mapping.json"
    place.data.mkdir(exist_ok=True)
    lines = [f"2023-10-{day:02}T22:00:00,盗窃,113.0259,28.1852,2023-10-{day:02}T22:02:00" for day in range(1, 32)]
    file.write_text("\n".join(lines), encoding="utf-8")
    columns = {"received": 0, "category": 1, "lon": 2, "lat": 3, "on_scene": 4}
    mapping.write_text(json.dumps({"columns": columns, "header": False, "categories": {"盗*": "theft"}}))
    area = load_areas(AREAS)["gaoqiao"]
    for _ in range(2):
        status = await import_past(place.settings(), area, place.rules["gaoqiao"], [str(file), str(mapping)])
        assert status == 0
    first, second = (json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith('{"area"'))
    assert (first["usable"], first["changed"], second["changed"]) == (31, 31, 0)
    async with counted(place) as (_, client):
        sheet = await told(client, "/v1/comparisons", period="month", of="2024-10")
        rows = {row["key"]: row for row in sheet["rows"]}
        assert rows["total"]["on_year"]["before"] == 33  # with the two of the log
        assert rows["total"]["on_year"]["share"] == pytest.approx(4 / 33 - 1, abs=1e-6)
        year_ago = {"from": "2023-10-01", "to": "2023-10-31"}
        times = await told(client, "/v1/response-times", by="grid_cell", **year_ago)
        assert [(row["count"], row["mean_s"], row["within_target"]) for row in times["rows"]] == [(31, 120.0, 1.0)]


def cluster_age(cluster: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(cluster["ends"]) - datetime.fromisoformat(cluster["begins"])


async def test_A1_a_station_that_misses_its_target_for_a_day_is_told_on_insights_once(place: Place) -> None:
    late: list[DispatchEvent] = []
    for n in range(25):  # 5 of 25 within 180 s, and 0.9 are wanted; P3's station has too few to say anything
        received = datetime(2024, 10, 30, 1, tzinfo=UTC) + timedelta(minutes=10 * n)
        arrived = 100 if n < 5 else 400
        late += life(f"a{n}", (10, 40, arrived), received=received)
        if n < 10:
            late += life(f"b{n}", (10, 40, 900), received=received, unit="P3", station="other-station")
    log = numbered(late)
    await place.publish(log)
    clock = ManualClock(datetime(2024, 10, 30, 16, 5, tzinfo=UTC))
    async with serving(place, clock=clock) as (service, _):
        await place.folded_to(len(log) - 1)
        await service.watch.look("gaoqiao")
        await service.watch.look("gaoqiao")
        told = [json.loads(one.data) for one in await place.said() if one.type == "fengqiao.target.breached.v1"]
    [breach] = told
    assert (breach["segment"], breach["station"], breach["day"]) == (
        "received_to_on_scene",
        "gaoqiao-station",
        "2024-10-30",
    )
    assert (breach["share"], breach["goal"], breach["count"]) == (0.2, 0.9, 25)
