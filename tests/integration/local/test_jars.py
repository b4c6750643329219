"""The jar cache: only whole and checked files get a name, and a second start asks nobody."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fengqiao.local.errors import JarsUnavailable
from fengqiao.local.jars import class_path, locked_jars, missing_jars

CONTENT = b"the bytes of a library" * 1000
COORDINATES = "org.example:tiny:1.0"


class Repository:
    """A Maven repository of one jar on this machine. `served` counts; `short` breaks off half-way."""

    def __init__(self) -> None:
        self.served = 0
        self.short = False
        repository = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path != "/org/example/tiny/1.0/tiny-1.0.jar":
                    self.send_error(404)
                    return
                repository.served += 1
                self.send_response(200)
                self.send_header("Content-Length", str(len(CONTENT)))
                self.end_headers()
                self.wfile.write(CONTENT[: len(CONTENT) // 2] if repository.short else CONTENT)

            def log_message(self, format: str, *args: object) -> None:
                del format, args

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    made = Repository()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    monkeypatch.setenv("FENGQIAO_MAVEN", made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def lock_file(tmp_path: Path, content: bytes = CONTENT) -> Path:
    file = tmp_path / "jars.lock"
    file.write_text(f'[tiny]\n"{COORDINATES}" = "{hashlib.sha256(content).hexdigest()}"\n')
    return file


def left_in(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "jars").iterdir() if path.name != ".lock")


def test_a_jar_is_fetched_once_by_however_many_start(tmp_path: Path, repository: Repository) -> None:
    lock = lock_file(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        starts = [pool.submit(class_path, "tiny", tmp_path / "cache", lock_file=lock) for _ in range(4)]
        (jar,) = {start.result()[0] for start in starts}
    assert jar.read_bytes() == CONTENT
    assert repository.served == 1
    assert left_in(tmp_path / "cache") == [jar.name]


def test_bytes_that_are_not_the_locked_ones_are_refused_and_removed(tmp_path: Path, repository: Repository) -> None:
    lock = lock_file(tmp_path, b"what was locked")
    with pytest.raises(JarsUnavailable, match=r"org\.example:tiny:1\.0 .*SHA-256"):
        class_path("tiny", tmp_path / "cache", lock_file=lock)
    assert left_in(tmp_path / "cache") == []


def test_a_download_that_breaks_off_leaves_nothing_and_can_be_tried_again(
    tmp_path: Path, repository: Repository
) -> None:
    lock = lock_file(tmp_path)
    repository.short = True
    with pytest.raises(JarsUnavailable, match="could not be had"):
        class_path("tiny", tmp_path / "cache", lock_file=lock)
    assert left_in(tmp_path / "cache") == []
    repository.short = False
    assert class_path("tiny", tmp_path / "cache", lock_file=lock)[0].read_bytes() == CONTENT


def test_the_committed_lock_names_every_jar_with_its_digest() -> None:
    for group in ("kafka", "store", "compiler"):
        for jar in locked_jars(group):
            assert len(jar.sha256) == 64
            assert jar.coordinates.count(":") in (2, 3)
    assert {jar.coordinates for jar in missing_jars("compiler", Path("/nowhere"))}
