"""S7, a stolen motorcycle (Yujin, at night).

A tracker 行车卫士 raises the alarm: a motorcycle moves that should stand. Its platform reports every fix, so the
incident follows the vehicle; when another patrol has become clearly nearer, dispatch sends that one and calls the
first back. The thief leaves it in the yard of a compound, the patrol finds it there.
"""

from dataclasses import dataclass
from typing import Any

from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.roads import load_roads
from simulation.stories.calls import call, dispatched
from simulation.stories.crews import clear, report, sign_on
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant, rows, why
from simulation.stories.witness import Witness
from simulation.ways import LonLat, Way, Ways

PATROLS: dict[str, LonLat] = {
    "P1": (103.917589, 29.190152),
    "P2": (103.936136, 29.189637),
    "P3": (103.954882, 29.18578),
    "P4": (103.982656, 29.189465),
    "P7": (103.95433, 29.230282),
    "P8": (103.982173, 29.225867),
}
"""Where each patrols that night."""
STOLEN_AT = "西街菜市场"
LEFT_AT: LonLat = (103.966551, 29.1838)
"""A yard in Nanjie."""
FIX_SECONDS = 20.0
"""Between two fixes of the tracker, and of the patrol's terminal."""
FINDS_WITHIN = 1800.0
SAME_PLACE_M = 10.0
"""A fix so near the last one changes nothing (deploy/areas/README.md, `moves`)."""
SLOWER = 0.9
"""A motorcycle without light and siren, of an emergency vehicle's speed."""


@dataclass
class Car:
    """The patrol that hunts it. way: what it drives on, `since` seconds by now. steps: what its crew has reported."""

    assignment: dict[str, Any]
    way: Way
    since: float = 0.0
    steps: int = 0


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    await sign_on(stage, tuple(PATROLS))
    for unit, beat in PATROLS.items():
        await report(stage, unit, beat)
    ways = Ways(load_roads(stage.areas / stage.area))
    async with Witness(stage) as witness:
        await stage.begin()
        accepted = await call(
            stage, "S7", source="tracker", category="MOVE", location={"address": STOLEN_AT}, description="车辆异动报警"
        )
        incident, place = accepted["incident_id"], accepted["location"]
        stage.say(instant(accepted["received_at"]), "tracker", f"alarm: a motorcycle moves at {place['name']}")
        sent = await dispatched(stage, incident, {"primary": ("patrol", 1)})
        flight = ways.way((place["lon"], place["lat"]), LEFT_AT, speed_factor=SLOWER)
        hunters = await _hunt(stage, incident, sent["primary"][0], flight, ways)
        await _recovered(stage, incident, hunters)
        wanted = {
            "fengqiao.incident.corrected.v1",
            "fengqiao.assignment.cancelled.v1",
            "fengqiao.incident.feedback-given.v1",
            "fengqiao.incident.closed.v1",
        }
        missing = await witness.heard_all(incident, incident, wanted)
        must(not missing, f"the stream did not tell {sorted(missing)}")


async def _hunt(stage: Stage, incident: str, first: dict[str, Any], flight: Way, ways: Ways) -> list[str]:
    """Fix after fix until a patrol has it. The patrols that were sent, in their order."""
    tracker = await stage.person("integrator")
    desk = await stage.person("dispatcher")
    car, hunters = Car(first, _standing(first["unit"])), [first["unit"]]
    seconds, begun = 0.0, stage.clock.now()
    while seconds < FINDS_WITHIN:
        await stage.wait(FIX_SECONDS)
        passed = FIX_SECONDS if stage.in_haste else (stage.clock.now() - begun).total_seconds() - seconds
        seconds += passed
        vehicle = flight.at(seconds)
        await tracker.intake.moved(incident, *vehicle, at=stage.clock.now())
        if await _caught(stage, car, vehicle, passed, ways):
            stage.say(stage.clock.now(), car.assignment["unit"], "finds it in a yard: the thief is gone")
            return hunters
        found = await desk.dispatch.incident(incident)
        (now,) = (one for one in found["assignments"] if one["status"] in ("assigned", "acknowledged", "en_route"))
        if now["unit"] != car.assignment["unit"]:
            stage.say(instant(now["assigned_at"]), "dispatch", f"it has moved: sends {now['unit']}, {why(now)}")
            car = Car(now, _standing(now["unit"]))
            hunters.append(now["unit"])
    must(False, f"nobody found it within {FINDS_WITHIN:.0f} s; {', '.join(hunters)} were sent")
    return hunters


def _standing(unit: str) -> Way:
    return Way((PATROLS[unit], PATROLS[unit]), (0.0, 0.0))


async def _caught(stage: Stage, car: Car, vehicle: LonLat, passed: float, ways: Ways) -> bool:
    """The crew's next step, or its next piece of the way. True when it stands where the vehicle stands."""
    unit = car.assignment["unit"]
    crew = await stage.person("crew", unit)
    if car.steps < 2:
        await crew.dispatch.step(car.assignment["id"], ("acknowledge", "en-route")[car.steps])
        car.steps += 1
        return False
    car.way = ways.redirected(car.way, car.since, vehicle)
    car.since = passed
    await report(stage, unit, car.way.at(passed))
    if car.way.seconds > passed or vehicle != LEFT_AT:
        return False
    await crew.dispatch.step(car.assignment["id"], "on-scene")
    return True


async def _recovered(stage: Stage, incident: str, hunters: list[str]) -> None:
    desk = await stage.person("dispatcher")
    found = await desk.dispatch.incident(incident)
    must(len(set(hunters)) >= 2, f"only {hunters[0]} was sent: the choice did not follow the vehicle")
    rechosen = [row for row in rows(found, "assignment.cancelled") if row["data"].get("rechosen")]
    must(len(rechosen) == len(hunters) - 1, f"{len(rechosen)} were called back for a nearer one, of {hunters}")
    moved = [row for row in rows(found, "incident.corrected") if row["data"]["changed"] == ["location"]]
    must(len(moved) >= 5, f"the incident moved {len(moved)} times only")
    place = found["location"]
    apart = haversine_metres(place["lon"], place["lat"], *LEFT_AT)
    must(apart <= SAME_PLACE_M, f"the incident stands {apart:.0f} m from where the vehicle was left")
    (last,) = (one for one in found["assignments"] if one["status"] == "on_scene")
    await stage.wait(600)
    form = {
        "kind": "final",
        "result": "已找回",
        "counts": {"vehicles_lost": 1, "vehicles_recovered": 1},
        "losses": {"lost_yuan": 4500, "recovered_yuan": 4500},
        "vehicles": [{"role": "recovered", "plate": "川L12345", "colour": "红"}],
        "words": "车辆停放于小区院内，已发还车主。",
    }
    await clear(stage, last, "已找回", feedback=form)
    ended = await desk.dispatch.incident(incident)
    must(ended["status"] == "closed", f"the incident is {ended['status']}, not closed")
    stage.say(instant(ended["ended_at"]), last["unit"], f"cleared: recovered, after {len(moved)} fixes; given back")
