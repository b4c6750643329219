"""What can go wrong with a place:

GeoError
├── InvalidPlace     a coordinate is not a number, or lies off the globe
├── InvalidArea      an area's folder says something that cannot be (names the file and the field)
├── InvalidRoads     a road file cannot be read as a network (names the file and the line)
├── UnknownNode      a node number that the network does not have
└── NoRoad           no road lies near enough to the place asked about
"""

from __future__ import annotations


class GeoError(Exception):
    """Root of everything `fengqiao.geo` raises on purpose. The text is a sentence for a person."""


class InvalidPlace(GeoError):
    """A coordinate is not finite or lies outside ±180° / ±90°."""


class InvalidArea(GeoError):
    """An area's folder is wrong; `file` and `field` say where."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}: {field} {problem}.")
        self.file = file
        self.field = field
        self.problem = problem


class InvalidRoads(GeoError):
    """A road network cannot be built from what was given."""


class UnknownNode(GeoError):
    """A node number outside 0 … n-1 of the network."""


class NoRoad(GeoError):
    """The nearest road is further away than the caller allows."""
