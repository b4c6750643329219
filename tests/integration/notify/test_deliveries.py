"""Deliveries on a real document store, to targets that answer as they are told to."""

import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, cast

import pytest
import pytest_asyncio

from fengqiao.runtime import documents
from fengqiao.runtime.clock import DomainClock
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.relay import Relay
from services.notify import deliveries
from services.notify.deliveries import Deliveries
from services.notify.domain.delivering import Answer, Asked, Delivery
from services.notify.domain.targets import Target, Targets
from services.notify.webhook import Webhooks
from tests.awaiting import eventually

AREA = "dongcheng"
TARGETS = {AREA: Targets(AREA, tuple(Target(id, frozenset({id}), f"https://{id}.example/") for id in ("down", "up")))}


class Hooks:
    """A target that is down answers nothing; the others take it."""

    deadline = 10.0

    def __init__(self) -> None:
        self.told: list[str] = []
        self.down = True

    async def post(self, area: str, target: Target, id: str, body: bytes) -> Answer:
        if target.id == "down" and self.down:
            return Answer()
        self.told.append(id)
        return Answer(204)


class NoRelay:
    async def relay(self, document: Document) -> None:
        pass


@pytest_asyncio.fixture
async def collection(mongodb_uri: str, database: str) -> AsyncIterator[Collection]:
    client = documents.connect(mongodb_uri, "pymongo")
    yield Collection(client[database], "notify_deliveries")
    await documents.close(client)


def delivering(collection: Collection, hooks: Hooks, look_every: float = 0.3) -> Deliveries:
    relay, webhooks = cast(Relay, NoRelay()), cast(Webhooks, hooks)
    return Deliveries(collection, relay, webhooks, TARGETS, DomainClock(), look_every)


def one(name: str, target: str, **more: Any) -> tuple[Delivery, bytes]:
    now = time.time()
    asked = Asked(**{"area": AREA, **more}, notification_id=name, to=target, what=None, due_at=None, incident_id=None,
                  number=None, case_id=None)  # fmt: skip
    return Delivery(f"{name}/{target}", asked, target, begun_at=now, next_at=now), b"{}"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "MOST_OF_ONE", 10)
    monkeypatch.setattr(deliveries, "LOOK", 20)


async def test_D2_a_target_that_is_down_leaves_the_others_their_turn(collection: Collection) -> None:
    hooks = Hooks()
    sending = delivering(collection, hooks)
    sending.start()
    try:
        await sending.take([one(f"n{n}", "down") for n in range(50)])
        assert sending.waiting == 10  # what is in hand of one target has its bound
        await sending.take([one("now", "up")])
        await eventually(lambda: hooks.told == ["now/up"], within=5, what="who is up is told")
        hooks.down = False
        await eventually(lambda: len(set(hooks.told)) == 51, within=30, what="all are told when it is up again")
    finally:
        await sending.stop()


async def test_D2_what_another_instance_left_behind_is_found_behind_a_target_that_is_down(
    collection: Collection,
) -> None:
    hooks = Hooks()
    other = delivering(collection, hooks)
    left = delivering(collection, Hooks())
    left._begin = lambda document: None  # type: ignore[method-assign]  # it stored them and died
    await left.take([one(f"n{n}", "down") for n in range(50)])
    await left.take([one("left", "up"), one("gone", "off-the-list"), one("no-list", "up", area="yujin")])
    # One that was stored before there was a field for it.
    await collection.update("left/up", {"$unset": {"target": ""}})
    await left.take([one("left-too", "up")])
    other.start()
    try:
        await eventually(lambda: sorted(hooks.told) == ["left-too/up", "left/up"], within=5, what="both are told")
        for id in ("gone/off-the-list", "no-list/up"):
            await eventually(partial(_ended, collection, id), within=5, what=f"{id} is given up")
    finally:
        await other.stop()


async def _ended(collection: Collection, id: str) -> bool:
    document = await collection.get(id)
    return document is not None and document["state"] == "failed"
