"""What analytics is told from outside."""

from pydantic import Field

from fengqiao.runtime.settings import ServiceSettings


class AnalyticsSettings(ServiceSettings):
    """The shared settings, how many records are folded at once, and after what silence Kafka gives them to another."""

    fold_batch: int = Field(default=2000, ge=1, le=20_000)
    session_timeout: float = Field(default=10.0, ge=2, le=300)
    """Real seconds."""
    watch: bool = True
    """Whether this instance looks for warnings, advises and issues bulletins by itself."""
