"""A gateway on this machine, and a notify whose list names it."""

import json
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.integration.notify.kit import AREA
from tests.integration.notify.receiver import Receiver, receiving
from tests.system import ROOT, System


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(system: System) -> AsyncIterator[Receiver]:
    async with receiving(system.folder / "keys" / "webhooks", AREA) as one:
        yield one


@pytest.fixture(scope="module")
def notify(system: System, gateway: Receiver) -> System:
    areas = system.folder / "areas"
    shutil.copytree(ROOT / "deploy" / "areas", areas, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    rows = [
        {"id": id, "to": [to], "url": gateway.url(id), "private": True, "give_up_after": seconds}
        for id, to, seconds in (
            ("night-market", "merchants", 60),
            ("teams", "volunteers", 60),
            ("radio", "patrols", 60),
            ("bureau", "superior", 60),
            ("broken", "ambulance_120", 1.5),
        )
    ]
    (areas / AREA / "notify.json").write_text(json.dumps({"targets": rows}), encoding="utf-8")
    system.environment |= {"FENGQIAO_AREAS": str(areas), "FENGQIAO_LOOK_EVERY": "1", "FENGQIAO_WEBHOOK_DEADLINE": "1.5"}
    return system
