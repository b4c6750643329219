"""S12, the daily check-in calls (Yujin).

Every morning the contacts of all communities and villages are called 每日电话询问. One tells of a quarrel that nobody
has reported: it becomes a case. In the evening it shows who was not reached.
"""

from typing import Any

from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant

NOT_REACHED = 2


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when it is not as told. In haste the evening is not awaited."""
    await stage.begin()
    desk = await stage.person("mediator")
    listed: dict[str, Any] = await desk.mediation.ask("/v1/check-ins", area=stage.area)
    contacts = [row["contact"] for row in listed["items"]]
    must(len(contacts) == 18, f"{len(contacts)} contacts are on the list, not one of each community and village")
    stage.say(stage.clock.now(), "desk", f"has {len(contacts)} contacts to call today")
    trouble = {"kind": "neighbour_dispute", "description": "小区头两家为停车吵架"}
    for contact in contacts[:-NOT_REACHED]:
        more = {"trouble": trouble} if contact == contacts[3] else {}
        listed = await desk.mediation.check_in(stage.area, contact, answered=True, **more)
    for contact in contacts[-NOT_REACHED:]:
        listed = await desk.mediation.check_in(stage.area, contact, answered=False)
    rows = {row["contact"]: row for row in listed["items"]}
    must(rows[contacts[3]]["state"] == "trouble", f"the trouble is {rows[contacts[3]]['state']}")
    case_id = rows[contacts[3]]["case_id"]
    case = await stage.until("the case of the trouble", lambda: desk.mediation.case(case_id))
    must((case["origin"], case["found_by"]) == ("screening", "check_in"), f"it was found by {case.get('found_by')}")
    stage.say(instant(case["opened_at"]), "contact", f"of {case['grid_cell']} tells of a quarrel: case {case_id}")
    if stage.in_haste:
        return
    now = stage.clock.now().astimezone(stage.zone)
    await stage.wait((now.replace(hour=20, minute=5, second=0) - now).total_seconds())
    evening: dict[str, Any] = await desk.mediation.ask("/v1/check-ins", area=stage.area, day=f"{now:%Y-%m-%d}")
    missed = [row["contact"] for row in evening["items"] if row["state"] == "missed"]
    must(missed == contacts[-NOT_REACHED:], f"missed are {missed}")
    stage.say(stage.clock.now(), "desk", f"sees who was missed: {', '.join(missed)}")
