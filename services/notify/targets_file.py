"""`notify.json` of an area's folder: who is told, and where. An area without the file tells nobody outside.

    {"targets": [{"id": "night-market", "to": ["merchants"], "url": "https://gateway.example/broadcast"}]}

Each target has a secret of its own (Standard Webhooks), in a file `<area>.<id>` below the secrets' folder: base64, made
on first use in a local installation, brought by the people who run a production one.
"""

import base64
import binascii
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from fengqiao.geo.json_file import Row, each_once, read, wrong
from fengqiao.runtime.whole_files import place
from services.notify.domain.targets import Target, Targets

SHORTEST_SECRET: Final = 24
"""Bytes, as Standard Webhooks has it."""


class WrongSecret(Exception):
    """A target's secret cannot be used; the text names the file."""


class _Target(Row):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    to: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]], Field(min_length=1)]
    url: Annotated[str, Field(max_length=500)]
    private: bool = False
    give_up_after: Annotated[float, Field(ge=1, le=7 * 86_400, allow_inf_nan=False)] = 3600.0

    @field_validator("url")
    @classmethod
    def _callable(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise ValueError("give an address such as https://gateway.example/hook, without a user or a fragment")
        return url


class _File(Row):
    targets: list[_Target]


def load_targets(folder: Path, area: str) -> Targets | None:
    """Of the area in `folder`; None without the file. Raises InvalidArea."""
    file = folder / "notify.json"
    if not file.exists():
        return None
    said = read(_File, file)
    each_once(file, "targets[{}].id", (row.id for row in said.targets))
    for n, row in enumerate(said.targets):
        if urlsplit(row.url).scheme != "https" and not row.private:
            problem = 'is not https; only a target in your own network ("private": true) may do without'
            raise wrong(file, f"targets[{n}].url", problem)
    rows = tuple(Target(one.id, frozenset(one.to), one.url, one.private, one.give_up_after) for one in said.targets)
    return Targets(area, rows)


def load_secrets(folder: Path, targets: Iterable[Targets], *, make: bool) -> Mapping[tuple[str, str], bytes]:
    """(area, target) → secret. make: missing ones are made. Raises WrongSecret."""
    found = {}
    for area in targets:
        for target in area.rows:
            file = folder / f"{area.area}.{target.id}"
            if not file.exists():
                if not make:
                    raise WrongSecret(
                        f"{file} is missing: the secret that {target.id} checks signatures with, base64, at least "
                        f"{SHORTEST_SECRET} bytes"
                    )
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                place(file, base64.b64encode(secrets.token_bytes(32)).decode(), mode=0o600, replace=False)
            found[area.area, target.id] = _secret(file)
    return found


def _secret(file: Path) -> bytes:
    try:
        text = file.read_text(encoding="ascii").strip().removeprefix("whsec_")
        secret = base64.b64decode(text, validate=True)
    except (OSError, UnicodeDecodeError, binascii.Error) as error:
        raise WrongSecret(f"{file} cannot be used: it must hold base64") from error
    if len(secret) < SHORTEST_SECRET:
        raise WrongSecret(f"{file} cannot be used: it must hold at least {SHORTEST_SECRET} bytes")
    return secret
