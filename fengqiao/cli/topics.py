"""`fengqiao topics`: make Kafka's topics from the table in fengqiao.contracts."""

from __future__ import annotations

import asyncio

import typer

from fengqiao.cli.places import settings
from fengqiao.contracts.topics import kafka_topics
from fengqiao.runtime.errors import RuntimeFault
from fengqiao.runtime.settings import ServiceSettings
from fengqiao.runtime.topics_admin import ensure_topics


async def make(read: ServiceSettings) -> None:
    """Make the topics that are not there. Raises TopicMismatch, KafkaUnavailable."""
    await ensure_topics(
        read.bootstrap_servers,
        [(read.topic(name), partitions, config) for name, partitions, config in kafka_topics()],
    )


def create() -> int:
    """0 when every topic is there."""
    read = settings()
    try:
        asyncio.run(make(read))
    except RuntimeFault as error:
        typer.echo(str(error), err=True)
        return 1
    typer.echo(f"The topics are there on {read.bootstrap_servers}.")
    return 0
