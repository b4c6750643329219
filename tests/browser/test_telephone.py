"""The crew's page on a telephone, in a real browser, on real services."""

import pytest
from playwright.async_api import Browser

from fengqiao.client import Fengqiao
from tests.awaiting import eventually
from tests.browser.deeds import call, crew_to_scene, fix_of, state
from tests.browser.kit import seated
from tests.system import System

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_crew_does_its_work_on_a_telephone(room: System, browser: Browser, desk: Fengqiao) -> None:
    number = await call(desk, "crew-1", "dispute")
    await desk.dispatch.assign((await state(desk, number))["id"], ["P1"], "test")
    async with seated(browser, room, "crew", unit="P1", size=(390, 844)) as seat:
        page = seat.page
        await seat.see(number)
        await seat.see("请在浏览器里允许定位")
        await page.context.set_geolocation({"longitude": 113.0201, "latitude": 28.1907})
        await page.context.grant_permissions(["geolocation"])
        await page.reload()
        await seat.see("定位 0:0", within=".crew-head")
        await eventually(lambda: fix_of(room, "P1", 113.0201), what="its position is on the board")
        assert await seat.serious() == []
        await seat.picture("crew-zh")
        await crew_to_scene(page, number)
        await page.locator(f'[aria-label="{number}"] select').select_option("当场调解")
        await page.locator(f'[aria-label="{number}"] .crew-next').click()
        await page.locator(f'[aria-label="{number}"]').wait_for(state="detached")
        held = [one for one in (await state(desk, number))["assignments"] if one["unit"] == "P1"]
        assert held[-1]["status"] == "cleared"
        # In an area that keeps no list of results, words say how it ended.
        again = await call(desk, "crew-2", "dispute")
        await page.route("**/v1/areas/gaoqiao/handling", lambda route: route.fulfill(json={"results": [], "forms": []}))
        await page.reload()
        await desk.dispatch.assign((await state(desk, again))["id"], ["P1"], "test")
        await crew_to_scene(page, again)
        await page.locator(f'[aria-label="{again}"] input[name=result]').fill("当场调解")
        await page.locator(f'[aria-label="{again}"] .crew-next').click()
        await page.locator(f'[aria-label="{again}"]').wait_for(state="detached")
        # A touch does not call for help; two seconds do.
        await page.locator(".crew-help").click()
        assert not [one for one in await desk.dispatch.units("gaoqiao") if one.get("emergency")]
        await page.locator(".crew-help").hover()
        await page.mouse.down()
        await seat.see("已求援", within=".answer", seconds=8)
        await page.mouse.up()
        assert [one["unit"] for one in await desk.dispatch.units("gaoqiao") if one.get("emergency")] == ["P1"]
        # It is seen until it is stood down, also by who comes back to the page.
        await page.reload()
        await seat.see("求援中", within=".crew-need")
        await seat.see("正在赶来", within=".crew-need")
        assert await page.locator(".crew-help").count() == 0
        assert await seat.serious() == []
        await seat.picture("crew-need-zh")
        await desk.dispatch.end_emergency("P1", "test")
        await page.locator(".crew-need").wait_for(state="detached")
        await page.locator(".crew-help").wait_for()
        # Its session has ended: the browser lets the cookie go.
        await page.context.clear_cookies()
        await seat.see("登录已过期", within=".banner")
        assert await page.locator('.banner a[href="/sign-in?lang=zh"]').count() == 1
