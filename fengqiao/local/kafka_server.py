"""One Kafka node (KRaft: broker and controller in one process) on 127.0.0.1.

The data folder keeps the cluster id and the topics; started again on it, the node goes on. Kafka writes to
the page cache and does not fsync: what it acknowledged survives `kill -9` of the process, not a power cut of
the machine (that is what replicas are for, on a real cluster).
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fengqiao.local.errors import NotWritable, PortTaken, StartFailed
from fengqiao.local.jars import class_path
from fengqiao.local.java import java_binary, joined
from fengqiao.local.ports import LOOPBACK, free_port, is_taken, owner
from fengqiao.local.process import Process, accepts

READY_SECONDS: Final = 60.0
FORMATTED: Final = "meta.properties"

# The first tier of the compiler only: start-up is what a local broker is mostly seen doing.
JVM: Final = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
)

PROPERTIES: Final = """\
# Written at every start by fengqiao.local.kafka_server.
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller_port}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
controller.quorum.voters=1@{host}:{controller_port}
log.dirs={logs}

# Topics are made from the table in fengqiao.contracts; a name with a typing error must not become one.
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
log.retention.ms=-1
log.retention.bytes=-1
message.max.bytes=2097152

# One node keeps one copy of Kafka's own topics, and few partitions of them: fifty would be opened at every
# start.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1

# A group of one member on one machine has nobody to wait for.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
# A node that was killed comes back as soon as its former self has timed out (9 s by default).
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=2000
"""

LOGGING: Final = """\
status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${{sys:fengqiao.log}}
appender.file.filePattern = ${{sys:fengqiao.log}}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{{ISO8601}} %p %c{{1}} %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 8MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 2
rootLogger.level = WARN
rootLogger.appenderRef.file.ref = file
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = INFO
"""


@dataclass(slots=True)
class KafkaServer:
    """A local Kafka. folder: its data. logs: where `kafka.log` and `kafka.out.log` go. port 0:
    any free one.
    """

    folder: Path
    logs: Path
    cache: Path
    port: int = 0
    process: Process = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.process = Process("kafka", (), self.logs / "kafka.out.log")

    @property
    def bootstrap_servers(self) -> str:
        """What a client connects to."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int:
        """The pid of the broker."""
        return self.process.pid

    async def start(self, seconds: float = READY_SECONDS) -> None:
        """Format the folder at the first start, start the node, return when it takes requests.

        Raises PortTaken, StartFailed, NotWritable, JarsUnavailable.
        """
        if is_taken(self.port):
            raise PortTaken(f"Port {self.port} for Kafka is in use by {owner(self.port)}; stop it or set KAFKA_PORT.")
        jars = await asyncio.to_thread(class_path, "kafka", self.cache)
        properties = self._write_settings()
        java = [str(java_binary()), *JVM, f"-Dfengqiao.log={self.logs / 'kafka.log'}"]
        java += [f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}", "-cp", joined(jars)]
        if not (self.folder / "log" / FORMATTED).exists():
            await self._format(java, properties)
        self.process.command = (*java, "kafka.Kafka", str(properties))
        self.process.start()
        await self.process.ready(lambda: accepts(LOOPBACK, self.port), seconds)

    async def stop(self) -> None:
        """Stop in order (SIGTERM)."""
        await self.process.stop()

    async def kill(self) -> None:
        """`kill -9`."""
        await self.process.kill()

    async def restart(self) -> None:
        """Start again on the same data and port, after `stop`, `kill` or on its own end."""
        await self.process.stop()
        await self.start()

    def pause(self) -> None:
        """SIGSTOP: connections stay, nothing answers."""
        self.process.pause()

    def resume(self) -> None:
        """SIGCONT."""
        self.process.resume()

    def _write_settings(self) -> Path:
        properties = self.folder / "server.properties"
        text = PROPERTIES.format(host=LOOPBACK, port=self.port, controller_port=free_port(), logs=self.folder / "log")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(parents=True, exist_ok=True)
            properties.write_text(text, encoding="utf-8")
            (self.folder / "log4j2.properties").write_text(LOGGING.format(), encoding="utf-8")
        except OSError as error:
            raise NotWritable(f"{self.folder} cannot be written: {error.strerror}.") from error
        return properties

    async def _format(self, java: list[str], properties: Path) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
        # A word that begins with "-" would be taken for an option.
        cluster = cluster.replace("-", "A", 1) if cluster.startswith("-") else cluster
        tool = Process(
            "kafka format",
            (*java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)),
            self.logs / "kafka.format.log",
        )
        tool.start()
        if await tool.wait():
            raise StartFailed(f"Kafka's folder {self.folder} could not be made:\n{tool.log_tail()}")
