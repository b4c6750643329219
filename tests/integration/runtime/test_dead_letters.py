"""`fengqiao dlq`: letters are listed with their reason, sent back once, and read then."""

from collections.abc import Awaitable, Callable, Sequence

from fengqiao.cli.dead_letters import redrive, waiting
from fengqiao.runtime.consumer import Consumer, Received, Rejected
from fengqiao.runtime.publisher import Outgoing, Publisher
from tests.awaiting import eventually
from tests.integration.runtime.kit import event, make

Row = tuple[str | None, str]
"""The letter's number in its stream, and the reason."""


class Mended:
    """Cannot read number 2 until it is mended."""

    def __init__(self) -> None:
        self.applied: list[int] = []
        self.mended = False

    async def __call__(self, batch: Sequence[Received]) -> None:
        for received in batch:
            if received.event.sequence == 2 and not self.mended:
                raise Rejected(received, "number 2 is beyond this version")
        self.applied += [received.event.sequence for received in batch]


async def test_dead_letters_are_listed_and_sent_back_once(
    bootstrap_servers: str, topic_prefix: str, publisher: Publisher
) -> None:
    topic = "disputes"
    await make(bootstrap_servers, topic_prefix, topic, f"{topic}.dlq")
    handler = Mended()
    consumer = Consumer(bootstrap_servers, "g", [topic], handler, publisher, prefix=topic_prefix)
    consumer.start()
    for number in (1, 2, 3):
        await publisher.publish(Outgoing(f"{topic_prefix}{topic}", "k", event("s", number)))
    await publisher.publish_raw(f"{topic_prefix}{topic}", b"k", b"rubbish", [])
    await eventually(lambda: handler.applied == [1, 3], what="what can be read")

    async def listed() -> list[Row]:
        return [(one.sequence, one.reason) async for one in waiting(bootstrap_servers, topic_prefix, [topic])]

    letters = await eventually(lambda: _of_length(listed, 2), what="both letters")
    assert letters is not None
    assert ("2", "number 2 is beyond this version") in letters
    assert any(sequence is None for sequence, _ in letters)

    handler.mended = True
    assert await redrive(bootstrap_servers, topic_prefix, topic) == 2
    await eventually(lambda: handler.applied == [1, 3, 2], what="the mended letter")
    await eventually(lambda: _of_length(listed, 1), what="the rubbish, dead once more")
    assert await redrive(bootstrap_servers, topic_prefix, topic) == 1, "only what died since is sent back"
    await consumer.stop()


async def _of_length(listed: Callable[[], Awaitable[list[Row]]], length: int) -> list[Row] | None:
    found = await listed()
    return found if len(found) == length else None
