"""The examples of the guide run as they stand, and the README shows them to the letter."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from fengqiao.runtime.settings import SERVICES
from tests.conftest import run
from tests.system import ROOT, System

EXAMPLES = ROOT / "docs" / "examples"


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize("name", ["report.sh", "subscribe.py", "watch.sh", "operate.sh"])
def test_the_readme_shows_the_example_that_runs(readme: str, name: str) -> None:
    lines = (EXAMPLES / name).read_text(encoding="utf-8").removeprefix("#!/usr/bin/env bash\n")
    assert lines.strip() in (ROOT / readme).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def everything(system: System) -> System:
    run(system.start())
    return system


@asynccontextmanager
async def running(system: System, *command: str, **more: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ | system.variables() | more,
        start_new_session=True,
        limit=2**24,  # a snapshot is one line
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # a shell's children too
            await process.communicate()  # reads the pipes to their end, which closes them


async def report(system: System, external_id: str) -> dict[str, object]:
    token = system.token("integrator")
    async with running(
        system, str(EXAMPLES / "report.sh"), INTAKE=system.url("intake"), TOKEN=token, EXTERNAL_ID=external_id
    ) as process:
        out, err = await process.communicate()
    assert process.returncode == 0, (out, err)
    accepted: dict[str, object] = orjson.loads(out)
    return accepted


async def line_with(process: Process, words: bytes, within: float = 30.0) -> bytes:
    assert process.stdout is not None
    async with asyncio.timeout(within):
        while words not in (line := await process.stdout.readline()):
            assert line, await process.communicate()
    return line


async def test_report_is_accepted_and_repeating_it_is_harmless(everything: System) -> None:
    first = await report(everything, "EX-1")
    again = await report(everything, "EX-1")
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["incident_id"] == again["incident_id"]


async def test_subscribe_hears_of_a_report(everything: System) -> None:
    await report(everything, "EX-2")
    async with running(everything, sys.executable, str(EXAMPLES / "subscribe.py")) as process:
        assert b"gaoqiao 1 " in await line_with(process, b"fengqiao.incident.opened.v1")


async def test_watch_begins_with_a_snapshot_and_tells_what_happens(everything: System) -> None:
    token = everything.token("subscriber")
    async with running(
        everything, str(EXAMPLES / "watch.sh"), ROOM=everything.url("commandroom"), TOKEN=token
    ) as process:
        await line_with(process, b"event: snapshot")
        await report(everything, "EX-3")
        await line_with(process, b"event: fengqiao.incident.opened.v1")


async def test_operate_says_that_all_is_ready_and_the_journal_is_whole(everything: System) -> None:
    await report(everything, "EX-4")
    shift = str(everything.port_base - 8000)
    async with running(everything, str(EXAMPLES / "operate.sh"), PORT_SHIFT=shift) as process:
        out, err = await process.communicate()
    assert process.returncode == 0, (out, err)
    assert out.count(b'"status":"ok"') == len(SERVICES) - 1
    assert b"as it was written" in out
    assert b"No dead letters" in out
