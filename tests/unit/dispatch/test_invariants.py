"""What `verify` and the laws hold histories against (D4): each check finds what is planted, and nothing else.

A checker that has not caught a planted bug proves nothing.
"""

from dataclasses import replace

import pytest

from fengqiao.contracts import commands, ordered, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, IncidentClosed, IncidentEvent, IncidentOpened
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.invariants import broken, held_twice, legal
from tests.unit.dispatch.area import START, Area, assignment, incident
from tests.unit.dispatch.ordering import area_with_rules, on_board, only


def test_D4_a_call_that_is_opened_twice_is_found() -> None:
    area = Area().on_duty("P1").reported("a")
    opened = next(event for event in area.every if isinstance(event, IncidentOpened))
    assert list(legal(area.board, opened)) == ["incident 1001 is opened a second time"]


def test_D4_a_unit_that_is_sent_to_two_calls_at_once_is_found() -> None:
    area = Area().on_duty("P1").reported("a").reported("b")
    sent = next(event for event in area.every if isinstance(event, AssignmentAssigned))
    twice = sent.model_copy(update={"incident_id": incident("b"), "assignment_id": assignment("b")})
    after = evolve(area.board, twice)
    assert "P1 is given" in next(held_twice(after, area.forces, twice))
    assert "holds 2, its kind may 1" in "; ".join(broken(after, area.forces))


@pytest.mark.parametrize(
    ("kind", "more", "wrong"),
    [
        (ordered.IncidentHeld, {"until": START}, "takes no hold"),
        (ordered.IncidentMerged, {"into": incident("b"), "into_number": "2"}, "takes no merge"),
        (ordered.IncidentUnmerged, {"out_of": incident("b"), "out_of_number": "2"}, "takes no unmerge"),
        (ordered.IncidentReleased, {"why": "due"}, "takes no release"),
        (ordered.IncidentUrged, {"times": 1}, "takes no urge"),
    ],
)
def test_D4_a_step_of_an_incident_that_the_table_does_not_have_is_found(
    kind: type[IncidentEvent], more: dict[str, object], wrong: str
) -> None:
    given = area_with_rules().on_duty("P1").reported("theft", "020405").step(commands.OnScene, assignment("theft"))
    due = given.step(commands.Clear, assignment("theft"), disposition="受理案件")
    assert on_board(due, "theft").status == "awaiting_feedback"
    marks = only(due, ordered.IncidentFeedbackDue).model_dump(exclude={"disposition", "require"})
    plan = {"plan": "one-nearest", "wanted": ()} if kind is ordered.IncidentUnmerged else {}
    assert wrong in next(legal(due.board, kind(**marks, **more, **plan)))


def test_D4_what_has_ended_and_is_spoken_of_again_is_found() -> None:
    given = Area().on_duty("P1").reported("a").cleared(assignment("a"))
    closed = only(given, IncidentClosed)
    assert any("takes no close" in wrong for wrong in legal(given.board, closed))


def test_D5_a_call_that_nobody_is_on_and_nobody_waits_for_is_found() -> None:
    area = Area().reported("a")
    assert list(broken(area.board, area.forces)) == []
    lost = replace(on_board(area, "a"), waiting=(), status="active")
    board = replace(area.board, incidents=area.board.incidents.insert(lost.id, lost))
    assert "nobody is on it or is waited for" in "; ".join(broken(board, area.forces))


def test_D4_what_is_well_has_nothing_wrong() -> None:
    area = Area().on_duty("P1").reported("a").ask(orders.Urge, incident_id=incident("a"))
    assert list(broken(area.board, area.forces)) == []
