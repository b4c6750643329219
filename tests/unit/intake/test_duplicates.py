"""I4: which open incidents a new call may be about."""

from __future__ import annotations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from fengqiao.contracts import ids
from services.intake.domain.duplicates import (
    LEAST_SCORE,
    MOST,
    MOST_SIGHTINGS,
    PER_SQUARE,
    RecentIncidents,
    Sighting,
    score,
)

T0 = 1_730_296_800.0


def named(name: str) -> str:
    return ids.incident_id("gaoqiao", ids.digest(name))


def seen(
    name: str = "a",
    *,
    code: str = "020301",
    east_m: float = 0.0,
    north_m: float = 0.0,
    after_s: float = 0.0,
    confidence: float = 1.0,
    area: str = "gaoqiao",
) -> Sighting:
    at = T0 + after_s
    return Sighting(named(name), area, code, 113.02 + east_m / 98_020, 28.19 + north_m / 111_195, confidence, at, at)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (seen("b"), 1.0),
        (seen("b", north_m=150), 0.5),
        (seen("b", after_s=900), 0.5),
        (seen("b", after_s=-900), 0.5),
        (seen("b", confidence=0.4), 0.4),
        (seen("b", code="0201"), 0.7),
        (seen("b", code="0804"), 0.0),
        (seen("b", area="dongcheng"), 0.0),
        (seen("b", east_m=301), 0.0),
        (seen("b", after_s=1801), 0.0),
    ],
)
def test_I4_score_follows_the_formula(other: Sighting, expected: float) -> None:
    assert score(seen(), other) == pytest.approx(expected, abs=0.01)
    assert score(other, seen()) == pytest.approx(expected, abs=0.01)


SIGHTINGS = st.builds(
    seen,
    st.integers(0, 30).map(str),
    code=st.sampled_from(["020301", "0201", "0804"]),
    east_m=st.integers(-250, 250),
    north_m=st.integers(-250, 250),
    after_s=st.integers(0, 1000),
    confidence=st.sampled_from([0.0, 0.5, 1.0, 1.0]),
)


# No more than one square keeps, so that none is pushed out.
CROWDS = st.lists(SIGHTINGS, min_size=2, max_size=PER_SQUARE)


@given(CROWDS, SIGHTINGS)
def test_I4_squares_miss_nobody_that_the_formula_finds(known: list[Sighting], new: Sighting) -> None:
    recent = RecentIncidents()
    for one in known:
        recent.add(one)
    latest = {one.incident_id: one for one in known}
    expected = sorted(
        (round(score(new, one), 2) for one in latest.values() if one.incident_id != new.incident_id), reverse=True
    )
    found = recent.like(new)
    scores = [one.score for one in found]
    event(f"{len(scores)} found")
    assert scores == sorted(scores, reverse=True)
    wanted = [value for value in expected if value > LEAST_SCORE + 0.01][:MOST]
    assert scores[: len(wanted)] == wanted
    assert all(value >= LEAST_SCORE for value in scores)


def test_I4_what_has_ended_or_moved_or_is_old_is_not_suggested() -> None:
    recent = RecentIncidents()
    for name in ("ended", "moved", "old", "there"):
        recent.add(seen(name, after_s=-1900 if name == "old" else 0))
    recent.forget(named("ended"))
    recent.add(seen("moved", east_m=800))
    recent.forget_before(T0 - 30 * 60)
    assert [one.incident_id for one in recent.like(seen("new"))] == [named("there")]
    assert named("old") not in recent
    assert len(recent) == 2


def test_I4_memory_is_bounded() -> None:
    recent = RecentIncidents()
    for n in range(MOST_SIGHTINGS + 500):
        recent.add(seen(str(n), east_m=(n % 400) * 300, north_m=(n // 400) * 300))
    assert len(recent) == MOST_SIGHTINGS
    for n in range(MOST_SIGHTINGS + 500):
        recent.forget(named(str(n)))
    assert len(recent) == 0
    assert recent._squares == {}
