from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmark.contract import RemoteFile
from benchmark.errors import DataError, MachineError
from benchmark.machine.downloads import fetch

CONTENT = bytes(range(256)) * 4_096  # 1 MiB


class Server(ThreadingHTTPServer):
    """Serves CONTENT under any path but /absent; can break off, and can ignore ranges."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.break_off_after: int | None = None
        self.resumes = True
        self.ranges: list[str | None] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.ranges.append(wanted)
        if self.path == "/absent":
            self.send_error(404)
            return
        start = int(wanted[len("bytes=") : -1]) if wanted and self.server.resumes else 0
        if start >= len(CONTENT):
            self.send_error(416)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.break_off_after])

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.shutdown()


def remote(server: Server, name: str = "a.csv", **changes: str) -> RemoteFile:
    checksum = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
    return RemoteFile(**{"name": name, "url": server.url(name), "checksum": checksum, **changes})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_a_file_is_fetched_whole(server, tmp_path, algorithm):
    checksum = f"{algorithm}:{hashlib.new(algorithm, CONTENT).hexdigest()}"
    files = [remote(server, name, checksum=checksum) for name in ("a.csv", "b.csv")]
    paths = fetch(files, tmp_path / "new" / "folder")
    assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
    assert names(tmp_path / "new" / "folder") == ["a.csv", "b.csv"]


def test_a_file_that_is_there_is_not_fetched_again(server, tmp_path):
    fetch([remote(server)], tmp_path)
    fetch([remote(server)], tmp_path)
    assert server.ranges == [None]


def cut_short(server: Server, folder: Path, after: int) -> int:
    """Fetch from a server that breaks off, and return how many bytes are kept."""
    server.break_off_after = after
    with pytest.raises(DataError, match=r"cut short: \d+ of 1048576 bytes, kept in") as caught:
        fetch([remote(server)], folder)
    kept = (folder / "a.csv.partial").stat().st_size
    assert f"cut short: {kept} of" in str(caught.value)
    assert names(folder) == ["a.csv.partial"]
    return kept


def test_a_download_cut_short_says_how_much_came_and_is_resumed(server, tmp_path):
    kept = cut_short(server, tmp_path, after=300_000)
    assert 300_000 - 65_536 < kept <= 300_000
    server.break_off_after = None
    (path,) = fetch([remote(server)], tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={kept}-"]
    assert names(tmp_path) == ["a.csv"]


def test_a_resumed_download_may_be_cut_again(server, tmp_path):
    kept = [cut_short(server, tmp_path, after=300_000) for _ in range(3)]
    assert kept == sorted(set(kept))


def test_a_server_that_does_not_resume_sends_the_file_from_the_start(server, tmp_path):
    server.resumes = False
    (tmp_path / "a.csv.partial").write_bytes(b"x" * 2_000_000)
    (path,) = fetch([remote(server)], tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_partial_file_that_is_complete_is_published(server, tmp_path):
    (tmp_path / "a.csv.partial").write_bytes(CONTENT)
    (path,) = fetch([remote(server)], tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_wrong_checksum_publishes_nothing_and_starts_anew_next_time(server, tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    wrong = remote(server, checksum="md5:" + "0" * 32)
    found = hashlib.md5(CONTENT).hexdigest()
    with pytest.raises(DataError, match=f"found md5 {found} .1048576 bytes., expected 0{{32}}"):
        fetch([wrong], tmp_path)
    assert names(tmp_path) == ["mine.txt"]


def test_a_stale_partial_file_is_found_out_by_the_checksum(server, tmp_path):
    (tmp_path / "a.csv.partial").write_bytes(b"of an older version")
    with pytest.raises(DataError, match=r"wrong checksum of a\.csv"):
        fetch([remote(server)], tmp_path)
    (path,) = fetch([remote(server)], tmp_path)
    assert path.read_bytes() == CONTENT


def test_a_file_of_the_users_with_another_content_is_left_as_it_is(server, tmp_path):
    (tmp_path / "a.csv").write_text("mine")
    with pytest.raises(DataError, match=r"a\.csv was there and is left as it is"):
        fetch([remote(server)], tmp_path)
    assert (tmp_path / "a.csv").read_text() == "mine"
    assert server.ranges == []


def test_a_refusal_names_the_status_and_what_to_do_by_hand(server, tmp_path):
    with pytest.raises(DataError, match="/absent answered 404 Not Found") as caught:
        fetch([remote(server, url=server.url("absent"))], tmp_path)
    assert f"save as {tmp_path / 'a.csv'}" in str(caught.value)
    assert names(tmp_path) == []


def test_without_a_connection_every_file_still_needed_is_listed(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"  # bound, but nobody listens
        files = [RemoteFile(f"{n}.csv", f"{url}/{n}.csv", "md5:" + "0" * 32) for n in "ab"]
        with pytest.raises(MachineError, match=r"cannot reach .*refused") as caught:
            fetch(files, tmp_path)
    for file in files:
        assert file.url in str(caught.value)
        assert str(tmp_path / file.name) in str(caught.value)


def read_only_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "read only"
    folder.mkdir()
    folder.chmod(0o500)
    return Path("/proc") if os.access(folder, os.W_OK) else folder  # root may write anywhere else


def test_a_folder_that_cannot_be_written_is_an_error_of_the_machine(server, tmp_path):
    with pytest.raises(MachineError, match=r"cannot write .*--data-root or BENCH_DATA"):
        fetch([remote(server)], read_only_folder(tmp_path))


def test_a_folder_below_a_file_is_an_error_of_the_machine(server, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="cannot write"):
        fetch([remote(server)], tmp_path / "file" / "clotho")


def unreachable() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/a.csv"


def test_the_next_address_is_tried_where_one_is_gone_or_away(server, tmp_path):
    file = remote(server, url=unreachable())
    file = dataclasses.replace(file, mirrors=(server.url("absent"), server.url("a.csv")))
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.csv"]


def test_where_no_address_gives_the_file_each_says_why(server, tmp_path):
    file = dataclasses.replace(remote(server, url=server.url("absent")), mirrors=(unreachable(),))
    with pytest.raises(MachineError, match="could not be had from any address") as caught:
        fetch([file], tmp_path)
    assert "answered 404" in str(caught.value)
    assert "refused" in str(caught.value)
    assert names(tmp_path) == []


def test_what_one_address_began_another_ends(server, tmp_path):
    kept = cut_short(server, tmp_path, after=300_000)
    server.break_off_after = None
    file = dataclasses.replace(remote(server, url=server.url("absent")), mirrors=(server.url("b"),))
    (path,) = fetch([file], tmp_path)
    assert path.read_bytes() == CONTENT
    assert server.ranges == [None, f"bytes={kept}-", f"bytes={kept}-"]


def test_a_file_that_another_process_downloads_is_left_to_it(server, tmp_path):
    with (tmp_path / "a.csv.partial").open("ab") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
        with pytest.raises(MachineError, match="being downloaded by another process"):
            fetch([remote(server)], tmp_path)
    assert server.ranges == []


def test_a_given_file_is_copied_once_its_checksum_is_right(server, tmp_path):
    given = tmp_path / "given"
    given.mkdir()
    (given / "a.csv").write_bytes(CONTENT)
    (path,) = fetch([remote(server)], tmp_path / "folder", given=[given])
    assert path.read_bytes() == CONTENT
    (given / "a.csv").write_bytes(CONTENT[1:])
    with pytest.raises(DataError, match=r"wrong checksum of a\.csv.*was not taken"):
        fetch([remote(server)], tmp_path / "other", given=[given / "a.csv"])
    assert names(tmp_path / "other") == []
    assert server.ranges == []
