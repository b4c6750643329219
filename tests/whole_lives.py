"""What an incident's whole life is made of as messages: its report, and the steps of the one crew that is sent."""

from collections.abc import Sequence
from datetime import datetime

from fengqiao.contracts import commands, ids
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Actor, Category, Location

STEPS = (commands.Acknowledge, commands.EnRoute, commands.OnScene, commands.Clear)
THERE = (113.0169, 28.1964)


def incident(area: str, name: str) -> str:
    return ids.incident_id(area, ids.digest(name))


def reported(area: str, name: str, at: datetime, place: tuple[float, float] = THERE) -> IncidentReported:
    """place: longitude, latitude."""
    return IncidentReported(
        incident_id=incident(area, name),
        area=area,
        source="110",
        category=Category(code="02", name_zh="类", name_en="Kind", version="t1"),
        priority=2,
        location=Location(lon=place[0], lat=place[1]),
        reported_at=at,
        received_at=at,
    )


def steps(area: str, name: str, at: datetime) -> Sequence[commands.AssignmentCommand]:
    """What the first unit that is sent says, from reading it to being done there."""
    assignment = ids.assignment_id(incident(area, name), 1)
    return [
        step.model_validate(
            {
                "command_id": ids.command_id("terminal", f"{assignment} {step.TYPE}"),
                "area": area,
                "by": Actor(client="terminal", role="dispatcher"),
                "received_at": at,
                "assignment_id": assignment,
                **({"disposition": "settled"} if step is commands.Clear else {}),
            }
        )
        for step in STEPS
    ]
