"""`fengqiao version`."""

from __future__ import annotations

import tomllib

from fengqiao.cli.places import ROOT


def current() -> str:
    """The version in pyproject.toml: the code is run from its folder, it is not installed."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])
