"""Several reports of one event (I4, I8), each as: given what has happened, when this comes, then that happens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.contracts import commands, orders
from fengqiao.contracts.dispatch import AssignmentAssigned, AssignmentOnScene, CommandRejected, IncidentCorrected
from fengqiao.contracts.incidents import DuplicateCandidate, IncidentCallerAdded, IncidentUpdated
from fengqiao.contracts.ordered import IncidentDuplicateSuggested, IncidentLinked, IncidentMerged, IncidentUrged
from services.dispatch.domain.messages import Heard, Tick
from services.dispatch.domain.stored_board import from_json, to_json
from tests.unit.dispatch.area import START, Area, assignment, incident
from tests.unit.dispatch.ordering import PAPER, on_board, only

A, B, C = incident("a"), incident("b"), incident("c")


@pytest.fixture
def area() -> Area:
    return Area()


def candidate(name: str, score: float) -> DuplicateCandidate:
    return DuplicateCandidate(incident_id=incident(name), score=score)


def called(area: Area, name: str, count: int, sequence: int) -> Area:
    more = IncidentCallerAdded(incident_id=incident(name), area="testarea", received_at=START, caller_count=count)
    return area.when(Heard(more, sequence))


def test_I4_what_intake_suggests_is_told_and_linked_only_when_it_is_sure(area: Area) -> None:
    first = area.reported("a")
    unsure = first.reported("b", possible_duplicates=(candidate("a", 0.6), candidate("ghost", 0.99)))
    told = only(unsure, IncidentDuplicateSuggested)
    assert [(one.incident_id, one.score) for one in told.candidates] == [(A, 0.6)]
    assert told.numbers == ("1001",)
    assert "incident.linked" not in unsure.told()
    sure = first.reported("b", possible_duplicates=(candidate("a", 0.6), candidate("b", 0.9)))
    assert "incident.linked" not in sure.told()  # it is no duplicate of itself
    sure = first.reported("b", possible_duplicates=(candidate("a", 0.95),))
    linked = only(sure, IncidentLinked)
    assert (linked.to_incident, linked.kind, linked.score, linked.by) == (A, "repeat", 0.95, None)
    # A rule links; it never merges, and the second call has its own answer.
    assert on_board(sure, "b").status == "queued"


def test_I4_a_suggestion_leads_to_where_the_candidate_was_merged(area: Area) -> None:
    given = area.reported("a").reported("b").ask(orders.Merge, incident_id=A, into=B)
    then = given.reported("c", possible_duplicates=(candidate("a", 0.5), candidate("b", 0.4)))
    assert [one.incident_id for one in only(then, IncidentDuplicateSuggested).candidates] == [B]


def test_I8_merging_counts_the_callers_there_and_ends_the_one_that_was_merged(area: Area) -> None:
    given = called(area.reported("a").reported("b", caller_count=2), "b", 3, 2)
    then = given.ask(orders.Merge, incident_id=B, into=A, reason=PAPER)
    assert then.told() == ["incident.merged", "incident.corrected"]
    merged = only(then, IncidentMerged)
    assert (merged.into, merged.into_number, merged.reason) == (A, "1001", PAPER)
    assert on_board(then, "a").caller_count == 4
    source = on_board(then, "b")
    assert (source.status, source.caller_count, source.order.merged_into) == ("merged", 3, A)
    assert B not in then.board.queue
    assert then.ask(orders.Merge, incident_id=B, into=A).events == ()


def test_I8_whoever_stands_there_goes_on_and_whom_nothing_waits_for_is_stood_down(area: Area) -> None:
    on = area.on_duty("P1", "P2", "YY").with_travel(P1=10, P2=20)
    given = on.reported("a").reported("b").reported("c")
    given = given.after(seconds=30).step(commands.EnRoute, assignment("b")).after(seconds=60)
    # P2 is on its way to b; nothing waits at a: it is stood down, and takes nothing else for nothing waits.
    assert given.ask(orders.Merge, incident_id=B, into=A).told() == [
        "assignment.cancelled P2",
        "incident.merged",
        "incident.corrected",
    ]
    there = given.step(commands.OnScene, assignment("b")).after(seconds=60)
    then = there.ask(orders.Merge, incident_id=B, into=A)
    assert then.told() == [
        "assignment.cancelled P2",
        "assignment.assigned P2",
        "assignment.on-scene P2",
        "incident.merged",
        "incident.corrected",
    ]
    moved = only(then, AssignmentOnScene)
    assert moved.incident_id == A
    assert moved.first  # the first police on that scene
    assert moved.times == on_board(there, "b").assignments[0].times.model_copy(
        update={"reported_at": moved.times.reported_at, "received_at": moved.times.received_at}
    )
    assert on_board(then, "a").status == "resources_onscene"
    # He reports to the new assignment from here on.
    cleared = then.step(commands.Clear, moved.assignment_id, disposition="x")
    assert cleared.told() == ["assignment.cleared P2"]


def test_I8_a_unit_on_its_way_fills_what_waits_at_the_other(area: Area) -> None:
    given = area.reported("a").on_duty("YY")  # takes a
    given = given.reported("b", "020301", 1).on_duty("P1")
    assert [one.unit for one in on_board(given, "b").active] == ["YY", "P1"]
    waiting = given.reported("c")
    then = waiting.ask(orders.Merge, incident_id=B, into=C)
    assert [one.unit for one in on_board(then, "c").active] == ["YY"]
    assert then.told()[:2] == ["assignment.cancelled YY", "assignment.assigned YY"]
    assert only(then, AssignmentAssigned).role == "primary"


def test_I8_a_late_caller_and_late_words_of_a_merged_one_reach_the_other(area: Area) -> None:
    given = area.on_duty("P1").reported("a").reported("b").reported("c")
    given = given.ask(orders.Merge, incident_id=C, into=B).ask(orders.Merge, incident_id=B, into=A)
    assert on_board(given, "a").caller_count == 3
    then = called(given, "c", 2, 2)
    assert then.told() == ["incident.corrected", "incident.corrected", "incident.corrected", "private.stream-read"]
    assert [on_board(then, name).caller_count for name in "abc"] == [4, 3, 2]
    update = IncidentUpdated(incident_id=C, area="testarea", received_at=START, words_added=True)
    heard = then.when(Heard(update, 3))
    crews = [event.crews for event in heard.events if isinstance(event, IncidentCorrected)]
    assert crews[-1] == ("P1",)
    # Taken apart again, each has its own callers.
    apart = heard.ask(orders.Unmerge, incident_id=B)
    assert [on_board(apart, name).caller_count for name in "abc"] == [1, 3, 2]
    apart = apart.ask(orders.Unmerge, incident_id=C)
    assert [on_board(apart, name).caller_count for name in "abc"] == [1, 1, 2]
    assert all(on_board(apart, name).order.merged == () for name in "abc")


def test_I8_unmerging_works_on_it_again_and_leaves_whoever_went_over(area: Area) -> None:
    given = area.on_duty("P1", "P2", "YY").with_travel(P1=10, P2=20).reported("a").reported("b")
    given = given.step(commands.OnScene, assignment("b")).ask(orders.Merge, incident_id=B, into=A)
    then = given.ask(orders.Unmerge, incident_id=B, reason=PAPER)
    assert then.told() == ["incident.unmerged", "incident.corrected", "assignment.assigned YY"]
    assert [one.unit for one in on_board(then, "a").active] == ["P1", "P2"]
    assert on_board(then, "b").status == "resources_assigned"
    assert on_board(then, "b").ended_at is None
    day_after = then.after(hours=25).when(Tick()).told()
    assert day_after[0] == "private.end-forgotten"
    assert "private.retired" not in day_after


@pytest.mark.parametrize(
    ("order", "detail"),
    [
        ((orders.Merge, {"incident_id": A, "into": A}), "into itself"),
        ((orders.Merge, {"incident_id": A, "into": C}), "1003 is cancelled"),
        ((orders.Merge, {"incident_id": C, "into": A}), "1003 is cancelled"),
        ((orders.Unmerge, {"incident_id": A}), "cannot take unmerge"),
        ((orders.Link, {"incident_id": A, "to_incident": A, "kind": "repeat"}), "to itself"),
        ((orders.Urge, {"incident_id": C}), "1003 is cancelled"),
    ],
)
def test_I8_what_cannot_be_is_refused_with_a_reason(area: Area, order: Any, detail: str) -> None:
    given = area.reported("a").reported("b").reported("c").ask(commands.CancelIncident, incident_id=C)
    refused = only(given.ask(order[0], **order[1]), CommandRejected)
    assert refused.status == 409
    assert detail in refused.detail


def test_I8_a_merge_into_what_nobody_has_reported_yet_waits_for_it(area: Area) -> None:
    early = area.reported("a").ask(orders.Merge, incident_id=A, into=B)
    assert early.told() == ["private.set-aside"]
    assert "incident.merged" in early.reported("b").told()


def test_I8_a_link_may_lead_to_what_is_over_and_a_merge_may_not(area: Area) -> None:
    from fengqiao.contracts import ids
    from services.dispatch.domain.messages import Asked
    from tests.unit.dispatch.area import DESK

    marks: dict[str, Any] = {"area": "testarea", "by": DESK, "received_at": START, "incident_id": A}
    given = area.reported("a")
    link = orders.Link(command_id=ids.command_id("t", "1"), to_incident=B, kind="repeat", **marks)
    assert given.when(Asked(link), retired=frozenset({B})).told() == ["incident.linked"]
    merge = orders.Merge(command_id=ids.command_id("t", "2"), into=B, **marks)
    assert given.when(Asked(merge), retired=frozenset({B})).told() == ["command.rejected"]


def test_I8_an_urge_rings_every_crew_on_it(area: Area) -> None:
    given = area.on_duty("YY", "P1").reported("a", "020301", 1)
    first = given.ask(orders.Urge, incident_id=A, reason=PAPER)
    assert (only(first, IncidentUrged).crews, only(first, IncidentUrged).times) == (("YY", "P1"), 1)
    second = first.reported("b").ask(orders.Link, incident_id=B, to_incident=A, kind="urge")
    assert second.told() == ["incident.linked", "incident.urged"]
    assert (only(second, IncidentUrged).incident_id, only(second, IncidentUrged).times) == (A, 2)
    assert second.ask(orders.Link, incident_id=B, to_incident=A, kind="urge").events == ()


reports = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(("report", "caller"))), max_size=12)
pairs = st.lists(st.permutations("abcd").map(lambda names: tuple(names[:2])), max_size=4)


@given(reports, pairs)
@settings(max_examples=120, deadline=None)
def test_I8_merging_and_unmerging_is_the_identity_on_callers(
    said: list[tuple[str, str]], merges: list[tuple[str, ...]]
) -> None:
    area, heard, callers = Area().on_duty("P1", "P2", "YY"), dict.fromkeys("abcd", 0), dict.fromkeys("abcd", 0)
    for name, what in [*((name, "report") for name in "abcd"), *said]:
        heard[name] += 1
        if what == "report" and heard[name] == 1:
            callers[name] = 1
            area = area.reported(name)
        else:
            callers[name] += 1
            area = called(area, name, callers[name], heard[name])
    done: list[tuple[str, ...]] = []
    for source, target in merges:
        area = area.ask(orders.Merge, incident_id=incident(source), into=incident(target))
        if any(isinstance(event, IncidentMerged) for event in area.events):
            done.append((source, target))
        standing = [on_board(area, name) for name in "abcd" if on_board(area, name).open]
        # No caller is ever lost or counted twice.
        assert sum(one.caller_count for one in standing) == sum(callers.values())
    assert to_json(from_json(to_json(area.board))) == to_json(area.board)
    for source, _ in reversed(done):
        area = area.ask(orders.Unmerge, incident_id=incident(source))
    assert {name: on_board(area, name).caller_count for name in "abcd"} == callers
    assert all(on_board(area, name).open and not on_board(area, name).order.merged for name in "abcd")


def test_I8_whoever_goes_over_may_have_been_taken_off_the_list(area: Area) -> None:
    on_scene = area.on_duty("P1", "P2").reported("one").reported("two").step(commands.OnScene, assignment("one"))
    gone = replace(on_scene.forces, units={id: unit for id, unit in on_scene.forces.units.items() if id != "P1"})
    then = replace(on_scene, forces=gone).ask(orders.Merge, incident_id=incident("one"), into=incident("two"))
    assert [one.unit for one in on_board(then, "two").active] == ["P2", "P1"]
