"""Papers: words that people wrote (reasons, notes). They lie here and nowhere else, and can be erased.

An event carries the paper's id and a salted hash of its words; when the words are gone the chain stays true, and
while they are there the hash proves that they are the ones.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from fengqiao.contracts.ids import digest
from fengqiao.contracts.model import PaperReference
from fengqiao.runtime.audit import Audit
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.problems import KeyReused, Unavailable


class Papers:
    """The words of one service, and the record of who read them."""

    def __init__(self, papers: Collection, audit: Audit) -> None:
        self._papers = papers
        self._audit = audit

    async def keep(self, words: str, area: str, key: str, by: str, at: datetime) -> PaperReference:
        """Store the words. The same key gives the same paper. Raises KeyReused for other words, and Unavailable."""
        id = f"{area}-{digest(by, 'paper', key)}"
        salt = secrets.token_hex(16)
        try:
            await self._papers.insert({"_id": id, "area": area, "words": words, "salt": salt, "by": by, "at": at})
        except DuplicateId:
            there = await self._papers.get(id)
            if there is not None:
                if there["words"] not in (words, None):
                    raise KeyReused("This Idempotency-Key came with other words before: use a new one.") from None
                salt, words = there["salt"], there["words"]
        except StoreUnavailable as error:
            raise Unavailable("The reason cannot be kept just now: send it again.", retry_after=2) from error
        return PaperReference(paper_id=id, sha256=hashlib.sha256(f"{salt}{words}".encode()).hexdigest())

    async def read(self, id: str) -> Document | None:
        return await self._papers.get(id)

    async def note_reading(self, entry: dict[str, Any]) -> None:
        """Write into the audit who reads what, before it is shown. Raises StoreUnavailable."""
        await self._audit.note(entry)
