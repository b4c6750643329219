"""S5, the square dance (Gaoqiao, a morning in September).

Residents dance below the windows of Mr Li every morning. The community officer asks and brings everybody together: the
property firm, the owners' committee, the residents. They agree on seven to nine in the evening. After three days,
thirty days and three months somebody looks whether it holds.
"""

from typing import Any

from simulation.stories.mediating import Mediating, reported, telephones
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant

VENUE = "property-council"
VISITS = ("3d", "30d", "3m")


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part. In haste the visits are planned."""
    # Everybody is there when it begins: on a clock of three months in half a minute a second is days.
    for role in ("dispatcher", "mediator"):
        await stage.person(role)
    await stage.begin()
    case_id = await reported(stage, "S5", "dispatcher", kind="square_dance", location={"address": "锦绣小区"})
    stage.say(stage.clock.now(), "officer", "hears of a quarrel about a square dance early in the morning at 锦绣小区")
    mediating = await Mediating.of(stage, case_id)
    await mediating.parties("李先生", "广场舞居民代表", phones=telephones(stage, 2))
    await mediating.take("assess", "grades it {grade}", reason="清晨广场舞影响休息，双方争吵")
    mediator = await stage.person("mediator")
    chosen = await mediator.mediation.ask(f"/v1/cases/{case_id}/assignment")
    must(chosen["venues"][0]["id"] == VENUE, f"it would go to {chosen['venues'][0]['id']}, not to the property council")
    referred = await mediating.take("refer", "takes it to 物业议事会")
    must(referred["venue"] == VENUE, f"it went to {referred['venue']}")
    present = ["community", "property", "owners_committee", "residents"]
    held = await mediating.take(
        "sessions",
        "brings property firm, owners' committee and residents together: they agree",
        form="consultation",
        outcome="agreed",
        present=present,
        place="小区议事厅",
    )
    must(held["sessions"][-1]["present"] == present, "it is not recorded who was asked")
    await mediating.agree(
        "居民清晨在楼下跳广场舞，影响业主李先生休息，双方发生争吵。",
        "李先生不再阻挠。",
        "广场舞时间调整为晚上7点至9点。",
        place="锦绣小区",
    )
    await mediating.take("dispose", "disposes: settled", outcome="settled")
    await mediating.take("performance", "records that the dance has moved to the evening", performed=True)
    planned = await mediating.take("control", "plans the visits")
    must([visit["visit"] for visit in planned["visits"]] == list(VISITS), "the visits are not those of 1333N")
    for visit in planned["visits"]:
        stage.say(
            stage.clock.now(), "mediation", f"visit {visit['visit']} falls due {instant(visit['due_at']):%d %B %Y}"
        )
    if stage.in_haste:
        return
    for visit in VISITS:
        await _visit(stage, mediating, visit)
    closed = await mediating.take("close", "closes the case")
    must(closed["stage"] == "closed", f"the case is {closed['stage']}")


async def _visit(stage: Stage, mediating: Mediating, visit: str) -> None:
    async def due() -> dict[str, Any] | None:
        items = (await mediating.case())["agenda"]
        return next((one for one in items if one["key"] == f"visit:{visit}" and "fired_at" in one), None)

    item = await stage.until(f"visit {visit} to fall due", due, within=60)
    must(instant(item["fired_at"]) >= instant(item["due_at"]), f"visit {visit} was told before it was due")
    stage.say(instant(item["fired_at"]), "mediation", f"visit {visit} is due")
    await mediating.take(f"visits/{visit}", f"visits ({visit}): all is calm", calm=True, satisfied=True)
