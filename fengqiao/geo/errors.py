"""What can go wrong with a place:

GeoError
├── InvalidPlace     a coordinate is not a number, or lies off the globe
├── InvalidArea      an area's folder says something that cannot be (names the file, the line and the field)
├── InvalidRoads     a road file cannot be read as a network (names the file and the line)
├── UnknownNode      a node number that the network does not have
└── NoRoad           no road lies near enough to the place asked about
"""

from __future__ import annotations

from pathlib import Path


class GeoError(Exception):
    """Root of everything `fengqiao.geo` raises on purpose. The text is a sentence for a person."""


class InvalidPlace(GeoError):
    """A coordinate is not finite or lies outside ±180° / ±90°."""


class InvalidArea(GeoError):
    """A file of an area's folder is wrong: `…/plans.json line 7: plans[2].send[0].kinds (brawl): there is no kind x.`

    field: "" for the file as a whole. line: from 1; None where none is known. name: of the row that the field lies in.
    """

    def __init__(self, file: Path, field: str, problem: str, line: int | None = None, name: str = "") -> None:
        where = f"{file} line {line}" if line else f"{file}"
        what = " ".join(part for part in (field, f"({name})" if name else "") if part)
        super().__init__(f"{where}: {what}{': ' if what else ''}{problem.rstrip('.')}.")
        self.file = file
        self.field = field
        self.problem = problem
        self.line = line


class InvalidRoads(GeoError):
    """A road network cannot be built from what was given."""


class UnknownNode(GeoError):
    """A node number outside 0 … n-1 of the network."""


class NoRoad(GeoError):
    """The nearest road is further away than the caller allows."""
