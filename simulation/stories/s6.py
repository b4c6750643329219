"""S6, a red dispute (Yujin).

Two neighbours quarrel for the third time. The first two times the studio settled it. The third one is red: the superior
is told at once, there is a plan with a named owner 一案一策, and the departments meet.
"""

from typing import Any

from simulation.stories.mediating import Mediating, reported, telephones
from simulation.stories.stage import Stage, must
from simulation.stories.witness import Witness

TOLD = "fengqiao.superior.notification-requested.v1"


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    async with Witness(stage) as witness:
        await stage.begin()
        pair = telephones(stage, 2)
        for time in ("first", "second"):
            await _settled(stage, pair, time)
            await stage.wait(3600)
        await _red(stage, pair, witness)


async def _opened(stage: Stage, pair: list[str], time: str) -> Mediating:
    case_id = await reported(stage, "S6", "dispatcher", kind="neighbour_dispute", location={"address": "西街社区"})
    stage.say(stage.clock.now(), "desk", f"two neighbours of 西街 quarrel about a wall, for the {time} time")
    mediating = await Mediating.of(stage, case_id)
    await mediating.parties("王某", "刘某", phones=pair)
    return mediating


async def _settled(stage: Stage, pair: list[str], time: str) -> None:
    mediating = await _opened(stage, pair, time)
    await mediating.take("assess", "grades it {grade}", reason="相邻墙体纠纷")
    await mediating.take("refer", "takes it to {venue}")
    await mediating.take("sessions", "holds a session: they agree", outcome="agreed", place="范贤成金牌调解工作室")
    await mediating.agree("双方因墙体发生争吵。", "王某修补墙面。", "刘某不再辱骂。", place="西街社区")
    await mediating.take("dispose", "disposes: settled", outcome="settled")


async def _red(stage: Stage, pair: list[str], witness: Witness) -> None:
    mediating = await _opened(stage, pair, "third")
    graded = await mediating.take("assess", "grades it {grade}: the third quarrel of the same two", reason="第三次争吵")
    must(graded["grade"] == "red", f"the third quarrel is {graded['grade']}, not red")
    must("parties:3" in graded["grade_reasons"], f"it is red for {graded['grade_reasons']}")
    missing = await witness.heard_all("none", mediating.case_id, {TOLD})
    must(not missing, "the superior was not told")
    stage.say(stage.clock.now(), "stream", "the superior is told at once")
    planned = await mediating.take(
        "plan",
        "makes the plan 一案一策, with officer-7 as its owner",
        owner="officer-7",
        measures="专人稳控，每日走访。",
    )
    must(planned["plan"]["owner"] == "officer-7", "the plan has no owner")
    referred: dict[str, Any] = await mediating.take("refer", "calls the joint meeting of departments, tier {tier}")
    must(referred["tier"] == 3, f"it is at tier {referred['tier']}")
    must("town-office" in referred["mediators"], f"the town is not among {referred['mediators']}")
