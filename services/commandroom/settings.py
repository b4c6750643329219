"""What the command room is told from outside."""

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class CommandroomSettings(ServiceSettings):
    undecided_after: float = Field(default=10.0, gt=0)
    """FENGQIAO_UNDECIDED_AFTER: real seconds after which an accepted incident without a decision is an alarm."""
    client_buffer: int = Field(default=2000, ge=10)
    """FENGQIAO_CLIENT_BUFFER: events that may wait for a slow client before it is dropped."""
    client_patience: float = Field(default=30.0, gt=0)
    """FENGQIAO_CLIENT_PATIENCE: real seconds that a client may take to read what was written to it."""
    comment_every: float = Field(default=10.0, gt=0)
    """FENGQIAO_COMMENT_EVERY: real seconds between comments on a quiet stream."""
    longest_resume: int = Field(default=50_000, ge=0)
    """FENGQIAO_LONGEST_RESUME: records that are read again for a client that comes back; after more, a snapshot."""
