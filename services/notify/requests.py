"""The consumer of `dispatch` and `mediation`: what somebody outside has to be told becomes deliveries."""

import time
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from fengqiao.contracts.dispatch import NotificationRequested
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.consumer import Received, Rejected
from services.notify.deliveries import Deliveries
from services.notify.domain.delivering import Delivery, begin, read
from services.notify.domain.targets import Targets

ASKING: Final = (NotificationRequested.TYPE, "fengqiao.superior.notification-requested.v1")


class Requests:
    """targets: by area. Raises Busy where the store is away; nothing is committed then."""

    def __init__(self, deliveries: Deliveries, targets: Mapping[str, Targets]) -> None:
        self._deliveries = deliveries
        self._targets = targets

    async def __call__(self, batch: Sequence[Received]) -> None:
        found: dict[str, tuple[Delivery, bytes]] = {}
        for received in batch:
            event = received.event
            if event.type not in ASKING:
                continue
            try:
                data = orjson.loads(event.data)
                asked = read(data, event.id)
            except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
                raise Rejected(received, f"the notification cannot be understood: {error}") from None
            for delivery in begin(asked, self._targets.get(asked.area), time.time()):
                found.setdefault(delivery.id, (delivery, body_of(event)))
        if found:
            await self._deliveries.take(list(found.values()))


def body_of(event: CloudEvent) -> bytes:
    """What is sent: the CloudEvent in JSON. Nothing personal is in it, for nothing personal is in an event."""
    return orjson.dumps(event.structured(), option=orjson.OPT_UTC_Z)
