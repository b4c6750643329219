"""Documents over the wire: one factory for both drivers, and the few operations that the design allows.

Every operation has a deadline and says `StoreUnavailable` when it passes; the deed may have been done all the same,
so callers make each one harmless to repeat. Nothing on the way of a call filters by anything but `_id`.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, TypeVar, cast

import structlog
from pymongo import AsyncMongoClient, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.reach import Reach

log = structlog.get_logger(__name__)

Document = dict[str, Any]
Driver = Literal["motor", "pymongo"]
DUPLICATE_KEY: Final = 11000
INDEXES_AGAIN_S: Final = 2.0
Answer = TypeVar("Answer")
_REACH: Final[dict[int, Reach]] = {}
"""By the client's identity: all collections of a client have the same store."""


class DuplicateId(Exception):
    """A document with this `_id` is there already."""


def connect(uri: str, driver: Driver = "motor") -> Any:
    """A client of either driver. Motor is the default; PyMongo's own asyncio client has the same methods.

    Reads and writes are majority; retryable writes stay off because the operations here are already repeatable and
    an embedded store has no sessions.
    """
    options: dict[str, Any] = {
        "serverSelectionTimeoutMS": 1500,
        "connectTimeoutMS": 1500,
        "socketTimeoutMS": 20000,
        "heartbeatFrequencyMS": 2000,
        "retryWrites": False,
        "retryReads": False,
        "w": "majority",
        "readConcernLevel": "majority",
        "maxPoolSize": 32,
        "tz_aware": True,
    }
    if driver == "pymongo":
        return AsyncMongoClient(uri, **options)
    # Motor runs each operation in a thread; when the store hangs, too few threads would starve the answers.
    os.environ.setdefault("MOTOR_MAX_WORKERS", "24")
    from motor.motor_asyncio import AsyncIOMotorClient

    return AsyncIOMotorClient(uri, **options)


async def close(client: Any) -> None:
    """Close a client of either driver."""
    _REACH.pop(id(client), None)
    closing = client.close()
    if closing is not None:
        await closing


class Collection:
    """One collection, with a deadline on every operation.

    deadline: real seconds. Raises StoreUnavailable from every method.
    """

    def __init__(self, database: Any, name: str, deadline: float = 1.8) -> None:
        self.name = name
        self._raw = database[name]
        self._deadline = deadline
        self._reach = _REACH.setdefault(id(database.client), Reach())

    async def _answer(self, begin: Callable[[], Awaitable[Answer]], deadline: float | None = None) -> Answer:
        """What the store answers, in time; at once that it is away, while somebody else is finding out.

        The deadline does not rely on the operation: a driver that swallows its cancellation (PyMongo's while a
        connection breaks under it) would never come back. DuplicateKeyError and BulkWriteError pass through.
        """
        if not self._reach.may_try():
            raise StoreUnavailable(f"{self.name}: the store does not answer")
        within = deadline or self._deadline
        if self._reach.away:
            within = min(within, self._deadline)  # the others are refused meanwhile: one that tries is not patient
        future = asyncio.ensure_future(begin())
        try:
            done, _ = await asyncio.wait({future}, timeout=within)
        except asyncio.CancelledError:
            self._reach.given_up()
            raise
        finally:
            if not future.done():
                future.add_done_callback(_let_go)
                future.cancel()
        if not done:
            self._reach.failed()
            raise StoreUnavailable(f"no answer about {self.name} in {within} s")
        try:
            answer = future.result()
        except (DuplicateKeyError, BulkWriteError):
            self._reach.answered()
            raise
        except PyMongoError as error:
            self._reach.failed()
            raise StoreUnavailable(f"{self.name}: {type(error).__name__}: {str(error)[:200]}") from error
        except BaseException:
            self._reach.given_up()
            raise
        self._reach.answered()
        return answer

    async def get(self, id: str) -> Document | None:
        return cast(Document | None, await self._answer(lambda: self._raw.find_one({"_id": id})))

    async def get_many(self, ids: Sequence[str]) -> dict[str, Document]:
        """Those that are there, by `_id`."""
        if not ids:
            return {}
        found = await self._answer(lambda: self._raw.find({"_id": {"$in": list(ids)}}).to_list(None))
        return {document["_id"]: document for document in found}

    async def insert(self, document: Document) -> None:
        """Raises DuplicateId."""
        try:
            await self._answer(lambda: self._raw.insert_one(document))
        except DuplicateKeyError:
            raise DuplicateId(document["_id"]) from None

    async def insert_each(self, documents: Sequence[Document]) -> list[bool]:
        """Insert in one round trip; for each, whether it is new (False: its `_id` was there)."""
        taken: set[int] = set()
        try:
            await self._answer(
                lambda: self._raw.bulk_write([InsertOne(document) for document in documents], ordered=False)
            )
        except BulkWriteError as error:
            taken = _duplicates(self.name, error)
        return [index not in taken for index in range(len(documents))]

    async def replace(self, document: Document, where: Mapping[str, Any]) -> bool:
        """Compare-and-set: replace the document of this `_id` if it still has the values of `where`."""
        result = await self._answer(lambda: self._raw.replace_one({"_id": document["_id"], **where}, document))
        return bool(result.matched_count)

    async def update(self, id: str, change: Mapping[str, Any], where: Mapping[str, Any] | None = None) -> bool:
        """Apply update operators to one document if it still has the values of `where`."""
        result = await self._answer(lambda: self._raw.update_one({"_id": id, **(where or {})}, change))
        return bool(result.matched_count)

    async def update_each(self, changes: Iterable[tuple[str, Mapping[str, Any], Mapping[str, Any]]]) -> None:
        """Apply (id, where, change) of many documents in one round trip; those that do not match stay as they are."""
        requests = [UpdateOne({"_id": id, **where}, change) for id, where, change in changes]
        if requests:
            await self._answer(lambda: self._raw.bulk_write(requests, ordered=False))

    async def add_each(self, field: str, additions: Sequence[tuple[str, Any]]) -> None:
        """Add each value to the set `field` of the document of that `_id`, which is made where there is none.

        `n` counts what is in it; a value that is there already changes nothing.
        """
        waiting = list(additions)
        # Two may make the same document at once: who loses finds it there the second time.
        for _ in range(2 if waiting else 0):
            requests = [
                UpdateOne({"_id": id, field: {"$ne": value}}, {"$push": {field: value}, "$inc": {"n": 1}}, upsert=True)
                for id, value in waiting
            ]
            try:
                await self._answer(partial(self._raw.bulk_write, requests, ordered=False))
            except BulkWriteError as error:
                waiting = [waiting[index] for index in _duplicates(self.name, error)]
                continue
            return

    async def put_newer(
        self,
        documents: Sequence[Document],
        by: str = "sequence",
        append: tuple[str, Mapping[str, Sequence[Any]]] | None = None,
        keep: int | None = None,
    ) -> None:
        """Store each document unless one of its `_id` with the same or a higher number in `by` is there.

        append: a list field, and per `_id` what to add to its end with the same write. keep: how many of its latest
        the list has at most.
        """
        if not documents:
            return
        requests = [
            UpdateOne(
                {"_id": document["_id"], by: {"$lt": document[by]}},
                _change(document, append, keep),
                upsert=True,
            )
            for document in documents
        ]
        try:
            await self._answer(lambda: self._raw.bulk_write(requests, ordered=False), max(self._deadline, 5.0))
        except BulkWriteError as error:
            _duplicates(self.name, error)  # a newer one is there: that is what was asked for

    async def delete(self, id: str) -> bool:
        result = await self._answer(lambda: self._raw.delete_one({"_id": id}))
        return bool(result.deleted_count)

    async def find(
        self,
        where: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 200,
        fields: Sequence[str] = (),
        deadline: float = 20.0,
    ) -> list[Document]:
        """A list over stored records: by a declared index where the store has one, a scan where it has not.

        fields: what of each is wanted beside its `_id`; all of it if none is named.
        """
        wanted = (dict.fromkeys(fields, 1),) if fields else ()
        cursor = self._raw.find(dict(where), *wanted)
        if sort:
            cursor = cursor.sort(list(sort))
        return cast(list[Document], await self._answer(lambda: cursor.limit(limit).to_list(None), deadline))

    async def state(self) -> str:
        """For readiness: `ok`, or why the store cannot be used."""
        try:
            await self.get("readiness")
        except StoreUnavailable as error:
            return str(error)
        return "ok"

    async def ensure_index(self, keys: Sequence[tuple[str, int]], **options: Any) -> None:
        """Declare an index that a real MongoDB wants."""
        await self._answer(lambda: self._raw.create_index(list(keys), **options), 20.0)


@dataclass(frozen=True, slots=True)
class Index:
    """An index that a real MongoDB wants. keys: (field, 1 or -1)."""

    collection: Collection
    keys: tuple[tuple[str, int], ...]
    sparse: bool = False


def index(collection: Collection, *fields: str, sparse: bool = False) -> Index:
    """On these fields, in order; `-field` is descending."""
    return Index(collection, tuple((one.removeprefix("-"), -1 if one.startswith("-") else 1) for one in fields), sparse)


async def declare(indexes: Sequence[Index]) -> None:
    """Declare them, as soon as the store answers. Nothing may need them for being right."""
    while True:
        try:
            for one in indexes:
                await one.collection.ensure_index(one.keys, **({"sparse": True} if one.sparse else {}))
            return
        except StoreUnavailable as error:
            log.debug("indexes wait", why=str(error))
            await asyncio.sleep(INDEXES_AGAIN_S)


def _let_go(future: "asyncio.Future[Any]") -> None:
    """Nobody waits for it any more: what it ends with is not an error of anybody's."""
    if not future.cancelled():
        future.exception()


def _change(document: Document, append: tuple[str, Mapping[str, Sequence[Any]]] | None, keep: int | None) -> Document:
    change: Document = {"$set": {key: value for key, value in document.items() if key != "_id"}}
    if append is not None and document["_id"] in append[1]:
        added: Document = {"$each": list(append[1][document["_id"]])}
        change["$push"] = {append[0]: added if keep is None else {**added, "$slice": -keep}}
    return change


def _duplicates(name: str, error: BulkWriteError) -> set[int]:
    """The positions whose `_id` was there; any other write error is the store's failure."""
    errors: list[dict[str, Any]] = (error.details or {}).get("writeErrors", [])
    other = [one for one in errors if one.get("code") != DUPLICATE_KEY]
    if other or not errors:
        raise StoreUnavailable(f"{name}: {str(other[0] if other else error)[:200]}") from error
    return {int(one["index"]) for one in errors}
