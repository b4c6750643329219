"""Running a module of the installation as a process: `fengqiao` imports no service and no simulation."""

import os
import subprocess

from fengqiao.cli.places import PYTHON, ROOT, settings
from fengqiao.local.system import child_environment


def module_run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python -m module …` with this installation's settings, to its end; its standard output is kept."""
    return subprocess.run(
        [PYTHON, "-m", module, *arguments],
        cwd=ROOT,
        env=child_environment(settings(), os.environ),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
