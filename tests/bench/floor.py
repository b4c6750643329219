"""The floor: the chain of one incident with no logic at all. `python -m tests.bench.floor intake|dispatch`.

handler → insert → produce acks=all → 202, and consume → insert → produce → seen by a subscriber; one document and
one record an incident, the same drivers and client settings as the services use.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI, Request, Response

from fengqiao.runtime import documents
from fengqiao.runtime.consumer import new_consumer

REPORTED, DECIDED = "bench-floor-reported", "bench-floor-decided"


async def producer() -> AIOKafkaProducer:
    made = AIOKafkaProducer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"], acks="all", enable_idempotence=True, linger_ms=0
    )
    await made.start()
    return made


def collection(name: str) -> documents.Collection:
    driver: documents.Driver = "pymongo" if os.environ.get("FENGQIAO_MONGODB_DRIVER") == "pymongo" else "motor"
    return documents.Collection(documents.connect(os.environ["MONGODB_URI"], driver)["bench_floor"], name)


def intake(port: int) -> None:
    """Takes `{"id": …}` and answers 202 when it is stored and in Kafka."""
    state: dict[str, AIOKafkaProducer] = {}

    @asynccontextmanager
    async def run(app: FastAPI) -> AsyncIterator[None]:
        state["producer"] = await producer()
        yield
        await state["producer"].stop()

    app = FastAPI(lifespan=run, openapi_url=None)
    kept = collection("reported")

    @app.post("/v1/incidents")
    async def report(request: Request) -> Response:
        body = await request.json()
        now = datetime.now(UTC)
        await kept.insert({"_id": body["external_id"], "at": now, "report": body})
        key = body["external_id"].encode()
        await state["producer"].send_and_wait(REPORTED, value=await request.body(), key=key, partition=0)
        return Response(status_code=202)

    @app.get("/readyz")
    async def ready() -> dict[str, bool]:
        return {"ok": True}

    # As the services keep connections: a client's idle one must not be closed under its next request.
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        loop="uvloop",
        http="httptools",
        timeout_keep_alive=75,
    )


async def dispatch() -> None:
    """For every batch one insert, and a record for each of its incidents."""
    kept = collection("decided")
    out = await producer()
    consumer = new_consumer(os.environ["KAFKA_BOOTSTRAP_SERVERS"], "bench-floor")
    consumer.subscribe([REPORTED])
    await consumer.start()
    number = 0
    while True:
        for partition, records in (await consumer.getmany(timeout_ms=500, max_records=256)).items():
            number += 1
            ids = [record.key.decode() for record in records]
            await kept.insert({"_id": f"bench:{number}:{records[0].offset}", "ids": ids})
            sending = [await out.send(DECIDED, value=record.value, key=record.key, partition=0) for record in records]
            await asyncio.gather(*sending)
            await consumer.commit({partition: records[-1].offset + 1})


if __name__ == "__main__":
    if sys.argv[1] == "intake":
        intake(int(sys.argv[2]))
    else:
        import uvloop

        uvloop.run(dispatch())
