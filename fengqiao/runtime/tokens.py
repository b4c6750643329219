"""Keys and tokens of a local installation: a key pair made on first use, tokens signed with it.

A bureau's own identity provider takes this part's place in production: set FENGQIAO_JWKS, FENGQIAO_ISSUER.

    TokenError(Exception)   a token that cannot be made as asked; its text is for a person
"""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from fengqiao.runtime.roles import Role, Scope, scopes_of
from fengqiao.runtime.whole_files import place

ALGORITHM: Final = "Ed25519"
DEFAULT_TTL_S: Final = 600
DEVELOPMENT_TTL_S: Final = 12 * 3600


class TokenError(Exception):
    """A token that cannot be made as asked. The text says what to do."""


def local_key(data: Path) -> OKPKey:
    """The installation's signing key, made on first use in `data`/keys: `private.json` (0600) and
    `jwks.json`.

    Safe when several processes start at once: one key wins and all of them get it. Raises TokenError.
    """
    folder = data / "keys"
    private = folder / "private.json"
    if not private.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = OKPKey.generate_key("Ed25519", parameters={"use": "sig", "alg": ALGORITHM}, private=True)
        fresh.ensure_kid()
        place(private, json.dumps(fresh.as_dict(private=True)), mode=0o600, replace=False)
    try:
        key = OKPKey.import_key(json.loads(private.read_text("utf-8")))
    except (OSError, ValueError, JoseError) as error:
        raise TokenError(f"The key {private} cannot be read ({error}): remove it and a new one is made.") from error
    public = folder / "jwks.json"
    document = json.dumps({"keys": [key.as_dict(private=False)]})
    if not public.exists() or public.read_text("utf-8") != document:
        place(public, document, mode=0o644, replace=True)
    return key


class TokenMint:
    """Signs tokens with the installation's key.

    now: real seconds of the Unix epoch.
    """

    def __init__(
        self,
        data: Path,
        *,
        issuer: str = "fengqiao-local",
        audience: str = "fengqiao",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._key = local_key(data)
        self._issuer = issuer
        self._audience = audience
        self._now = now

    def mint(
        self,
        role: Role,
        areas: Sequence[str],
        *,
        unit: str | None = None,
        client: str | None = None,
        ttl: float = DEFAULT_TTL_S,
        scopes: Iterable[Scope] | None = None,
        development: bool = False,
    ) -> str:
        """A signed token for `role` in `areas` (`["*"]`: all), for `ttl` real seconds.

        scopes: fewer than the role has. development: allows a life of 12 h instead of 10 minutes.
        Raises TokenError.
        """
        longest = DEVELOPMENT_TTL_S if development else DEFAULT_TTL_S
        if not 0 < ttl <= longest:
            raise TokenError(f"A token may live at most {longest} s here, not {ttl:g}: ask for less, or renew it.")
        if not areas:
            raise TokenError("A token needs at least one area: name it with --area.")
        if role == "crew" and unit is None:
            raise TokenError("A crew's token needs its unit: name it with --unit.")
        allowed = scopes_of(role)
        wanted = allowed if scopes is None else frozenset(scopes)
        if beyond := sorted(wanted - allowed):
            raise TokenError(f"The role {role} does not have {', '.join(beyond)}: choose another role.")
        now = int(self._now())
        claims: dict[str, str | int | list[str]] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": client or f"{role}-{unit or '-'.join(areas).replace('*', 'all')}",
            "iat": now,
            "nbf": now,
            "exp": int(now + ttl),
            "jti": secrets.token_urlsafe(12),
            "role": role,
            "areas": list(areas),
            "scope": " ".join(sorted(wanted)),
        }
        if unit is not None:
            claims["unit"] = unit
        kid = self._key.kid
        if kid is None:
            raise TokenError("The installation's key has no id: remove the folder keys and a new one is made.")
        return jwt.encode({"alg": ALGORITHM, "kid": kid}, claims, self._key, algorithms=[ALGORITHM])
