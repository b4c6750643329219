"""The committed area, loaded once for all tests of places."""

from __future__ import annotations

from pathlib import Path

import pytest

from fengqiao.geo.areas import Area, AreaIndex, load_areas
from fengqiao.geo.gazetteer import Gazetteer, load_gazetteer
from fengqiao.geo.roads import RoadNetwork, load_roads

AREAS = Path(__file__).parents[3] / "deploy" / "areas"


@pytest.fixture(scope="session")
def gaoqiao_folder() -> Path:
    return AREAS / "gaoqiao"


@pytest.fixture(scope="session")
def gaoqiao() -> Area:
    return load_areas(AREAS)["gaoqiao"]


@pytest.fixture(scope="session")
def index(gaoqiao: Area) -> AreaIndex:
    return AreaIndex({"gaoqiao": gaoqiao})


@pytest.fixture(scope="session")
def gazetteer(gaoqiao_folder: Path, gaoqiao: Area) -> Gazetteer:
    return load_gazetteer(gaoqiao_folder, gaoqiao)


@pytest.fixture(scope="session")
def roads(gaoqiao_folder: Path) -> RoadNetwork:
    return load_roads(gaoqiao_folder)
