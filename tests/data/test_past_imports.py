"""Real calls of two American cities through the import (A2, A1, A4): every row once, and the known medians."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from fengqiao.contracts.model import Location
from services.analytics.domain.register import Register
from services.analytics.domain.rising import rising
from services.analytics.domain.table import Table
from services.analytics.past_mapping import Mapping
from services.analytics.past_rows import Reading, put_past, read_past

pytestmark = pytest.mark.data
MONTGOMERY = Mapping.model_validate(
    {
        "columns": {"lat": 0, "lon": 1, "category": 2, "received": 3, "station": 4, "place": 5},
        "header": False,
        "time_format": "%Y-%m-%d %H:%M",
        "timezone": "America/New_York",
        "categories": {"EMS:*": "0602", "Fire:*": "0608", "Traffic:*": "03"},
    }
)
SEATTLE = Mapping.model_validate(
    {
        "columns": {
            "id": "CAD Event Number",
            "received": "Original Time Queued",
            "on_scene": "Arrived Time",
            "category": "Final Call Type",
            "priority": "Priority",
            "station": "Precinct",
            "grid_cell": "Beat",
            "lon": "Blurred_Longitude",
            "lat": "Blurred_Latitude",
            "source": "Call Type",
            "result": "Event Clearance Description",
        },
        "time_format": "%m/%d/%Y %I:%M:%S %p",
        "timezone": "America/Los_Angeles",
        "categories": {"*THEFT*": "020405", "*ASSAULT*": "020301"},
        "default_category": "12",
        "priorities": {"1": 1, "2": 2, "3": 3},
        "default_priority": 4,
        "skip": {"source": ["ONVIEW", "ALARM CALL*"]},
    }
)
CODES = {code: code for code in ("0602", "0608", "03", "020405", "020301", "12")}


def data(name: str) -> Path:
    folder = Path(os.environ.get("FENGQIAO_CHECK_DATA", "")) / name
    if not folder.is_dir():
        pytest.fail(f"{folder} is missing: point FENGQIAO_CHECK_DATA at the folder that holds it.")
    return next(folder.glob("*.csv"))


def imported(file: Path, mapping: Mapping, registers: dict[str, Register]) -> tuple[Reading, int]:
    zone = ZoneInfo(mapping.timezone or "UTC")
    reading, changed = Reading(), 0
    for one in read_past(file, mapping, zone, CODES, lambda lon, lat: Location(lon=lon, lat=lat), reading):
        day = one.received.astimezone(zone).date().isoformat()
        changed += put_past(registers.setdefault(day, Register("past/there", day, 0)), one, zone)
    return reading, changed


def test_A2_montgomery_is_imported_row_by_row_and_once() -> None:
    registers: dict[str, Register] = {}
    reading, changed = imported(data("montgomery911"), MONTGOMERY, registers)
    assert (reading.rows, reading.wrong, changed) == (3051, 0, 3051), reading
    assert len(registers["2018-11-15"]) >= 743
    assert imported(data("montgomery911"), MONTGOMERY, registers)[1] == 0
    assert len(Table(registers.values())) == 3051


def test_A4_montgomerys_surge_afternoon_is_no_accident() -> None:
    registers: dict[str, Register] = {}
    imported(data("montgomery911"), MONTGOMERY, registers)
    per_day = Counter({day: len(one) for day, one in registers.items()})
    ordinary = int(np.median([count for day, count in per_day.items() if day != "2018-11-15"]))
    counts = np.full(7 * 60, max(ordinary, 1))
    counts[-1] = per_day["2018-11-15"]
    [surge] = rising({"": counts}, 7)
    assert surge.chance < 1e-9


def test_A1_seattles_medians_by_priority_are_the_known_ones() -> None:
    registers: dict[str, Register] = {}
    reading, _ = imported(data("seattle_spd"), SEATTLE, registers)
    assert reading.wrong == 0, reading.faults
    table = Table(registers.values())
    seconds = table.between(None, "on_scene")
    known = ~np.isnan(seconds)
    assert known.sum() == 139
    medians = {
        priority: round(float(np.median(seconds[known & (table["priority"] == priority)])) / 60, 1)
        for priority in (1, 2, 3)
    }
    assert medians == {1: 8.3, 2: 27.2, 3: 83.9}
