"""The supervisor brings children up in order, back when they die, down in reverse, and never leaves one behind."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from fengqiao.local.data_folder import claim, holder, require_room
from fengqiao.local.errors import AlreadyRunning, NotWritable, PortTaken, StartFailed
from fengqiao.local.ports import free_port
from fengqiao.local.process import Process, rotate
from fengqiao.local.supervisor import Child, Row, Supervisor, service
from fengqiao.local.system import require_free_ports

ROOT = Path(__file__).resolve().parents[3]

# A child that answers 200 on every path, writes when it is told to end, and ends.
ANSWERS = """
    import http.server, signal, sys
    class Ok(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200); self.end_headers()
        def log_message(self, *_): pass
    signal.signal(signal.SIGTERM, lambda *_: (print("told to end", flush=True), sys.exit(0)))
    print("listening", flush=True)
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ok).serve_forever()
"""


def child(tmp_path: Path, name: str, code: str = ANSWERS) -> Child:
    port = free_port()
    program = tmp_path / f"{name}.py"
    program.write_text(textwrap.dedent(code))
    process = Process(name, (sys.executable, str(program), str(port)), tmp_path / f"{name}.log")
    return service(process, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}/readyz", 10)


class Reports:
    """Remembers every state of every row and lets a test wait for one."""

    def __init__(self) -> None:
        self.states: list[tuple[str, str, str]] = []
        self._changed = asyncio.Event()

    def __call__(self, rows: Sequence[Row]) -> None:
        for row in rows:
            now = (row.name, row.state, row.detail)
            if now not in self.states[-len(rows) :]:
                self.states.append(now)
        self._changed.set()

    async def seen(self, wanted: Callable[[str, str, str], bool]) -> None:
        async with asyncio.timeout(15):
            while not any(wanted(*state) for state in self.states):
                self._changed.clear()
                await self._changed.wait()


async def until_gone(pid: int) -> None:
    """Return when the process has ended; the test's own time limit is the deadline."""
    async with asyncio.timeout(10):
        await asyncio.to_thread(lambda: psutil.Process(pid).wait() if psutil.pid_exists(pid) else None)


async def test_stages_come_up_in_order_with_what_is_prepared_between_them(tmp_path: Path) -> None:
    events: list[str] = []

    def noting(name: str) -> Child:
        made = child(tmp_path, name)
        start = made.start

        async def start_and_note() -> None:
            await start()
            events.append(name)

        return Child(name, made.address, made.process, start_and_note)

    async def prepare() -> None:
        events.append("topics")

    supervisor = Supervisor([[noting("server")], [noting("service")]], prepare=[prepare])
    await supervisor.start()
    assert events == ["server", "topics", "service"]
    assert [row.state for row in supervisor.rows] == ["ready", "ready"]
    assert all(row.seconds for row in supervisor.rows)
    await supervisor.stop()
    assert [row.state for row in supervisor.rows] == ["stopped", "stopped"]
    assert "told to end" in (tmp_path / "service.log").read_text()


async def test_a_child_that_dies_is_started_again_and_its_row_says_so(tmp_path: Path) -> None:
    reports = Reports()
    one = child(tmp_path, "one")
    supervisor = Supervisor([[one]], report=reports)
    await supervisor.start()
    try:
        first = one.process.pid
        one.process.signal(signal.SIGKILL)
        await reports.seen(lambda _n, state, detail: state == "restarting" and "status -9" in detail)
        await reports.seen(lambda _n, state, detail: state == "ready" and "restarted" in detail)
        assert one.process.running
        assert one.process.pid != first
    finally:
        await supervisor.stop()
    assert not one.process.running


async def test_a_child_that_cannot_start_stops_the_others_and_says_its_last_words(tmp_path: Path) -> None:
    good = child(tmp_path, "good")
    bad = child(tmp_path, "bad", "import sys; sys.exit('the journal belongs to another Kafka')")
    supervisor = Supervisor([[good], [bad]])
    with pytest.raises(StartFailed, match=r"(?s)bad ended with status 1.*belongs to another Kafka"):
        await supervisor.start()
    assert not good.process.running
    assert not bad.process.running


async def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    stubborn = child(
        tmp_path,
        "stubborn",
        ANSWERS.replace('lambda *_: (print("told to end", flush=True), sys.exit(0))', "signal.SIG_IGN"),
    )
    await stubborn.start()
    assert await stubborn.process.stop(seconds=0.3) == -signal.SIGKILL


async def test_a_paused_child_stands_still_with_all_its_threads_when_pause_returns(tmp_path: Path) -> None:
    busy = """
        import threading
        def spin():
            while True: pass
        for _ in range(8): threading.Thread(target=spin, daemon=True).start()
        print("listening", flush=True)
        spin()
    """
    program = tmp_path / "busy.py"
    program.write_text(textwrap.dedent(busy))
    process = Process("busy", (sys.executable, str(program)), tmp_path / "busy.log")
    process.start()
    try:
        await process.ready(lambda: said(process, "listening"), 15)
        for _ in range(20):
            process.pause()
            assert psutil.Process(process.pid).status() == psutil.STATUS_STOPPED
            process.resume()
    finally:
        await process.kill()
    process.pause()  # of one that has ended: nothing to wait for


async def said(process: Process, words: str) -> bool:
    return words in process.log_tail()


async def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "answers.py").write_text(textwrap.dedent(ANSWERS))
    parent = f"""
        import asyncio, sys
        from pathlib import Path
        from fengqiao.local import Process
        async def main():
            command = (sys.executable, {str(tmp_path / "answers.py")!r}, "{port}")
            child = Process("child", command, Path({str(tmp_path)!r}) / "child.log")
            child.start()
            await child.wait_ready("http://127.0.0.1:{port}/")
            print(child.pid, flush=True)
            await asyncio.Event().wait()
        asyncio.run(main())
    """
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(parent), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    pid = int(await asyncio.wait_for(supervisor.stdout.readline(), 15))
    assert psutil.pid_exists(pid)
    supervisor.kill()
    await supervisor.wait()
    await until_gone(pid)


async def test_where_the_kernel_does_not_help_a_guard_kills_the_orphan(tmp_path: Path) -> None:
    # The branch of leash.py that other systems than Linux take.
    code = f"""
        import sys
        sys.path.insert(0, {str(ROOT / "fengqiao" / "local")!r})
        import leash
        program = "import os, signal; print(os.getpid(), flush=True); signal.pause()"
        leash.guard(int(sys.argv[1]), [sys.executable, "-c", program])
    """
    parent = f"""
        import os, signal, subprocess, sys
        subprocess.Popen([sys.executable, "-c", {textwrap.dedent(code)!r}, str(os.getpid())])
        signal.pause()
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", textwrap.dedent(parent), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    pid = int(await asyncio.wait_for(process.stdout.readline(), 15))
    process.kill()
    await process.wait()
    await until_gone(pid)


def test_a_second_up_on_the_same_data_is_told_who_runs_it(tmp_path: Path) -> None:
    with claim(tmp_path):
        assert holder(tmp_path) == os.getpid()
        with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}") as refused, claim(tmp_path):
            raise AssertionError("claimed twice")
        assert refused.value.exit_status == 4
    assert holder(tmp_path) is None
    with claim(tmp_path):
        pass


def test_a_full_disk_and_a_folder_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    with pytest.raises(NotWritable, match="MB are free on the disk"):
        require_room(tmp_path, room=1 << 60)
    (tmp_path / "file").write_text("")
    with pytest.raises(NotWritable, match="cannot be written"):
        require_room(tmp_path / "file" / "data")


def test_a_taken_service_port_is_named_with_its_owner_and_the_variable_that_moves_it() -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        port = squatter.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"{port} for intake .*pid {os.getpid()}.*FENGQIAO_PORT_BASE"):
            require_free_ports([(free_port(), "analytics", "X"), (port, "intake", "FENGQIAO_PORT_BASE")])


def test_a_log_beyond_its_size_is_set_aside_once(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "one.log"
    rotate(log, limit=10)
    log.write_text("x" * 11)
    rotate(log, limit=10)
    assert not log.exists()
    assert log.with_name("one.log.1").read_text() == "x" * 11


async def test_one_more_is_brought_up_after_all_others_watched_and_stopped_before_them(tmp_path: Path) -> None:
    reports = Reports()
    first, more = child(tmp_path, "first"), child(tmp_path, "more")
    supervisor = Supervisor([[first]], report=reports)
    await supervisor.start()
    try:
        await supervisor.add(more)
        assert [(row.name, row.state) for row in supervisor.rows] == [("first", "ready"), ("more", "ready")]
        await more.process.kill()
        await reports.seen(lambda name, state, detail: (name, state) == ("more", "ready") and "restarted" in detail)
    finally:
        await supervisor.stop()
    stopped = [name for name, state, _ in reports.states if state == "stopped"]
    assert stopped.index("more") < stopped.index("first")


async def test_one_more_that_cannot_be_brought_up_leaves_the_others_alone(tmp_path: Path) -> None:
    first, broken = child(tmp_path, "first"), child(tmp_path, "broken", "raise SystemExit(7)")
    supervisor = Supervisor([[first]])
    await supervisor.start()
    try:
        with pytest.raises(StartFailed, match="broken ended with status 7"):
            await supervisor.add(broken)
        assert first.process.running
    finally:
        await supervisor.stop()
