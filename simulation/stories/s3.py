"""S3, a lost child (Dongcheng, late in the evening on the night market).

"警察同志，我家孩子走散了!" somebody writes in the citizens' group 警民连心群. The plan 寻人微预案 sends the kiosk's
officers, two patrols that sweep and three volunteer teams, and asks merchants to broadcast, volunteers by mass message
and patrols to sweep, all within five minutes. Volunteers find the child; everybody is stood down.
"""

import asyncio
from typing import Any

from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, drive, sign_on
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant, rows, seconds_between
from simulation.stories.witness import Witness

UNITS = ("LX1", "LX3", "P2", "P4", "P5", "P6", "V20", "V21", "V22", "V23", "V24", "V25", "V26")
ROLES = {"primary": ("post", 1), "sweep": ("patrol", 2), "first_response": ("volunteer", 3)}
ASKED = {"merchants": "broadcast", "volunteers": "mass-message", "patrols": "sweep"}
WITHIN_SECONDS = 300.0
FOUND_AFTER = 420.0
"""Seconds from the call until the child is found."""


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await sign_on(stage, UNITS)
    async with Witness(stage) as witness:
        await stage.begin()
        incident, place = await _lost(stage)
        sent = await dispatched(stage, incident, ROLES)
        await _asked(stage, incident)
        searching = [one for found in sent.values() for one in found]
        await asyncio.gather(_desk(stage, incident), *(drive(stage, assignment, place) for assignment in searching))
        await _within_five_minutes(stage, incident, len(sent["sweep"]))
        await _found(stage, incident, sent)
        wanted = {
            "fengqiao.incident.opened.v1",
            "fengqiao.notification.requested.v1",
            "fengqiao.incident.step-done.v1",
            "fengqiao.assignment.cancelled.v1",
            "fengqiao.incident.closed.v1",
        }
        missing = await witness.heard_all(incident, incident, wanted)
        must(not missing, f"the stream did not tell {sorted(missing)}")


async def _lost(stage: Stage) -> tuple[str, tuple[float, float]]:
    accepted = await call(
        stage,
        "S3",
        source="citizen_group",
        category="孩子走散",
        description="警察同志，我家孩子走散了！",
        location={"address": "东城夜市"},
        caller={"name": "王某"},
    )
    place = accepted["location"]
    stage.say(instant(accepted["received_at"]), "group", f"a child is lost at {place['name']}")
    return accepted["incident_id"], (place["lon"], place["lat"])


async def _asked(stage: Stage, incident: str) -> None:
    """Three notification requests, one a step of the plan, each due in five minutes."""
    desk = await stage.person("dispatcher")
    found = await desk.dispatch.incident(incident)
    must(found["plan"] == "missing-person", f"the plan is {found['plan']}, not missing-person")
    asked = {row["data"]["to"]: row for row in rows(found, "notification.requested") if row["data"].get("step")}
    steps = {to: row["data"]["step"] for to, row in asked.items()}
    must(steps == ASKED, f"asked were {steps}, not {ASKED}")
    for to, row in asked.items():
        due = seconds_between(row["at"], row["data"]["due_at"])
        must(due <= WITHIN_SECONDS, f"{to} have {due:.0f} s, not five minutes")
        stage.say(instant(row["at"]), "dispatch", f"asks the {to}: {row['data']['step']}, within {due:.0f} s")


async def _desk(stage: Stage, incident: str) -> None:
    """The dispatcher hears that merchants broadcast and that the message went out."""
    desk = await stage.person("dispatcher")
    for step, seconds in (("broadcast", 60), ("mass-message", 30)):
        await stage.wait(seconds)
        await desk.dispatch.step_done(incident, step)


async def _within_five_minutes(stage: Stage, incident: str, sweepers: int) -> None:
    desk = await stage.person("dispatcher")
    found = await desk.dispatch.incident(incident)
    done = {row["data"]["step"]: row["at"] for row in rows(found, "incident.step-done")}
    must(set(done) == set(ASKED.values()), f"done are {sorted(done)}, not {sorted(ASKED.values())}")
    for step, at in done.items():
        seconds = seconds_between(found["opened_at"], at)
        must(seconds <= WITHIN_SECONDS, f"{step} was done after {seconds:.0f} s, not within five minutes")
        stage.say(instant(at), "dispatch", f"{step} done, {seconds:.0f} s after the call")
    there = [one for one in found["assignments"] if one["role"] == "sweep" and one["status"] == "on_scene"]
    must(len(there) == sweepers, f"{len(there)} patrols sweep, not {sweepers}")


async def _found(stage: Stage, incident: str, sent: dict[str, list[dict[str, Any]]]) -> None:
    """The first volunteers have the child; the kiosk's officers bring it to its parents, the others are stood down."""
    desk = await stage.person("dispatcher")
    found = await desk.dispatch.incident(incident)
    so_far = (stage.clock.now() - instant(found["received_at"])).total_seconds()
    await stage.wait(FOUND_AFTER - so_far)
    finders, *others = sent["first_response"]
    stage.say(stage.clock.now(), finders["unit"], "has found the child beside a food stall")
    for assignment in (*sent["sweep"], *others):
        await desk.dispatch.step(assignment["id"], "cancel", reason="孩子已找到，解除搜寻")
    await clear(stage, finders, "已找回")
    (kiosk,) = sent["primary"]
    await clear(stage, kiosk, "已找回", feedback={"kind": "final", "result": "已找回", "counts": {"helped": 1}})
    ended = await desk.dispatch.incident(incident)
    must(ended["status"] == "closed", f"the incident is {ended['status']}, not closed")
    stood_down = sorted(one["unit"] for one in ended["assignments"] if one["status"] == "cancelled")
    must(len(stood_down) == 4, f"stood down were {stood_down}, not the two patrols and the two other teams")
    left = [timer for timer in ended.get("timers", ()) if timer["state"] in ("running", "warned", "escalated")]
    must(not left, f"timers go on though the child is found: {left}")
    held = [one["unit"] for one in await desk.dispatch.units(stage.area) if one.get("assignments")]
    must(not set(held) & set(UNITS), f"{held} are still held by it")
    stage.say(instant(ended["ended_at"]), kiosk["unit"], f"cleared: given to its parents; {', '.join(stood_down)} free")
