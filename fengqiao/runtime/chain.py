"""Hash chains: rows of which none can be changed, taken out or put in unseen.

    hash(n) = SHA-256(hash(n-1) ‖ body(n)),  hash(0) = 64 zeros

The body is the very JSON text that was hashed, so no store's types can change it. A journal is a chain of documents
(`fengqiao.runtime.journal`); a history inside one document is a chain of rows (`linked`, `checked`).
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from fengqiao.runtime.errors import RuntimeFault

GENESIS: Final = "0" * 64


class ChainBroken(RuntimeFault):
    """A row is not what was written: its hash does not follow from the one before."""


def chain(previous: str, body: str) -> str:
    """The hash of a row with this body after a row with the hash `previous`."""
    return hashlib.sha256(previous.encode() + body.encode()).hexdigest()


def encode(content: dict[str, Any]) -> str:
    """The body of a row: JSON with sorted keys, in UTF-8."""
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()


def check(name: str, n: int, body: str, previous: str, claimed: str, before: str) -> None:
    """Raises ChainBroken unless row `n` of `name` follows from the row with the hash `before`."""
    if previous != before or chain(before, body) != claimed:
        raise ChainBroken(f"entry {name}:{n} does not follow from entry {n - 1}: somebody changed the journal")


def linked(rows: Sequence[Mapping[str, Any]], content: Mapping[str, Any]) -> dict[str, Any]:
    """The row {n, body, previous, hash} that comes after `rows` of a history; `n` is in the body too."""
    n = len(rows) + 1
    body = encode({**content, "n": n})
    previous = rows[-1]["hash"] if rows else GENESIS
    return {"n": n, "body": body, "previous": previous, "hash": chain(previous, body)}


def decoded(rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The contents of a history's rows with their hashes, unchecked."""
    for row in rows:
        yield orjson.loads(row["body"]) | {"previous": row["previous"], "hash": row["hash"]}


def checked(name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The contents of the rows of the history called `name`, each after its place was checked. Raises ChainBroken."""
    before = GENESIS
    for n, row in enumerate(rows, 1):
        check(name, n, row["body"], row["previous"], row["hash"], before)
        content: dict[str, Any] = orjson.loads(row["body"])
        if content["n"] != n:
            raise ChainBroken(f"entry {name}:{n} says that it is entry {content['n']}: somebody changed the journal")
        before = row["hash"]
        yield content
