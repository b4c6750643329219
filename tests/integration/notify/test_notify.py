"""S3's notices reach a gateway, with receipts on the stream; a target or a notify that is down loses none."""

from functools import partial

import httpx
import pytest

from fengqiao.runtime.settings import ServiceName, ServiceSettings
from simulation.stories.__main__ import STORIES, play
from tests.awaiting import eventually
from tests.integration.notify.kit import AREA, asked, dies, publish, receipt, receipts
from tests.integration.notify.receiver import Receiver
from tests.system import System

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_S3_the_three_notifications_are_delivered_while_it_is_played(notify: System, gateway: Receiver) -> None:
    needed: tuple[ServiceName, ...] = ("intake", "dispatch", "commandroom", "notify")
    await notify.start(*needed)
    settings = ServiceSettings.load(data=notify.folder, areas=notify.folder / "areas", port_base=notify.port_base)
    lines, problem = await play(STORIES["S3"], settings, in_haste=True)
    assert problem is None, problem
    assert lines
    steps = {"night-market": "broadcast", "teams": "mass-message", "radio": "sweep"}
    for path, step in steps.items():
        (got,) = await eventually(partial(gateway.of, path), what=f"{path} is told")
        assert got.signed
        assert got.event["data"]["step"] == step
        told = await receipt(notify, got.id)
        assert (told["kind"], told["attempts"], told["target"], "late" in told) == ("delivered", 1, path, False)
    assert "王某" not in str([one.event for one in gateway.got])  # who called is nobody's business
    async with httpx.AsyncClient() as http:
        bearer = {"Authorization": f"Bearer {notify.token('dispatcher', AREA)}"}
        answer = await http.get(f"{notify.url('notify')}/v1/notices", params={"area": AREA}, headers=bearer)
        assert {row["target"]: row["state"] for row in answer.json()["items"]}.items() >= {
            (path, "delivered") for path in steps
        }
        other = await http.get(f"{notify.url('notify')}/v1/notices", params={"area": "gaoqiao"}, headers=bearer)
        assert other.status_code == 403
    for service in needed[:-1]:
        await notify.processes[service].stop()


async def test_a_target_that_is_down_is_tried_again_and_delays_nobody_else(notify: System, gateway: Receiver) -> None:
    answers = {"broken": 503, "bureau": 500}
    gateway.answer = lambda path: answers.get(path, 204)
    gateway.got.clear()
    await publish(
        notify, 500, asked("down-1", "ambulance_120"), asked("down-2", "superior"), asked("up-1", "merchants")
    )
    told = await receipt(notify, f"{AREA}-up-1/night-market")
    assert told["kind"] == "delivered"
    assert f"{AREA}-down-2/bureau" not in await receipts(notify)
    answers["bureau"] = 200
    told = await receipt(notify, f"{AREA}-down-2/bureau")
    assert (told["kind"], told["late"]) == ("delivered", True)
    assert told["attempts"] == len(gateway.of("bureau")) >= 2
    assert {one.id for one in gateway.of("bureau")} == {f"{AREA}-down-2/bureau"}  # the same id each time
    given_up = await receipt(notify, f"{AREA}-down-1/broken")
    assert (given_up["kind"], given_up["reason"], given_up["status"]) == ("failed", "refused", 503)


async def test_whom_the_list_does_not_name_nobody_has_told(notify: System, gateway: Receiver) -> None:
    await publish(notify, 600, asked("nobody-1", "fire_119"), asked("here-1", "command_room"))
    told = await receipt(notify, f"{AREA}-nobody-1/nobody")
    assert (told["kind"], told["reason"], "target" in told) == ("failed", "no_target", False)


async def test_a_notify_that_dies_after_the_post_posts_again_with_the_same_id(
    notify: System, gateway: Receiver
) -> None:
    await dies(notify, gateway, "notify.posted", 2, 700)
