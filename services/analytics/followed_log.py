"""Which Kafka the documents were folded from, and under which group it is read.

An offset means nothing in another Kafka, or in a topic that was made anew: documents and topic belong together.
And the group belongs to the documents: its name carries a mark that was made with them, so that with a new (or an
emptied) database the log is read from its beginning, whatever an earlier group has committed.
"""

from dataclasses import dataclass
from typing import Any

from fengqiao.runtime.documents import Collection, DuplicateId
from fengqiao.runtime.errors import ForeignJournal
from fengqiao.runtime.topics_admin import Cluster
from services.analytics.layout import LOG


@dataclass(frozen=True, slots=True)
class FollowedLog:
    cluster: str
    topic_id: str
    mark: str

    def group(self, topic: str) -> str:
        """The consumer group that reads `topic` for these documents."""
        return f"analytics-{topic}-{self.mark}"


async def followed_log(database: Any, kafka: Cluster, topic: str, mark: str) -> FollowedLog:
    """The log that the documents belong to; `kafka`'s `topic` and `mark` where there are none yet.

    Raises ForeignJournal when they belong to another, StoreUnavailable.
    """
    collection = Collection(database, LOG)
    document = await collection.get(topic)
    if document is None:
        document = {"_id": topic, "cluster": kafka.id, "topic_id": kafka.topics[topic], "mark": mark}
        try:
            await collection.insert(document)
        except DuplicateId:
            document = await collection.get(topic) or document
    if (document["cluster"], document["topic_id"]) != (kafka.id, kafka.topics[topic]):
        raise ForeignJournal(
            f"The numbers in this database were counted from another topic {topic} (made anew, or on another Kafka). "
            "Connect the Kafka they belong to, or set FENGQIAO_DATABASE to a new name to count from the beginning."
        )
    return FollowedLog(document["cluster"], document["topic_id"], document["mark"])
