"""A real Kafka and a document store on this machine, without Docker or a system Java, and the supervisor."""

from fengqiao.local.process import Process
from fengqiao.local.servers import LocalServers

__all__ = ["LocalServers", "Process"]
