"""S10, a lost phone (Shilipu, a morning).

小朱 has lost a phone. It is a small case 小案快办: the nearest patrol takes it up and cannot solve it there, so it
has an owner, the small-case desk, and stands on the list of small cases until it is solved, five hours later.
"""

from typing import Any

from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, drive, sign_on
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant

UNITS = ("R02", "SLP", "P2", "XA", "C1")
DESK = "XA"
SOLVED_AFTER = 5 * 3600.0


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    desk = await stage.person("dispatcher")
    await sign_on(stage, UNITS)
    for unit in UNITS:
        await stage.person("crew", unit)
    await stage.begin()
    accepted = await call(
        stage,
        "S10",
        category="lost_property",
        description="手机遗失在地铁站附近",
        location={"address": "十里铺地铁站"},
        caller={"name": "小朱", "phone": "13800000002"},
    )
    incident, place = accepted["incident_id"], accepted["location"]
    received = instant(accepted["received_at"])
    stage.say(received, "110", f"a phone is lost at {place['name']}")
    sent = await dispatched(stage, incident, {"primary": ("patrol", 1)})
    (first,) = sent["primary"]
    await drive(stage, first, (place["lon"], place["lat"]))
    await clear(stage, first, "受理案件")
    small = await _listed(stage, incident)
    must(small["small_case"]["owner"] == first["unit"], f"its owner is {small['small_case']['owner']}")
    due = instant(small["small_case"]["due_at"])
    stage.say(stage.clock.now(), first["unit"], f"takes it up: a small case, due in {(due - received).days * 24} h")
    await desk.dispatch.own_small_case(incident, DESK, "由小案快办专班主办，便衣队配合")
    small = await _listed(stage, incident)
    must(small["small_case"]["owner"] == DESK, f"its owner is {small['small_case']['owner']}, not {DESK}")
    stage.say(stage.clock.now(), "desk", f"names {DESK} as its owner, with the plain-clothes team")
    for hours in (1, 3):
        await stage.wait(hours * 3600.0 - (stage.clock.now() - received).total_seconds())
        watched = await _listed(stage, incident)
        must(not watched["red"], "it is red after some hours, though a day was given")
        stage.say(stage.clock.now(), "watch", f"after {hours} h: open, {watched['small_case']['owner']} is on it")
    await stage.wait(SOLVED_AFTER - (stage.clock.now() - received).total_seconds())
    await _listed(stage, incident)
    await _solved(stage, incident)


async def _listed(stage: Stage, incident: str) -> dict[str, Any]:
    """The incident's row on the list of small cases that are not solved."""
    desk = await stage.person("dispatcher")

    async def row() -> dict[str, Any] | None:
        items = await desk.dispatch.small_cases(stage.area)
        return next((one for one in items if one["incident_id"] == incident), None)

    return await stage.until("its row on the list of small cases", row)


async def _solved(stage: Stage, incident: str) -> None:
    crew = await stage.person("crew", DESK)
    desk = await stage.person("dispatcher")
    await crew.dispatch.solve_small_case(incident, "已找回", "调取监控后在失主途经店铺找到")
    ended = await desk.dispatch.incident(incident)
    case = ended["small_case"]
    must((case["status"], case["result"]) == ("solved", "已找回"), f"the small case is {case}")
    hours = (instant(case["solved_at"]) - instant(ended["received_at"])).total_seconds() / 3600
    must(instant(case["solved_at"]) <= instant(case["due_at"]), "it was solved too late")
    if not stage.in_haste:
        must(4.9 < hours < 5.5, f"it was solved after {hours:.1f} h, not 5")

    async def gone() -> bool:
        open_ones = {one["incident_id"] for one in await desk.dispatch.small_cases(stage.area)}
        return incident not in open_ones

    await stage.until("its leaving the list", gone)
    solved = {one["incident_id"] for one in await desk.dispatch.small_cases(stage.area, "solved")}
    must(incident in solved, "it is not among those that are solved")
    stage.say(instant(case["solved_at"]), DESK, f"solved after {hours:.1f} h: the phone is back; off the list")
