"""A delivery as it is stored: `_id` is the notice's id; `version` is compared and set; its receipt waits in it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson

from fengqiao.contracts.model import Event
from fengqiao.contracts.notices import NoticeDelivered, NoticeFailed
from fengqiao.contracts.topics import NOTICES
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Document
from fengqiao.runtime.relay import pending, with_pending
from services.notify.domain.delivering import Asked, Delivery

SOURCE: Final = "notify"


def document_of(delivery: Delivery, body: bytes, version: int = 1) -> Document:
    """body: what is sent, as it is signed."""
    told = asdict(delivery)
    told.pop("id")
    found: Document = {
        "_id": delivery.id,
        "version": version,
        "claimed_until": 0.0,
        "area": delivery.asked.area,
        "target": delivery.target,
        "body": body.decode(),
        "delivery": orjson.dumps(told).decode(),
        "state": delivery.state,
        "sort": delivery.begun_at,
    }
    # Only those that are not over carry the mark, so that looking for them is short where the store has the index.
    return found | ({"open": True} if delivery.state == "open" else {})


def delivery_of(document: Mapping[str, Any]) -> Delivery:
    told = orjson.loads(document["delivery"])
    return Delivery(id=document["_id"], **{**told, "asked": Asked(**told["asked"])})


def with_receipt(document: Document, delivery: Delivery, at: datetime) -> Document:
    """The document with its receipt to be told. at: domain time."""
    event = receipt(delivery, at)
    told = CloudEvent(event.TYPE, SOURCE, delivery.id, 1, at, event.wire())
    return with_pending(document, pending(told, NOTICES.name, delivery.asked.area))


def receipt(delivery: Delivery, at: datetime) -> Event:
    asked = delivery.asked
    said: dict[str, Any] = {
        "area": asked.area,
        "notice_id": delivery.id,
        "notification_id": asked.notification_id,
        "to": asked.to,
        "what": asked.what,
        "target": delivery.target,
        "incident_id": asked.incident_id,
        "number": asked.number,
        "case_id": asked.case_id,
        "at": at,
        "attempts": delivery.attempts,
    }
    if delivery.state == "delivered":
        late = asked.due_at is not None and at > datetime.fromisoformat(asked.due_at)
        return NoticeDelivered(**said, late=True if late else None)
    assert delivery.why is not None
    return NoticeFailed(**said, reason=delivery.why, status=delivery.status)
