"""The local servers start, keep their data, and say what stands in their way."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from fengqiao.local import LocalServers
from fengqiao.local.errors import PortTaken

pytestmark = pytest.mark.asyncio


async def create(servers: LocalServers, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.bootstrap_servers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def send(servers: LocalServers, topic: str, values: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=servers.bootstrap_servers, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)
    finally:
        await producer.stop()


async def read(servers: LocalServers, topic: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer(bootstrap_servers=servers.bootstrap_servers, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_kafka_keeps_its_records_over_kill_9_and_an_orderly_stop(own_servers: LocalServers) -> None:
    await create(own_servers, "kept")
    await send(own_servers, "kept", [b"1", b"2"])
    first = own_servers.kafka.pid
    await own_servers.kafka.kill()
    await own_servers.kafka.restart()
    assert own_servers.kafka.pid != first
    await send(own_servers, "kept", [b"3"])
    await own_servers.kafka.stop()
    await own_servers.kafka.start()
    assert await read(own_servers, "kept", 3) == [b"1", b"2", b"3"]


async def test_kafka_makes_no_topic_that_nobody_asked_for(own_servers: LocalServers) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=own_servers.bootstrap_servers)
    await admin.start()
    try:
        described = await admin.describe_topics(["a-typing-error"])
        assert described[0]["error_code"] == 3  # UNKNOWN_TOPIC_OR_PARTITION
        assert "a-typing-error" not in await admin.list_topics()
    finally:
        await admin.close()


async def test_a_taken_port_is_named_with_its_owner_and_nothing_is_left_running(tmp_path: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        servers = LocalServers(tmp_path, kafka_port=port)
        with pytest.raises(PortTaken, match=rf"{port} .* in use by .*pid {os.getpid()}"):
            await servers.start()
    assert not servers.kafka.process.running
    assert not servers.store.process.running


async def test_the_pids_are_the_servers_and_they_listen_on_loopback_only(own_servers: LocalServers) -> None:
    for pid, word in ((own_servers.kafka.pid, "kafka.Kafka"), (own_servers.store.pid, "DocumentStore")):
        process = psutil.Process(pid)
        assert word in process.cmdline()
        listening = [
            one.laddr.ip
            for one in process.net_connections(kind="tcp")
            if one.status == psutil.CONN_LISTEN and one.laddr
        ]
        assert listening
        assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}
