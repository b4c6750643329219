"""What one area is made of: everything that differs between areas stands in one `Sheet`, the rest is shared.

An area is one module of data (`gaoqiao.py`, `dongcheng.py` …) that ends in `SHEET`, and one seed. Places on the
ground are crossings of its grid: (column, row), counted from the south-west corner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.areas.generator.kinds import Squad
from deploy.areas.generator.plane import LonLat

Crossing = tuple[int, int]
Name = tuple[str, str]
"""Chinese, English."""

NUMERALS: Final = "一二三四五六七八九十"
ENGLISH: Final = {"社区": "Community", "村": "Village"}

STREETS: Final[tuple[Name, ...]] = (
    ("和平街", "Heping Street"), ("光明街", "Guangming Street"), ("文化街", "Wenhua Street"),
    ("育才街", "Yucai Street"), ("新民街", "Xinmin Street"), ("建设街", "Jianshe Street"),
    ("青松街", "Qingsong Street"), ("星河街", "Xinghe Street"), ("梅园街", "Meiyuan Street"),
    ("银杏街", "Yinxing Street"), ("曙光街", "Shuguang Street"), ("竹园街", "Zhuyuan Street"),
    ("春晓街", "Chunxiao Street"), ("石榴街", "Shiliu Street"), ("红旗街", "Hongqi Street"),
    ("桂香街", "Guixiang Street"), ("团圆街", "Tuanyuan Street"), ("安居街", "Anju Street"),
    ("乐业街", "Leye Street"), ("清泉街", "Qingquan Street"), ("学府街", "Xuefu Street"),
    ("白塔街", "Baita Street"), ("桃李街", "Taoli Street"), ("金穗街", "Jinsui Street"),
    ("枫林街", "Fenglin Street"), ("柳岸街", "Liu'an Street"), ("长青街", "Changqing Street"),
    ("锦江街", "Jinjiang Street"), ("朝晖街", "Zhaohui Street"), ("永安街", "Yong'an Street"),
    ("平安街", "Ping'an Street"), ("丰收街", "Fengshou Street"),
)  # fmt: skip
"""Names that many towns have: enough for the streets between the big roads of one area."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A community (or village), its zone, and the grid lines between which it lies; all even."""

    id: str
    name_zh: str
    name_en: str
    west: int
    south: int
    east: int
    north: int
    zone: str

    @property
    def kind(self) -> str:
        """社区 or 村."""
        return next(kind for kind in ENGLISH if self.name_zh.endswith(kind))

    @property
    def stem(self) -> str:
        """The name without 社区 or 村."""
        return self.name_zh.removesuffix(self.kind)

    @property
    def centre(self) -> Crossing:
        return (self.west + self.east) // 2, (self.south + self.north) // 2


@dataclass(frozen=True, slots=True)
class Site:
    """A station; its front door is the landmark of its Chinese name."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ZoneSheet:
    """A defence zone of a station, and the zones that back it (`backs` of area.json)."""

    id: str
    name_zh: str
    name_en: str
    station: str
    backs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landmark:
    name_zh: str
    name_en: str
    kind: str
    crossing: Crossing
    aliases: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One area. `lanes`: what the lanes across a community are called there (美食七街). `step`: metres between
    grid lines. `extras`: neighbours, shifts, allocation and targets as area.json says them."""

    id: str
    name_zh: str
    name_en: str
    seed: int
    partition: int
    centre: LonLat
    columns: int
    rows: int
    facts: Mapping[str, Any]
    stations: tuple[Site, ...]
    zones: tuple[ZoneSheet, ...]
    grounds: tuple[Ground, ...]
    column_roads: Mapping[int, Name]
    row_roads: Mapping[int, Name]
    landmarks: tuple[Landmark, ...]
    squads: tuple[Squad, ...]
    step: int = 125
    lanes: Mapping[str, Name] = field(default_factory=dict)
    schools: tuple[Name, ...] = (("小学", "Primary School"), ("幼儿园", "Kindergarten"))
    compounds_per_ground: int = 12
    category_set: str = "default"
    extras: Mapping[str, Any] = field(default_factory=dict)
    rotation: Mapping[str, Any] | None = None
    """Big rotation 大轮班, as standby.json says it."""
    counting: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What analytics counts by, where the area does not go by the defaults: file (`targets.json`, `analytics.json`) and
    what it says."""
    own_plans: tuple[Mapping[str, Any], ...] = ()
    """Plans that this area has before the common ones, in the default set's codes."""

    def ground_at(self, column: float, row: float) -> Ground:
        """The community of a crossing; one on the line between two belongs to the first."""
        return next(g for g in self.grounds if g.west <= column <= g.east and g.south <= row <= g.north)

    def zone_of(self, ground: Ground) -> ZoneSheet:
        return next(zone for zone in self.zones if zone.id == ground.zone)

    def cell_of(self, ground: Ground) -> str:
        """One grid cell a community, G01, G02 …"""
        return f"G{self.grounds.index(ground) + 1:02d}"

    def long_roads(self) -> frozenset[str]:
        """Those that run through several communities: their middle says little about where on them something is."""
        return frozenset(zh for zh, _ in (*self.column_roads.values(), *self.row_roads.values()))

    def keeps(self, street: str) -> bool:
        """Whether a lane loses no piece: those that have a name of their own."""
        return any(street.startswith(zh) for zh, _ in self.lanes.values())

    def street_name(self, vertical: bool, line: int, crossing: Crossing) -> str:
        """A big road is called the same all along; a lane is counted within its community."""
        roads = self.column_roads if vertical else self.row_roads
        if line in roads:
            return roads[line][0]
        column, row = crossing
        # The piece's middle, so that one that begins on a border is named for the side it lies on.
        ground = self.ground_at(column + (0 if vertical else 0.5), row + (0.5 if vertical else 0))
        first = ground.west if vertical else ground.south
        number = (line - first) // 2
        if not vertical and ground.id in self.lanes:
            return f"{self.lanes[ground.id][0]}{NUMERALS[number]}街"
        return f"{ground.stem}{'纵' if vertical else '横'}{NUMERALS[number]}巷"

    def street_name_en(self, name_zh: str) -> str:
        """The English of a name that `street_name` gives."""
        for zh, en in (*self.column_roads.values(), *self.row_roads.values()):
            if zh == name_zh:
                return en
        number = next(NUMERALS.index(c) + 1 for c in name_zh[::-1] if c in NUMERALS)
        for zh, en in self.lanes.values():
            if name_zh.startswith(zh):
                return f"{en} {number}"
        ground = next(g for g in self.grounds if name_zh.startswith(g.stem))
        return f"{ground.name_en} {'Lane' if '纵' in name_zh else 'Cross Lane'} {number}"

    def with_digits(self, name: str) -> str:
        """A street's name with its number in digits: 美食7街. The 十 of 十里铺 is no number."""
        stem = next((g.stem for g in self.grounds if name.startswith(g.stem)), "")
        rest = name.removeprefix(stem)
        return stem + "".join(str(NUMERALS.index(c) + 1) if c in NUMERALS else c for c in rest)


def roads(last: int, arterials: Sequence[Name], streets: Sequence[Name]) -> dict[int, Name]:
    """Names for the even grid lines 0 … last: every eighth is an arterial, the others are streets, in order."""
    big, small = iter(arterials), iter(streets)
    return {line: next(big) if line % 8 == 0 else next(small) for line in range(0, last + 1, 2)}
