"""What notify is told from outside."""

from pathlib import Path

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    session_timeout: float = Field(default=10.0, ge=2, le=300)
    """Real seconds."""
    webhook_secrets: Path | None = None
    """FENGQIAO_WEBHOOK_SECRETS: the folder of the targets' secrets. Default: `keys/webhooks` in the data folder, where
    a local installation makes them."""
    webhook_deadline: float = Field(default=10.0, gt=0, le=120)
    """FENGQIAO_WEBHOOK_DEADLINE: real seconds for one attempt."""
    look_every: float = Field(default=20.0, gt=0, le=3600)
    """FENGQIAO_LOOK_EVERY: real seconds between looks for deliveries that another instance left behind."""

    @property
    def secrets_folder(self) -> Path:
        return self.webhook_secrets or self.data / "keys" / "webhooks"
