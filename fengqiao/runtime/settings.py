"""What a process is told from outside: every variable of the environment that the services share.

A service subclasses `ServiceSettings` in its own `settings.py`, which is the only place that reads the
environment:

    class IntakeSettings(ServiceSettings):
        group_insert_size: int = 64          # FENGQIAO_GROUP_INSERT_SIZE

    settings = IntakeSettings.load_or_exit()

    SettingsError(Exception)    a variable has a value that cannot be used; its text is for a person
"""

import sys
from pathlib import Path
from typing import Any, Final, Literal, NoReturn, Self, get_args
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fengqiao.runtime.clock import ClockError, ClockSetting, parse_clock

ServiceName = Literal["commandroom", "intake", "dispatch", "mediation", "analytics", "notify"]
SERVICES: Final[tuple[ServiceName, ...]] = get_args(ServiceName)
"""In the order of their ports: the first listens on the base port, the next one above it, and so on."""

WRONG_SETTING_EXIT: Final = 2


class SettingsError(Exception):
    """A variable has a value that cannot be used. The text names the variable and says what it takes."""


def exit_with(error: Exception, status: int = WRONG_SETTING_EXIT) -> NoReturn:
    """Say `error` in one sentence on standard error and leave with `status`."""
    sys.stderr.write(f"{error}\n")
    raise SystemExit(status)


class ServiceSettings(BaseSettings):
    """The variables all services understand. Frozen: read once, at the start.

    `FENGQIAO_<FIELD>` sets a field unless the field names another variable. An empty variable counts as
    absent.
    """

    model_config = SettingsConfigDict(
        env_prefix="FENGQIAO_",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        validate_by_name=True,
        validate_by_alias=True,
        nested_model_default_partial_update=False,
    )

    profile: Literal["local", "production"] = "local"
    data: Path = Path(".fengqiao")
    areas: Path = Path("deploy/areas")

    bind: str = "127.0.0.1"
    """The address the service's own port is bound to; a container sets 0.0.0.0."""
    port_base: int = Field(default=8000, ge=1, le=65_500)
    commandroom_url: str | None = None
    intake_url: str | None = None
    dispatch_url: str | None = None
    mediation_url: str | None = None
    analytics_url: str | None = None
    notify_url: str | None = None

    kafka_port: int = Field(default=9092, ge=1, le=65_535, validation_alias="KAFKA_PORT")
    mongodb_port: int = Field(default=27017, ge=1, le=65_535, validation_alias="MONGODB_PORT")
    kafka_bootstrap_servers: str | None = Field(default=None, validation_alias="KAFKA_BOOTSTRAP_SERVERS")
    mongodb: str | None = Field(default=None, validation_alias="MONGODB_URI")
    database: str = Field(default="fengqiao", pattern=r"^[A-Za-z0-9_-]{1,63}$")
    topic_prefix: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,100}$")
    mongodb_driver: Literal["motor", "pymongo"] = "motor"

    clock: str | None = None
    """`<RFC 3339 instant>,x<speed>`; absent: real time. See `fengqiao.runtime.clock`."""

    jwks: str = ""
    """Path or URL of the public keys. Default: `keys/jwks.json` in the data folder."""
    issuer: str = "fengqiao-local"
    audience: str = "fengqiao"

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    failpoints: str = ""
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    @field_validator("clock")
    @classmethod
    def _readable_clock(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                parse_clock(value)
            except ClockError as error:
                raise ValueError(str(error)) from error
        return value

    @field_validator("commandroom_url", "intake_url", "dispatch_url", "mediation_url", "analytics_url", "notify_url")
    @classmethod
    def _absolute_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give an address such as http://127.0.0.1:8001")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_real(self) -> Self:
        if self.profile == "production":
            if self.clock is not None:
                raise ValueError("FENGQIAO_CLOCK is for demonstrations: the production profile runs on real time")
            if self.failpoints:
                raise ValueError("FENGQIAO_FAILPOINTS is for tests: the production profile refuses it")
        return self

    @property
    def clock_setting(self) -> ClockSetting | None:
        """The demonstration clock asked for, or None for real time."""
        return None if self.clock is None else parse_clock(self.clock)

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's addresses, `host:port[,host:port]`."""
        return self.kafka_bootstrap_servers or f"127.0.0.1:{self.kafka_port}"

    @property
    def mongodb_uri(self) -> str:
        """The document store's address, `mongodb://…`."""
        return self.mongodb or f"mongodb://127.0.0.1:{self.mongodb_port}"

    @property
    def owns_kafka(self) -> bool:
        """Whether a local Kafka belongs to this installation (no other was named)."""
        return self.kafka_bootstrap_servers is None

    @property
    def owns_documents(self) -> bool:
        """Whether a local document store belongs to this installation (no other was named)."""
        return self.mongodb is None

    @property
    def jwks_source(self) -> str:
        """Path or URL of the public keys."""
        return self.jwks or str(self.data / "keys" / "jwks.json")

    def topic(self, name: str) -> str:
        """The topic's name on the servers in use."""
        return self.topic_prefix + name

    def url(self, service: ServiceName) -> str:
        """Where others reach `service`, without a slash at the end."""
        named: str | None = getattr(self, f"{service}_url")
        return named or f"http://127.0.0.1:{self.port(service)}"

    def port(self, service: ServiceName) -> int:
        """The port `service` listens on: the one in its URL if that names one, else its place above the
        base.
        """
        named: str | None = getattr(self, f"{service}_url")
        explicit = urlsplit(named).port if named else None
        return explicit or self.port_base + SERVICES.index(service)

    @classmethod
    def load(cls, **overrides: Any) -> Self:
        """Read the environment; `overrides` (by field name) win over it.

        Raises SettingsError with one sentence per wrong variable.
        """
        try:
            return cls(**overrides)
        except ValidationError as error:
            raise SettingsError(" ".join(cls._sentence(problem) for problem in error.errors())) from error

    @classmethod
    def load_or_exit(cls) -> Self:
        """`load` for a `__main__`: a wrong value ends the process with a sentence and status 2."""
        try:
            return cls.load()
        except SettingsError as error:
            exit_with(error)

    @classmethod
    def _sentence(cls, problem: Any) -> str:
        reason = str(problem["msg"]).removeprefix("Value error, ")
        reason = reason[:1].lower() + reason[1:] if not reason.startswith("FENGQIAO_") else reason
        if not problem["loc"]:
            return f"{reason}."
        return f"{cls._variable(str(problem['loc'][0]))}={problem['input']!s} cannot be used: {reason}."

    @classmethod
    def _variable(cls, located: str) -> str:
        field = cls.model_fields.get(located)
        if field is None:
            return located.upper()
        if isinstance(field.validation_alias, str):
            return field.validation_alias
        return f"FENGQIAO_{located.upper()}"
