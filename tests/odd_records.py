"""Records as others may write them: what Kafka takes, and no library of ours would send."""

import struct

from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c

_CRC_AT = 17
"""In a record batch of format 2; it covers what comes after it."""


async def send(bootstrap_servers: str, topic: str, value: bytes | None, *headers: tuple[str, bytes | None]) -> None:
    """A record of gaoqiao's on partition 0. Headers may have no value."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=b"gaoqiao", partition=0, headers=list(headers))
    finally:
        await producer.stop()


async def send_with_a_name_that_is_no_text(bootstrap_servers: str, topic: str, value: bytes) -> None:
    """The same with a header whose name is not UTF-8, which aiokafka can neither write nor read."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers)
    await producer.start()
    try:
        batch = producer.create_batch()
        assert batch.append(key=b"gaoqiao", value=value, timestamp=None, headers=[("NAME", b"1")]) is not None
        batch.close()
        written = bytearray(bytes(batch._build()).replace(b"NAME", b"\xff\xfe\xff\xfe"))
        struct.pack_into(">I", written, _CRC_AT, calc_crc32c(bytes(written[_CRC_AT + 4 :])))
        batch._buffer = written
        await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()
