"""Every service killed between each two steps of its protocol, under load: nothing lost, nothing twice."""

import re

import pytest

from tests.faults.scenario import PASSES, survives_a_kill
from tests.integration.analytics import test_kill_points as analytics
from tests.integration.mediation import kill_chains, kills
from tests.integration.notify import test_kill_points as notify
from tests.system import ROOT, System

LITERAL = re.compile(r'failpoint\(\s*"([^"]+)"\s*\)')
IN_EVERY_RELAY = re.compile(r'failpoint\(f"\{self\._name\}\.([a-z-]+)"\)')
RELAYS = ("intake", "intake-disputes", "mediation", "mediation-hazards", "notify", "insights")
BY_THEMSELVES = {
    *(f"mediation.{step}" for step in kills.OPENING),
    *kill_chains.STEPS,
    *(point for point, _ in notify.PLACES),
    analytics.OF_CASES,
    *analytics.COUNTING,
    *analytics.TELLING,
}
"""Points at which a service is killed without the others, by its own `test_kill_points.py`."""


def points_in_the_code() -> set[str]:
    """The names of all fail points in services and runtime."""
    found: set[str] = set()
    calls = 0
    for folder in ("services", "fengqiao"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "failpoints.py":
                continue
            text = path.read_text(encoding="utf-8")
            calls += len(re.findall(r"\bfailpoint\(", text))
            literal, relayed = LITERAL.findall(text), IN_EVERY_RELAY.findall(text)
            calls -= len(literal) + len(relayed)
            found |= set(literal) | {f"{relay}.{step}" for relay in RELAYS for step in relayed}
    assert calls == 0, f"{calls} calls of failpoint() have names that this test cannot read"
    return found


def test_every_fail_point_in_the_code_is_killed_at() -> None:
    assert points_in_the_code() == PASSES.keys() | BY_THEMSELVES


def test_every_relay_is_named_here() -> None:
    made = sum(
        len(re.findall(r"\bRelay\(", path.read_text(encoding="utf-8"))) for path in (ROOT / "services").rglob("*.py")
    )
    assert made == len(RELAYS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("point", sorted(PASSES))
async def test_D4_I1_M1_A1_a_kill_at(fresh_system: System, point: str) -> None:
    await survives_a_kill(fresh_system, point)
