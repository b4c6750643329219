"""CloudEvents 1.0 in Kafka's binary mode: attributes are headers, data is the record's value.

    ce_specversion  1.0                     ce_subject   the stream
    ce_id           source/subject/sequence ce_sequence  its number in the stream: 1, 2, 3 …
    ce_type         fengqiao.….v1           traceparent  W3C trace context
    ce_source       the service             content-type application/json
    ce_time         RFC 3339, domain time

The id derives from stream and sequence, so a repeat always carries the same one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from fengqiao.runtime.errors import Unreadable

Headers = Sequence[tuple[str, bytes | None]]
"""As they are read; Kafka knows headers without a value, which none of ours has."""
_DIGITS: Final = 18
"""Of a number in a stream, so that stores and readers have 64 bits for it."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    type: str
    source: str
    subject: str
    sequence: int
    time: datetime
    data: bytes
    traceparent: str | None = None

    @property
    def id(self) -> str:
        return f"{self.source}/{self.subject}/{self.sequence}"

    @property
    def stream(self) -> str:
        """What the sequence counts in."""
        return f"{self.source}/{self.subject}"

    def structured(self) -> dict[str, Any]:
        """The event in JSON (structured mode), for orjson with OPT_UTC_Z; without extensions."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "data": orjson.Fragment(self.data),
        }

    def headers(self) -> list[tuple[str, bytes]]:
        """The record's headers, as aiokafka takes them."""
        headers = [
            ("ce_specversion", b"1.0"),
            ("ce_id", self.id.encode()),
            ("ce_type", self.type.encode()),
            ("ce_source", self.source.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_sequence", b"%d" % self.sequence),
            ("ce_time", self.time.isoformat().replace("+00:00", "Z").encode()),
            ("content-type", b"application/json"),
        ]
        if self.traceparent:
            headers.append(("traceparent", self.traceparent.encode()))
        return headers


def header(headers: Iterable[tuple[str, bytes | None]], name: str) -> str | None:
    """The first header of that name as text, or None where there is none or it is not UTF-8."""
    for key, value in headers:
        if key == name:
            try:
                return None if value is None else value.decode()
            except UnicodeDecodeError:
                return None
    return None


def sequence_of(headers: Iterable[tuple[str, bytes | None]]) -> int | None:
    """The number in its stream that the headers say, or None where they say none."""
    number = header(headers, "ce_sequence")
    return None if number is None else _number(number)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def read(headers: Headers, value: bytes | None) -> CloudEvent:
    """The event of a record. Raises Unreadable, naming the header that is missing or wrong.

    What is in `data` is not looked at: that is for whoever knows the type.
    """
    found = dict(headers)

    def text(name: str) -> str:
        there = found.get(name)
        if there is None:
            raise Unreadable(f"header {name} is missing")
        try:
            return there.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"header {name} is not UTF-8") from None

    if text("ce_specversion") != "1.0":
        raise Unreadable(f"ce_specversion is {text('ce_specversion')!r}, not 1.0")
    if value is None:
        raise Unreadable("the record has no value")
    sequence = _number(text("ce_sequence"))
    if sequence is None or sequence < 1:
        raise Unreadable(f"ce_sequence is {text('ce_sequence')[:40]!r}; streams count from 1")
    try:
        time = datetime.fromisoformat(text("ce_time"))
        if time.tzinfo is None:
            raise Unreadable("ce_time has no offset")
        time = time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"ce_time: {error}") from None
    trace = found.get("traceparent")
    return CloudEvent(
        type=text("ce_type"),
        source=text("ce_source"),
        subject=text("ce_subject"),
        sequence=sequence,
        time=time,
        data=value,
        traceparent=trace.decode(errors="replace") if trace else None,
    )
