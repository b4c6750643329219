"""I3 in every area: three datums, cell, station and zone on the record, and an address looked up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fengqiao.contracts.model import Location
from fengqiao.geo.datums import from_wgs84
from fengqiao.geo.distance import haversine_metres
from services.intake.domain.drafts import IncidentDraft
from services.intake.domain.ground import Grounds
from services.intake.domain.taking import take

every_area = pytest.mark.parametrize("name", ["ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"])


def placed(grounds: Grounds, area: str | None, **location: Any) -> tuple[str, Location]:
    body = {"area": area, "source": "110", "location": location}
    taken = take(IncidentDraft.model_validate_json(json.dumps(body)), grounds, lambda _: True)
    return taken.area, taken.location


@every_area
@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_I3_every_datum_leads_to_the_area_and_the_cell_of_each_place(grounds: Grounds, name: str, datum: str) -> None:
    ground = grounds.by_area[name]
    for cell in ground.area.grid_cells:
        hits = [
            hit for hit in ground.gazetteer.search(cell.name_zh.removesuffix("警格"), 20) if hit.grid_cell == cell.id
        ]
        for hit in hits[:3]:
            lon, lat = from_wgs84(hit.lon, hit.lat, datum)
            area, location = placed(grounds, None, lon=lon, lat=lat, datum=datum)
            assert area == name
            assert (location.grid_cell, location.community) == (cell.id, cell.community)
            assert (location.station, location.zone, location.confidence) == (cell.station, cell.zone, 1.0)
            assert haversine_metres(location.lon, location.lat, hit.lon, hit.lat) < 0.05
        assert hits, cell.id


@pytest.mark.parametrize(
    ("area", "address", "found", "least"),
    [
        ("dongcheng", "东城夜市", "东城夜市", 1.0),
        ("dongcheng", "月城社区徐记烧烤", "徐记烧烤店", 0.9),
        ("dongcheng", "烧烤三街小海宇民宿旁", "小海宇民宿", 0.85),
        ("gaoqiao", "永定社区美食七街", "美食七街", 0.85),
        ("ciyin", "环岛商务中心屯警点", "环岛商务中心屯警点", 1.0),
        ("ciyin", "川师大南门外", "川师大", 0.9),
        ("ciyin", "鼎盛国际三楼", "鼎盛国际", 0.9),
        ("shilipu", "十里铺村一家服装店里", "服装商业街", 0.85),
        ("shilipu", "十里铺村服装一街", "服装一街", 0.85),
        ("shilipu", "十里铺村", "十里铺村", 1.0),
        ("yujin", "西街社区", "西街社区", 1.0),
        ("yujin", "江湾壹号小区门口", "江湾壹号小区", 0.9),
        ("yujin", "范贤成金牌调解工作室", "范贤成金牌调解工作室", 1.0),
    ],
)
def test_I3_an_address_is_looked_up_and_says_how_sure_it_is(
    grounds: Grounds, area: str, address: str, found: str, least: float
) -> None:
    _, location = placed(grounds, area, address=address)
    assert location.name == found
    assert least <= location.confidence <= 1.0
    assert location.grid_cell is not None
    assert location.station in {station.id for station in grounds.by_area[area].area.stations}


@every_area
def test_I3_an_address_nobody_knows_is_the_first_stations_and_says_so(grounds: Grounds, name: str) -> None:
    _, location = placed(grounds, name, address="天涯海角")
    station = grounds.by_area[name].area.stations[0]
    assert ((location.lon, location.lat), location.confidence) == (station.at, 0.0)
    assert location.station == station.id


def test_I3_a_place_of_the_old_station_belongs_to_it_and_to_its_zone(grounds: Grounds) -> None:
    assert placed(grounds, "yujin", address="西街社区")[1].station == "yujin-old"
    assert placed(grounds, "yujin", address="城市之眼")[1].station == "yujin-new"
    assert placed(grounds, "yujin", address="西街社区")[1].zone == "south"
