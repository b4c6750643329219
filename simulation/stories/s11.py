"""S11, a grid worker finds a quarrel (Ciyin).

No call: on the round the grid worker hears two families quarrel about the stairway, reports it, and settles it with
them at the first tier. It counts for the worker.
"""

from typing import Any

from simulation.stories.mediating import Mediating, reported, telephones
from simulation.stories.stage import Stage, must

WORKER = "story-gridworker"
"""The account of the stage's grid worker."""


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await stage.begin()
    before = await _counted(stage)
    case_id = await reported(
        stage, "S11", "gridworker", kind="neighbour_dispute", origin="screening", location={"address": "鼎盛社区"}
    )
    stage.say(stage.clock.now(), "grid worker", "hears a quarrel about the stairway on the round, and reports it")
    mediating = await Mediating.of(stage, case_id)
    found = await mediating.case()
    must(
        (found["origin"], found["found_by"]) == ("screening", "grid_worker"), f"it was found by {found.get('found_by')}"
    )
    must("incident_id" not in found, "there was no call, and it has an incident")
    await mediating.parties("张某", "何某", phones=telephones(stage, 2))
    graded = await mediating.take("assess", "grades it {grade}, tier {tier}", reason="楼道堆物")
    must(graded["tier"] == 1, f"it is at tier {graded['tier']}")
    referred = await mediating.take("refer", "leaves it with the grid worker")
    must(any(one.startswith("grid-") for one in referred["mediators"]), f"it lies with {referred['mediators']}")
    await stage.wait(1800)
    await mediating.take("sessions", "they talk at the stairs: both agree", outcome="agreed", place="楼道")
    await mediating.agree("双方因楼道堆物争吵。", "张某当日清走。", "何某不再追究。", place="鼎盛社区", days=1)
    await mediating.take("dispose", "disposes: settled", outcome="settled")
    after = await _counted(stage)
    for what in ("reports", "resolved"):
        must(after[what] == before[what] + 1, f"{what} of the grid worker went from {before[what]} to {after[what]}")
    stage.say(
        stage.clock.now(), "scores", f"the grid worker has {after['reports']} reported, {after['resolved']} resolved"
    )


async def _counted(stage: Stage) -> dict[str, int]:
    """What the grid worker has done this month."""
    mediator = await stage.person("mediator")
    # The area's month: all five areas keep Beijing time.
    month = stage.clock.now().astimezone(stage.zone).strftime("%Y-%m")
    scores: dict[str, Any] = await mediator.mediation.ask("/v1/scores", area=stage.area, month=month)
    mine: dict[str, int] = next((one["counts"] for one in scores["workers"] if one["id"] == WORKER), {})
    return {"reports": 0, "resolved": 0, **mine}
