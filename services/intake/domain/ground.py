"""An area as intake knows it: its ground, its names, its categories and who may report there."""

from collections.abc import Mapping
from dataclasses import dataclass

from fengqiao.geo.areas import Area, AreaIndex
from fengqiao.geo.gazetteer import Gazetteer
from services.intake.domain.categories import CategorySet
from services.intake.domain.crosswalk import Crosswalk
from services.intake.domain.sources import Source


@dataclass(frozen=True, slots=True)
class Ground:
    """One area with all that intake looks up there."""

    area: Area
    gazetteer: Gazetteer
    categories: CategorySet
    sources: Mapping[str, Source]
    crosswalk: Crosswalk | None = None


@dataclass(frozen=True, slots=True)
class Grounds:
    """Every area of this installation, and which of them a place belongs to."""

    by_area: Mapping[str, Ground]
    index: AreaIndex

    def get(self, area: str) -> Ground | None:
        return self.by_area.get(area)
