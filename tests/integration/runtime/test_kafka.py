"""Publisher, consumer, outbox and topics on a real Kafka."""

import asyncio
import time
from collections.abc import Sequence
from itertools import pairwise

import pytest

from fengqiao.local import LocalServers
from fengqiao.runtime import documents
from fengqiao.runtime.consumer import MOST_REST_S, Consumer, Received, Rejected
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import KafkaUnavailable, StoreUnavailable
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.relay import Relay, pending, with_pending
from fengqiao.runtime.topics_admin import TopicMismatch, cluster, ensure_topics
from tests import odd_records
from tests.awaiting import eventually
from tests.integration.runtime.kit import event, make


async def test_topics_are_made_once_and_told_apart_when_made_anew(bootstrap_servers: str, topic_prefix: str) -> None:
    from fengqiao.runtime.topics_admin import delete_topics

    await make(bootstrap_servers, topic_prefix, "a")
    await make(bootstrap_servers, topic_prefix, "a")
    before = await cluster(bootstrap_servers, [f"{topic_prefix}a"])
    with pytest.raises(TopicMismatch):
        await ensure_topics(bootstrap_servers, [(f"{topic_prefix}a", 3, {})])
    await delete_topics(bootstrap_servers, topic_prefix)

    async def gone() -> bool:
        try:
            await cluster(bootstrap_servers, [f"{topic_prefix}a"])
        except KafkaUnavailable:
            return True
        return False

    await eventually(gone, what="the topic's end")
    await make(bootstrap_servers, topic_prefix, "a")
    after = await cluster(bootstrap_servers, [f"{topic_prefix}a"])
    assert before.id == after.id
    assert before.topics != after.topics


class Handler:
    """Remembers what it was given; misbehaves as it is told."""

    def __init__(self) -> None:
        self.applied: list[int] = []
        self.busy = 0
        self.reject: set[int] = set()

    async def __call__(self, batch: Sequence[Received]) -> None:
        if self.busy:
            self.busy -= 1
            raise StoreUnavailable("not now")
        for received in batch:
            if received.event.sequence in self.reject:
                raise Rejected(received, "not this one")
        self.applied += [received.event.sequence for received in batch]


async def test_a_consumer_keeps_order_over_trouble_and_dead_letters_what_it_cannot_read(
    bootstrap_servers: str, topic_prefix: str, publisher: Publisher
) -> None:
    await make(bootstrap_servers, topic_prefix, "a", "a.dlq")
    handler = Handler()
    handler.busy, handler.reject = 3, {5}
    consumer = Consumer(bootstrap_servers, "g", ["a"], handler, publisher, prefix=topic_prefix)
    consumer.start()
    for number in range(1, 11):
        await publisher.publish(Outgoing(f"{topic_prefix}a", "k", event("s", number)))
        if number == 3:
            await publisher.publish_raw(f"{topic_prefix}a", b"k", b"rubbish", [])
    await eventually(lambda: len(handler.applied) == 9, what="nine events")
    assert handler.applied == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    dead = Handler()
    reader = Consumer(bootstrap_servers, "dead", ["a.dlq"], dead, publisher, prefix=topic_prefix)
    reader.start()
    await eventually(lambda: dead.applied == [5], what="the dead letter")
    await reader.stop()
    await consumer.stop()
    again = Handler()
    second = Consumer(bootstrap_servers, "g", ["a"], again, publisher, prefix=topic_prefix)
    second.start()
    await publisher.publish(Outgoing(f"{topic_prefix}a", "k", event("s", 11)))
    await eventually(lambda: again.applied == [11], what="only what is new after an orderly stop")
    await second.stop()


async def test_a_consumer_reads_on_behind_what_the_library_cannot_take_apart(
    bootstrap_servers: str, topic_prefix: str, publisher: Publisher
) -> None:
    await make(bootstrap_servers, topic_prefix, "b", "b.dlq")
    topic = f"{topic_prefix}b"
    handler = Handler()
    for number in (1, 2):
        await publisher.publish(Outgoing(topic, "k", event("s", number)))
    await odd_records.send_with_a_name_that_is_no_text(bootstrap_servers, topic, b"{}")
    for number in (3, 4):
        await publisher.publish(Outgoing(topic, "k", event("s", number)))
    consumer = Consumer(bootstrap_servers, "g", ["b"], handler, publisher, prefix=topic_prefix)
    consumer.start()
    await eventually(lambda: handler.applied == [1, 2, 3, 4], what="those before it and those behind it, once each")
    await odd_records.send_with_a_name_that_is_no_text(bootstrap_servers, topic, b"{}")
    await publisher.publish(Outgoing(topic, "k", event("s", 5)))
    await eventually(lambda: handler.applied == [1, 2, 3, 4, 5], what="what comes later, once")
    await consumer.stop()


async def test_a_consumer_rests_after_a_costly_batch_unless_more_waits(
    bootstrap_servers: str, topic_prefix: str, publisher: Publisher
) -> None:
    await make(bootstrap_servers, topic_prefix, "a")
    topic = f"{topic_prefix}a"
    batches: list[tuple[float, float, int]] = []
    fetched = Handler()
    reader = Consumer(bootstrap_servers, "reader", ["a"], fetched, publisher, prefix=topic_prefix)
    reader.start()

    async def costly(batch: Sequence[Received]) -> None:
        began = time.monotonic()
        if batch[-1].event.sequence == 5:  # one comes while the last of those that waited are handled, and is fetched
            await publisher.publish(Outgoing(topic, "k", event("s", 6)))
            await eventually(lambda: 6 in fetched.applied, what="a reader has fetched it")
        batches.append((began, time.monotonic(), len(batch)))

    await publisher.publish_in_order([Outgoing(topic, "k", event("s", number)) for number in range(1, 6)])
    # However little a batch costs, so many times that is as long as it may rest.
    consumer = Consumer(bootstrap_servers, "g", ["a"], costly, publisher, prefix=topic_prefix, batch=2, rest=1e6)
    consumer.start()
    await eventually(lambda: sum(count for *_, count in batches) == 6, what="all of them")
    await consumer.stop()
    await reader.stop()
    pauses = [begin - end for (_, end, _), (begin, _, _) in pairwise(batches)]
    assert [count for *_, count in batches] == [2, 2, 1, 1]
    assert pauses[-1] >= MOST_REST_S, "nothing waited when it was fetched: it rests"
    assert max(pauses[:-1]) < MOST_REST_S, "more waited: it goes on"


async def test_the_publisher_survives_a_killed_kafka_and_says_at_once_that_it_is_away(
    own_servers: LocalServers,
) -> None:
    await make(own_servers.bootstrap_servers, "", "a")
    publisher = Publisher(own_servers.bootstrap_servers, "test", patience=2.0)
    await publisher.start(wait=10)
    handler = Handler()
    consumer = Consumer(own_servers.bootstrap_servers, "g", ["a"], handler, publisher)
    consumer.start()
    await publisher.publish(Outgoing("a", "k", event("s", 1)))
    await own_servers.kafka.kill()
    with pytest.raises(KafkaUnavailable):
        await asyncio.wait_for(publisher.publish(Outgoing("a", "k", event("s", 2))), 2.5)
    assert not publisher.available
    began = asyncio.get_running_loop().time()
    with pytest.raises(KafkaUnavailable):
        await publisher.publish(Outgoing("a", "k", event("s", 2)))
    assert asyncio.get_running_loop().time() - began < 0.1
    await own_servers.kafka.restart()

    async def sent() -> bool:
        try:
            await publisher.publish(Outgoing("a", "k", event("s", 2)))
        except KafkaUnavailable:
            return False
        return True

    await eventually(sent, within=40, what="publishing again")
    await eventually(lambda: list(dict.fromkeys(handler.applied)) == [1, 2], within=40, what="the consumer")
    await consumer.stop()
    await publisher.stop()


async def test_the_outbox_tells_everything_in_order_also_what_another_process_left(
    bootstrap_servers: str, mongodb_uri: str, database: str, topic_prefix: str, publisher: Publisher
) -> None:
    await make(bootstrap_servers, topic_prefix, "a")
    client = documents.connect(mongodb_uri, "pymongo")
    collection = Collection(client[database], "things")
    left = with_pending({"_id": "left"}, pending(event("left", 1), "a", "k"), pending(event("left", 2), "a", "k"))
    await collection.insert(left)
    relay = Relay(collection, publisher, topic_prefix, "test")
    relay.start()
    mine = with_pending({"_id": "mine"}, pending(event("mine", 1), "a", "k"))
    await collection.insert(mine)
    await relay.relay(mine)
    heard: list[tuple[str, int]] = []

    async def hear(batch: Sequence[Received]) -> None:
        heard.extend((received.event.subject, received.event.sequence) for received in batch)

    consumer = Consumer(bootstrap_servers, "g", ["a"], hear, publisher, prefix=topic_prefix)
    consumer.start()
    wanted = {("left", 1), ("left", 2), ("mine", 1)}
    await eventually(lambda: wanted <= set(heard), what="all events")
    assert heard.index(("left", 1)) < heard.index(("left", 2))

    async def marked() -> bool:
        found = await collection.get_many(["left", "mine"])
        return all("unsent" not in one and one["pending"] == [] for one in found.values())

    await eventually(marked, what="the marks")
    # A mark for an older event does not hide a newer one.
    changed = with_pending({**mine, "pending": []}, pending(event("mine", 2), "a", "k"))
    assert await collection.replace(changed, {"events_through": 1})
    await collection.update_each([("mine", {"events_through": 1}, {"$unset": {"unsent": ""}})])
    kept = await collection.get("mine")
    assert kept is not None
    assert kept["unsent"]
    relay.later("mine")
    await eventually(lambda: ("mine", 2) in heard, what="the newer event")
    await consumer.stop()
    await relay.stop()
    await documents.close(client)
