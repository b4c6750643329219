"""How a CSV of past incidents reads: the mapping is a JSON file, so that no system's export needs code of its own.

{"columns": {"received": "Time", "category": "Type", "lon": "X", "lat": "Y", "id": "Number", "priority": "P",
             "on_scene": "Arrived"},
 "time_format": "%m/%d/%Y %I:%M:%S %p", "timezone": "Asia/Shanghai", "encoding": "utf-8", "header": true,
 "datum": "wgs84", "categories": {"EMS: *": "0602"}, "default_category": "help",
 "priorities": {"1": 1}, "default_priority": 3, "skip": {"category": ["TEST *"]}}

columns: of a file with a header by name, of one without by number from 0. `received` and `category` are needed; the
others may be left out: id, lon, lat, place, station, grid_cell, source, priority, assigned, acknowledged, en_route,
on_scene, cleared, result, lost_yuan, recovered_yuan. Without an id a row is known by its content.
categories, skip: patterns with * and ?; the first that fits counts. Codes of the area's set or aliases.
"""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from fengqiao.geo.json_file import Row, read

Column = Literal[
    "received",
    "category",
    "id",
    "lon",
    "lat",
    "place",
    "station",
    "grid_cell",
    "source",
    "priority",
    "assigned",
    "acknowledged",
    "en_route",
    "on_scene",
    "cleared",
    "result",
    "lost_yuan",
    "recovered_yuan",
]


class Mapping(Row):
    """See the module."""

    columns: dict[Column, str | int]
    time_format: str | None = None
    """None: ISO 8601."""
    timezone: str | None = None
    """Of times without an offset; None: the area's."""
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    header: bool = True
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    categories: dict[str, str] = Field(default_factory=dict)
    default_category: str | None = None
    priorities: dict[str, Annotated[int, Field(ge=1, le=4)]] = Field(default_factory=dict)
    default_priority: Annotated[int, Field(ge=1, le=4)] = 3
    skip: dict[Column, list[str]] = Field(default_factory=dict)

    @field_validator("columns")
    @classmethod
    def _needed(cls, columns: dict[Column, str | int]) -> dict[Column, str | int]:
        missing = [name for name in ("received", "category") if name not in columns]
        if missing:
            raise ValueError(f"name the column of {' and '.join(missing)}")
        return columns

    @field_validator("timezone")
    @classmethod
    def _zone(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (KeyError, ValueError, OSError):
                raise ValueError(f"there is no time zone {name}") from None
        return name

    def category_of(self, text: str) -> str | None:
        """The code or alias of what the file calls a category."""
        for pattern, code in self.categories.items():
            if fnmatchcase(text, pattern):
                return code
        return self.default_category

    def skips(self, column: Column, text: str) -> bool:
        return any(fnmatchcase(text, pattern) for pattern in self.skip.get(column, ()))


def load_mapping(file: Path) -> Mapping:
    """Raises InvalidArea."""
    return read(Mapping, file)
