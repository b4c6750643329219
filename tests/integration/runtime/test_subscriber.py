"""The subscriber that we hand out, on a real Kafka."""

from datetime import UTC, datetime

from fengqiao.client.subscriber import subscribe
from fengqiao.contracts import ids
from fengqiao.contracts.incidents import IncidentCancelled
from fengqiao.contracts.topics import INCIDENTS
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.topics_admin import ensure_topics
from tests import odd_records


async def test_I1_a_subscriber_steps_over_what_nobody_can_read_and_knows_what_its_topic_means(
    bootstrap_servers: str, topic_prefix: str, publisher: Publisher
) -> None:
    topic = f"{topic_prefix}{INCIDENTS.name}"
    await ensure_topics(bootstrap_servers, [(topic, INCIDENTS.partitions, {})])
    now, id = datetime.now(UTC), ids.incident_id("gaoqiao", ids.digest("cancelled"))
    taken_back = IncidentCancelled(incident_id=id, area="gaoqiao", received_at=now, reason="test")
    for sequence, data in ((1, b"{}"), (2, b"[" * 10_000), (3, taken_back.wire())):
        event = CloudEvent(IncidentCancelled.TYPE, "intake", id, sequence, now, data)
        await publisher.publish(Outgoing(topic, "gaoqiao", event, 0))
        await odd_records.send(bootstrap_servers, topic, None, ("ce_specversion", None))
    async for heard in subscribe(bootstrap_servers, [INCIDENTS], prefix=topic_prefix):
        # Dispatch says `incident.cancelled` as well, of something else.
        assert (heard.envelope.sequence, heard.data) == (3, taken_back)
        break
