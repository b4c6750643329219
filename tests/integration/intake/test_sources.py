"""I2, I6: each source reports in its own words, a tracker's incident moves, and both sets are told by REST."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import httpx
import pytest
import pytest_asyncio

from fengqiao.client import Refused
from fengqiao.contracts.incidents import IncidentReported, IncidentUpdated
from tests.awaiting import eventually
from tests.conftest import run
from tests.integration.intake.kit import Instance, call
from tests.system import System

ALL = ["ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"]
WORDS = {
    "110": None,
    "grid_worker": "邻里矛盾",
    "property": "PM-NOISE",
    "volunteer": "有人打架",
    "tracker": "MOVE",
    "partner": "GUEST-FIGHT",
    "citizen_group": "孩子走散",
    "drone": "FIRE",
    "one_whistle": "BLADE",
}
BEGAN = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)


@pytest_asyncio.fixture
async def http(intake: Instance) -> AsyncIterator[httpx.AsyncClient]:
    async with intake.client(areas=ALL) as one:
        yield one


def bare(**fields: Any) -> dict[str, Any]:
    """A report that says no more than a system knows."""
    nothing = {"category": None, "caller": None, "details": None, "description": None}
    return call(**(nothing | fields))


async def test_I2_each_source_reports_in_its_own_words_in_every_area(intake: Instance, http: httpx.AsyncClient) -> None:
    said = {}
    for area in ALL:
        for source, word in WORDS.items():
            body = bare(area=area, source=source, category=word, external_id=f"{area}-{source}", location=None)
            answer = await http.post("/v1/incidents", json=body)
            assert answer.status_code == 202, answer.text
            said[answer.json()["incident_id"]] = (area, source)
    told = [(event.subject, IncidentReported.read(event.data)) for event in await intake.place.events()]
    assert {subject: (one.area, one.source) for subject, one in told} == said
    assert all(one.moves is (True if one.source == "tracker" else None) for _, one in told)
    lost = [one for _, one in told if one.source == "citizen_group"]
    assert {one.category.code for one in lost} == {"0604", "5004"}
    blades = [one for _, one in told if one.source == "one_whistle"]
    assert all((one.priority, one.report_up) == (1, ("public_safety",)) for one in blades)


async def test_I2_a_client_uses_the_sources_of_its_role(intake: Instance, http: httpx.AsyncClient) -> None:
    async with intake.client("gridworker") as worker, intake.client("dispatcher") as desk:
        refused = await worker.post("/v1/incidents", json=bare(source="tracker"))
        assert refused.status_code == 403
        assert "may not report as tracker" in refused.json()["detail"]
        assert (await http.post("/v1/incidents", json=bare(source="station"))).status_code == 403
        assert (await intake.place.events()) == []
        assert (await worker.post("/v1/incidents", json=bare(source="grid_worker"))).status_code == 202
        assert (await desk.post("/v1/incidents", json=bare(source="station"))).status_code == 202
    sources = {one["source"]: one for one in (await http.get("/v1/sources?area=gaoqiao")).json()["items"]}
    assert sources["tracker"] | {"categories": 0} == {
        "area": "gaoqiao",
        "source": "tracker",
        "name_zh": "行车卫士",
        "name_en": "Vehicle tracker",
        "default_category": "020405",
        "channel": "04",
        "roles": ["integrator"],
        "clients": [],
        "priority_shift": -1,
        "moves": True,
        "categories": 0,
        "category_set": None,
    }
    assert sources["tracker"]["categories"]["crash"] == "03"


async def test_I2_a_trackers_incident_moves_cheaply_and_in_order(intake: Instance, http: httpx.AsyncClient) -> None:
    body = bare(source="tracker", category="MOVE", reported_at=BEGAN.isoformat())
    id = (await http.post("/v1/incidents", json=body)).json()["incident_id"]
    took = []
    for n in range(1, 61):
        # 15 m/s eastward, a fix a second; each also sent twice, as a tracker does that did not hear the answer.
        fix = {
            "location": {"lon": 113.0195 + 15 * n / 98_000, "lat": 28.1935},
            "at": (BEGAN + timedelta(seconds=n)).isoformat(),
        }
        began = time.perf_counter()
        answer = await http.patch(f"/v1/incidents/{id}", json=fix, headers={"Idempotency-Key": f"fix-{n}"})
        took.append(time.perf_counter() - began)
        assert (answer.status_code, answer.json()["version"]) == (202, n + 1)
        again = await http.patch(f"/v1/incidents/{id}", json=fix, headers={"Idempotency-Key": f"fix-{n}"})
        assert (again.json()["version"], again.json()["replayed"]) == (n + 1, True)
    late = {"location": {"lon": 113.0195, "lat": 28.1935}, "at": (BEGAN + timedelta(seconds=30)).isoformat()}
    assert (await http.patch(f"/v1/incidents/{id}", json=late)).json()["replayed"] is True
    still = {"location": {"lon": 113.0195 + 902 / 98_000, "lat": 28.1935}, "at": "2024-10-30T22:25:00+08:00"}
    assert (await http.patch(f"/v1/incidents/{id}", json=still)).json()["replayed"] is True
    first, *moves = await intake.place.events()
    assert IncidentReported.read(first.data).moves is True
    updates = [IncidentUpdated.read(one.data) for one in moves]
    assert [one.located_at for one in updates] == [BEGAN + timedelta(seconds=n) for n in range(1, 61)]
    places = [one.location.lon for one in updates if one.location is not None]
    assert places == sorted(places)
    assert len({one.location.grid_cell for one in updates if one.location is not None}) >= 2
    known = (await http.get(f"/v1/incidents/{id}")).json()
    assert known["location"]["lon"] == places[-1]
    # One read, one write, one record: far below the second until the next. 60 in a row fill no document.
    assert quantiles(took, n=20)[-1] < 0.5
    document = await intake.app.state.desk.incidents.get(id.partition("-")[2])
    assert not document.get("done")
    assert len(str(document)) < 5000


async def test_I6_a_record_tells_its_categories_levels_and_tags(http: httpx.AsyncClient) -> None:
    body = bare(category="missing_child", caller_category="brawl", tags=["foreigner"])
    id = (await http.post("/v1/incidents", json=body)).json()["incident_id"]
    known = (await http.get(f"/v1/incidents/{id}")).json()
    versions = known["categories"]
    assert (versions["initial"]["code"], versions["original"]["code"]) == ("020301", "0604")
    assert (known["level"], known["tags"], known["report_up"], known["void"]) == (
        3,
        ["foreigner", "minor"],
        ["lost"],
        False,
    )
    changed = await http.patch(f"/v1/incidents/{id}", json={"category": "test_call", "tags": []})
    assert changed.status_code == 202, changed.text
    known = (await http.get(f"/v1/incidents/{id}")).json()
    assert (known["categories"]["initial"]["code"], known["categories"]["original"]["code"]) == ("020301", "1204")
    assert (known["tags"], known["report_up"], known["void"]) == ([], [], True)
    wrong = await http.post("/v1/incidents", json=bare(tags=["tall"], external_id="x"))
    assert wrong.json()["errors"][0]["pointer"] == "/tags/0"


async def test_I6_both_sets_are_told_with_their_crosswalk(http: httpx.AsyncClient) -> None:
    ours, theirs = [(await http.get(f"/v1/categories?area={area}")).json() for area in ("gaoqiao", "shilipu")]
    assert (ours["version"], theirs["version"]) == ("default-2024-2", "second-2024-1")
    assert (ours["crosswalk"]["to"], theirs["crosswalk"]["to"]) == (theirs["version"], ours["version"])
    assert [one["level"] for one in ours["levels"]] == [1, 2, 3, 4]
    assert ours["report_up_from_level"] == 2
    assert {"death", "weapon", "missing_girl"} <= {one["id"] for one in ours["report_up"]}
    assert "minor" in {one["tag"] for one in ours["tags"]}
    by_code = {one["code"]: one for one in ours["items"]}
    assert by_code["020301"]["crosswalk"] == ["200301"]
    assert (by_code["0601"]["level"], by_code["1205"]["void"], by_code["0601"]["void"]) == (2, True, False)
    back = {one["code"]: one["here"] for one in ours["crosswalk"]["items"]}
    assert back["200301"] == ["020301"]
    assert back["65"] == ["07"]


@pytest.fixture
def both(fresh_system: System) -> System:
    run(fresh_system.start("intake", "dispatch"))
    return fresh_system


async def test_I2_D12_dispatch_follows_a_moving_incident_and_names_the_crews(both: System) -> None:
    async with both.client("dispatcher") as desk, both.client("integrator") as tracker:
        await desk.dispatch.duty("P2", on=True, area="gaoqiao")
        began = datetime.now(UTC)
        accepted = await tracker.intake.report(
            external_id="XCWS-1", category="MOVE", source="tracker", area="gaoqiao", reported_at=began,
            location={"lon": 113.0195, "lat": 28.1935}, answered_at=began + timedelta(seconds=8),
        )  # fmt: skip
        id = accepted["incident_id"]

        async def seen() -> Any:
            try:
                found = await desk.dispatch.incident(id)
            except Refused:
                return None
            return found if found["assignments"] else None

        await eventually(seen, within=30, what="the assignment")
        for n in range(1, 31):
            changed = await tracker.intake.moved(id, 113.0195 + 20 * n / 98_000, 28.1935, began + timedelta(seconds=n))
            assert changed["version"] == n + 1

        async def followed() -> Any:
            found = await desk.dispatch.incident(id)
            corrected = [row for row in found["timeline"] if row["type"].endswith("incident.corrected.v1")]
            return (found, corrected) if len(corrected) == 30 else None

        found, corrected = await eventually(followed, within=30, what="all thirty places at dispatch")
        clocks = {one["clock"]: one.get("at") for one in found["clocks"]}
        assert datetime.fromisoformat(clocks["JJSJ"]) - datetime.fromisoformat(clocks["BJSJ"]) == timedelta(seconds=8)
        assert found["location"]["lon"] == pytest.approx(113.0195 + 600 / 98_000, abs=1e-9)
        assert all(row["data"]["changed"] == ["location"] and row["data"]["crews"] == ["P2"] for row in corrected)
        await asyncio.gather(*(tracker.intake.moved(id, 113.0195, 28.1935, began) for _ in range(3)))
        assert (await desk.dispatch.incident(id))["location"] == found["location"]
