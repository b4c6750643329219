"""Sequences, CloudEvents on the wire, fail points."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.runtime import cloudevents, failpoints
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.errors import Unreadable
from fengqiao.runtime.streams import Sequences


@given(st.lists(st.integers(1, 30), max_size=80))
def test_what_is_applied_of_a_stream_is_one_to_n_without_a_repeat(order: list[int]) -> None:
    sequences, applied = Sequences(), []
    for number in order:
        if sequences.place("s", number) == "next":
            sequences.applied("s", number)
            applied.append(number)
    assert applied == list(range(1, len(applied) + 1))
    expected = len(applied) + 1
    assert sequences.place("s", expected) == "next"
    assert sequences.place("s", expected + 1) == "gap"


def test_a_reader_that_begins_in_the_middle_takes_the_first_number_it_sees() -> None:
    tail = Sequences(whole=False)
    assert tail.place("s", 41) == "next"
    tail.applied("s", 41)
    assert [tail.place("s", number) for number in (41, 42, 43)] == ["repeat", "next", "gap"]


def test_a_reader_with_a_bound_remembers_the_streams_that_went_on_last() -> None:
    tail = Sequences(whole=False, most=3)
    for stream, number in (("area", 1), ("a", 1), ("b", 1), ("area", 2), ("c", 1), ("d", 1), ("area", 3)):
        tail.applied(stream, number)
    assert len(tail) == 3
    assert [tail.place(stream, 1) for stream in ("area", "c", "d")] == ["repeat"] * 3
    assert tail.place("a", 1) == "next", "it was forgotten"


EVENT = CloudEvent(
    "t.v1", "intake", "gaoqiao-x", 7, datetime(2024, 10, 30, 14, 23, tzinfo=UTC), b'{"a":1}', "00-ab-cd-01"
)


def test_an_event_survives_the_wire_and_its_id_derives_from_its_place() -> None:
    assert cloudevents.read(EVENT.headers(), EVENT.data) == EVENT
    assert EVENT.id == "intake/gaoqiao-x/7"
    assert dict(EVENT.headers())["ce_time"] == b"2024-10-30T14:23:00Z"


@pytest.mark.parametrize(
    ("header", "value", "why"),
    [
        ("ce_type", None, "ce_type is missing"),
        ("ce_specversion", b"0.3", "not 1.0"),
        ("ce_sequence", b"seven", "seven"),
        ("ce_sequence", b"0", "count from 1"),
        ("ce_time", b"2024-10-30T14:23:00", "no offset"),
        ("ce_subject", b"\xff", "not UTF-8"),
    ],
)
def test_a_record_that_is_no_event_says_which_header_is_wrong(header: str, value: bytes | None, why: str) -> None:
    headers = [one for one in EVENT.headers() if one[0] != header]
    if value is not None:
        headers.append((header, value))
    with pytest.raises(Unreadable, match=why):
        cloudevents.read(headers, b"{}")


def test_a_fail_point_ends_the_process_at_the_pass_it_is_told() -> None:
    program = (
        "from fengqiao.runtime.failpoints import arm, failpoint\n"
        "arm('a=kill:3')\n"
        "for n in range(9):\n    print(n, flush=True); failpoint('b'); failpoint('a')\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=os.environ)
    assert (ended.returncode, ended.stdout.split()) == (-signal.SIGKILL, ["0", "1", "2"])


def test_a_fail_point_that_is_not_of_its_form_is_refused() -> None:
    with pytest.raises(ValueError, match="kill or stop"):
        failpoints.arm("a=explode")
    failpoints.arm("")
    assert not failpoints.armed("a")
