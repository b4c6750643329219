"""Topics: made once from a table, and told apart from topics of the same name on another (or a wiped) Kafka."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Schema, TaggedFields

from fengqiao.runtime.errors import KafkaUnavailable, RuntimeFault

TOPIC_ALREADY_EXISTS: Final = 36
REPLICAS: Final = 3
"""Copies of each partition, as far as there are brokers for them."""


class TopicMismatch(RuntimeFault):
    """A topic is there with another number of partitions than the table says; that number is fixed for life."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Which Kafka this is: its id, and the id of each topic (a topic that is made again gets another)."""

    id: str
    topics: Mapping[str, str]


class _Uuid:
    @classmethod
    def decode(cls, data: Any) -> str:
        return str(uuid.UUID(bytes=data.read(16)))

    @classmethod
    def encode(cls, value: str) -> bytes:
        return uuid.UUID(value).bytes

    @classmethod
    def repr(cls, value: object) -> str:
        return repr(value)


class _MetadataResponse(Response):  # type: ignore[misc]  # aiokafka has no types
    """Metadata v12 (KIP-516): the first versions that tell topic ids; aiokafka's own request stops at v5."""

    API_KEY: ClassVar[int] = 3
    API_VERSION: ClassVar[int] = 12
    SCHEMA: ClassVar[Schema] = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("name", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _MetadataRequestV12(RequestStruct):  # type: ignore[misc]  # aiokafka has no types
    API_KEY: ClassVar[int] = 3
    API_VERSION: ClassVar[int] = 12
    RESPONSE_TYPE = _MetadataResponse
    FLEXIBLE_VERSION: ClassVar[bool] = True
    SCHEMA: ClassVar[Schema] = Schema(
        (
            "topics",
            CompactArray(("topic_id", _Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields)),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _MetadataRequest(Request[_MetadataRequestV12]):  # type: ignore[misc]  # aiokafka has no types
    API_KEY: ClassVar[int] = 3

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics: list[tuple[str, str, dict[int, bytes]]] = [
            ("00000000-0000-0000-0000-000000000000", name, {}) for name in topics
        ]

    def build(self, request_struct_class: type[_MetadataRequestV12]) -> _MetadataRequestV12:
        return request_struct_class(self._topics, False, False, {})


async def _admin(bootstrap_servers: str) -> AIOKafkaAdminClient:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10000)
    try:
        async with asyncio.timeout(10):
            await admin.start()
    except Exception as error:
        await admin.close()
        raise KafkaUnavailable(f"{bootstrap_servers} does not answer: {error}") from error
    return admin


async def ensure_topics(bootstrap_servers: str, topics: Iterable[tuple[str, int, Mapping[str, str]]]) -> None:
    """Make the topics (name, partitions, settings) that are not there. Raises TopicMismatch and KafkaUnavailable."""
    wanted = list(topics)
    admin = await _admin(bootstrap_servers)
    try:
        brokers = len((await admin.describe_cluster())["brokers"])
        response = await admin.create_topics(
            [
                NewTopic(
                    name,
                    num_partitions=partitions,
                    replication_factor=min(REPLICAS, brokers),
                    topic_configs=dict(settings),
                )
                for name, partitions, settings in wanted
            ]
        )
        for name, code, *message in response.topic_errors:
            if code not in (0, TOPIC_ALREADY_EXISTS):
                raise KafkaUnavailable(f"topic {name} cannot be made: {message[0] if message else f'code {code}'}")
        expected = {name: partitions for name, partitions, _ in wanted}
        for topic in await _described(admin, expected):
            have = len(topic["partitions"])
            if have != expected[topic["topic"]]:
                raise TopicMismatch(
                    f"topic {topic['topic']} has {have} partitions, {expected[topic['topic']]} are wanted: "
                    "use another FENGQIAO_TOPIC_PREFIX, or make the topic anew"
                )
    finally:
        await admin.close()


async def _described(admin: AIOKafkaAdminClient, expected: Mapping[str, int]) -> list[dict[str, Any]]:
    """All topics, as soon as the brokers have heard of every new one."""
    for _ in range(50):
        described: list[dict[str, Any]] = await admin.describe_topics(list(expected))
        if all(topic["error_code"] == 0 and topic["partitions"] for topic in described):
            return described
        await asyncio.sleep(0.1)
    raise KafkaUnavailable("new topics did not come up within 5 s")


async def cluster(bootstrap_servers: str, topics: Iterable[str]) -> Cluster:
    """Which Kafka this is. Raises KafkaUnavailable, also when a topic is missing."""
    admin = await _admin(bootstrap_servers)
    try:
        response: Any = await admin._send_request(_MetadataRequest(topics))
        ids = {}
        for error_code, name, topic_id, *_ in response.topics:
            if error_code:
                raise KafkaUnavailable(f"topic {name} is not there (code {error_code}); `fengqiao topics create`")
            ids[name] = topic_id
        return Cluster(response.cluster_id, ids)
    finally:
        await admin.close()


async def delete_topics(bootstrap_servers: str, prefix: str) -> None:
    """Remove every topic whose name begins with `prefix`, which must not be empty (tests clean up with it)."""
    if not prefix:
        raise ValueError("a prefix is needed: without one, every topic would go")
    admin = await _admin(bootstrap_servers)
    try:
        names = [name for name in await admin.list_topics() if name.startswith(prefix)]
        if names:
            await admin.delete_topics(names)
    finally:
        await admin.close()
