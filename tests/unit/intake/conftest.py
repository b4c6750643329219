"""The committed areas, as intake reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.intake.area_folder import load_grounds
from services.intake.domain.ground import Ground, Grounds

AREAS = Path(__file__).parents[3] / "deploy" / "areas"


@pytest.fixture(scope="session")
def grounds() -> Grounds:
    return load_grounds(AREAS)


@pytest.fixture(scope="session")
def gaoqiao(grounds: Grounds) -> Ground:
    return grounds.by_area["gaoqiao"]
