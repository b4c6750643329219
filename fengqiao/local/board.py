"""The readiness rows of `fengqiao up`: a live table on a terminal, a line for every change elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from fengqiao.local.supervisor import Row, State

COLOUR: Final[dict[State, str]] = {
    "waiting": "dim",
    "starting": "yellow",
    "ready": "green",
    "restarting": "red",
    "stopped": "dim",
    "given": "cyan",
}


class Board:
    """Shows rows; give `show` to a Supervisor. Use it in a `with`."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._said: dict[str, tuple[State, str]] = {}

    def show(self, rows: Sequence[Row]) -> None:
        """Show the rows as they are now."""
        if self._live is not None:
            self._live.update(table(rows), refresh=True)
            return
        for row in rows:
            if row.state != "waiting" and self._said.get(row.name) != (row.state, row.detail):
                self._said[row.name] = (row.state, row.detail)
                self.console.print(line(row), markup=False, highlight=False, soft_wrap=True)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()


def line(row: Row) -> str:
    """One row as plain text."""
    seconds = f"{row.seconds:.1f} s" if row.seconds is not None and row.state == "ready" else ""
    return "  ".join(part for part in (f"{row.name:<12}", f"{row.state:<10}", row.address, seconds, row.detail) if part)


def table(rows: Sequence[Row]) -> Table:
    """All rows as a table."""
    shown = Table(box=None, pad_edge=False)
    for column in ("", "state", "address", "seconds", ""):
        shown.add_column(column, justify="right" if column == "seconds" else "left")
    for row in rows:
        seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
        shown.add_row(row.name, f"[{COLOUR[row.state]}]{row.state}[/]", row.address, seconds, row.detail)
    return shown
