"""What the area's set says of an incident besides its category (I6, D12), each as: given this, when that, then so."""

from dataclasses import replace

from fengqiao.contracts import orders
from fengqiao.contracts.dispatch import IncidentCorrected, IncidentOpened, NotificationRequested
from services.dispatch.domain.stored_board import from_json, to_json
from services.dispatch.views import incident_state
from tests.unit.dispatch.area import FORCES, START, Area, incident
from tests.unit.dispatch.ordering import PAPER, category, on_board, only


def test_I6_D12_level_tags_and_why_it_is_reported_up_are_in_the_event_the_state_and_the_snapshot() -> None:
    then = Area().reported("girl", "02", level=1, tags=("minor",), report_up=("missing_girl",), moves=True)
    opened = only(then, IncidentOpened)
    assert (opened.level, opened.tags, opened.report_up, opened.moves) == (1, ("minor",), ("missing_girl",), True)
    state = incident_state("testarea", on_board(then, "girl"))
    assert (state.level, state.tags, state.report_up, state.void) == (1, ("minor",), ("missing_girl",), None)
    assert (state.reported_up_at, state.moves) == (START, True)
    assert to_json(from_json(to_json(then.board))) == to_json(then.board)


def test_I6_the_callers_category_is_kept_beside_the_desks() -> None:
    then = Area().reported("theft", "020405", initial_category=category("06"))
    state = incident_state("testarea", on_board(then, "theft"))
    assert state.categories is not None
    assert (state.categories.initial.code, state.categories.original.code) == ("06", "020405")


def test_I6_what_is_on_the_list_is_reported_up_at_once_whatever_its_plan_tells_whom() -> None:
    told = only(Area().reported("girl", "02", report_up=("missing_girl",)), NotificationRequested)
    assert (told.to, told.what, (told.due_at - START).total_seconds()) == ("superior", "report_up", 300)
    assert "notification.requested" not in Area().reported("noise", "02", report_up=()).told()


def test_I6_whom_to_tell_and_how_soon_is_the_areas_own() -> None:
    handling = replace(FORCES.handling, report_up_to="bureau", report_up_within=60.0)
    told = only(
        Area(forces=replace(FORCES, handling=handling)).reported("girl", "02", report_up=("lost",)),
        NotificationRequested,
    )
    assert (told.to, (told.due_at - START).total_seconds()) == ("bureau", 60)


def test_I6_it_is_reported_up_once_by_its_plan_or_by_the_list() -> None:
    given = Area().reported("child", "0604", report_up=("lost",))
    asked = [one.to for one in given.events if isinstance(one, NotificationRequested) and one.what == "report_up"]
    assert asked == ["superior"]
    then = given.updated("child", tags=("minor",), report_up=("lost", "missing_girl"))
    assert then.told() == ["incident.corrected", "private.stream-read"]


def test_I6_I5_what_turns_out_to_be_on_the_list_is_reported_up_then() -> None:
    given = Area().reported("noise", "02", level=3, tags=(), report_up=())
    then = given.updated("noise", level=1, tags=("gun",), report_up=("weapon",))
    assert then.told() == ["incident.corrected", "notification.requested", "private.stream-read"]
    assert set(only(then, IncidentCorrected).changed) == {"level", "tags", "report_up"}
    state = incident_state("testarea", on_board(then, "noise"))
    assert (state.level, state.tags, state.report_up) == (1, ("gun",), ("weapon",))
    taken_back = then.updated("noise", 3, level=3, tags=(), report_up=())
    assert on_board(taken_back, "noise").classed.tags == ()


def test_I6_I8_of_a_merged_incident_the_one_that_it_was_merged_into_is_reported_up() -> None:
    given = Area().reported("a").reported("b")
    merged = given.ask(orders.Merge, incident_id=incident("b"), into=incident("a"), reason=PAPER)
    then = merged.updated("b", report_up=("death",))
    assert only(then, NotificationRequested).incident_id == incident("a")
    again = then.updated("b", 3, report_up=("death", "weapon"))
    assert not any(isinstance(one, NotificationRequested) for one in again.events)
