"""Laws of the core, on histories that Hypothesis makes up."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.contracts import commands, orders
from fengqiao.runtime.journal import Entry
from services.dispatch.domain import transitions
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import decide, fold
from services.dispatch.domain.diversion import MOST_DIVERSIONS
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import Asked, Tick
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.entries import Content, Mark, numbered, read
from services.dispatch.views import unit_status
from tests.checker import History, Record
from tests.folded import fold as fold_records
from tests.legality import legal
from tests.unit.dispatch.area import FORCES, START, Area, assignment, incident
from tests.unit.dispatch.invariants import check
from tests.unit.dispatch.ordering import PAPER, area_with_rules, category, form

NAMES = ("a", "b", "c", "d")
GRAVE: dict[str, Any] = {"level": 1, "tags": ("minor",), "report_up": ("lost",)}
STEPS = (
    commands.Acknowledge,
    commands.EnRoute,
    commands.OnScene,
    commands.Clear,
    commands.Decline,
    commands.CancelAssignment,
    commands.Received,
)


@st.composite
def ordered(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """An order beyond the steps, of whatever kind."""
    kind = draw(st.sampled_from(orders.ORDERS))
    unit, other = draw(st.sampled_from(sorted(FORCES.units))), incident(draw(st.sampled_from(NAMES)))
    more: dict[Any, dict[str, Any]] = {
        orders.Reassign: {"units": (unit,)},
        orders.Hold: {"until": START + timedelta(seconds=draw(st.integers(1, 200_000)))},
        orders.SetCategory: {
            "version": draw(st.sampled_from(("confirmed", "corrected"))),
            "category": category(draw(st.sampled_from(("020301", "02", "0610")))),
        },
        orders.Merge: {"into": other},
        orders.Link: {"to_incident": other, "kind": draw(st.sampled_from(("repeat", "urge")))},
        orders.TakeNote: {"reason": PAPER},
        orders.GiveFeedback: {"form": form(draw(st.sampled_from(("process", "final"))), lost=1, described=True)},
        orders.OwnSmallCase: {"owner": unit},
        orders.SolveSmallCase: {"result": "当场调解"},
    }
    if kind in (orders.CallEmergency, orders.EndEmergency):
        return kind, {"unit": unit}
    return kind, {"incident_id": incident(draw(st.sampled_from(NAMES))), **more.get(kind, {})}


@st.composite
def acts(draw: st.DrawFn) -> tuple[str, Any]:
    kinds = ("report", "step", "duty", "assign", "cancel", "tick", "update", "wait", "ask", "order", "order", "order")
    match draw(st.sampled_from(kinds)):
        case "order":
            return "order", draw(ordered())
        case "report":
            return "report", (
                draw(st.sampled_from(NAMES)),
                draw(st.sampled_from(("020301", "02", "080501", "0604", "0610", "020405"))),
                draw(st.integers(1, 4)),
            )
        case "step":
            return "step", (draw(st.sampled_from(STEPS)), draw(st.sampled_from(NAMES)), draw(st.integers(1, 4)))
        case "duty":
            return "duty", (draw(st.sampled_from(sorted(FORCES.units))), draw(st.booleans()))
        case "assign":
            return "assign", (draw(st.sampled_from(NAMES)), draw(st.sampled_from(sorted(FORCES.units))))
        case "cancel":
            return "cancel", draw(st.sampled_from(NAMES))
        case "update":
            changed = draw(st.sampled_from(({"priority": 1}, {"weapon": True}, {"place": {"name": "market"}}, GRAVE)))
            return "update", (draw(st.sampled_from(NAMES)), draw(st.integers(2, 4)), changed)
        case "wait":
            return "tick", draw(st.sampled_from((1, 61, 121, 301)))
        case "ask":
            asked = draw(st.sampled_from((commands.Recommend, commands.StepDone)))
            return "ask", (asked, draw(st.sampled_from(NAMES)))
        case _:
            return "tick", draw(st.integers(1, 90_000))


def play(area: Area, act: tuple[str, Any]) -> Area:
    verb, what = act
    match verb:
        case "report":
            return area.reported(what[0], what[1], what[2])
        case "step":
            more = {"disposition": "x"} if what[0] is commands.Clear else {}
            return area.step(what[0], assignment(what[1], what[2]), **more)
        case "duty":
            return area.ask(commands.SetDuty, unit=what[0], on=what[1])
        case "assign":
            return area.ask(commands.Assign, incident_id=incident(what[0]), units=(what[1],))
        case "cancel":
            return area.ask(commands.CancelIncident, incident_id=incident(what))
        case "order":
            return area.ask(what[0], **what[1])
        case "update":
            return area.updated(what[0], what[1], **what[2])
        case "ask":
            step: dict[str, Any] = {"step": "broadcast"} if what[0] is commands.StepDone else {}
            return area.ask(what[0], incident_id=incident(what[1]), **step)
        case _:
            return area.after(seconds=what).when(Tick())


WAYS = {"P1@market": 900.0, "P2@market": 20.0, "YY@market": 400.0, "P1": 50.0, "P2": 700.0, "R1": 80.0}
"""From P1 the market is far, from P2 near; anywhere else it is the other way round."""
histories = st.lists(acts(), max_size=60)


@given(histories)
@settings(max_examples=150, deadline=None)
def test_D4_invariants_hold_after_every_message(history: list[tuple[str, Any]]) -> None:
    area = area_with_rules(WAYS)
    for act in history:
        before = area.board
        area = play(area, act)
        check(before, area)


@given(histories)
@settings(max_examples=60, deadline=None)
def test_the_same_message_decides_the_same_again(history: list[tuple[str, Any]]) -> None:
    area = area_with_rules(WAYS)
    for act in history:
        area = play(area, act)
    context = Context(area.now, area.forces, area.travel)
    command = commands.SetDuty(
        command_id="c-x",
        area="testarea",
        by={"client": "x", "role": "dispatcher"},
        received_at=area.now,
        unit="P1",
        on=True,
    )
    assert decide(area.board, Asked(command), context) == decide(area.board, Asked(command), context)


@given(histories)
@settings(max_examples=60, deadline=None)
def test_a_board_survives_its_snapshot_and_its_journal(history: list[tuple[str, Any]]) -> None:
    area = area_with_rules(WAYS)
    for act in history:
        area = play(area, act)
    assert to_json(from_json(to_json(area.board))) == to_json(area.board)
    content = Content("t", numbered(0, area.every, None), (), {"incidents": 7}, Mark(1, 2, 3))
    stored = read(Entry("testarea", 1, content.body(), "", "", ""))
    assert stored == content
    assert to_json(fold(Board("testarea"), (one.event for one in stored.events))) == to_json(area.board)


@given(histories)
@settings(max_examples=150, deadline=None)
def test_D4_D10_whoever_folds_the_topic_by_himself_comes_to_the_same_states(history: list[tuple[str, Any]]) -> None:
    area = area_with_rules()
    for act in history:
        area = play(area, act)
    records = [
        Record("dispatch", 0, one.sequence, "testarea", one.event.wire().decode(), one.event.TYPE, "d", "t", 1, "i")
        for one in numbered(0, area.every, None)
        if one.sequence is not None
    ]
    records = [replace(record, sequence=record.offset, id=str(record.offset)) for record in records]
    assert list(legal(History([], {"dispatch": records}))) == []
    folded = fold_records(records)
    for known in area.board.incidents.values():
        seen = folded.incidents[known.id]
        assert (seen.status, seen.sequence) == (known.status, known.sequence)
        assert (seen.category, seen.priority) == (known.category.code, known.priority)
    for unit, duty in area.board.units.items():
        status = unit_status(FORCES.units[unit], duty)
        seen_unit = folded.units[f"testarea/{unit}"]
        assert seen_unit.status(FORCES.units[unit].kind.max_assignments) == status
        assert seen_unit.sequence == duty.sequence


def test_D4_the_table_never_leads_back_and_every_end_is_an_end() -> None:
    rank = {"-": 0, "assigned": 1, "acknowledged": 2, "en_route": 3, "on_scene": 4}
    for (state, event), after in transitions.TRANSITIONS.items():
        assert rank.get(after, 5) > rank[state] or event == "received"
    for ended in ("cleared", "declined", "timed_out", "diverted", "cancelled"):
        assert transitions.allowed(ended) == ()


@given(st.lists(st.tuples(st.integers(1, 200), st.integers(1, 4), st.integers(1, 400)), max_size=60))
@settings(max_examples=100, deadline=None)
def test_D5_no_call_starves(others: list[tuple[int, int, int]]) -> None:
    """others: (seconds since the call before, priority, seconds on the scene), for one patrol; and a noise among the
    first. Whatever comes later, what is served before the noise is due before it by its turn, or was diverted to."""
    area = Area().on_duty("P1").reported("first", priority=1).step(commands.OnScene, assignment("first"))
    area = area.reported("noise", priority=4)
    class_of_age = timedelta(minutes=30)
    turn_of = {incident("noise"): area.now + 3 * class_of_age}
    busy_until = area.now
    served: list[str] = []
    for number, (gap, priority, scene) in enumerate(others):
        area = area.after(seconds=gap).reported(f"other {number}", priority=priority)
        turn_of[incident(f"other {number}")] = area.now + (priority - 1) * class_of_age
        if area.now >= busy_until:
            (held,) = area.board.units["P1"].assignments
            served.append(held.partition(".")[0])
            area = area.cleared(held)
            busy_until = area.now + timedelta(seconds=scene)
    for _ in range(len(others) + 2):
        if not area.board.units["P1"].assignments:
            break
        (held,) = area.board.units["P1"].assignments
        served.append(held.partition(".")[0])
        area = area.cleared(held)
    assert set(served) >= turn_of.keys()
    waited = served[: served.index(incident("noise"))]
    diverted = sum(one.status == "diverted" for one in area.board.incidents[incident("noise")].assignments)
    # A graver call may also take the patrol from another one on its way: each such jump is a diversion of somebody's.
    diversions = sum(
        one.status == "diverted" for incident_id in turn_of for one in area.board.incidents[incident_id].assignments
    )
    jumped = [one for one in waited if one in turn_of and turn_of[one] > turn_of[incident("noise")]]
    assert diverted <= MOST_DIVERSIONS
    assert len(jumped) <= diversions
