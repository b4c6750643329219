"""`fengqiao demo-year` and `import-past`, over the real store, up to what the page asks for (A1, A2, A3)."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fengqiao.runtime.clock import ManualClock
from tests.integration.analytics.kit import AREAS, ROOT, Place, serving


async def ran(place: Place, *command: str) -> tuple[int, str]:
    """A command of `fengqiao`, on the installation of the test: its status and what it printed."""
    environment = {
        **os.environ,
        "FENGQIAO_DATA": str(place.data),
        "FENGQIAO_AREAS": str(AREAS),
        "KAFKA_BOOTSTRAP_SERVERS": place.bootstrap_servers,
        "MONGODB_URI": place.mongodb_uri,
        "FENGQIAO_DATABASE": place.database,
        "FENGQIAO_TOPIC_PREFIX": place.prefix,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fengqiao.cli", *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_A2_a_demo_year_is_on_the_sheet_the_map_and_among_the_response_times(place: Place) -> None:
    place.data.mkdir(exist_ok=True)
    # Eight a day: with three, a month in three has two days without an incident, and is then held to be incomplete.
    status, out = await ran(place, "demo-year", "--years", "1", "--per-year", "3000", "--json")
    assert status == 0, out
    imported = json.loads(out)
    assert imported["usable"] == imported["rows"] == imported["changed"] > 3000
    assert (imported["wrong"], imported["outside"]) == (0, 0)
    mapping = str(ROOT / "simulation" / "past" / "mapping.json")
    status, out = await ran(
        place, "import-past", "gaoqiao", str(place.data / "past" / "gaoqiao.csv"), "--mapping", mapping
    )
    assert status == 0
    assert "0 new or changed" in out
    now = datetime.now(UTC)
    today = now.astimezone(ZoneInfo("Asia/Shanghai")).date()
    last = today.replace(day=1) - timedelta(days=1)
    month = {"area": "gaoqiao", "from": last.replace(day=1).isoformat(), "to": last.isoformat()}
    async with serving(place, clock=ManualClock(now)) as (_, client):
        sheet = (await client.get("/v1/comparisons", params={"area": "gaoqiao", "of": f"{last:%Y-%m}"})).json()
        [total] = [row for row in sheet["rows"] if row["key"] == "total"]
        assert total["count"] > 50
        assert total["on_year"]["share"] is not None
        assert total["on_period"]["share"] is not None
        heat = (await client.get("/v1/heatmap", params=month)).json()
        assert len(heat["features"]) > 20
        times = (await client.get("/v1/response-times", params=month | {"by": "hour"})).json()
        assert len(times["rows"]) > 12
        assert sum(row["count"] for row in times["rows"]) == total["count"]
        assert all(row["within_target"] is not None for row in times["rows"])
        for segment in ("received_to_assigned", "assigned_to_acknowledged", "on_scene_to_cleared"):
            answer = (await client.get("/v1/response-times", params=month | {"segment": segment})).json()
            assert answer["rows"][0]["count"] == total["count"]
        losses = (await client.get("/v1/losses", params=month | {"view": "fraud"})).json()
        assert losses["rows"][0]["lost_yuan"] > 0
    checked = await place.replayed()
    assert (checked["ok"], checked["documents"]) == (True, 0), "an imported past is no part of the log"


async def test_A2_a_file_that_cannot_be_read_is_refused_with_what_is_wrong(place: Place) -> None:
    place.data.mkdir(exist_ok=True)
    file, mapping = place.data / "past.csv", place.data / "mapping.json"
    file.write_text("时间,类别\n2023-10-01T10:00:00,炼金术\nyesterday,盗窃\n", encoding="utf-8")
    mapping.write_text(
        json.dumps({"columns": {"received": "时间", "category": "类别"}, "categories": {"盗*": "theft"}})
    )
    status, out = await ran(place, "import-past", "gaoqiao", str(file), "--mapping", str(mapping))
    assert status == 1
    assert "炼金术" in out
    assert "line 3" in out
