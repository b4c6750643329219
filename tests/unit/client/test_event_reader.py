"""Reading server-sent events: however the bytes are cut, and whatever the names hold."""

import itertools

import orjson
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.client.stream import EventReader, Told

STREAM = (
    ": a comment\n\n"
    'id: 1\nevent: snapshot\ndata: {"at": 1}\n\n'
    'id: 2\r\nevent: fengqiao.x.v1\r\ndata: {"name": "永\u2028定\u0085"}\r\n\r\n'
    ": still here\nid: 3\n\n"
    "data: [1,\ndata: 2]\n\n"
    'event: reset\ndata: {"cut": '
).encode()


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_C3_events_come_out_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), len(STREAM)]
    reader = EventReader()
    told = [one for a, b in itertools.pairwise(edges) for one in reader.feed(STREAM[a:b])]
    assert told == [
        Told("1", "snapshot", {"at": 1}),
        Told("2", "fengqiao.x.v1", {"name": "永\u2028定\u0085"}),
        Told("3", "message", [1, 2]),
    ]


def test_C3_a_comment_with_an_id_moves_the_place_on_and_tells_nothing() -> None:
    reader = EventReader("before")
    assert list(reader.feed(b": still here\nid: after\n\n")) == []
    assert reader.last_id == "after"
    (told,) = reader.feed(b"event: x\ndata: " + orjson.dumps({}) + b"\n\n")
    assert told.id == "after"
