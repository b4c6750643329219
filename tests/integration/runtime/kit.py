"""Events that say nothing, and topics to say them on."""

from datetime import UTC, datetime

from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.topics_admin import ensure_topics


def event(subject: str, sequence: int, data: bytes = b"{}") -> CloudEvent:
    return CloudEvent("fengqiao.test.happened.v1", "test", subject, sequence, datetime.now(UTC), data)


async def make(bootstrap: str, prefix: str, *names: str) -> None:
    wanted = sorted({f"{prefix}{name}{end}" for name in names for end in ("", ".dlq")})
    await ensure_topics(bootstrap, [(name, 1, {}) for name in wanted])
