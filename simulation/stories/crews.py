"""Crews as a story needs them: signed on, free, and doing as they are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from fengqiao.client import Refused
from simulation.stories.stage import Stage


async def sign_on(stage: Stage, units: Sequence[str]) -> None:
    """Sign the units on, after releasing whatever an earlier play of a story left them with."""
    await _release(stage, set(units))
    desk = await stage.person("dispatcher")
    for unit in units:
        await desk.dispatch.duty(unit, on=True, area=stage.area, shift="story")


async def _release(stage: Stage, units: set[str]) -> None:
    """Cancel incidents that a story reported and did not bring to an end; nobody else's are touched."""
    desk = await stage.person("dispatcher")
    reporter = await stage.person("integrator")
    held = {
        assignment.partition(".")[0]
        for unit in await desk.dispatch.units(stage.area)
        if unit["unit"] in units
        for assignment in unit.get("assignments", ())
    }
    for incident in sorted(held):
        try:
            await reporter.intake.incident(incident)  # the story's own reports are all that this token may see
        except Refused:
            continue
        await desk.dispatch.cancel(incident, "test", "left over from an earlier play of the story")


async def drive(stage: Stage, assignment: Mapping[str, Any], goal: tuple[float, float]) -> None:
    """Acknowledge, set off, and arrive after the seconds that the choice counted with."""
    unit = assignment["unit"]
    crew = await stage.person("crew", unit)
    seconds = assignment["reason"].get("travel_seconds", 60.0)
    await stage.wait(5)
    await crew.dispatch.step(assignment["id"], "acknowledge")
    await stage.wait(5)
    await crew.dispatch.step(assignment["id"], "en-route")
    await stage.wait(seconds)
    await report(stage, unit, goal)
    await crew.dispatch.step(assignment["id"], "on-scene")


async def report(stage: Stage, unit: str, place: tuple[float, float]) -> None:
    """The unit's terminal says where it is."""
    crew = await stage.person("crew", unit)
    fix = {"area": stage.area, "unit": unit, "lon": place[0], "lat": place[1], "at": stage.clock.now().isoformat()}
    await crew.dispatch.positions([fix])


async def clear(stage: Stage, assignment: Mapping[str, Any], disposition: str, **more: Any) -> dict[str, Any]:
    """The crew is done there. disposition: a code of the area's list of results. more: dispute, feedback."""
    crew = await stage.person("crew", assignment["unit"])
    return await crew.dispatch.step(assignment["id"], "clear", disposition=disposition, **more)
