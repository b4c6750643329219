"""Logs, traces, and a process that is served and stopped."""

import asyncio
import io
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from pydantic import BaseModel

from fengqiao.runtime.logs import configure_logs, log_context
from fengqiao.runtime.serving import PortTaken, listen, serve, serve_async, stopping
from fengqiao.runtime.telemetry import (
    configure_telemetry,
    continue_from,
    current_trace_id,
    shutdown_telemetry,
    step,
    traceparent,
)
from tests.unit.runtime.edge_app import build, integrator, talking_to

REMOTE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logs("example", format="json", stream=out, final=False)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def read(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_personal_data_does_not_reach_a_log(lines: io.StringIO) -> None:
    log = structlog.get_logger()
    log.info(
        "rang 13812345678",
        phone="13812345678",
        caller={"name": "李某"},
        report={"description": "两人打架", "area": "gaoqiao", "said": ["call 13912345678"]},
        at=1730297000123,
    )
    log.info("sent", header="Bearer eyJhbGciOi.eyJpc3Mi.c2ln", token="x")
    logging.getLogger("aiokafka").warning("from %s", "13812345678")
    text = lines.getvalue()
    for secret in ("13812345678", "13912345678", "李某", "两人打架", "eyJpc3Mi"):
        assert secret not in text
    first, second, third = read(lines)
    assert first["event"] == "rang [phone]"
    assert first["report"] == {
        "area": "gaoqiao",
        "said": ["call [phone]"],
    }
    assert first["at"] == 1730297000123
    assert second["header"] == "Bearer [token]"
    assert third["event"] == "from [phone]"
    assert {line["service"] for line in (first, second, third)} == {"example"}


def test_a_traceback_does_not_quote_what_was_refused(lines: io.StringIO) -> None:
    class Caller(BaseModel):
        age: int

    refused = json.loads(r'{"age": "\u674e\u67d0"}')
    try:
        Caller.model_validate(refused)
    except ValueError:
        structlog.get_logger().exception("refused")
    line = read(lines)[0]
    assert "ValidationError" in line["exception"]
    assert "李某" not in lines.getvalue()


async def test_the_access_log_has_trace_and_route_but_no_query_values(tmp_path: Path, lines: io.StringIO) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        await client.get(
            "/v1/refusals/none", params={"token": "s3cret", "q": "永定街"}, headers={"traceparent": REMOTE}
        )
        await client.get("/livez")
    (line,) = (line for line in read(lines) if line["event"] == "request")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/refusals/none", 200)
    assert line["query"] == ["token", "q"]
    assert line["trace_id"] == REMOTE[3:35]
    assert "s3cret" not in lines.getvalue()
    assert "永定街" not in lines.getvalue()
    assert "Bearer" not in lines.getvalue()


async def test_a_bug_is_logged_under_the_trace_id_the_client_was_told(tmp_path: Path, lines: io.StringIO) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.get("/v1/refusals/bug")
    (line,) = (line for line in read(lines) if line["event"] == "request failed")
    assert line["trace_id"] == answer.json()["trace_id"]
    assert "RuntimeError" in line["exception"]
    assert "13812345678" not in lines.getvalue()


def test_context_is_on_every_line_of_its_block(lines: io.StringIO) -> None:
    with log_context(area="gaoqiao"):
        structlog.get_logger().info("inside")
        logging.getLogger("other").info("also")
    structlog.get_logger().info("outside")
    assert [line.get("area") for line in read(lines)] == ["gaoqiao", "gaoqiao", None]


def test_a_trace_is_continued_and_sent_on() -> None:
    assert traceparent() is None
    assert current_trace_id() == ""
    with continue_from(REMOTE, "consume"):
        sent = traceparent()
        assert sent is not None
        assert sent[:36] == REMOTE[:36]
        assert sent[36:52] != REMOTE[36:52]
        assert sent.endswith("-01")
    with continue_from(None, "tick"):
        assert len(current_trace_id()) == 32
        assert current_trace_id() != REMOTE[3:35]
    assert traceparent() is None


@pytest.mark.parametrize(
    "header", ["", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", REMOTE[:-4], b"ff" + REMOTE[2:].encode()]
)
def test_a_malformed_trace_starts_a_new_one(header: str | bytes) -> None:
    with continue_from(header, "consume"):
        assert current_trace_id() not in ("", REMOTE[3:35], "0" * 32)


def test_a_taken_port_is_named_with_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} is taken by .+ \(process {os.getpid()}\)"):
            listen("127.0.0.1", port)


def test_a_taken_port_ends_the_process_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as left:
        serve(build(tmp_path), host="127.0.0.1", port=taken.getsockname()[1])
    assert left.value.code == 3
    assert "FENGQIAO_PORT_BASE" in capsys.readouterr().err


def test_spans_are_recorded_when_a_collector_is_named_and_its_absence_holds_up_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    configure_telemetry("example", "1", f"http://127.0.0.1:{port}")
    began = time.monotonic()
    try:
        with continue_from(REMOTE, "consume") as span:
            assert span.is_recording()
            assert current_trace_id() == REMOTE[3:35]
            with step("decide"):
                assert traceparent() != f"00-{REMOTE[3:35]}-{span.get_span_context().span_id:016x}-01"
        with pytest.raises(ValueError, match="words"), continue_from(None, "fails") as failed:
            raise ValueError("somebody's words")
        assert isinstance(failed, ReadableSpan)
        assert (failed.status.description, failed.events) == ("ValueError", ())
    finally:
        shutdown_telemetry()
    assert time.monotonic() - began < 4
    with continue_from(REMOTE, "consume") as span:
        assert not span.is_recording()


@pytest.mark.parametrize("how", ["event", "signal"])
async def test_a_served_application_stops_in_order(tmp_path: Path, how: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app = build(tmp_path)
    serving = asyncio.create_task(serve_async(app, host="127.0.0.1", port=port))
    async with asyncio.timeout(10), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while True:
            try:
                assert (await client.get("/livez")).status_code == 200
                break
            except httpx.ConnectError:
                await asyncio.wait([serving], timeout=0.02)
                assert not serving.done()
    if how == "event":
        stopping(app).set()
    else:
        os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(10):
        await serving
    assert stopping(app).is_set()
