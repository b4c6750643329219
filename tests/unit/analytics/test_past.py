"""A CSV of past incidents: read by a mapping that is data, each incident once (A2)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fengqiao.contracts.model import Location
from fengqiao.geo.errors import InvalidArea
from services.analytics.domain.dimensions import projection
from services.analytics.domain.merging import merge
from services.analytics.domain.register import Register
from services.analytics.domain.table import Table
from services.analytics.domain.targets import Targets
from services.analytics.past_mapping import Mapping, load_mapping
from services.analytics.past_rows import Reading, past_rollups, put_past, read_past
from tests.unit.analytics.autumn import SHANGHAI

CODES = {"theft": "020405", "020405": "020405", "0804": "0804", "noise": "0804"}
MAPPING = Mapping.model_validate(
    {
        "columns": {"received": "时间", "category": "类别", "lon": "x", "lat": "y", "on_scene": "到场", "id": "编号"},
        "time_format": "%Y/%m/%d %H:%M",
        "categories": {"盗*": "theft", "噪音": "noise"},
        "skip": {"category": ["测试*"]},
    }
)
CSV = """编号,时间,类别,x,y,到场
A1,2023/10/30 22:23,盗窃,113.01,28.19,2023/10/30 22:25
A2,2023/10/30 23:59,噪音,113.01,28.19,
A3,2023/10/31 00:01,盗抢,113.01,28.19,2023/10/31 00:11
A4,2023/10/31 01:00,测试电话,113.01,28.19,
A5,2023/10/31 02:00,盗窃,120.00,30.00,
A6,yesterday,盗窃,113.01,28.19,
A7,2023/10/31 03:00,打架,113.01,28.19,
"""


def inside(lon: float, lat: float) -> Location | None:
    if lon > 114:
        return None
    return Location(lon=lon, lat=lat, station="gaoqiao-station", grid_cell="G07")


def imported(file: Path, registers: dict[str, Register], mapping: Mapping = MAPPING) -> tuple[Reading, int]:
    """What came of reading the file, and how many incidents were new or other than before."""
    reading, changed = Reading(), 0
    for one in read_past(file, mapping, SHANGHAI, CODES, inside, reading):
        day = one.received.astimezone(SHANGHAI).date().isoformat()
        changed += put_past(registers.setdefault(day, Register("past/gaoqiao", day, 0, applied=1)), one, SHANGHAI)
    return reading, changed


def test_A2_golden_import_says_what_it_could_use_and_why_not(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    file.write_text(CSV, encoding="utf-8")
    registers: dict[str, Register] = {}
    reading, changed = imported(file, registers)
    assert (reading.rows, reading.skipped, reading.outside, reading.wrong, changed) == (7, 1, 1, 2, 3)
    assert reading.faults[0].startswith("line 7: 'yesterday' is no time")
    assert "打架" in reading.faults[1]
    assert {day: register.ids for day, register in registers.items()} == {
        "2023-10-30": ["past:A1", "past:A2"],
        "2023-10-31": ["past:A3"],
    }
    table = Table(registers.values())
    assert table.text("category") == ["020405", "0804", "020405"]
    assert table["hour"].tolist() == [22, 23, 0]


def test_A2_an_import_that_is_repeated_changes_nothing_and_a_correction_changes_its_row(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    file.write_text(CSV, encoding="utf-8")
    registers: dict[str, Register] = {}
    imported(file, registers)
    assert imported(file, registers)[1] == 0
    file.write_text(CSV.replace("噪音", "盗窃"), encoding="utf-8")
    assert imported(file, registers)[1] == 1
    assert sum(len(one) for one in registers.values()) == 3


def test_A2_rows_without_an_id_are_known_by_what_they_say(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    row = "2023/10/30 22:23,盗窃\n"
    file.write_text(row * 2, encoding="utf-8")
    mapping = Mapping.model_validate(
        {
            "columns": {"received": 0, "category": 1},
            "header": False,
            "time_format": "%Y/%m/%d %H:%M",
            "categories": {"盗*": "theft"},
        }
    )
    registers: dict[str, Register] = {}
    assert imported(file, registers, mapping)[1] == 2, "two alike are two incidents"
    assert imported(file, registers, mapping)[1] == 0
    assert sum(len(one) for one in registers.values()) == 2


def test_A1_golden_past_has_response_times_too(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    file.write_text(CSV, encoding="utf-8")
    registers: dict[str, Register] = {}
    imported(file, registers)
    rollups = past_rollups(list(registers.values()), "past/gaoqiao", Targets())
    month = [one for one in rollups if one.address[1:] == ("2023-10", "category", "received_to_on_scene")]
    [row] = merge(month, projection("category", ("category",)), month[0].applied)
    assert (row.key, row.count, row.mean) == (("020405",), 2, 360.0)  # 2 and 10 minutes
    assert row.within_target == 0.5


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"columns": {"received": "t"}}, "columns: .*category"),
        ({"timezone": "Mars/Olympus"}, "timezone: .*Mars/Olympus"),
        ({"colour": 1}, "colour: is not known"),
        ({"priorities": {"1": 9}}, r"priorities\.1: "),
    ],
)
def test_A2_a_wrong_mapping_names_its_field(tmp_path: Path, change: dict[str, object], says: str) -> None:
    file = tmp_path / "mapping.json"
    file.write_text(json.dumps({"columns": {"received": "t", "category": "c"}} | change), encoding="utf-8")
    with pytest.raises(InvalidArea, match=rf"mapping\.json line 1: {says}"):
        load_mapping(file)


def test_A2_a_header_without_a_column_is_said(tmp_path: Path) -> None:
    file = tmp_path / "past.csv"
    file.write_text("编号,时间\n", encoding="utf-8")
    with pytest.raises(ValueError, match="类别"):
        imported(file, {})
