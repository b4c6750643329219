"""S4, a quarrel about a refund (Shilipu, 12 May, in the evening).

The owner of a clothes shop and a customer quarrel about goods that were brought back. To a quarrel in a village come
the officer of its police room, its cadre as police assistant 警务助理, and the auxiliaries with security assistants
治安协理员. They settle it there: no case is left open.
"""

import asyncio

from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, drive, sign_on
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant, seconds_between

UNITS = ("R02", "R01", "Z02", "Z01", "A03", "A04", "V03", "V04", "P2")
ROLES = {
    "primary": ("police_room", 1),
    "liaison": ("police_assistant", 1),
    "support": ("auxiliary", 1),
    "first_response": ("volunteer", 1),
}
CELL = "G02"
"""Of Shilipu village."""


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await sign_on(stage, UNITS)
    await stage.begin()
    accepted = await call(
        stage,
        "S4",
        category="refund",
        description="服装店老板与顾客因退货问题发生争吵",
        location={"address": "十里铺村服装商业街某服装店"},
        caller={"name": "赵某"},
    )
    incident, place = accepted["incident_id"], accepted["location"]
    stage.say(instant(accepted["received_at"]), "110", f"reports a quarrel about a refund at {place['name']}")
    must(place["grid_cell"] == CELL, f"the place was not found in Shilipu village: {place}")
    sent = await dispatched(stage, incident, ROLES)
    units = {role: found[0]["unit"] for role, found in sent.items()}
    must(units["primary"] == "R02", f"{units['primary']} went instead of the village's police room, R02")
    must(units["liaison"] == "Z02", f"{units['liaison']} was called instead of the village's cadre, Z02")
    everybody = [found[0] for found in sent.values()]
    await asyncio.gather(*(drive(stage, one, (place["lon"], place["lat"])) for one in everybody))
    await stage.wait(900)
    for role in ("first_response", "support", "liaison"):
        await clear(stage, sent[role][0], "当场调解")
    dispute = {"kind": "refund", "settled_on_scene": True}
    cleared = await clear(stage, sent["primary"][0], "当场调解", dispute=dispute)
    await _settled(stage, incident, str(cleared["case_id"]))


async def _settled(stage: Stage, incident: str, case_id: str) -> None:
    desk = await stage.person("dispatcher")
    ended = await desk.dispatch.incident(incident)
    must(ended["status"] == "closed", f"the incident is {ended['status']}, not closed")
    for assignment in sorted(ended["assignments"], key=lambda one: one["on_scene_at"]):
        seconds = seconds_between(ended["received_at"], assignment["on_scene_at"])
        who = f"{assignment['unit_kind'].replace('_', ' ')} on scene, {seconds:.0f} s after the call"
        stage.say(instant(assignment["on_scene_at"]), assignment["unit"], who)
    stage.say(instant(ended["ended_at"]), "R02", "cleared: settled on the spot, both are content")
    mediator = await stage.person("mediator")
    case = await stage.until("the record of the dispute", lambda: mediator.mediation.case(case_id))
    must(case["stage"] == "closed", f"the case is {case['stage']}: it was settled on the spot and must be closed")
    must(case["outcome"] == "settled_on_scene", f"its outcome is {case['outcome']}")
    stage.say(stage.clock.now(), "mediation", f"keeps the record {case_id}, closed: nothing is left open")
