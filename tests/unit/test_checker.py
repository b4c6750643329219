"""The checker itself: silent on a clean history, and a sentence of the right invariant for each thing gone wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.checker import History, Numbers, Record, Told, slow, violations

A = "gaoqiao-" + "a" * 26
B = "gaoqiao-" + "b" * 26
C = "gaoqiao-" + "c" * 26
DISPUTE = f"{A}.case"
CATEGORY = {"code": "020301", "name_zh": "殴打", "name_en": "Brawl", "version": "t"}


class Log:
    """Topics as they are written, record by record."""

    def __init__(self) -> None:
        self.records: dict[str, list[Record]] = {}
        self.sequence = 0

    def put(
        self, topic: str, kind: str, source: str, subject: str, sequence: int, key: str = "gaoqiao", /, **data: Any
    ) -> None:
        records = self.records.setdefault(topic, [])
        value = json.dumps(data, ensure_ascii=False)
        id = f"{source}/{subject}/{sequence}"
        type = f"fengqiao.{kind}.v1"
        records.append(Record(topic, 0, len(records), key, value, type, source, subject, sequence, id))

    def say(self, kind: str, **data: Any) -> None:
        """The next event of dispatch."""
        self.sequence += 1
        self.put("dispatch", kind, "dispatch", "gaoqiao", self.sequence, area="gaoqiao", **data)

    def report(self, incident: str, sequence: int = 1, verb: str = "reported") -> None:
        self.put("incidents", f"incident.{verb}", "intake", incident, sequence, incident_id=incident)

    def about(self, kind: str, incident: str = A, **data: Any) -> None:
        self.say(kind, incident_id=incident, category=CATEGORY, priority=2, **data)

    def step(self, verb: str, incident: str = A, unit: str = "P1", number: int = 1, **data: Any) -> None:
        times = {
            "received_at": "2024-10-30T14:23:00Z",
            "assigned_at": "2024-10-30T14:23:01Z",
            "on_scene_at": "2024-10-30T14:25:00Z",
            "cleared_at": "2024-10-30T14:40:00Z",
        }
        self.about(
            f"assignment.{verb}",
            incident,
            assignment_id=f"{incident}.{number}",
            unit=unit,
            times=times,
            first=True,
            **data,
        )

    def state(
        self, incident: str, status: str, *assignments: tuple[str, str, str], sequence: int | None = None
    ) -> None:
        self.put(
            "incident-state",
            "incident.state",
            "dispatch",
            f"gaoqiao/{incident}",
            sequence or self.sequence,
            f"gaoqiao/{incident}",
            sequence=sequence or self.sequence,
            status=status,
            priority=2,
            category=CATEGORY,
            assignments=[{"id": id, "unit": unit, "status": state} for id, unit, state in assignments],
        )

    def unit(self, unit: str, status: str, *held: str, sequence: int | None = None) -> None:
        number = sequence or self.sequence
        key = f"gaoqiao/{unit}"
        state = {"sequence": number, "status": status, "assignments": list(held)}
        self.put("unit-state", "unit.state", "dispatch", key, number, key, **state)


def told(what: str, key: str, status: int = 202, **more: Any) -> Told:
    return Told(what, key, more.pop("fingerprint", "f"), 0.0, 0.0, more.pop("took", 0.01), status, **more)


def clean() -> tuple[Log, History]:
    """One incident from its report to its end with a dispute, and one that waits."""
    log = Log()
    log.report(A)
    log.report(A, 2, "updated")
    log.report(B)
    log.say("unit.on-duty", unit="P1", unit_kind="patrol")
    log.about("incident.opened")
    log.step("assigned")
    log.step("on-scene")
    log.about("incident.corrected")
    log.about("incident.opened", B)
    log.about("incident.queued", B)
    log.state(B, "queued")
    log.step("cleared", case_id=DISPUTE)
    log.unit("P1", "available")
    log.about("incident.closed")
    log.state(A, "closed", (f"{A}.1", "P1", "cleared"))
    log.put("disputes", "dispute.reported", "dispatch", DISPUTE, 1)
    log.put("mediation", "case.opened", "mediation", DISPUTE, 1, DISPUTE)
    log.put("mediation", "case.assessed", "mediation", DISPUTE, 2, DISPUTE)
    history = History(
        told=[
            told("incident", "a", 0, took=0.4),
            told("incident", "a", answer=A),
            told("incident", "a", 422, fingerprint="other"),
            told("incident", "a", answer=A),
            told("incident", "b", 503, retry_after="2"),
            told("incident", "b", answer=B),
            told("change", "a-more", about=A),
            told("step", f"{A}.1-clear", 200, about=f"{A}.1 cleared"),
            told("assess", "assess", 200, about=DISPUTE),
        ],
        records=log.records,
        max_held={"P1": 1},
        numbers=[
            Numbers("received_to_assigned", {"020301": (1, 1.0)}),
            Numbers("received_to_cleared", {"020301": (1, 1020.0)}),
        ],
        verified=[{"area": "gaoqiao", "ok": True, "entries": 9}],
        texts={"intake.log": "all is well"},
        planted=["13900001111", "赵某"],
    )
    return log, history


def test_4_what_a_terminal_received_is_still_assigned() -> None:
    log, history = clean()
    log.report(C)
    log.say("unit.on-duty", unit="P2", unit_kind="patrol")
    log.about("incident.opened", C)
    log.step("assigned", C, unit="P2")
    log.step("received", C, unit="P2")
    log.state(C, "resources_assigned", (f"{C}.1", "P2", "assigned"))
    log.unit("P2", "not_available", f"{C}.1")
    assert [one for one in violations(history) if C in one and one[0] in "46"] == []
    log.step("timed-out", C, unit="P2")
    assert [one for one in violations(history) if one.startswith("4")] == []


def test_a_clean_history_has_no_violations() -> None:
    assert violations(clean()[1]) == []


def test_repeats_are_no_violation() -> None:
    log, history = clean()
    for topic in ("incidents", "dispatch", "disputes", "mediation"):
        log.records[topic].append(log.records[topic][0])
    assert violations(history) == []


def _lost(log: Log, history: History) -> None:
    history.told = [*history.told, told("incident", "c", answer="gaoqiao-" + "c" * 26)]


def _silent(log: Log, history: History) -> None:
    log.records["dispatch"] = [one for one in log.records["dispatch"] if "incident.queued" not in one.type]


def _twice_opened(log: Log, history: History) -> None:
    log.about("incident.opened", B)


def _invented(log: Log, history: History) -> None:
    history.told = [one for one in history.told if one.answer != B]


def _dead(log: Log, history: History) -> None:
    log.put("incidents.dlq", "incident.reported", "intake", A, 1)


def _overlap(log: Log, history: History) -> None:
    log.step("assigned", B)
    log.step("assigned", B, number=2)


def _waits_while_assigned(log: Log, history: History) -> None:
    log.step("assigned", B, number=2)
    log.say("standby.ordered", unit="P1", point="S1")


def _point_not_told(log: Log, history: History) -> None:
    log.say("standby.ordered", unit="P1", point="S1")
    log.unit("P1", "available")


def _gap(log: Log, history: History) -> None:
    log.sequence += 1
    log.say("unit.off-duty", unit="P1")


def _backwards(log: Log, history: History) -> None:
    first, second, *rest = log.records["incidents"]
    log.records["incidents"] = [second, first, *rest]


def _other_words(log: Log, history: History) -> None:
    one = log.records["dispatch"][3]
    log.records["dispatch"].append(replace(one, value=(one.value or "").replace("P1", "P2")))


def _two_places(log: Log, history: History) -> None:
    log.records["disputes"].append(replace(log.records["disputes"][0], partition=3))


def _impossible(log: Log, history: History) -> None:
    log.step("en-route", B)


def _after_the_end(log: Log, history: History) -> None:
    log.about("incident.corrected", A)


def _two_ids(log: Log, history: History) -> None:
    history.told = [*history.told, told("incident", "a", answer=B)]


def _other_body(log: Log, history: History) -> None:
    history.told = [*history.told, told("incident", "a", answer=A, fingerprint="other")]


def _shared(log: Log, history: History) -> None:
    history.told = [*history.told, told("incident", "c", answer=A)]


def _unjust(log: Log, history: History) -> None:
    history.told = [*history.told, told("incident", "a", 422)]


def _change_lost(log: Log, history: History) -> None:
    history.told = [*history.told, told("change", "b-more", about=B)]


def _change_unasked(log: Log, history: History) -> None:
    log.report(B, 2, "updated")


def _change_not_taken_in(log: Log, history: History) -> None:
    log.report(B, 2, "updated")
    history.told = [*history.told, told("change", "b-more", about=B)]


def _step_lost(log: Log, history: History) -> None:
    history.told = [*history.told, told("step", "s", 200, about=f"{A}.1 en_route")]


def _dispute_lost(log: Log, history: History) -> None:
    log.records["disputes"] = []


def _case_lost(log: Log, history: History) -> None:
    log.records["mediation"] = []


def _case_twice(log: Log, history: History) -> None:
    log.put("mediation", "case.opened", "mediation", DISPUTE, 3, DISPUTE)


def _old_state(log: Log, history: History) -> None:
    log.state(B, "active", sequence=5)


def _no_state(log: Log, history: History) -> None:
    log.records["incident-state"] = []


def _old_unit(log: Log, history: History) -> None:
    log.unit("P1", "not_available", f"{A}.1", sequence=3)


def _uncounted(log: Log, history: History) -> None:
    history.numbers = [Numbers("received_to_assigned", {})]


def _counted_twice(log: Log, history: History) -> None:
    history.numbers = [Numbers("received_to_assigned", {"020301": (2, 1.0)})]


def _wrong_mean(log: Log, history: History) -> None:
    history.numbers = [Numbers("received_to_assigned", {"020301": (1, 1.5)})]


def _broken_chain(log: Log, history: History) -> None:
    history.verified = [{"area": "gaoqiao", "ok": False, "problem": "entry 3 does not follow"}]


def _unverified(log: Log, history: History) -> None:
    history.verified = []


def _in_a_log(log: Log, history: History) -> None:
    history.texts = {"intake.log": "taken: 13900001111"}


def _escaped(log: Log, history: History) -> None:
    history.texts = {"intake.log": json.dumps({"caller": "赵某"})}


def _on_a_topic(log: Log, history: History) -> None:
    log.put("unit-positions", "unit.position", "dispatch", "gaoqiao/P1", 7, note="赵某")


@pytest.mark.parametrize(
    ("spoil", "invariant", "words"),
    [
        (_lost, "1", "not on the topic incidents"),
        (_silent, "1", "nobody was assigned and it is not queued"),
        (_twice_opened, "1", "opened 2 times"),
        (_invented, "1", "nobody was told"),
        (_dead, "1", "dead-lettered"),
        (_overlap, "2", "holds 2 assignments"),
        (_waits_while_assigned, "2", "ordered to wait while it holds"),
        (_point_not_told, "6", "the last state of unit gaoqiao/P1"),
        (_gap, "3", "appears where"),
        (_backwards, "3", "appears where"),
        (_other_words, "3", "says something else"),
        (_two_places, "3", "more than one place"),
        (_impossible, "4", "is - and was en_route"),
        (_after_the_end, "4", "which is closed"),
        (_two_ids, "5", "and then"),
        (_other_body, "5", "not 422"),
        (_shared, "5", "were both told"),
        (_unjust, "5", "refused with 422"),
        (_change_lost, "6", "1 changes confirmed, 0 events"),
        (_change_unasked, "6", "0 changes confirmed, 1 events"),
        (_change_not_taken_in, "6", "dispatch took in 0"),
        (_step_lost, "6", "has 0 events"),
        (_dispute_lost, "6", "not on the topic disputes"),
        (_case_lost, "6", "was opened 0 times"),
        (_case_twice, "6", "was opened 2 times"),
        (_old_state, "6", "the last state of incident"),
        (_no_state, "6", "has no state"),
        (_old_unit, "9", "is held by"),
        (_uncounted, "7", "analytics counts 0, the log has 1"),
        (_counted_twice, "7", "analytics counts 2, the log has 1"),
        (_wrong_mean, "7", "the mean is 1.5"),
        (_broken_chain, "10", "entry 3 does not follow"),
        (_unverified, "10", "was not run"),
        (_in_a_log, "10", "stands in intake.log"),
        (_escaped, "10", "stands in intake.log"),
        (_on_a_topic, "10", "stands in unit-positions"),
    ],
)
def test_what_is_wrong_is_said(spoil: Callable[[Log, History], None], invariant: str, words: str) -> None:
    log, history = clean()
    spoil(log, history)
    found = violations(history)
    assert any(one.startswith(f"{invariant}:") and words in one for one in found), found


def test_a_slow_answer_and_a_503_without_retry_after_are_said() -> None:
    attempts = [
        told("incident", "a", took=2.6),
        told("incident", "b", 503, retry_after="1"),
        told("incident", "c", 503),
    ]
    assert slow(attempts, 2.5) == [
        "incident a waited 2.60 s and was told 202",
        "incident c was told 503 without Retry-After",
    ]
