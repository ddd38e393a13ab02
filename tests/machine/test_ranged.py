"""Files of a server read in places."""

from __future__ import annotations

import io
import random
import socket
import zipfile

import pytest
from file_server import serving

from benchmark.errors import DataError, MachineError
from benchmark.machine.ranged import RangedFile, RangesUnknownError

CONTENT = random.Random(0).randbytes(3_000_000)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving({"a.bin": CONTENT, "empty.bin": b""}) as running:
        yield running


def ignore(n_bytes):
    pass


def test_any_place_reads_as_in_a_file_here(server):
    here = io.BytesIO(CONTENT)
    draw = random.Random(1)
    with io.BufferedReader(RangedFile(server.url("a.bin"), ignore)) as there:
        for _ in range(60):
            offset, n_bytes = draw.randrange(3_100_000), draw.choice([1, 30, 70_000, 600_000])
            assert there.seek(offset) == here.seek(offset)
            assert there.read(n_bytes) == here.read(n_bytes)
        assert there.seek(-22, io.SEEK_END) == len(CONTENT) - 22
        assert there.read() == CONTENT[-22:]


def test_an_entry_of_a_large_archive_costs_little_more_than_itself(server):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.bin", CONTENT)
        archive.writestr("small.txt", "what is wanted")
    server.contents["a.zip"] = packed.getvalue()
    came = []
    with (
        io.BufferedReader(RangedFile(server.url("a.zip"), came.append)) as file,
        zipfile.ZipFile(file) as archive,
    ):
        assert archive.read("small.txt") == b"what is wanted"
    assert sum(came) == server.n_sent < 2_000_000 < len(packed.getvalue()) / 25


def test_a_block_that_is_cut_short_is_asked_for_again(server):
    server.break_off_after, server.n_to_break = 1_000, 2
    with io.BufferedReader(RangedFile(server.url("a.bin"), ignore)) as file:
        assert file.read() == CONTENT


def test_a_server_that_breaks_off_again_and_again_is_an_error(server):
    with io.BufferedReader(RangedFile(server.url("a.bin"), ignore)) as file:
        server.break_off_after = 1_000
        with pytest.raises(DataError, match=r"broke off at byte 524,288 of 3,000,000, 3 times"):
            file.read()


def test_a_server_without_ranges_says_so_before_anything_is_read(server):
    server.knows_ranges = False
    with pytest.raises(RangesUnknownError):
        RangedFile(server.url("a.bin"), ignore)


@pytest.mark.parametrize(("path", "status"), [("absent", 404), ("empty.bin", 416)])
def test_a_refusal_names_the_status(server, path, status):
    with pytest.raises(DataError, match=f"answered {status}"):
        RangedFile(server.url(path), ignore)


def test_a_server_that_is_away_is_an_error_of_the_machine(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/a.bin"
        with pytest.raises(MachineError, match=r"cannot reach .*refused"):
            RangedFile(url, ignore)
