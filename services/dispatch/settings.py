"""What dispatch is told from outside."""

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class DispatchSettings(ServiceSettings):
    """The shared settings, and how long Kafka may hear nothing of an instance before another takes its areas."""

    session_timeout: float = Field(default=10.0, ge=2, le=300)
    """Real seconds."""
