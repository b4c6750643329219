"""`fengqiao up` as a person meets it: ready rows, a second one refused, everything gone after it was stopped."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from fengqiao.local.ports import free_for_up

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS = 90


def environment(data: Path) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FENGQIAO_", "KAFKA_", "MONGODB_"))
    }
    if cache := os.environ.get("FENGQIAO_CACHE"):
        kept["FENGQIAO_CACHE"] = cache
    return kept | free_for_up() | {"FENGQIAO_DATA": str(data)}


async def fengqiao(*arguments: str, environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "fengqiao.cli", *arguments),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def read_until(process: asyncio.subprocess.Process, pattern: str) -> str:
    """What the process said up to a line that matches; fails with all of it if it ends before."""
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(READY_SECONDS):
        while line := (await process.stdout.readline()).decode():
            said += line
            if re.search(pattern, line):
                return said
    raise AssertionError(f"never said {pattern!r}:\n{said}")


async def said_and_status(*arguments: str, environment: dict[str, str]) -> tuple[str, int | None]:
    process = await fengqiao(*arguments, environment=environment)
    output, _ = await asyncio.wait_for(process.communicate(), READY_SECONDS)
    return output.decode(), process.returncode


async def test_up_is_ready_refuses_a_second_and_leaves_nothing_behind(tmp_path: Path) -> None:
    settings = environment(tmp_path / "data")
    up = await fengqiao("up", environment=settings)
    try:
        said = await read_until(up, r"Ctrl-C stops everything")
        assert re.search(r"kafka +ready", said)
        assert re.search(r"documents +ready", said)
        children = psutil.Process(up.pid).children(recursive=True)
        assert len(children) >= 2

        second, status = await said_and_status("up", environment=settings)
        assert status == 4
        assert f"pid {up.pid}" in second

        elsewhere = settings | {"FENGQIAO_DATA": str(tmp_path / "other")}
        third, status = await said_and_status("up", environment=elsewhere)
        assert status == 6
        assert re.search(r"Port \d+ for .* is in use by .*pid \d+", third)
        assert "Traceback" not in second + third
    finally:
        up.send_signal(signal.SIGTERM)
        await asyncio.wait_for(up.communicate(), 30)
    assert up.returncode == 0
    _, left = psutil.wait_procs(children, timeout=5)
    assert not left


@pytest.mark.parametrize("command", [["--help"], ["version"], ["areas", "list", "--json"], ["doctor", "--json"]])
async def test_commands_answer_without_a_running_system(tmp_path: Path, command: list[str]) -> None:
    said, status = await said_and_status(*command, environment=environment(tmp_path / "data"))
    assert status in (0, 1)
    assert said.strip()
    assert "Traceback" not in said


async def test_doctor_says_what_is_missing_and_how_to_mend_it(tmp_path: Path) -> None:
    bare = environment(tmp_path / "data") | {"FENGQIAO_CACHE": str(tmp_path / "empty")}
    said, status = await said_and_status("doctor", environment=bare)
    assert status == 1
    assert re.search(r"MISSING +libraries", said)
    assert "fengqiao.cli jars" in said


async def test_D2_doctor_names_the_file_and_the_field_of_a_wrong_area(tmp_path: Path) -> None:
    areas = tmp_path / "areas"
    shutil.copytree(ROOT / "deploy" / "areas" / "shilipu", areas / "shilipu")
    for file, was, by in [
        ("units.json", '"zone": "shilipu"', '"zone": "nowhere"'),
        ("sources.json", '"channel": "01"', '"channel": "77"'),
    ]:
        path = areas / "shilipu" / file
        path.write_text(path.read_text("utf-8").replace(was, by, 1), "utf-8")
    (areas / "shilipu" / "calendar.json").write_text('{"years": []}', "utf-8")
    where = environment(tmp_path / "data") | {"FENGQIAO_AREAS": str(areas)}
    said, status = await said_and_status("doctor", environment=where)
    assert status == 1
    # What works all the same, and somebody should know (M11).
    assert re.search(r"NOTE +areas +shilipu: calendar\.json has no holidays for 20[0-9]{2}", said)
    assert re.search(r"MISSING +areas .*units\.json line \d+: units\[0\]\.zone \(SLP\): there is no zone nowhere", said)
    assert re.search(r"MISSING +areas .*sources\.json line \d+: sources\[0\]\.channel \(\d+\): is '77'", said)
    assert "Traceback" not in said


def test_the_command_is_installed_beside_python() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("fengqiao")), "version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
