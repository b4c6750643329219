"""A subscriber of the topics needs nothing of ours: Kafka, and the AsyncAPI document (/asyncapi)."""

import asyncio
import json
import os

from aiokafka import AIOKafkaConsumer


async def main() -> None:
    consumer = AIOKafkaConsumer(
        f"{os.environ.get('FENGQIAO_TOPIC_PREFIX', '')}dispatch",
        bootstrap_servers=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
        auto_offset_reset="earliest",
    )
    await consumer.start()
    last: dict[str, int] = {}
    async for record in consumer:
        headers = {name: value.decode() for name, value in record.headers}
        stream, sequence = headers["ce_subject"], int(headers["ce_sequence"])
        if sequence <= last.get(stream, 0):
            continue  # a repeat: same id, same content
        last[stream] = sequence
        event = json.loads(record.value)
        print(stream, sequence, headers["ce_type"], event.get("number", ""), event.get("unit", ""), flush=True)


asyncio.run(main())
