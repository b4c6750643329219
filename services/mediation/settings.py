"""What mediation is told from outside."""

from pathlib import Path

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class MediationSettings(ServiceSettings):
    """The shared settings, how long Kafka may hear nothing of an instance before another takes its disputes, and where
    the secret of the parties' marks lies."""

    session_timeout: float = Field(default=10.0, ge=2, le=300)
    """Real seconds."""
    party_key: Path | None = None
    """A file with at least 32 bytes, the same for all instances. Default: `keys/party-marks.key` in the data folder,
    made on first use."""

    @property
    def party_key_file(self) -> Path:
        return self.party_key or self.data / "keys" / "party-marks.key"
