"""How a story begins: somebody calls, and dispatch sends whom the plan wants."""

from collections.abc import Mapping
from typing import Any

from fengqiao.client.intake import Accepted
from simulation.stories.stage import Stage, must
from simulation.stories.telling import instant, why


async def call(stage: Stage, story: str, **report: Any) -> Accepted:
    """Report an incident now, as an integration does. report: as `Intake.report` takes it."""
    reporter = await stage.person("integrator")
    now = stage.clock.now()
    return await reporter.intake.report(
        area=stage.area, external_id=f"{story}-{now:%Y%m%dT%H%M%S%f}", reported_at=now, **report
    )


async def dispatched(
    stage: Stage, incident: str, roles: Mapping[str, tuple[str, int]]
) -> dict[str, list[dict[str, Any]]]:
    """The assignments by role, once there are as many as these roles want of these kinds; told in the timeline.

    Raises StoryFailed when others are sent.
    """
    desk = await stage.person("dispatcher")
    wanted = sum(count for _, count in roles.values())

    async def all_sent() -> dict[str, Any] | None:
        found = await desk.dispatch.incident(incident)
        return found if len(found["assignments"]) >= wanted else None

    found = await stage.until(f"the assignment of {', '.join(kind for kind, _ in roles.values())}", all_sent)
    by_role: dict[str, list[dict[str, Any]]] = {}
    for assignment in found["assignments"]:
        by_role.setdefault(assignment["role"], []).append(assignment)
    must(by_role.keys() == roles.keys(), f"roles {sorted(by_role)} instead of {sorted(roles)}")
    for role, (kind, count) in roles.items():
        sent = [assignment["unit_kind"] for assignment in by_role[role]]
        must(sent == [kind] * count, f"{role} is {', '.join(sent)}, not {count} {kind}")
    for assignment in found["assignments"]:
        stage.say(instant(assignment["assigned_at"]), "dispatch", f"sends {assignment['unit']}, {why(assignment)}")
    return by_role
