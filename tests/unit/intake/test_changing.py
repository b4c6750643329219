"""I5: what a correction comes to."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from fengqiao.contracts.incidents import IncidentUpdated
from services.intake.domain.changing import MOST_CALLERS, MOST_WORDS, cancelled, corrected, with_caller
from services.intake.domain.drafts import AnotherCallerDraft, CancelDraft, ChangeDraft, IncidentDraft
from services.intake.domain.errors import Ended, WrongField
from services.intake.domain.ground import Grounds
from services.intake.domain.taking import fingerprint, reported, take
from services.intake.records import id_of, new_incident
from services.intake.refusals import problem_of

NOW = datetime(2024, 10, 30, 14, 24, tzinfo=UTC)
ID = "a" * 26


@pytest.fixture
def known(grounds: Grounds) -> dict[str, Any]:
    body = {
        "area": "gaoqiao",
        "source": "110",
        "category": "brawl",
        "location": {"lon": 113.0195, "lat": 28.1935},
        "description": "两人打架",
        "caller": {"name": "李某"},
    }
    draft = IncidentDraft.model_validate_json(json.dumps(body))
    taken = take(draft, grounds, lambda _: True)
    return new_incident(ID, "cad", draft, fingerprint(draft), taken, NOW, NOW, ())


def change(known: dict[str, Any], grounds: Grounds, **fields: Any) -> Any:
    draft = ChangeDraft.model_validate_json(json.dumps(fields))
    return corrected(known, id_of(known), draft, grounds, "cad", NOW)


def test_I5_only_what_changed_is_kept_and_told(known: dict[str, Any], grounds: Grounds) -> None:
    result = change(known, grounds, priority=1, category="brawl", location={"lon": 113.0195, "lat": 28.1935})
    assert result.fields == {"priority": 1}
    assert result.event == IncidentUpdated(incident_id=id_of(known), area="gaoqiao", received_at=NOW, priority=1)


def test_I5_words_are_added_and_not_told(known: dict[str, Any], grounds: Grounds) -> None:
    result = change(known, grounds, description="有刀")
    assert [one["text"] for one in result.fields["words"]] == ["两人打架", "有刀"]
    assert result.event is not None
    assert "有刀" not in result.event.wire().decode()
    assert result.event.words_added


def test_I5_nothing_new_is_no_change(known: dict[str, Any], grounds: Grounds) -> None:
    assert change(known, grounds, priority=2, category="fight").event is None


@pytest.mark.parametrize("ended", ["closed", "cancelled"])
def test_I5_an_ended_incident_takes_no_change(known: dict[str, Any], grounds: Grounds, ended: str) -> None:
    known["dispatch"] = {"ended": ended}
    with pytest.raises(Ended, match=ended):
        change(known, grounds, priority=1)
    with pytest.raises(Ended):
        with_caller(known, id_of(known), AnotherCallerDraft(), "cad", NOW)
    with pytest.raises(Ended):
        cancelled(known, id_of(known), CancelDraft(reason="test"), NOW)


def test_I5_a_document_cannot_be_filled_up(known: dict[str, Any], grounds: Grounds) -> None:
    known["words"] = known["words"] * MOST_WORDS
    known["callers"] = known["callers"] * MOST_CALLERS
    with pytest.raises(WrongField, match="additions"):
        change(known, grounds, description="more")
    with pytest.raises(WrongField, match="callers"):
        with_caller(known, id_of(known), AnotherCallerDraft(), "cad", NOW)


def test_I1_the_report_event_has_no_word_about_a_person(grounds: Grounds) -> None:
    body = {
        "area": "gaoqiao",
        "source": "110",
        "description": "穿红衣服",
        "location": {"address": "张三家"},
        "caller": {"name": "李四", "phone": "13800138000"},
    }
    draft = IncidentDraft.model_validate_json(json.dumps(body))
    taken = take(draft, grounds, lambda _: True)
    told = reported(f"gaoqiao-{ID}", taken, NOW, NOW, ()).wire().decode()
    assert [word for word in ("穿红衣服", "张三家", "李四", "13800138000") if word in told] == []


def test_I8_a_change_to_a_merged_incident_is_refused_and_told_where_to_say_it(
    known: dict[str, Any], grounds: Grounds
) -> None:
    into = "gaoqiao-" + "b" * 26
    merged = {**known, "dispatch": {"ended": "merged", "merged_into": into, "into": "1041"}}
    with pytest.raises(Ended, match="1041") as refused:
        change(merged, grounds, priority=1)
    assert refused.value.merged_into == (into, "1041")
    problem = problem_of(refused.value)
    assert problem.status == 409
    apart = {**known, "dispatch": {"ended": None, "merged_into": None, "into": None}}
    assert change(apart, grounds, priority=1).event is not None
