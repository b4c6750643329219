"""The command room's page in a real browser, on real services: what a shift sees, types, and is told."""

import asyncio
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser

from fengqiao.client import Fengqiao
from fengqiao.runtime.settings import ServiceSettings
from simulation.stories.__main__ import STORIES, play
from tests.awaiting import eventually
from tests.browser.deeds import (
    bulletin,
    call,
    check_in_calls,
    find_hazard,
    hazard,
    in_dialogs,
    last_month,
    listeners,
    mediate,
    police_on,
    print_agreement,
    report,
    row,
    say_what_and_where,
    state,
)
from tests.browser.kit import seated
from tests.browser.past import months_before
from tests.system import ROOT, System

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_C1_the_board_is_there_and_no_request_leaves(room: System, browser: Browser, desk: Fengqiao) -> None:
    markup = "<img src=x onerror=alert(1)><b>醉酒</b>"
    number = await call(desk, "board-1", description=markup, details={"weapon": True}, tags=["minor"])
    async with seated(browser, room) as seat:
        await row(seat.page, number).wait_for()
        await seat.page.locator(".maplibregl-canvas").wait_for()
        await seat.page.locator("#units .unit-row").first.wait_for()
        line = row(seat.page, number)
        assert "殴打" in await line.inner_text()
        assert "持械" in await line.inner_text()
        assert await line.locator(".timer").count() == 1
        await line.click()
        await seat.see("时间线", within=".drawer")
        await seat.see(markup, within=".said")  # words of a caller are words
        assert await seat.page.locator(".said img, .said b").count() == 0
        await seat.see("涉未成年人", within=".drawer-head")
        await seat.see("比", within=".crews")  # the reason: so many seconds before the runner-up
        assert f"sel={number}" in seat.page.url
        await seat.page.emulate_media(media="print")
        assert re.fullmatch(
            r"高桥 · .*\d{4}年\d{1,2}月\d{1,2}日 \d\d:\d\d:\d\d", await seat.page.inner_text(".on-paper")
        )
        await seat.page.emulate_media(media="screen")
        await seat.picture("desk-zh")
        assert await seat.keyless() == []
        # The heat map is of the last four weeks; what is on the map is in its list, too.
        await seat.page.get_by_role("button", name="热力").wait_for()
        await seat.page.keyboard.press("h")
        await seat.page.keyboard.press("l")
        for word in ("警情最多处", "派出所", "防区", "警格", "待命点"):
            await seat.see(word, within=".map-list")
        assert "heat=1" in seat.page.url
        assert await seat.serious() == []
        await seat.picture("desk-heat-zh")
        assert seat.outside == []
        assert seat.faults == []


@pytest.mark.parametrize("name", ["S1", "S3"])
async def test_C1_a_story_is_played_while_the_page_watches(room: System, browser: Browser, name: str) -> None:
    story = STORIES[name]
    async with seated(browser, room, area=story.area) as seat:
        await seat.page.locator('#line[data-state="live"]').wait_for()
        settings = ServiceSettings.load(
            data=room.folder, areas=ROOT / "deploy" / "areas", port_base=room.port_base, clock=None
        )
        playing = asyncio.create_task(play(story, settings, in_haste=True))
        words = {
            "S1": ("派往", "到场", "立调解案", "达成协议"),
            "S3": ("通知 商户", "通知 义警", "通知 巡逻组", "结束"),
        }
        for word in words[name]:
            await seat.see(word, within=".told", seconds=40)
        lines, problem = await playing
        assert problem is None, problem
        assert lines
        assert seat.faults == []


async def test_C2_an_assignment_by_keyboard_only_and_a_refusal_in_words(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "keys-1", "dispute")
    async with seated(browser, room) as seat:
        await row(seat.page, number).wait_for()
        await seat.say(f"派P7 {number}")
        assert f"P7 已派往 {number}" in await seat.answer()
        assert "P7" in [one["unit"] for one in (await state(desk, number))["assignments"]]
        await seat.say("cj P7 当场调解")  # dispatch itself refuses, and is told in the page's language
        assert "不能再“处结”" in await seat.answer()
        for verb, status in (("qs", "acknowledged"), ("cf P7", "en_route"), ("scene P7", "on_scene")):
            await seat.say(verb if " " in verb else f"{verb} P7")
            assert (await seat.answer()).startswith("√")
            held = [one for one in (await state(desk, number))["assignments"] if one["unit"] == "P7"]
            assert held[-1]["status"] == status
        await seat.say(f"pj P7 {number}")
        refused = await seat.answer()
        assert refused.startswith("×")
        assert "gp" in refused
        await seat.say("pj P33")
        assert "P3" in await seat.answer()
        # Of what is grave the person sees first what it would do.
        await seat.say(f"qx {number};误报")
        await seat.see(f"取消 {number}？", within="#answer")
        assert (await state(desk, number))["status"] == "resources_onscene"
        await seat.page.keyboard.press("Enter")
        assert f"{number} 已取消" in await seat.answer()
        assert (await state(desk, number))["status"] == "cancelled"
        await seat.page.keyboard.press("Escape")
        await seat.page.evaluate("document.activeElement?.blur()")
        await seat.page.keyboard.press("u")
        await seat.see("已撤回", within="#answer")
        assert (await state(desk, number))["status"] != "cancelled"
        # Completion and the palette.
        await seat.page.keyboard.press("Control+/")
        await seat.page.keyboard.type("cj P")
        await seat.page.keyboard.press("Tab")
        assert (await seat.page.input_value("#command")).startswith("cj P")
        await seat.page.keyboard.press("Escape")
        await seat.page.keyboard.press("Control+k")
        await seat.page.keyboard.type("大屏")
        await seat.page.keyboard.press("Enter")
        await seat.page.locator(".wall").wait_for()
        assert "view=wall" in seat.page.url
        assert seat.faults == []


async def test_C3_the_service_is_killed_and_all_tabs_come_back_by_themselves_on_one_stream(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    async with seated(browser, room, lang="en") as seat:
        await seat.page.locator('#line[data-state="live"]').wait_for()
        await seat.page.evaluate("window.sameDocument = true")
        # More tabs than a browser may hold connections to one host.
        tabs = [await seat.page.context.new_page() for _ in range(6)]
        for tab in tabs:
            await tab.goto(f"{seat.room}/?lang=en&view=mediation", wait_until="commit")
        for tab in tabs:
            await tab.locator('#line[data-state="live"]').wait_for()
        assert await listeners(room) == 1
        await room.processes["commandroom"].kill()
        await seat.see("Offline since", within=".banner")
        await seat.see("The picture is", within=".banner")
        await seat.picture("offline-en")
        number = await call(desk, "killed-1")
        room.processes["commandroom"].start()
        await room.ready("commandroom")
        await row(seat.page, number).wait_for(timeout=20_000)
        await seat.page.locator(".banner").wait_for(state="detached")
        assert await seat.page.evaluate("window.sameDocument") is True
        assert await row(seat.page, number).count() == 1
        for tab in tabs:
            await tab.locator('#line[data-state="live"]').wait_for()
        await tabs[0].bring_to_front()
        await tabs[0].keyboard.press("g")
        await tabs[0].keyboard.press("d")
        await row(tabs[0], number).wait_for()  # what came while it was away is there without a reload
        assert await listeners(room) == 1


async def test_C1_last_months_response_times_are_read_and_what_analytics_says_besides(
    room: System, browser: Browser
) -> None:
    async with room.client("supervisor") as supervisor:
        await supervisor.analytics.json("POST", "/v1/bulletins", {"area": "gaoqiao", "kind": "daily"})
    end = months_before(datetime.now(ZoneInfo("Asia/Shanghai")).date(), 0) - timedelta(days=1)
    async with seated(browser, room, view="mediation") as seat:
        await seat.page.locator('#line[data-state="live"]').wait_for()
        await last_month(seat, end.day)
        assert await seat.serious() == []
        await seat.picture("analytics-zh")
        await bulletin(seat)
        # A year ago nothing was counted: words, no empty boxes.
        await seat.page.fill("#from", "2020-01-01")
        await seat.page.fill("#to", "2020-01-31")
        await seat.see("2020-01-01 至 2020-01-31 没有数据")
        assert seat.faults == []
        assert seat.outside == []


async def test_C3_dispatch_is_dead_and_the_call_is_an_alarm(room: System, browser: Browser, desk: Fengqiao) -> None:
    async with seated(browser, room) as seat:
        await seat.page.locator('#line[data-state="live"]').wait_for()
        await seat.see("无告警", within="#alarms")
        place = await seat.page.locator("main.desk").bounding_box()
        room.processes["dispatch"].pause()
        try:
            await report(desk, "dead-1", priority=1)
            await seat.see("P1 殴打 美食七街", within="#alarms")
            assert await seat.page.locator("main.desk").bounding_box() == place  # nothing moves under the hand
            await seat.see("排队 1", within=".bar")  # no list has it, but it waits
            assert await seat.page.locator("#alarms .flashing").count() == 1  # of the gravest alone
            await seat.picture("alarm-zh")
            await seat.page.keyboard.press("F9")
            await seat.page.locator("#alarms .flashing").wait_for(state="detached")
            await seat.see("仍未派出", within="#alarms")  # acknowledged is not gone
            for n in range(2, 10):
                await report(desk, f"dead-{n}", priority=1)
            # More than the line has room for: those that nobody could read are not acknowledged, and come forward.
            await seat.see("! 9 告警", within=".bar")
            await seat.page.keyboard.press("F9")
            await seat.see("还有", within="#alarms")
            assert await seat.page.locator(".alarm-line .flashing").count() > 0
            await seat.page.keyboard.press("a")
            assert await seat.page.locator(".alarm-list li").count() == 9
            await seat.page.keyboard.press("F9")
            await seat.page.locator("#alarms .flashing").first.wait_for(state="detached")
            await seat.page.keyboard.press("a")
        finally:
            room.processes["dispatch"].resume()
        await seat.page.locator("#alarms").filter(has_text="仍未派出").wait_for(state="detached", timeout=20_000)


async def test_C4_both_languages_themes_the_wall_and_the_address(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "languages-1")
    complaints: list[str] = []
    for lang, theme, word in (("zh", "light", "警情"), ("en", "dark", "Incidents")):
        async with seated(browser, room, lang=lang, theme=theme, sel=number) as seat:
            await seat.see(word, within="#incidents-title")
            await seat.see("时间线" if lang == "zh" else "Timeline", within=".drawer")
            await seat.page.locator(".maplibregl-canvas").wait_for()
            complaints += [f"desk {lang} {one}" for one in await seat.serious()]
            await seat.picture(f"desk-{lang}-{theme}")
            complaints += await in_dialogs(seat, lang)
            for screen in ("mediation", "analytics", "wall"):
                await seat.page.goto(f"{seat.room}/?lang={lang}&view={screen}&theme={theme}")
                await seat.page.locator("main:not(.empty)").wait_for()
                complaints += [f"{screen} {lang} {one}" for one in await seat.serious()]
            await seat.see(number, within=".wall")
            assert await seat.page.evaluate("document.querySelector('.wall').scrollHeight <= innerHeight")
            text = await seat.page.inner_text("body")
            assert "undefined" not in text
            assert "NaN" not in text
            assert seat.faults == []
            assert seat.outside == []
    assert complaints == []


async def test_C1_where_nothing_is_told_it_says_from_when_on(room: System, browser: Browser) -> None:
    async with seated(browser, room, area="dongcheng") as seat:
        await seat.see("从打开本页起记动态", within=".told")


async def test_C4_in_a_small_window_nothing_is_out_of_reach(room: System, browser: Browser, desk: Fengqiao) -> None:
    number = await call(desk, "small-1")
    async with seated(browser, room, lang="en", size=(1366, 768)) as seat:
        line = row(seat.page, number)
        await line.wait_for()
        out = await seat.page.locator("#out").bounding_box()
        assert out is not None
        assert out["x"] + out["width"] <= 1366
        told = await line.locator(".row-sub").get_attribute("title")
        assert told is not None
        assert "Food Street 7" in told
        assert "sent" in told  # what has no room is in the tooltip, whole
        # 1600×900 at 200 %: the map's buttons pass below the command line, not above it.
        await seat.page.set_viewport_size({"width": 800, "height": 450})
        await seat.page.locator(".map-tools").wait_for()
        there = await seat.page.evaluate(
            "() => { const at = (one) => document.querySelector(one).getBoundingClientRect();"
            "scrollBy(0, at('.map-tools button').top - at('#command').top);"
            "const [tool, line] = [at('.map-tools button'), at('#command')];"
            "return document.elementFromPoint(Math.max(tool.left, line.left) + 8, line.top + 12).id }"
        )
        assert there == "command"


async def test_C2_a_call_is_taken_followed_to_the_mediators_and_counted(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    """What a person who has never seen it can do with the page alone: the whole way of one incident."""
    known = await call(desk, "same-1", "dispute", location={"address": "皮具城"})
    async with seated(browser, room) as seat:
        page = seat.page
        await page.locator('#line[data-state="live"]').wait_for()
        await eventually(lambda: page.locator("#units .unit-row").count(), what="units are there")
        await say_what_and_where(seat, "债务", "皮具城")
        # Somebody else has called of it already: that is shown while one types, and is one key away.
        await page.locator(".call-side li", has_text=known).wait_for()
        await page.keyboard.press("Alt+l")
        assert f"报警人已加到 {known}" in await seat.answer()
        await page.keyboard.press("F2")
        await page.keyboard.press("Control+Enter")
        await seat.see("什么事：请填写", within=".call .answer")  # where the person is looking
        await say_what_and_where(seat, "债务", "皮具")
        await seat.see("地点取 皮具饰品城 · 把握", within=".call-fields")
        await page.fill("#call-words", "货款没有付清，两人争吵")
        await page.fill("#call-caller", "赵某")
        await seat.picture("call-zh")
        await page.keyboard.press("Control+Enter")
        said = await seat.answer()
        assert said.startswith("√ 已接警")
        number = said.removeprefix("√ 已接警").split()[0]
        await row(page, number).filter(has_text="皮具饰品城").wait_for()
        sent = await eventually(lambda: police_on(desk, number), what="somebody is sent")
        for verb in ("qs", "cf", "dc"):
            await seat.say(f"{verb} {sent}")
            assert (await seat.answer()).startswith("√")
        await seat.say(f"ztj {number} 债务")
        assert "已转调解" in await seat.answer()
        await page.keyboard.press("Enter")
        await page.locator("main.mediation .case-body").wait_for(timeout=20_000)
        address = page.url
        case_id = dict(part.split("=") for part in urlsplit(address).query.split("&"))["case"]
        await page.keyboard.press("g")
        await page.keyboard.press("d")
        await row(page, number).wait_for()
        await seat.say(f"cj {sent} 移交")
        assert (await seat.answer()).startswith("√")
        await page.keyboard.press("Escape")
        await page.goto(f"{seat.room}/?lang=zh&view=analytics")
        # Counted a moment after it was closed, and on the first the month has nothing else: the page asks every minute.
        await seat.see("达标率", seconds=75)
        await eventually(lambda: page.locator(".shares li").count(), what="response times are counted")
    async with seated(browser, room, "mediator", case=case_id) as seat:
        await mediate(seat.page)
        await seat.picture("mediation-zh")
        assert await seat.serious() == []
        await print_agreement(seat)
        assert seat.faults == []


async def test_M14_S12_hazards_and_the_calls_of_the_day_on_the_mediation_desk(room: System, browser: Browser) -> None:
    await find_hazard(room)
    async with seated(browser, room, "mediator", view="mediation") as seat:
        await seat.page.locator(".stages").wait_for()
        await hazard(seat)
        assert await seat.serious() == []
        await seat.page.keyboard.press("c")
        await seat.see("本区没有每日询问名单")
        assert "stage=check-ins" in seat.page.url
    async with seated(browser, room, "mediator", area="yujin", view="mediation") as seat:
        await seat.page.locator(".stages").wait_for()
        await check_in_calls(seat)
        assert await seat.serious() == []
        assert seat.faults == []


async def test_C2_a_form_that_lacks_something_is_told_what_and_ends_the_incident_when_it_is_there(
    room: System, browser: Browser, desk: Fengqiao
) -> None:
    number = await call(desk, "form-1", "020405")
    async with seated(browser, room, sel=number) as seat:
        await row(seat.page, number).wait_for()
        for sent in [one["unit"] for one in (await state(desk, number))["assignments"]]:
            for verb in ("qs", "cf", "dc"):
                await seat.say(f"{verb} {sent}")
                assert (await seat.answer()).startswith("√")
            await seat.say(f"cj {sent} 受理案件")
            assert (await seat.answer()).startswith("√")
        await seat.see("待反馈", within=f"#incident-{number}")
        await seat.say(f"反馈 {number}")
        await seat.page.select_option("#form-result", "受理案件")
        await seat.page.locator(".feedback button.main").click()
        assert "反馈单还缺：损失（元）" in await seat.answer()
        await seat.see("请填写", within=".feedback .wrong")
        await seat.page.fill("#form-lost_yuan", "3200")
        await seat.page.fill("#form-described", "调取监控，立案侦查")
        # Leaving it throws nothing away, by key or by looking at something else.
        await seat.page.keyboard.press("Escape")
        await seat.see("反馈单没有交，写的还在", within=".drawer")
        await seat.page.evaluate("document.activeElement?.blur()")
        await seat.page.keyboard.press("Escape")
        await seat.page.locator(".drawer").wait_for(state="detached")
        await row(seat.page, number).click()
        await seat.page.locator(".drawer .note button").click()
        assert await seat.page.input_value("#form-lost_yuan") == "3200"
        assert await seat.page.input_value("#form-described") == "调取监控，立案侦查"
        assert await seat.serious() == []
        await seat.page.keyboard.press("Control+Enter")
        await seat.see("反馈单已提交", within="#answer")
        await row(seat.page, number).wait_for(state="detached")
        assert (await state(desk, number))["status"] == "closed"
