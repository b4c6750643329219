"""I5: what dispatch says, learnt once however often it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.contracts import dispatch, ordered
from fengqiao.contracts.dispatch import IncidentEvent
from fengqiao.contracts.model import Category, Location
from services.intake.domain.outcome import fold, merged_into, on_it, status

NOW = datetime(2024, 10, 30, 14, 24, tzinfo=UTC)
ID = "gaoqiao-" + "a" * 26
MARKS: dict[str, Any] = {
    "area": "gaoqiao",
    "at": NOW,
    "incident_id": ID,
    "number": "7",
    "category": Category(code="020301", name_zh="殴打", name_en="Brawl", version="1"),
    "priority": 2,
    "location": Location(lon=113.0, lat=28.0),
    "source": "110",
}
OPENED = dispatch.IncidentOpened(**MARKS, reported_at=NOW, received_at=NOW, plan="p", wanted=(), caller_count=1)
QUEUED = dispatch.IncidentQueued(**MARKS, roles=("patrol",), ruled_out={})
CLOSED = dispatch.IncidentClosed(**MARKS, reported_at=NOW, received_at=NOW, disposition="settled")
CANCELLED = dispatch.IncidentCancelledByDispatch(**MARKS, why="source")


def step(kind: type[dispatch.AssignmentEvent], n: int = 1, unit: str = "P1", **more: Any) -> IncidentEvent:
    times = dispatch.Times(reported_at=NOW, received_at=NOW, assigned_at=NOW)
    return kind(
        **MARKS, assignment_id=f"{ID}.{n}", unit=unit, unit_kind="patrol", role="r", police=True, times=times, **more
    )


ASSIGNED = step(dispatch.AssignmentAssigned, reason=dispatch.Reason(rule="nearest"))
EN_ROUTE = step(dispatch.AssignmentEnRoute)
ON_SCENE = step(dispatch.AssignmentOnScene)
CLEARED = step(dispatch.AssignmentCleared, disposition="settled")
DECLINED = step(dispatch.AssignmentDeclined, wanted_again=True)
TIMED_OUT = step(dispatch.AssignmentTimedOut, timer="acknowledge", due_at=NOW, wanted_again=True)
DIVERTED = step(dispatch.AssignmentDiverted, to_incident="gaoqiao-" + "c" * 26, to_number="8", wanted_again=True)
SECOND = step(dispatch.AssignmentAssigned, 2, "P2", reason=dispatch.Reason(rule="nearest"))
INTO = "gaoqiao-" + "b" * 26
HELD = ordered.IncidentHeld(**MARKS, until=NOW)
RELEASED = ordered.IncidentReleased(**MARKS, why="due")
FORM_DUE = ordered.IncidentFeedbackDue(**MARKS, disposition="settled")
REOPENED = ordered.IncidentReopened(**MARKS, plan="p", wanted=())
MERGED = ordered.IncidentMerged(**MARKS, into=INTO, into_number="6")
UNMERGED = ordered.IncidentUnmerged(**MARKS, out_of=INTO, out_of_number="6", plan="p", wanted=())
CONFIRMED, CORRECTED = (
    ordered.IncidentCategorised(
        **MARKS, version=version, set_to=Category(code=code, name_zh="类", name_en="Kind", version="2")
    )
    for version, code in (("confirmed", "0804"), ("corrected", "080301"))
)
ALL = [OPENED, QUEUED, ASSIGNED, DECLINED, SECOND, EN_ROUTE, ON_SCENE, CLEARED, CLOSED, CANCELLED]
ALL += [TIMED_OUT, DIVERTED, CONFIRMED, CORRECTED, HELD, RELEASED, FORM_DUE, REOPENED, MERGED, UNMERGED]


def stored(learnt: dict[str, Any]) -> dict[str, Any]:
    """As the store keeps paths: nested."""
    document: dict[str, Any] = {}
    for path, value in learnt.items():
        head, _, tail = path.partition(".")
        if tail:
            document.setdefault(head, {})[tail] = value
        else:
            document[head] = value
    return document


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], "active"),
        ([OPENED], "active"),
        ([OPENED, QUEUED], "queued"),
        ([OPENED, ASSIGNED], "resources_assigned"),
        ([OPENED, QUEUED, ASSIGNED], "resources_assigned"),
        ([OPENED, ASSIGNED, EN_ROUTE], "resources_enroute"),
        ([OPENED, ASSIGNED, SECOND, ON_SCENE], "resources_onscene"),
        ([OPENED, ASSIGNED, DECLINED], "active"),
        ([OPENED, QUEUED, ASSIGNED, TIMED_OUT], "queued"),
        ([OPENED, QUEUED, ASSIGNED, EN_ROUTE, DIVERTED], "queued"),
        ([OPENED, ASSIGNED, CLEARED, CLOSED], "closed"),
        ([OPENED, CANCELLED], "cancelled"),
        ([OPENED, QUEUED, HELD], "held"),
        ([OPENED, QUEUED, HELD, RELEASED], "queued"),
        ([OPENED, ASSIGNED, CLEARED, FORM_DUE], "awaiting_feedback"),
        ([OPENED, ASSIGNED, CLEARED, FORM_DUE, CLOSED], "closed"),
        ([OPENED, ASSIGNED, CLEARED, CLOSED, REOPENED, SECOND], "resources_assigned"),
        ([OPENED, QUEUED, MERGED], "merged"),
        ([OPENED, QUEUED, MERGED, UNMERGED], "active"),
    ],
)
def test_I5_status_in_dispatchs_words(events: list[IncidentEvent], expected: str) -> None:
    assert status(stored(fold(events))) == expected


def test_I8_a_merged_incident_names_the_other_one_until_it_is_taken_apart() -> None:
    assert merged_into(stored(fold([OPENED, MERGED]))) == (INTO, "6")
    assert merged_into(stored(fold([OPENED, MERGED, UNMERGED]))) is None
    assert merged_into(stored(fold([OPENED, CLOSED]))) is None


def test_I5_the_crew_on_it_reads_until_the_end() -> None:
    known = stored(fold([OPENED, ASSIGNED]))
    assert on_it(known, {"P1"})
    assert not on_it(known, {"P2"})
    assert on_it(stored(fold([OPENED, ASSIGNED, CLEARED])), {"P1"})
    assert not on_it(stored(fold([OPENED, ASSIGNED, DECLINED])), {"P1"})
    assert not on_it(stored(fold([OPENED, ASSIGNED, CLOSED])), {"P1"})
    assert not on_it(stored(fold([OPENED, ASSIGNED, TIMED_OUT])), {"P1"})
    assert not on_it(stored(fold([OPENED, ASSIGNED, EN_ROUTE, DIVERTED])), {"P1"})
    assert not on_it({}, frozenset())


@given(st.lists(st.sampled_from(ALL)), st.data())
def test_I5_learning_in_any_gulps_and_again_comes_to_the_same(events: list[IncidentEvent], data: st.DataObject) -> None:
    whole = fold(events)
    cut = data.draw(st.integers(0, len(events)))
    again = data.draw(st.integers(0, cut))
    assert fold(events[:cut]) | fold(events[again:]) == whole


def test_I6_the_crews_and_the_reviews_category_are_learnt_beside_intakes_own() -> None:
    learnt = fold([OPENED, CONFIRMED, CORRECTED])
    assert (learnt["confirmed"]["code"], learnt["corrected"]["code"]) == ("0804", "080301")
    assert learnt["confirmed"]["version"] == "2"
    assert fold([OPENED, CONFIRMED]).get("corrected") is None
