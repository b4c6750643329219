"""Server-sent events, as the HTML standard has them."""

import orjson

from fengqiao.runtime.cloudevents import CloudEvent

COMMENT = b": still here\n\n"


def still_here(id: str) -> bytes:
    """A comment that moves the client's last id on and says nothing: no `data`, so no event is dispatched."""
    return b": still here\nid: " + id.encode() + b"\n\n"


def frame(kind: str, data: bytes, id: str | None = None) -> bytes:
    """One event. data: JSON without line breaks."""
    head = f"id: {id}\n" if id is not None else ""
    return f"{head}event: {kind}\ndata: ".encode() + data + b"\n\n"


def structured(event: CloudEvent) -> bytes:
    """The CloudEvent in JSON (its structured mode)."""
    return orjson.dumps({**event.structured(), "sequence": event.sequence}, option=orjson.OPT_UTC_Z)
