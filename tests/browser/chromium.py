"""The Chromium that npm brings, unpacked once below `web/node_modules`, with a Chinese font of its own.

Where there is none, these tests fail: a page that nobody has looked at in a browser is not tested.
"""

import json
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import manimgx_fonts_cjk

from fengqiao.local.web_page import environment, node
from tests.system import ROOT

WEB: Final = ROOT / "web"
PACKAGE: Final = WEB / "node_modules" / "@sparticuz" / "chromium"
UNPACK: Final = "import('@sparticuz/chromium').then(async ({default: one}) => console.log(await one.executablePath()))"
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--ignore-gpu-blocklist",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--font-render-hinting=none",
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """program: its executable. environment: of its process."""

    program: Path
    environment: dict[str, str]


def chromium() -> Chromium:
    """Unpack it if need be. Raises RuntimeError with what to do."""
    if not PACKAGE.is_dir():
        raise RuntimeError(f"{PACKAGE} is not there: run make setup, which brings a Chromium for the tests.")
    version = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"]
    folder = WEB / "node_modules" / ".cache" / f"chromium-{version}"
    if not (folder / "chromium").is_file():
        _unpack(folder)
    fonts = folder / "fonts.conf"
    if not fonts.is_file():
        chinese = Path(manimgx_fonts_cjk.__file__).parent
        fonts.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
            f"<dir>{chinese}</dir><dir>{folder / 'fonts'}</dir>"
            f"<cachedir>{folder / 'font-cache'}</cachedir></fontconfig>",
            encoding="utf-8",
        )
    return Chromium(folder / "chromium", {**os.environ, "FONTCONFIG_FILE": str(fonts)})


def _unpack(folder: Path) -> None:
    # Into a folder of its own first: two workers may do this at the same time, and one of them is enough.
    making = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}")
    making.mkdir(parents=True)
    program, _ = node()
    done = subprocess.run(
        [str(program), "-e", UNPACK],
        cwd=WEB,
        env={**environment(), "TMPDIR": str(making)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode or not (making / "chromium").is_file():
        raise RuntimeError(f"Chromium could not be unpacked: {done.stderr[-2000:]}")
    try:
        making.rename(folder)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
