"""`python -m fengqiao.cli`: the command line."""

from __future__ import annotations

from fengqiao.cli.app import app

if __name__ == "__main__":
    app(prog_name="fengqiao")
