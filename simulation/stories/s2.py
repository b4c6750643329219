"""S2, unpaid goods (Gaoqiao, 1 November, 09:00).

A caller says that somebody makes a scene in a shop of the leather market over money for goods. The command room sends
the crew of the community's police room. The shop's owner owes a supplier; both are taken to 法治高桥服务站, where the
justice office, a law firm and the market's management settle it with them in some hours.
"""

from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, drive, sign_on
from simulation.stories.mediating import Mediating
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant, seconds_between
from simulation.stories.witness import Witness

UNITS = ("R03", "R02", "DSC", "P7")
MEDIATORS = ("justice-office", "law-firm", "market-office")
VENUE = "rule-of-law-gaoqiao"
TALKS_SECONDS = 3 * 3600.0


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await sign_on(stage, UNITS)
    async with Witness(stage) as witness:
        await stage.begin()
        incident, place = await _call(stage)
        case_id = await _in_the_shop(stage, incident, place)
        await _at_the_service_station(stage, case_id)
        wanted = {
            "fengqiao.incident.opened.v1",
            "fengqiao.assignment.cleared.v1",
            "fengqiao.incident.closed.v1",
            "fengqiao.case.opened.v1",
            "fengqiao.case.agreed.v1",
        }
        missing = await witness.heard_all(incident, case_id, wanted)
        must(not missing, f"the stream did not tell {sorted(missing)}")


async def _call(stage: Stage) -> tuple[str, tuple[float, float]]:
    accepted = await call(
        stage,
        "S2",
        category="unpaid_goods",
        description="皮具饰品城某门店，有人因索要货款在店内闹事",
        location={"address": "高桥大市场皮具饰品城某门店"},
        caller={"phone": "13800000001"},
    )
    place = accepted["location"]
    stage.say(instant(accepted["received_at"]), "110", f"reports a quarrel over unpaid goods at {place['name']}")
    must(place["grid_cell"] == "G03", f"the place was not found in Tuanjie: {place}")
    return accepted["incident_id"], (place["lon"], place["lat"])


async def _in_the_shop(stage: Stage, incident: str, place: tuple[float, float]) -> str:
    sent = await dispatched(stage, incident, {"primary": ("police_room", 1)})
    (room,) = sent["primary"]
    must(room["unit"] == "R03", f"{room['unit']} went instead of the room of the market's community, R03")
    must(room["reason"]["rule"] == "covering", f"R03 was sent as {room['reason']['rule']}, not as the covering room")
    await drive(stage, room, place)
    await stage.wait(600)
    cleared = await clear(stage, room, "移交", dispute={"kind": "unpaid_goods"})
    desk = await stage.person("dispatcher")
    ended = await desk.dispatch.incident(incident)
    must(ended["status"] == "closed", f"the incident is {ended['status']}, not closed")
    (done,) = ended["assignments"]
    seconds = seconds_between(ended["received_at"], done["on_scene_at"])
    stage.say(instant(done["on_scene_at"]), "R03", f"on scene, {seconds:.0f} s after the call")
    must(cleared.get("case_id") == done["case_id"], "the answer to the clear does not name the case")
    stage.say(instant(done["cleared_at"]), "R03", f"cleared; the owner owes for goods: case {done['case_id']}")
    return str(done["case_id"])


async def _at_the_service_station(stage: Stage, case_id: str) -> None:
    mediating = await Mediating.brought(stage, case_id, "R03", "周某某", "汪某")
    await mediating.take("assess", "grades it by the area's rules: {grade}", reason="店主拖欠货款，双方口角")
    parties = "justice office, law firm and market office"
    await mediating.take("refer", f"takes it to 法治高桥服务站: {parties}", mediators=list(MEDIATORS), venue=VENUE)
    await stage.wait(TALKS_SECONDS)
    await mediating.take("sessions", "after hours of talks: they agree", outcome="agreed", place="法治高桥服务站")
    await mediating.agree(
        "店主周某某欠汪某货款，汪某上门索要，引发口角。",
        "周某某分期支付货款。",
        "汪某不再到店内索要。",
        place="法治高桥服务站",
        manner="转账",
        days=30,
    )
    case = await mediating.take("dispose", "disposes: settled", outcome="settled")
    must(case["stage"] == "disposed", f"the case is {case['stage']}, not disposed")
    must(tuple(case["mediators"]) == MEDIATORS, f"the case lies with {case['mediators']}")
