"""A system for one story: free ports, a fresh data folder, the story's own clock; gone when the story is over."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from fengqiao.local.ports import free_for_up
from fengqiao.runtime.settings import SERVICES, ServiceSettings
from simulation.stories.stage import StoryFailed

READY_SECONDS = 60.0
START_SECONDS = 16.0
"""Real seconds in which a system is up on most machines: its clock begins so much before the story does."""


class OwnSystem:
    """`fengqiao up` as a child, on `settings` but for what must be its own. clock: as FENGQIAO_CLOCK takes it."""

    def __init__(self, settings: ServiceSettings, clock: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="fengqiao-story-"))
        ports = free_for_up()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FENGQIAO_")},
            "FENGQIAO_AREAS": str(settings.areas.resolve()),
            "FENGQIAO_DATA": str(self._folder),
            "FENGQIAO_CLOCK": clock,
            **ports,
        }
        base = int(ports["FENGQIAO_PORT_BASE"])
        self.settings = settings.model_copy(update={"data": self._folder, "port_base": base, "clock": clock})
        self._up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        root = Path(__file__).resolve().parents[2]
        log = (self._folder / "up.log").open("wb")
        self._up = subprocess.Popen(
            [sys.executable, "-m", "fengqiao.cli", "up"], cwd=root, env=self._environment, stdout=log, stderr=log
        )
        deadline = time.monotonic() + READY_SECONDS
        services = [name for name in SERVICES if (root / "services" / name / "__main__.py").exists()]
        while not all(_ready(f"{self.settings.url(service)}/readyz") for service in services):
            if self._up.poll() is not None or time.monotonic() > deadline:
                words = (self._folder / "up.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                self.__exit__(None, None, None)
                raise StoryFailed(f"the story's own system did not start:\n{words}")
            time.sleep(0.2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGINT)
            try:
                self._up.wait(30)
            except subprocess.TimeoutExpired:
                self._up.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def _ready(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False
