"""Keyed marks of parties: two records of one person have a mark in common, and nobody without the key can tell whose.

HMAC-SHA-256 with a secret of the installation (RFC 2104): a plain hash of a telephone number could be reversed by
trying all of them.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from pathlib import Path
from typing import Final

from fengqiao.runtime.whole_files import place

_LEAST_BYTES: Final = 32
_NOT_DIGITS: Final = re.compile(r"\D")
_SPACES: Final = re.compile(r"\s+")


class PartyKeyError(Exception):
    """The secret cannot be used; the text says what to do."""


def party_key(file: Path) -> bytes:
    """The secret in `file`, made on first use (0600); processes that start at once agree on one.

    Raises PartyKeyError.
    """
    try:
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place(file, secrets.token_hex(_LEAST_BYTES), mode=0o600, replace=False)
        key = file.read_bytes().strip()
    except OSError as error:
        raise PartyKeyError(
            f"The secret {file} cannot be read or made ({error.strerror}): set FENGQIAO_PARTY_KEY."
        ) from error
    if len(key) < _LEAST_BYTES:
        raise PartyKeyError(f"The secret {file} is shorter than {_LEAST_BYTES} bytes: restore it from the backup.")
    return key


class PartyMarks:
    """Makes marks and fingerprints with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, name: str, phone: str | None, id_number: str | None) -> tuple[str, ...]:
        """The party's marks, the surest first. A name alone is a mark only where nothing better is known."""
        sure = []
        if id_number:
            sure.append(self._mark("id", _plain(id_number).upper()))
        if phone and (digits := _NOT_DIGITS.sub("", phone)):
            # With and without the country's code it is one telephone.
            sure.append(self._mark("phone", digits[-11:]))
        return tuple(sure) or (self._mark("name", _plain(name)),)

    def place(self, key: str) -> str:
        """The mark of a place."""
        return self._mark("place", key)

    def fingerprint(self, text: str) -> str:
        """Whether two requests are the same can be told from it, but not what they said."""
        return self._mark("request", text)

    def _mark(self, kind: str, value: str) -> str:
        return hmac.new(self._key, f"{kind}\x00{value}".encode(), hashlib.sha256).hexdigest()


def _plain(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text))
