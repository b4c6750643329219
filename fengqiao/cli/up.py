"""`fengqiao up`: everything, with live readiness rows, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Coroutine
from typing import Any

from rich.console import Console

from fengqiao.cli import simulate, topics
from fengqiao.cli import story as story_command
from fengqiao.cli.places import ROOT, settings
from fengqiao.local.board import Board
from fengqiao.local.data_folder import claim, require_room
from fengqiao.local.errors import LocalError, StartFailed
from fengqiao.local.supervisor import Supervisor
from fengqiao.local.system import (
    child_environment,
    city_child,
    local_system,
    ports_needed,
    require_free_ports,
    services_in,
)
from fengqiao.runtime.clock import ClockError, keep_anchor
from fengqiao.runtime.errors import RuntimeFault
from fengqiao.runtime.settings import ServiceSettings
from fengqiao.runtime.tokens import TokenError, local_key


def run(story: str | None, *, once: bool, city: str | None = None) -> int:
    """Start everything; stay until SIGINT or SIGTERM (`once`: until ready, or until the story was played).

    city: the area whose demo city lives then, unless `once`. The exit status: 0, the story's, or that of the
    LocalError which is printed as one sentence.
    """
    read = settings()
    console = Console(stderr=False, highlight=False)
    data = read.data.resolve()
    try:
        require_room(data)
        with claim(data):
            require_free_ports(ports_needed(read, services_in(ROOT)))
            _keep_clock_and_key(read)
            return asyncio.run(_run(read, console, story, None if once else city, once=once))
    except LocalError as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return error.exit_status
    except (ClockError, TokenError) as error:
        console.print(str(error), markup=False, soft_wrap=True)
        return 2


def _keep_clock_and_key(read: ServiceSettings) -> None:
    data = read.data.resolve()
    if setting := read.clock_setting:
        keep_anchor(data, setting, real_now=time.time())
    local_key(data)  # made here once, so that services starting together do not each make one


async def _run(read: ServiceSettings, console: Console, story: str | None, city: str | None, *, once: bool) -> int:
    asked_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, asked_to_stop.set)

    async def make_topics() -> None:
        try:
            await topics.make(read)
        except RuntimeFault as error:
            raise StartFailed(f"The topics could not be made: {error}") from error

    started = time.monotonic()
    with Board(console) as board:
        system = local_system(read, ROOT, environment=os.environ, make_topics=make_topics, report=board.show)
        if not await _unless(asked_to_stop, system.start()):
            return 130
    try:
        console.print(f"Ready after {time.monotonic() - started:.1f} s.")
        status = await _play(read, story, asked_to_stop) if story else 0
        if city and not asked_to_stop.is_set():
            await _unless(asked_to_stop, _start_city(read, console, system, city))
        if not once:
            _say_where(read, console)
            await asked_to_stop.wait()
        return status
    finally:
        console.print("Stopping.")
        await system.stop()


async def _start_city(read: ServiceSettings, console: Console, system: Supervisor, area: str) -> None:
    """The demo city with its row. What stands without it goes on when it cannot be started."""
    rate = simulate.GENTLE
    command = simulate.command(area, rate=rate, speed=1, seed=1, seconds=None)
    what = f"{area}, {rate:g} calls an hour"
    with Board(console) as board:
        system.report_to(board.show)
        try:
            await system.add(city_child(read, ROOT, command, os.environ, what))
        except LocalError as error:
            console.print(f"The demo city does not live: {error}", markup=False, soft_wrap=True)


async def _unless(asked_to_stop: asyncio.Event, starting: Coroutine[Any, Any, None]) -> bool:
    """Start something; True if it is up, False if somebody asked to stop before it was (it is stopped then)."""
    start = asyncio.ensure_future(starting)
    asked = asyncio.ensure_future(asked_to_stop.wait())
    await asyncio.wait((start, asked), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if start.done():
        await start
        return True
    start.cancel()
    await asyncio.gather(start, return_exceptions=True)
    return False


async def _play(read: ServiceSettings, name: str, asked_to_stop: asyncio.Event) -> int:
    """Play a story on the running system, its output shown; its exit status. Ctrl-C ends it too."""
    player = await asyncio.create_subprocess_exec(
        *story_command.command(name, on_running=True),
        cwd=ROOT,
        env=child_environment(read, os.environ),
        start_new_session=True,
    )
    played = asyncio.ensure_future(player.wait())
    asked = asyncio.ensure_future(asked_to_stop.wait())
    await asyncio.wait((played, asked), return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if not played.done():
        player.terminate()
    return await played


def _say_where(read: ServiceSettings, console: Console) -> None:
    page = read.url("commandroom")
    console.print(
        f"\nThe page:  {page}/sign-in\n"
        "A token:   python -m fengqiao.cli token --role dispatcher --area gaoqiao\n"
        f"The logs:  {read.data.resolve() / 'logs'}\n"
        "Ctrl-C stops everything.",
        markup=False,
        soft_wrap=True,
    )
