"""The fetcher against servers that lie about lengths, never end, stall, drip or lead elsewhere."""

from __future__ import annotations

import hashlib
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmark.contract import RemoteFile
from benchmark.errors import BenchError, DataError, MachineError
from benchmark.machine import bodies, downloads
from benchmark.machine.downloads import fetch
from benchmark.machine.ranged import RangedFile
from benchmark.models.hub_files import HubModel, fetch_hub_model

CONTENT = b"file_name,caption\n" * 1000
SUM = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
ESC = "\x1b[31m\x9b\u202e"


@contextmanager
def answering(answer):
    """Serve whatever ``answer(handler)`` writes, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            with suppress(ConnectionError):
                answer(self)
            self.close_connection = True

        do_HEAD = do_GET

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def is_direct(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(downloads, "TIMEOUT_S", (2, 0.3))


def head(handler, *headers, status=200):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()


def try_fetch(url, folder, **changes):
    file = RemoteFile(**{"name": "a.csv", "url": url, "checksum": SUM, "most_bytes": 1 << 20,
                         **changes})  # fmt: skip
    return fetch([file], folder)


def endless(handler):
    head(handler)
    while True:
        handler.wfile.write(b"x" * 65_536)


def stalled(handler):
    head(handler, ("Content-Length", "1000"))
    handler.wfile.write(b"x" * 10)
    time.sleep(0.6)


def dripping(handler):
    head(handler)
    for _ in range(60):
        handler.wfile.write(b"x")
        time.sleep(0.02)


def of_length(length):
    def answer(handler):
        head(handler, ("Content-Length", length))
        handler.wfile.write(CONTENT)

    return answer


def led_to(place):
    return lambda handler: head(handler, ("Location", place), status=302)


def with_many_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500)


def loop(handler):
    head(handler, ("Location", handler.path), status=302)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (of_length("abc"), "Content-Length|cannot reach"),
        (of_length("-5"), "Content-Length|cannot reach"),
        (of_length("1e3"), "Content-Length|cannot reach"),
        (of_length("9" * 5_000), "Content-Length|cannot reach"),
        (of_length("9" * 17), "expected 1,048,576 bytes at most"),
        (of_length("2000000"), "sends 2,000,000 bytes.*expected 1,048,576 bytes at most"),
        (of_length("999999"), "cut short"),
        (of_length("17"), "wrong checksum"),
        (endless, "more without an end.*1,048,576 bytes at most"),
        (stalled, "cut short: 10 of 1000 bytes"),
        (dripping, "sends too slowly"),
        (led_to("file:///etc/passwd"), "cannot reach"),
        (led_to("ftp://127.0.0.1/x"), "cannot reach"),
        (led_to("gopher:x"), "cannot reach"),
        (led_to("http://[::1"), "cannot reach"),
        (loop, "cannot reach"),
        (lambda handler: handler.wfile.write(b"\0" * 100), "cannot reach"),
        (with_many_headers, "cannot reach"),
        (lambda handler: handler.wfile.write(b"HTTP/1.1 500 \x1b[31m\x9b\r\n\r\n"), "500"),
        (lambda handler: head(handler, ("Content-Encoding", "gzip")), "wrong checksum"),
        (lambda handler: head(handler, ("Transfer-Encoding", "chunked")), "cut short|wrong"),
        (lambda handler: None, "cannot reach"),
    ],
)  # fmt: skip
def test_the_fetcher_ends_in_words_and_keeps_nothing_wrong(tmp_path, monkeypatch, answer, reason):
    monkeypatch.setattr(bodies, "SLOWEST", (1000, 0.3))
    started = time.monotonic()
    with answering(answer) as url, pytest.raises(BenchError, match=reason) as told:
        try_fetch(f"{url}/a.csv", tmp_path)
    assert time.monotonic() - started < 10
    assert not {"\x1b", "\x9b", "\r"} & set(str(told.value))
    assert len(str(told.value)) < 2_000
    left = [path for path in tmp_path.iterdir() if path.name != "a.csv.partial"]
    assert left == []
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1 << 20


def test_a_body_without_a_length_and_one_in_chunks_are_taken(tmp_path):
    def plain(handler):
        head(handler)
        handler.wfile.write(CONTENT)

    def chunked(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for at in range(0, len(CONTENT), 1000):
            piece = CONTENT[at : at + 1000]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\n\r\n")

    for answer in (plain, chunked, of_length(str(len(CONTENT)))):
        with answering(answer) as url:
            (path,) = try_fetch(url, tmp_path / answer.__name__)
        assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["../a", "a/b", "/etc/a", "..", ".", "", "a\\b", "a\nb", "a\0",
    f"a{ESC}", "a\udcff"])  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(DataError, match="no name for a file to fetch"):
        RemoteFile(name, "http://127.0.0.1/a", None)


@pytest.mark.parametrize("commit", ["../../../tmp", "a/../../../b", "main\x1b", "x" * 5_000])
def test_a_hub_that_names_no_commit_leads_nowhere(tmp_path, monkeypatch, commit):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    (tmp_path / "models").mkdir()

    def answer(handler):
        head(handler, ("ETag", f'"{"a" * 40}"'), ("X-Repo-Commit", commit))

    with answering(answer) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(BenchError, match=r"tells no commit|cannot reach"):
            fetch_hub_model(HubModel("toy", ("config.json",), ()), tmp_path / "models")
    assert list(tmp_path.iterdir()) == [tmp_path / "models"]
    assert list((tmp_path / "models").iterdir()) == []


def test_a_hub_that_was_renamed_for_ever_is_given_up(tmp_path, monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with answering(loop) as url:
        monkeypatch.setenv("HF_ENDPOINT", url)
        with pytest.raises(BenchError, match="tells no sum"):
            fetch_hub_model(HubModel("toy", ("config.json",), ()), tmp_path)


@pytest.mark.parametrize(
    "span", ["bytes 0-9/" + "9" * 5_000, "bytes -1-9/5", "bytes 5-9/100", "x", f"bytes 0-9/{ESC}"]
)
def test_a_range_that_is_none_is_refused(span):
    def answer(handler):
        handler.wfile.write(b"HTTP/1.1 206 Partial\r\nContent-Range: %s\r\n\r\n" % span.encode())

    with answering(answer) as url, pytest.raises((DataError, MachineError)):
        RangedFile(url, lambda n_bytes: None)
