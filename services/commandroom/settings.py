"""What the command room is told from outside."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from fengqiao.runtime.settings import ServiceSettings
from services.commandroom.oidc import Client


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
    oidc_client_id: str | None = None
    """FENGQIAO_OIDC_CLIENT_ID: with it people sign in at the issuer of FENGQIAO_ISSUER, which is then its address."""
    oidc_client_secret_file: Path | None = None
    """FENGQIAO_OIDC_CLIENT_SECRET_FILE: where the client's secret is; none: a public client (PKCE alone)."""
    oidc_scope: str = "openid"
    """FENGQIAO_OIDC_SCOPE: what is asked for; the access token must be one for our services."""

    @model_validator(mode="after")
    def _an_issuer_to_sign_in_at(self) -> Self:
        if self.oidc_client_id is not None and not self.issuer.startswith(("https://", "http://")):
            raise ValueError("FENGQIAO_OIDC_CLIENT_ID needs the issuer's address in FENGQIAO_ISSUER")
        file = self.oidc_client_secret_file
        if file is not None and not file.is_file():
            raise ValueError(f"FENGQIAO_OIDC_CLIENT_SECRET_FILE: {file} is not there")
        return self

    @property
    def oidc_client(self) -> Client | None:
        """None: people sign in with a token."""
        if self.oidc_client_id is None:
            return None
        file = self.oidc_client_secret_file
        secret = None if file is None else file.read_text(encoding="utf-8").strip()
        redirect = f"{self.url('commandroom')}/callback"
        return Client(self.issuer, self.oidc_client_id, secret, redirect, self.oidc_scope)
