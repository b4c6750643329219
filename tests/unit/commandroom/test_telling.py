"""Resume tokens, the audience and its buffers, server-sent events, undecided incidents."""

import contextlib
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import orjson
import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.runtime.cloudevents import CloudEvent
from services.commandroom import feed, resume, sse
from services.commandroom.audience import Audience, News
from services.commandroom.board import LiveBoard
from services.commandroom.resume import Place, StaleToken
from services.commandroom.undecided import FORGET, UndecidedWatch

NUMBERS = st.dictionaries(st.from_regex(r"\A[a-z-]{1,12}/[0-5]\Z"), st.integers(1, 2**53))


@given(cluster=st.text(max_size=30), offsets=NUMBERS, sequences=NUMBERS)
def test_C3_a_token_says_what_was_put_in(cluster: str, offsets: dict[str, int], sequences: dict[str, int]) -> None:
    place = Place(cluster, offsets, sequences)
    token = place.token()
    assert token.replace("-", "").replace("_", "").isalnum()
    assert resume.read(token) == place


def test_C3_a_token_leaves_out_partitions_at_their_beginning() -> None:
    assert resume.read(Place("k", {"dispatch/0": 0, "dispatch/1": 7}, {}).token()).offsets == {"dispatch/1": 7}


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "x",
        "!!!!",
        "é",
        "bnVsbA",
        "W10",
        "WzEse30se31d",
        "W1tdLHt9LHt9XQ",
        "WyJrIixbXSx7fV0",
        "WyJrIix7ImEiOiJiIn0se31d",
    ],
)
def test_C3_garbage_is_a_stale_token_and_no_other_error(garbage: str) -> None:
    with pytest.raises(StaleToken):
        resume.read(garbage)


@given(st.text(max_size=200))
def test_C3_any_text_is_a_place_or_stale(text: str) -> None:
    with contextlib.suppress(StaleToken):
        assert isinstance(resume.read(text), Place)


def news(number: int, area: str = "gaoqiao", kind: str = "fengqiao.incident.opened.v1") -> News:
    return News(area, kind, b"%d" % number)


def test_C3_a_listener_gets_its_areas_and_types_and_no_others() -> None:
    audience = Audience(10)
    here = audience.join({"gaoqiao"}, [])
    everywhere = audience.join(None, [])
    opened = audience.join({"gaoqiao"}, ["fengqiao.incident.", "fengqiao.case.opened.v1"])
    for one in (news(1), news(2, "elsewhere"), news(3, kind="fengqiao.unit.state.v1")):
        audience.tell(one)
    assert [one.frame for one in here.take()] == [b"1", b"3"]
    assert [one.frame for one in everywhere.take()] == [b"1", b"2", b"3"]
    assert [one.frame for one in opened.take()] == [b"1"]
    assert here.take() == []


def test_C3_a_full_buffer_drops_its_listener_alone_and_keeps_what_came_before() -> None:
    audience = Audience(3)
    slow, quick = audience.join(None, []), audience.join(None, [])
    taken = []
    for number in range(5):
        audience.tell(news(number))
        taken += quick.take()
    assert slow.dropped
    assert not quick.dropped
    assert [one.frame for one in slow.take()] == [b"0", b"1", b"2"]
    audience.tell(news(6))
    assert slow.take() == [], "after a gap nothing may follow"
    assert [one.frame for one in taken] == [b"0", b"1", b"2", b"3", b"4"]


def test_C3_who_has_left_is_told_nothing() -> None:
    audience = Audience(3)
    listener = audience.join(None, [])
    audience.leave(listener)
    audience.tell(news(1))
    assert listener.take() == []


def test_C3_when_all_are_sent_away_each_wakes_up() -> None:
    audience = Audience(3)
    listener = audience.join(None, [])
    audience.drop_all()
    assert listener.dropped
    assert listener.ready.is_set()


def test_C3_an_event_is_one_frame_and_its_data_the_whole_cloudevent() -> None:
    event = CloudEvent("fengqiao.x.v1", "dispatch", "gaoqiao", 7, datetime(2024, 1, 2, tzinfo=UTC), b'{"a": "b\\nc"}')
    frame = sse.frame(event.type, sse.structured(event), "tok")
    assert frame.startswith(b"id: tok\nevent: fengqiao.x.v1\ndata: {")
    assert frame.endswith(b"}\n\n")
    assert frame.count(b"\n") == 4, "a line break in the data would end the field"
    assert orjson.loads(frame.split(b"data: ")[1]) == {
        "specversion": "1.0",
        "id": "dispatch/gaoqiao/7",
        "type": "fengqiao.x.v1",
        "source": "dispatch",
        "subject": "gaoqiao",
        "sequence": 7,
        "time": "2024-01-02T00:00:00Z",
        "datacontenttype": "application/json",
        "data": {"a": "b\nc"},
    }


def nobody(_: str, __: str) -> bool:
    return False


def test_C1_an_undecided_incident_is_an_alarm_once_and_cleared_once() -> None:
    watch = UndecidedWatch(10.0)
    watch.accepted(
        {"incident_id": "gaoqiao-x", "received_at": "2024-01-01T00:00:00Z", "priority": 1},
        "gaoqiao",
        age=0.0,
        now=100.0,
    )
    assert list(watch.due(109.9, nobody)) == []
    alarm = {"incident_id": "gaoqiao-x", "area": "gaoqiao", "received_at": "2024-01-01T00:00:00Z", "priority": 1}
    assert list(watch.due(110.0, nobody)) == [alarm]
    assert list(watch.due(111.0, nobody)) == []
    assert watch.alarms() == [alarm]
    assert watch.decided("gaoqiao-x") == alarm
    assert watch.decided("gaoqiao-x") is None
    assert watch.alarms() == []


def test_C1_the_age_of_a_report_counts_over_a_restart_and_a_repeat_does_not_start_it_anew() -> None:
    watch = UndecidedWatch(10.0)
    watch.accepted({"incident_id": "gaoqiao-x", "received_at": "then", "priority": 1}, "gaoqiao", age=8.0, now=100.0)
    watch.accepted({"incident_id": "gaoqiao-x", "received_at": "then", "priority": 1}, "gaoqiao", age=0.0, now=101.0)
    assert [one["incident_id"] for one in watch.due(102.0, nobody)] == ["gaoqiao-x"]


def test_C1_what_was_decided_in_time_or_stands_on_the_board_or_is_too_old_is_no_alarm() -> None:
    watch = UndecidedWatch(10.0)
    watch.accepted({"incident_id": "gaoqiao-x", "received_at": "then", "priority": 1}, "gaoqiao", age=0.0, now=0.0)
    assert watch.decided("gaoqiao-x") is None
    watch.accepted({"incident_id": "gaoqiao-y", "received_at": "then", "priority": 1}, "gaoqiao", age=0.0, now=0.0)
    watch.accepted(
        {"incident_id": "gaoqiao-z", "received_at": "then", "priority": 1}, "gaoqiao", age=FORGET + 1, now=0.0
    )
    assert list(watch.due(1000.0, lambda _, incident: incident == "gaoqiao-y")) == []
    assert watch.alarms() == []


def test_C3_the_feed_forgets_the_streams_that_ended_long_ago_and_tells_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feed, "MOST_STREAMS", 50)
    following = feed.Feed("nowhere", "", LiveBoard(), Audience(10), UndecidedWatch(10.0))

    def take(stream: str, sequence: int) -> bool:
        event = CloudEvent("fengqiao.incident.noted.v1", "dispatch", stream, sequence, datetime.now(UTC), b"{}")
        record = SimpleNamespace(
            value=b"{}", key=stream.encode(), headers=event.headers(), timestamp=0, offset=sequence
        )
        return following._understood("dispatch/0", cast(ConsumerRecord, record)) is not None

    for n in range(200):
        assert take("gaoqiao", n + 1)
        assert take(f"gaoqiao-{n}", 1)
        assert not take(f"gaoqiao-{n}", 1), "a repeat"
        assert not take(f"gaoqiao-{max(n - 40, 0)}", 1), "a repeat that comes later"
        assert not take("gaoqiao", n + 1)
    assert len(following._seen) == 50
