"""What a correction, another plan and a new beginning change in an incident's row of the register."""

from __future__ import annotations

from typing import Any

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ids
from fengqiao.contracts.ordered import IncidentReopened, IncidentUnmerged
from fengqiao.contracts.plans import PlanStep
from services.analytics.domain.cases import CaseCounts
from services.analytics.domain.indicators import indicators
from services.analytics.domain.register import WEAPON
from services.analytics.domain.table import Table
from tests.unit.analytics.autumn import PROFILE
from tests.unit.analytics.evening import NIGHT, closed, log_of, marks_of, numbered, opened, registered_whole

MISSING = tuple(PlanStep(id=id, name_zh=id, name_en=id, within_seconds=600) for id in ("broadcast", "sweep"))


def corrected(**more: Any) -> said.IncidentCorrected:
    return said.IncidentCorrected(**marks_of("a", NIGHT), changed=("category",), caller_count=1, **more)


def row(*events: said.DispatchEvent) -> Any:
    [register] = registered_whole(log_of(numbered(events))).values()
    return register.rows[0]


def done(*steps: str) -> list[said.IncidentStepDone]:
    return [said.IncidentStepDone(**marks_of("a", NIGHT), step=step) for step in steps]


def test_A7_a_plan_that_takes_the_place_of_another_brings_its_steps() -> None:
    assert row(opened("a"))["steps"] == 0
    other = corrected(plan="missing-person", steps=MISSING)
    assert row(opened("a"), other)["steps"] == 2
    assert row(opened("a"), other, corrected())["steps"] == 2, "the same plan as before"
    assert row(opened("a"), other, corrected(plan="brawl"))["steps"] == 0, "a plan without steps"
    [register] = registered_whole(log_of(numbered([opened("a"), other, *done("broadcast")]))).values()
    [steps] = [one for one in indicators(Table([register]), PROFILE, CaseCounts()) if one.id == "plan_steps_done"]
    assert (steps.count, steps.of) == (1, 2)


def test_A7_an_incident_that_is_worked_on_again_has_the_steps_of_its_plan_now() -> None:
    marks, plan = marks_of("a", NIGHT), {"plan": "missing-person", "wanted": (), "steps": MISSING}
    assert row(opened("a"), closed("a", "劝离"), IncidentReopened(**marks, **plan))["steps"] == 2
    out_of = ids.incident_id("gaoqiao", ids.digest("110", "b"))
    unmerged = IncidentUnmerged(**marks, **plan, out_of=out_of, out_of_number="1043")
    assert row(opened("a"), unmerged)["steps"] == 2


def test_A2_a_weapon_that_was_none_is_taken_back() -> None:
    assert row(opened("a"), corrected(weapon=True))["flags"] & WEAPON
    assert not row(opened("a"), corrected(weapon=True), corrected(weapon=False))["flags"] & WEAPON
