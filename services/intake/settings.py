"""What intake is told from outside, beside what all services are told."""

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    client_rate: float = Field(default=2000.0, gt=0)
    """FENGQIAO_CLIENT_RATE: reports a second that a client may send, and as many again that are emergencies."""
    requests_at_once: int = Field(default=512, ge=1)
    """FENGQIAO_REQUESTS_AT_ONCE: ordinary reports under way; emergencies have as many places of their own."""
    group_size: int = Field(default=64, ge=1, le=1000)
    """FENGQIAO_GROUP_SIZE: documents in one insert."""
    group_lanes: int = Field(default=1, ge=1, le=16)
    """FENGQIAO_GROUP_LANES: inserts under way at once."""
