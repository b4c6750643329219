"""I2: nine sources and the station itself, each with its own words, priority and clients; and what moves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from fengqiao.contracts import ids
from fengqiao.contracts.incidents import IncidentUpdated
from fengqiao.contracts.model import Category, Location
from fengqiao.runtime.auth import Principal
from fengqiao.runtime.roles import Role, scopes_of
from services.intake.domain.changing import Change, corrected
from services.intake.domain.drafts import ChangeDraft, IncidentDraft
from services.intake.domain.duplicates import RecentIncidents, Sighting
from services.intake.domain.errors import ForeignSource, WrongField
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.taking import Taken, fingerprint, reported, take
from services.intake.records import id_of, new_incident
from services.intake.sight import may_report_as

NINE = {
    "110": "01",
    "grid_worker": "09",
    "property": "09",
    "volunteer": "09",
    "tracker": "04",
    "partner": "09",
    "citizen_group": "06",
    "drone": "04",
    "one_whistle": "04",
}
NOW = datetime(2024, 10, 30, 14, 24, tzinfo=UTC)
every_area = pytest.mark.parametrize("name", ["ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin"])


def taken(grounds: Grounds, **fields: Any) -> Taken:
    draft = IncidentDraft.model_validate_json(json.dumps({"area": "gaoqiao", **fields}))
    return take(draft, grounds, lambda _: True)


def principal(role: Role, client: str = "one") -> Principal:
    return Principal(client, role, scopes_of(role), frozenset({"gaoqiao"}), None, "", 0.0)


@every_area
def test_I2_every_area_has_the_nine_sources_with_the_ministrys_channels(grounds: Grounds, name: str) -> None:
    sources = grounds.by_area[name].sources
    assert {source: sources[source].channel for source in NINE} == NINE
    assert [one.source for one in sources.values() if one.moves] == ["tracker"]
    for source in NINE:
        call = taken(grounds, area=name, source=source)
        assert call.category.code == sources[source].default_category
        assert call.priority == max(1, call.row.priority + sources[source].priority_shift)


@pytest.mark.parametrize(
    ("source", "word", "code", "second"),
    [
        ("tracker", "MOVE", "020405", "200401"),
        ("tracker", "crash", "03", "30"),
        ("property", "PM-NOISE", "0804", "500804"),
        ("property", " pm-fight ", "020301", "200301"),
        ("grid_worker", "邻里矛盾", "0802", "500802"),
        ("volunteer", "孩子走失", "0604", "5004"),
        ("partner", "FACE-MISMATCH", "98", "9902"),
        ("citizen_group", "孩子走散", "0604", "5004"),
        ("drone", "FLOOD", "0607", "8001"),
        ("one_whistle", "BLADE", "0202", "2002"),
        ("drone", "brawl", "020301", "200301"),
    ],
)
def test_I2_a_source_speaks_its_own_words(grounds: Grounds, source: str, word: str, code: str, second: str) -> None:
    assert taken(grounds, source=source, category=word).category.code == code
    assert taken(grounds, area="shilipu", source=source, category=word).category.code == second


def test_I2_a_word_of_one_source_means_nothing_to_another(grounds: Grounds) -> None:
    with pytest.raises(WrongField, match="PM-NOISE"):
        taken(grounds, source="tracker", category="PM-NOISE")


def test_I2_a_source_shifts_the_priority_that_was_not_given(grounds: Grounds) -> None:
    assert taken(grounds, source="tracker", category="theft").priority == 2
    assert taken(grounds, source="110", category="theft").priority == 3
    assert taken(grounds, source="tracker", category="theft", priority=4).priority == 4
    assert taken(grounds, source="one_whistle", category="BLADE").priority == 1


def test_I2_a_source_may_report_in_the_codes_of_another_set(grounds: Grounds, gaoqiao: Ground) -> None:
    old = replace(gaoqiao.sources["110"], source="old_cad", category_set="second-2024-1")
    ground = replace(gaoqiao, sources={**gaoqiao.sources, "old_cad": old})
    both = Grounds({**grounds.by_area, "gaoqiao": ground}, grounds.index)
    # 50 is a branch of the other set and no code of ours; 10 is crime there and a complaint here.
    assert taken(both, source="old_cad", category="500806").category.code == "0806"
    assert taken(both, source="old_cad", category="10").category.code == "01"
    assert taken(both, source="110", category="10").category.code == "10"
    assert taken(both, source="old_cad", category="brawl").category.code == "020301"


@pytest.mark.parametrize(
    ("role", "source", "may"),
    [
        ("integrator", "110", True),
        ("integrator", "tracker", True),
        ("gridworker", "grid_worker", True),
        ("gridworker", "volunteer", True),
        ("gridworker", "110", False),
        ("gridworker", "tracker", False),
        ("integrator", "station", False),
        ("dispatcher", "station", True),
        ("dispatcher", "tracker", True),
        ("supervisor", "110", True),
    ],
)
def test_I2_who_may_report_as_what(gaoqiao: Ground, role: Role, source: str, may: bool) -> None:
    assert may_report_as(principal(role), gaoqiao.sources[source]) is may


def test_I2_a_source_may_name_its_clients(grounds: Grounds, gaoqiao: Ground) -> None:
    tracker = replace(gaoqiao.sources["tracker"], clients=("tracker-*", "xcws"))
    assert [may_report_as(principal("integrator", one), tracker) for one in ("tracker-1", "xcws", "hotel")] == [
        True,
        True,
        False,
    ]
    draft = IncidentDraft.model_validate_json('{"area": "gaoqiao", "source": "tracker"}')
    with pytest.raises(ForeignSource, match="may not report as tracker"):
        take(draft, grounds, lambda _: True, lambda _: False)


def moving(grounds: Grounds, source: str = "tracker") -> dict[str, Any]:
    body = {"area": "gaoqiao", "source": source, "location": {"lon": 113.0195, "lat": 28.1935}}
    draft = IncidentDraft.model_validate_json(json.dumps(body))
    call = take(draft, grounds, lambda _: True)
    assert reported("gaoqiao-" + "a" * 26, call, NOW, NOW, ()).moves is (True if source == "tracker" else None)
    return new_incident("a" * 26, "xcws", draft, fingerprint(draft), call, NOW, NOW, ())


def fix(known: dict[str, Any], grounds: Grounds, seconds: float, east: float, **more: Any) -> Change:
    """A fix so many seconds after the report, `east` metres east of the first place."""
    place = {"lon": 113.0195 + east / 98_000, "lat": 28.1935}
    fields = {"location": place, "at": (NOW + timedelta(seconds=seconds)).isoformat(), **more}
    draft = ChangeDraft.model_validate_json(json.dumps(fields))
    return corrected(known, id_of(known), draft, grounds, "xcws", NOW + timedelta(seconds=seconds))


def test_I2_a_moving_incident_tells_every_place_and_grows_no_document(grounds: Grounds) -> None:
    known = moving(grounds)
    sizes, cells = set(), set()
    for n in range(1, 200):
        change = fix(known, grounds, seconds=n, east=12.0 * n)
        assert isinstance(change.event, IncidentUpdated)
        assert change.event.location is not None
        assert change.event.located_at == NOW + timedelta(seconds=n)
        cells.add(change.event.location.grid_cell)
        known = known | dict(change.fields)
        sizes.add(len(known))
    assert len(cells) >= 2
    assert len(sizes) == 1


def test_I2_a_fix_that_is_late_repeated_or_next_to_the_last_tells_nothing(grounds: Grounds) -> None:
    known = moving(grounds)
    known |= dict(fix(known, grounds, seconds=10, east=100).fields)
    assert fix(known, grounds, seconds=10, east=100).event is None
    assert fix(known, grounds, seconds=5, east=50).event is None
    assert fix(known, grounds, seconds=11, east=105).event is None
    assert fix(known, grounds, seconds=11, east=115).event is not None
    # A late place does not keep what else is said from being told.
    late = fix(known, grounds, seconds=5, east=50, priority=1)
    assert isinstance(late.event, IncidentUpdated)
    assert (late.event.priority, late.event.location) == (1, None)


def test_I2_a_fix_from_the_future_is_refused_for_it_would_silence_all_others(grounds: Grounds) -> None:
    known = moving(grounds)
    fields = {"location": {"lon": 113.02, "lat": 28.1935}, "at": (NOW + timedelta(days=400)).isoformat()}
    with pytest.raises(WrongField, match="ahead of our clock") as refused:
        corrected(known, id_of(known), ChangeDraft.model_validate_json(json.dumps(fields)), grounds, "xcws", NOW)
    assert refused.value.pointer == "/at"


def test_I2_a_person_moves_a_place_by_a_step(grounds: Grounds) -> None:
    known = moving(grounds, "110")
    draft = ChangeDraft.model_validate_json('{"location": {"lon": 113.01951, "lat": 28.1935}}')
    assert corrected(known, id_of(known), draft, grounds, "desk", NOW).event is not None


def test_I2_a_time_needs_a_place() -> None:
    with pytest.raises(ValidationError, match="send both"):
        ChangeDraft.model_validate_json('{"at": "2024-10-30T22:24:00+08:00"}')


def test_I4_a_call_is_compared_with_where_a_moving_incident_is_now() -> None:
    recent = RecentIncidents()
    a, b, c = (ids.incident_id("gaoqiao", ids.digest(name)) for name in "abc")
    first = Sighting(a, "gaoqiao", "020405", 113.0, 28.0, 1.0, 0.0, 0.0)
    recent.add(first)
    recent.add(replace(first, incident_id=b, lon=113.05, received_at=1.0))
    recent.change(a, Location(lon=113.02, lat=28.0), Category(code="0204", name_zh="", name_en="", version="x"))
    recent.change("nobody", Location(lon=113.02, lat=28.0), None)

    def like(lon: float) -> list[str]:
        return [one.incident_id for one in recent.like(replace(first, incident_id=c, lon=lon))]

    assert (like(113.0), like(113.02), like(113.05)) == ([], [a], [b])
    # Its age is what it was: the oldest goes first.
    recent.forget_before(0.5)
    assert like(113.02) == []
