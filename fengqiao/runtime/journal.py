"""An append-only, hash-chained journal: one document an entry, `_id = "<name>:<n>"`.

Inserting an entry is compare-and-set (number n can be taken once), fence (whoever finds it taken has been
superseded), outbox (what it holds is published after it) and audit (each entry has the hash of the one before)
in one atomic write.

How the hashes follow: `fengqiao.runtime.chain`.
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cramjam import zstd

from fengqiao.runtime.chain import GENESIS, chain, check
from fengqiao.runtime.documents import Collection, Document, DuplicateId
from fengqiao.runtime.errors import Fenced

READ_AHEAD: Final = 64
CHUNK_BYTES: Final = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    n: int
    body: str
    previous: str
    hash: str
    nonce: str

    @property
    def content(self) -> dict[str, Any]:
        """The body, decoded."""
        content: dict[str, Any] = orjson.loads(self.body)
        return content


@dataclass(frozen=True, slots=True)
class Head:
    """Where a reader of a journal stands: the last entry it has."""

    n: int = 0
    hash: str = GENESIS


def new_nonce() -> str:
    """Names a writer for as long as it holds a journal."""
    return secrets.token_hex(8)


class Journal:
    """The journal called `name` in `collection`. Many may lie in one collection."""

    def __init__(self, collection: Collection, name: str) -> None:
        self.name = name
        self._collection = collection

    def _id(self, n: int) -> str:
        return f"{self.name}:{n}"

    async def append(self, head: Head, body: str, nonce: str) -> Head:
        """Write entry `head.n + 1`.

        Raises Fenced when another writer has that number, and StoreUnavailable when the store did not answer: then
        the entry may have been written, and the writer must read on (`entries`) before it does anything else.
        Repeating the same call after a lost answer is harmless: its own entry is recognised.
        """
        entry_hash = chain(head.hash, body)
        n = head.n + 1
        document = {
            "_id": self._id(n),
            "body": body,
            "previous": head.hash,
            "hash": entry_hash,
            "nonce": nonce,
        }
        try:
            await self._collection.insert(document)
        except DuplicateId:
            there = await self._collection.get(self._id(n))
            if there is None or there["nonce"] != nonce or there["hash"] != entry_hash:
                raise Fenced(f"entry {self._id(n)} was written by another instance") from None
        return Head(n, entry_hash)

    async def entries(self, after: Head, limit: int | None = None) -> AsyncIterator[Entry]:
        """The entries after `after`, in order, until the last. Raises ChainBroken."""
        head = after
        read = 0
        while limit is None or read < limit:
            ids = [self._id(head.n + step) for step in range(1, READ_AHEAD + 1)]
            found = await self._collection.get_many(ids)
            for id in ids:
                document = found.get(id)
                if document is None:
                    return
                entry = _checked(self.name, head, document)
                head = Head(entry.n, entry.hash)
                yield entry
                read += 1
                if read == limit:
                    return

    async def entry(self, n: int) -> Entry | None:
        """Entry `n` as it is stored, its place in the chain unchecked."""
        document = await self._collection.get(self._id(n))
        if document is None:
            return None
        return _entry(self.name, n, document)


def _entry(name: str, n: int, document: Document) -> Entry:
    return Entry(name, n, document["body"], document["previous"], document["hash"], document["nonce"])


def _checked(name: str, head: Head, document: Document) -> Entry:
    entry = _entry(name, head.n + 1, document)
    check(name, entry.n, entry.body, entry.previous, entry.hash, head.hash)
    return entry


@dataclass(frozen=True, slots=True)
class Snapshot:
    head: Head
    state: bytes


class Snapshots:
    """Folded states of journals, so that a start reads one of them and the entries after it. Compressed (zstd), for
    an embedded store spends 20 µs on a kilobyte, and in chunks.

    Losing every snapshot loses nothing: the journal is the truth.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def save(self, name: str, snapshot: Snapshot) -> None:
        """Chunks first, then the pointer to them; a newer pointer is never replaced by an older one."""
        # In a thread: a large state takes a tenth of a second, and the loop has calls to answer.
        packed, digest = await asyncio.to_thread(_packed, snapshot.state)
        parts = [packed[at : at + CHUNK_BYTES] for at in range(0, len(packed), CHUNK_BYTES)]
        before = await self._collection.get(name)
        for index, part in enumerate(parts):
            await self._collection.put_newer(
                [{"_id": f"{name}:{snapshot.head.n}:{index}", "n": snapshot.head.n, "part": part}], by="n"
            )
        pointer = {
            "_id": name,
            "n": snapshot.head.n,
            "hash": snapshot.head.hash,
            "parts": len(parts),
            "sha256": digest,
            "compressed": True,
        }
        await self._collection.put_newer([pointer], by="n")
        if before is not None and before["n"] < snapshot.head.n:
            for index in range(before["parts"]):
                await self._collection.delete(f"{name}:{before['n']}:{index}")

    async def latest(self, name: str) -> Snapshot | None:
        """The newest whole one; None where there is none, or where a part of it is missing or not what was saved."""
        pointer = await self._collection.get(name)
        if pointer is None:
            return None
        parts = []
        for index in range(pointer["parts"]):
            part = await self._collection.get(f"{name}:{pointer['n']}:{index}")
            if part is None:
                return None
            parts.append(bytes(part["part"]))
        state = await asyncio.to_thread(_unpacked, b"".join(parts), pointer)
        return None if state is None else Snapshot(Head(pointer["n"], pointer["hash"]), state)


def _packed(state: bytes) -> tuple[bytes, str]:
    """What is stored of a state, and its hash."""
    packed = bytes(zstd.compress(state, level=1))
    return packed, hashlib.sha256(packed).hexdigest()


def _unpacked(stored: bytes, pointer: Document) -> bytes | None:
    """The state again; None where that is not what was stored."""
    if hashlib.sha256(stored).hexdigest() != pointer["sha256"]:
        return None
    # Those of before were stored as they were.
    return bytes(zstd.decompress(stored)) if pointer.get("compressed") else stored
