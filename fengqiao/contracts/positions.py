"""Where units are: `unit-positions`, compacted to the latest. Stream: `area/unit`, numbered by the fix's time in ms."""

from typing import Annotated, ClassVar

from pydantic import Field

from fengqiao.contracts.model import AreaId, Event, Instant, UnitId


class UnitPosition(Event):
    TYPE: ClassVar = "fengqiao.unit.position.v1"
    area: AreaId
    unit: UnitId
    lon: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    at: Instant
    """When the device took the fix."""
    received_at: Instant
