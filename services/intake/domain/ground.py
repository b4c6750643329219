"""An area as intake knows it: its ground, its names, its categories and who may report there."""

from collections.abc import Mapping
from dataclasses import dataclass

from fengqiao.geo.areas import Area, AreaIndex
from fengqiao.geo.gazetteer import Gazetteer
from services.intake.domain.categories import CategorySet


@dataclass(frozen=True, slots=True)
class Source:
    """Who reports. default_category: what a report without one is about. channel: the ministry's code."""

    source: str
    name_zh: str
    name_en: str
    default_category: str
    channel: str


@dataclass(frozen=True, slots=True)
class Ground:
    """One area with all that intake looks up there."""

    area: Area
    gazetteer: Gazetteer
    categories: CategorySet
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Every area of this installation, and which of them a place belongs to."""

    by_area: Mapping[str, Ground]
    index: AreaIndex

    def get(self, area: str) -> Ground | None:
        return self.by_area.get(area)
