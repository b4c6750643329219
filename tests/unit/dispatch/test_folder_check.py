"""D2, D7, D8: an area's folder that contradicts itself is refused in a sentence that names file, line and field."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fengqiao.contracts.incidents import IncidentUpdated
from fengqiao.contracts.model import Location
from fengqiao.geo.areas import load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.geo.roads import RoadNetwork
from fengqiao.geo.soundness import cut_off
from services.dispatch.area_folder import load_forces
from services.dispatch.domain.messages import Heard
from services.dispatch.folder_check import checked_roads
from tests.unit.dispatch.area import Area, incident

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
Change = Callable[[Path], None]


def row(name: str, rows: str, n: int, **fields: Any) -> Change:
    def change(folder: Path) -> None:
        content = json.loads((folder / name).read_text("utf-8"))
        content[rows][n].update(fields)
        (folder / name).write_text(json.dumps(content), "utf-8")

    return change


def whole(name: str, **fields: Any) -> Change:
    def change(folder: Path) -> None:
        content = json.loads((folder / name).read_text("utf-8"))
        content.update(fields)
        (folder / name).write_text(json.dumps(content), "utf-8")

    return change


def text(name: str, pattern: str, by: str) -> Change:
    def change(folder: Path) -> None:
        (folder / name).write_text(re.sub(pattern, by, (folder / name).read_text("utf-8")), "utf-8")

    return change


def one_way_to(node: int) -> Change:
    """Nothing leads out of the node and its neighbours' way back is gone, for many nodes."""

    def change(folder: Path) -> None:
        file = folder / "roads" / "arcs.csv"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not (line.split(",")[0].isdigit() and int(line.split(",")[0]) < node)]
        file.write_text("".join(kept), "utf-8")

    return change


def checked(folder: Path) -> dict[str, RoadNetwork]:
    """As dispatch reads it at its start."""
    areas = load_areas(folder)
    return checked_roads(folder, areas, {name: load_forces(folder / name, name) for name in areas})


def test_D2_every_committed_folder_is_sound() -> None:
    roads = checked(AREAS)
    assert sorted(roads) == ["ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"]
    assert not any(cut_off(one).any() for one in roads.values())
    assert all(load_forces(AREAS / name, name).units for name in roads)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (row("units.json", "units", 3, home=[28.18, 113.01]), r"units\[3\]\.home \(P2\): .*lon before lat"),
        (row("units.json", "units", 3, id="P1"), r"units.json line 1: units\[3\]\.id \(P1\): P1 is there twice"),
        (row("units.json", "units", 3, id="巡逻"), r"units\[3\]\.id \(巡逻\): has Latin letters"),
        (row("units.json", "units", 3, kind="x"), r"units\[3\]\.kind \(P2\): kinds.json knows no kind x"),
        (row("units.json", "units", 3, station="x"), r"units\[3\]\.station \(P2\): there is no station x"),
        (row("units.json", "units", 3, zone="x"), r"units\[3\]\.zone \(P2\): there is no zone x"),
        (row("units.json", "units", 3, grid_cell="G99"), r"units\[3\]\.grid_cell \(P2\): there is no grid cell G99"),
        (row("kinds.json", "kinds", 1, mode="swim"), r"kinds\[1\]\.mode \(patrol\): .*'drive' or 'foot'"),
        (whole("area.json", partition=6), r"area.json line 1: partition: is 6; the topics have 0 to 5"),
        (row("area.json", "shifts", 1, planned={"tank": 1}), r"shifts\[1\]\.planned \(night\): names tank"),
        (row("area.json", "shifts", 1, planned={"patrol": 9}), r"\.planned\.patrol \(night\): is 9, but .* has 8"),
        (row("plans.json", "plans", 0, when={"categories": ["7777"]}), r"when\.categories \(key-incident\): .*7777"),
        (one_way_to(200), r"arcs.csv: \d+ of 13\d\d nodes cannot be driven to and left again, the first is node 0"),
        (text("roads/arcs.csv", r"(?m)^(\d+,\d+),[\d.]+", r"\1,nan"), r"arcs.csv line 2: 'nan' is not a number"),
    ],
)
def test_D2_what_does_not_fit_is_named(tmp_path: Path, change: Change, complaint: str) -> None:
    shutil.copytree(AREAS / "gaoqiao", tmp_path / "gaoqiao")
    change(tmp_path / "gaoqiao")
    with pytest.raises(GeoError, match=complaint):
        checked(tmp_path)


def test_D1_the_main_part_is_found_wherever_the_first_node_lies() -> None:
    # Nodes 0 and 1 are an island; 2 to 5 are a ring; from 6 the ring is reached, but nothing leads to 6.
    tail, head = [0, 1, 2, 3, 4, 5, 6], [1, 0, 3, 4, 5, 2, 2]
    places = np.linspace(28.0, 28.1, 7)
    roads = RoadNetwork(places + 85, places, tail, head, np.ones(7), np.ones(7))
    assert cut_off(roads).tolist() == [True, True, False, False, False, False, True]


def test_I2_a_moving_incident_is_corrected_with_every_place_and_its_crews_are_named() -> None:
    area = Area().on_duty("P1").reported("stolen", "020405", moves=True)
    for n in range(2, 6):
        now = datetime(2024, 10, 30, 14, 23 + n, tzinfo=UTC)
        place = Location(lon=113.0 + n / 1000, lat=28.0, grid_cell=f"G{n}")
        update = IncidentUpdated(
            incident_id=incident("stolen"), area="testarea", received_at=now, location=place, located_at=now
        )
        area = area.when(Heard(update, n))
        corrected = area.events[0]
        assert area.told()[0] == "incident.corrected"
        assert (corrected.changed, corrected.location, corrected.crews) == (  # type: ignore[attr-defined]
            ("location",),
            place,
            ("P1",),
        )
