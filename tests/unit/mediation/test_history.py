"""Folding a case's history gives the stored case, whatever was done to it (Hypothesis)."""

import copy
import random
from datetime import timedelta

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from fengqiao.contracts.mediation import CaseRepeat
from fengqiao.runtime.chain import ChainBroken
from fengqiao.runtime.documents import Document
from fengqiao.runtime.problems import Unprocessable
from services.mediation.case_documents import case_of, changed, found_out, new_document, refolded
from services.mediation.domain import commands as wish
from services.mediation.domain.decide import allowed, decide, opening, repeated
from services.mediation.domain.errors import CaseFault
from services.mediation.domain.evolve import fold
from services.mediation.domain.falling_due import fallen_due
from services.mediation.domain.law import LegalFacts
from services.mediation.listing import case_of_entry, load_list
from services.mediation.sent import Sent, carried_out
from tests.unit.mediation.cases import AGREE, CASE_ID, NIGHT, PAPER, RULES, S1, context, dispute, history, signed

COMMANDS: st.SearchStrategy[wish.Command] = st.one_of(
    st.builds(wish.Assess, st.sampled_from(["yellow", "orange", "red"]), st.just(PAPER)),
    st.builds(wish.Refer, st.sampled_from([("m-li",), ("m-li", "lawyer-wang")]), st.sampled_from([None, "council"])),
    st.builds(wish.HoldSession, st.sampled_from(["agreed", "adjourned", "failed"])),
    st.just(AGREE),
    st.builds(wish.Agree, st.just(PAPER), st.just((wish.Promise(),)), st.just(NIGHT), st.just(True), st.just(signed())),
    st.builds(wish.Dispose, st.sampled_from(["settled", "settled_on_scene", "failed", "withdrawn", "transferred"])),
    st.builds(wish.RecordPerformance, st.booleans(), st.sampled_from([None, 1, 2])),
    st.just(wish.Control()),
    st.builds(wish.RecordVisit, st.sampled_from(["3d", "30d", "3m"]), st.booleans()),
    st.just(wish.Escalate(PAPER)),
    st.just(wish.Close()),
    st.just(wish.MakePlan("officer-7", PAPER)),
    st.builds(wish.Extend, st.just(NIGHT + timedelta(days=90)), st.just(("p1", "p2"))),
    st.builds(wish.Confirm, st.sampled_from(["asked", "confirmed", "refused"]), st.just(("p1", "p2"))),
    st.builds(wish.Refer, st.just(("m-li",)), st.just("council"), st.sampled_from(["people", "public_order"])),
    st.builds(
        wish.Assess,
        st.none(),
        st.just(PAPER),
        signs=st.sampled_from([(), ("threat",), ("weapon",)]),
        law=st.just(LegalFacts(True, True, True)),
    ),
)


REPEATS = tuple(CaseRepeat(case_id=f"gaoqiao-{letter * 26}.case", by="parties") for letter in "bc")


@settings(max_examples=150, deadline=None)
@for_all(st.lists(COMMANDS, max_size=30), st.randoms(use_true_random=False), st.integers(0, 60))
def test_M2_M7_the_fold_of_a_history_is_the_stored_case(
    wishes: list[wish.Command], chance: random.Random, days: int
) -> None:
    document = new_document(opening(dispute(), NIGHT, RULES), None)
    for number, command in enumerate([*wishes, *S1, *wishes]):
        before = copy.deepcopy(document)
        case = case_of(document)
        fallen = fallen_due(case, context(after=timedelta(days=days * number / 10)))
        if fallen:
            document = found_out(document, fallen, None)
            assert document["revision"] == before["revision"], "due work does not move what people edit"
            assert refolded(document) == case_of(document)
            before, case = copy.deepcopy(document), case_of(document)
        if found := repeated(case, REPEATS[: chance.randrange(12)], context()):
            document = found_out(document, found, None)
            before, case = copy.deepcopy(document), case_of(document)
            assert refolded(document) == case
        try:
            events = decide(case, command, context())
        except CaseFault:
            # Now and then do something that is possible, so that the late stages are reached too.
            possible = [one for one in S1 if wish.NAMES[type(one)] in allowed(case)]
            if not possible or chance.random() < 0.5:
                continue
            try:
                events = decide(case, chance.choice(possible), context())
            except CaseFault:
                continue
        document = changed(document, events, None, None)
        assert before["history"] == document["history"][: len(before["history"])]
        assert refolded(document) == case_of(document) == fold(events, case)
        assert document["stage"] == case_of(document).stage
        assert document["version"] == before["version"] + 1
    numbers = [event["sequence"] for event in document["pending"]]
    assert numbers == list(range(1, document["events_through"] + 1))


SEVENTH = Sent("command-7", "what-it-said")


def _whole() -> Document:
    events = history(S1)
    document = new_document(events[:1], None)
    for event in events[1:]:
        document = changed(document, [event], None, SEVENTH if event.TYPE == "agreed" else None)
    return document


def test_M2_a_changed_history_is_found() -> None:
    document = _whole()
    assert refolded(document) == case_of(document)
    for change in ("body", "drop", "swap"):
        broken = copy.deepcopy(document)
        rows = broken["history"]
        if change == "body":
            rows[2]["body"] = rows[2]["body"].replace("m-li", "m-wu")
        elif change == "drop":
            del rows[3]
        else:
            rows[3], rows[4] = rows[4], rows[3]
        with pytest.raises(ChainBroken):
            refolded(broken)


def test_M2_a_command_is_found_by_its_id() -> None:
    history = _whole()["history"]
    assert carried_out(history, SEVENTH)
    assert not carried_out(history, Sent("command-8", "what-it-said"))
    assert not carried_out(history, None)
    with pytest.raises(Unprocessable):
        carried_out(history, Sent("command-7", "something else"))


def test_M2_each_change_has_its_event_and_the_stage_after_it() -> None:
    document = _whole()
    told = [orjson.loads(event["data"]) for event in document["pending"]]
    assert [event["type"].split(".")[2] for event in document["pending"]] == [
        "opened",
        "assessed",
        "referred",
        "session-held",
        "agreed",
        "disposed",
        "performed",
        "controlled",
        "visited",
        "visited",
        "visited",
        "closed",
    ]
    assert [event["stage"] for event in told[-3:]] == ["in_control", "followed_up", "closed"]
    assert all(event["case_id"] == CASE_ID for event in told)
    assert {event["key"] for event in document["pending"]} == {CASE_ID}


def test_M7_what_has_to_be_done_next_is_on_the_document() -> None:
    events = history(S1)
    document = new_document(events[:1], None)
    due: dict[tuple[int, str], tuple[str, str]] = {}
    for event in events[1:]:
        document = changed(document, [event], None, None)
        listed = [entry for name, entry in document["lists"] if name.startswith("due|")] or ["none"]
        due[len(due), event.TYPE] = (listed[0][:10], document.get("next_due", "none")[:10])
    assert list(due.values()) == [
        ("none", "2024-11-06"),  # assessed: a week at tier 1
        ("2024-11-30", "2024-11-06"),  # referred: the month of 人民调解
        ("2024-11-30", "2024-11-06"),
        ("2024-11-06", "2024-11-06"),  # agreed: the deadline of both duties
        ("2024-11-06", "2024-11-06"),
        ("none", "2024-11-23"),  # performed: the court can be asked until the 30th, and is reminded of before
        ("2024-11-02", "2024-11-02"),  # under control: 1333N
        ("2024-11-29", "2024-11-23"),
        ("2025-01-30", "2024-11-23"),
        ("none", "2024-11-23"),
        ("none", "2027-10-31"),  # closed: its parties are erased after three years
    ]


def test_M5_M7_a_case_stands_on_the_list_of_its_day_and_of_its_mediators_until_it_is_over() -> None:
    events = history(S1)
    document = new_document(events[:1], None)
    assert document["lists"] == []
    seen: list[list[list[str]]] = []
    for event in events[1:]:
        document = changed(document, [event], None, None)
        seen.append(document["lists"])
        assert len({name for name, _ in document["lists"]}) == len(document["lists"])
        assert all(case_of_entry(entry)[0] == CASE_ID for _, entry in document["lists"])
    referred, after = seen[1], seen[2]
    loads = [[load_list("gaoqiao", one), f"{CASE_ID}|3"] for one in ("m-li", "lawyer-wang")]
    assert referred[1:] == loads
    assert referred[0][0] == "due|gaoqiao|2024-11-30"
    assert after == referred, "what stays keeps the version with which it came"
    assert next(name for name, _ in seen[6]) == "due|gaoqiao|2024-11-02"
    assert seen[-1] == []
