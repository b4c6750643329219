"""Papers: the words that people wrote about a case (reasons, facts, duties). They lie here and nowhere else, and can
be erased.

The case's history carries a paper's id and a salted hash of its words; when the words are gone the chain stays true,
and while they are there the hash proves that they are the ones.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from fengqiao.contracts.model import PaperReference
from fengqiao.runtime.documents import Collection, Document, DuplicateId

Words = Mapping[str, Any]


def sealed(salt: str, words: Words) -> str:
    """The hash of a paper: SHA-256 over the salt and the words as JSON with sorted keys."""
    return hashlib.sha256(salt.encode() + orjson.dumps(words, option=orjson.OPT_SORT_KEYS)).hexdigest()


def write(words: Words, case: str, area: str, by: str, at: datetime) -> tuple[PaperReference, Document]:
    """A new paper, not stored yet, and what refers to it."""
    salt = secrets.token_hex(16)
    id = f"{case}/{secrets.token_hex(8)}"
    document = {
        "_id": id,
        "case": case,
        "area": area,
        "words": orjson.dumps(words, option=orjson.OPT_SORT_KEYS).decode(),
        "salt": salt,
        "by": by,
        "at": at.isoformat(),
    }
    return PaperReference(paper_id=id, sha256=sealed(salt, words)), document


class Papers:
    """The words of all cases. Every method raises StoreUnavailable."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def keep(self, paper: Document) -> None:
        """Store a paper before the history refers to it; a process that dies between leaves one nobody refers to."""
        # The id is random: one that is there is this one, whose answer was lost.
        with contextlib.suppress(DuplicateId):
            await self._collection.insert(paper)

    async def drop(self, id: str) -> None:
        """Erase the words."""
        await self._collection.delete(id)

    async def erase_all(self, case: str) -> None:
        """Erase all words about a case, also those of commands that never came to be. By an index where the store has
        one; it is done once in a case's life."""
        for paper in await self._collection.find({"case": case}, limit=10_000, fields=("case",)):
            await self._collection.delete(paper["_id"])

    async def read(self, id: str) -> Document | None:
        """The paper with its words decoded, or None where there is none (any more)."""
        found = await self._collection.get(id)
        return None if found is None else found | {"words": orjson.loads(found["words"])}
