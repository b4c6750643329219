"""`fengqiao token`: a development token, signed with this installation's own key."""

from __future__ import annotations

import typer

from fengqiao.cli.places import settings
from fengqiao.runtime.roles import ROLES
from fengqiao.runtime.tokens import DEVELOPMENT_TTL_S, TokenError, TokenMint


def run(role: str, areas: list[str], unit: str | None) -> int:
    """Print the token; 2 for a role that does not exist, 1 when the key cannot be used."""
    if role not in ROLES:
        typer.echo(f"There is no role {role!r}; the roles are {', '.join(ROLES)}.", err=True)
        return 2
    read = settings()
    try:
        mint = TokenMint(read.data, issuer=read.issuer, audience=read.audience)
        typer.echo(mint.mint(role, areas, unit=unit, ttl=DEVELOPMENT_TTL_S, development=True))
    except TokenError as error:
        typer.echo(str(error), err=True)
        return 1
    return 0
