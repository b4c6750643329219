"""S1, the food-street brawl (Gaoqiao, 30 October, 22:23).

110 reports a brawl at 永定社区美食七街. The post 怡园 is nearest and goes, the night-market volunteers are first on the
scene, a patrol follows. Both men are brought to mediation, sign an agreement, and shake hands.
"""

import asyncio
from datetime import timedelta
from typing import Any

from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, drive, sign_on
from simulation.stories.mediating import Mediating
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant
from simulation.stories.witness import Witness

UNITS = ("YY", "DSC", "P1", "P2", "P3", "P4", "V36", "V37", "V38")
STREET = (113.01734, 28.19699)
ROLES = {"primary": ("post", 1), "first_response": ("volunteer", 1), "support": ("patrol", 1)}


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await sign_on(stage, UNITS)
    witness = Witness(stage)
    async with witness:
        await stage.begin()
        incident = await _call(stage)
        assignments = await _dispatched(stage, incident)
        case_id = await _on_the_street(stage, incident, assignments)
        await _mediated(stage, case_id)
        await _told(stage, witness, incident, case_id)


async def _call(stage: Stage) -> str:
    accepted = await call(
        stage,
        "S1",
        category="brawl",
        description="永定社区美食七街某夜宵店，两人打架",
        location={"address": "永定社区美食七街某夜宵店"},
        caller={"name": "李某", "phone": "13800000000"},
        details={"weapon": False},
    )
    place = accepted["location"]
    stage.say(
        instant(accepted["received_at"]),
        "110",
        f"reports a brawl at {place.get('name') or place.get('address')} (sure {place['confidence']:.2f})",
    )
    must(place["grid_cell"] == "G07", f"the place was not found in Yongding: {place}")
    return accepted["incident_id"]


async def _dispatched(stage: Stage, incident: str) -> dict[str, dict[str, Any]]:
    by_role = {role: found[0] for role, found in (await dispatched(stage, incident, ROLES)).items()}
    must(by_role["primary"]["unit"] == "YY", f"{by_role['primary']['unit']} went instead of 怡园警务点")
    return by_role


async def _on_the_street(stage: Stage, incident: str, assignments: dict[str, dict[str, Any]]) -> str:
    await asyncio.gather(*(drive(stage, assignment, STREET) for assignment in assignments.values()))
    await stage.wait(120)
    cleared: dict[str, Any] = {}
    # The volunteers have kept the two men apart; the post takes them along, and ends it.
    for role in ("first_response", "support", "primary"):
        assignment = assignments[role]
        dispute = {"dispute": {"kind": "brawl"}} if role == "primary" else {}
        cleared = await clear(stage, assignment, "移交", **dispute)
    desk = await stage.person("dispatcher")
    ended = await desk.dispatch.incident(incident)
    must(ended["status"] == "closed", f"the incident is {ended['status']}, not closed")
    for assignment in ended["assignments"]:
        arrived, received = instant(assignment["on_scene_at"]), instant(ended["received_at"])
        seconds = (arrived - received).total_seconds()
        stage.say(arrived, assignment["unit"], f"on scene, {seconds:.0f} s after the call")
    stage.say(instant(ended["ended_at"]), "YY", f"cleared; both men go to mediation, case {cleared['case_id']}")
    return str(cleared["case_id"])


async def _mediated(stage: Stage, case_id: str) -> None:
    mediating = await Mediating.brought(stage, case_id, "YY", "颜某", "谢某某")
    # A public-order case that comes from a civil dispute, and both want it: 治安调解 is allowed.
    law = {"public_order_case": True, "from_civil_dispute": True, "consent": True}
    await mediating.take(
        "assess",
        "grades it by the area's rules: {grade}",
        reason="朋友间酒后口角，均受轻微伤",
        signs=["injury"],
        law=law,
    )
    venue = {"mediators": ["mediator-1"], "venue": "three-offices-one-court", "mode": "public_order"}
    await mediating.take("refer", "takes it to 三所一庭", **venue)
    await stage.wait(1800)
    await mediating.take("sessions", "holds a session: they agree", outcome="agreed", place="三所一庭调解室")
    await mediating.agree(
        "两人相约吃夜宵，因琐事口角引发打架，双方均受轻微伤。",
        "颜某道歉，医药费自理。",
        "谢某某道歉，医药费自理。",
        place="三所一庭调解室",
    )
    await mediating.take("dispose", "disposes: settled", outcome="settled")
    await mediating.take("performance", "records that it was performed", performed=True)
    case = await mediating.take("control", "plans the visits: 3 days, 30 days, 3 months")
    must(case["stage"] == "in_control", f"the case is {case['stage']}, not in control")


async def _told(stage: Stage, witness: Witness, incident: str, case_id: str) -> None:
    """The whole timeline is queryable and on the stream, and analytics has counted it."""
    wanted = {
        "fengqiao.incident.opened.v1",
        "fengqiao.assignment.assigned.v1",
        "fengqiao.assignment.on-scene.v1",
        "fengqiao.assignment.cleared.v1",
        "fengqiao.incident.closed.v1",
        "fengqiao.case.opened.v1",
        "fengqiao.case.agreed.v1",
    }
    missing = await witness.heard_all(incident, case_id, wanted)
    must(not missing, f"the stream did not tell {sorted(missing)}")
    stage.say(stage.clock.now(), "stream", f"told {witness.count} events of it, from the call to the agreement")
    analyst = await stage.person("analyst")
    day = stage.clock.now() - timedelta(days=1), stage.clock.now() + timedelta(days=1)

    async def counted() -> dict[str, Any] | None:
        answer: dict[str, Any] = await analyst.analytics.json(
            "GET",
            "/v1/response-times",
            query={
                "area": stage.area,
                "from": day[0].isoformat(),
                "to": day[1].isoformat(),
                "by": "category",
                "segment": "received_to_on_scene",
            },
        )
        rows = [row for row in answer["rows"] if row["key"]["category"] == "020301"]
        return rows[0] if rows else None

    row = await stage.until("the response time in analytics", counted)
    stage.say(
        stage.clock.now(),
        "analytics",
        f"response to brawls: {row['count']} counted, median {row['p50_s']:.0f} s, "
        f"{row['within_target']:.0%} within target",
    )
