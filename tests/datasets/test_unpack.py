from __future__ import annotations

import sys
from contextlib import suppress

import pytest

from benchmark.datasets.unpack import unpack
from benchmark.errors import DataError, MachineError

FILES = {"evaluation/a .wav": b"first", "evaluation/b.wav": b"second"}


@pytest.fixture
def archive(tmp_path):
    py7zr = pytest.importorskip("py7zr", reason="py7zr, which unpacks Clotho, is not installed")
    path = tmp_path / "clotho_audio_evaluation.7z"
    with py7zr.SevenZipFile(path, "w") as opened:
        for name, content in FILES.items():
            opened.writestr(content, name)
    return path


def test_an_archive_is_unpacked_once(archive, tmp_path):
    target = tmp_path / "clotho_audio_files"
    assert unpack(archive, target) == 2
    assert {name: (target / name).read_bytes() for name in FILES} == FILES
    assert [path.name for path in target.iterdir()] == ["evaluation"]
    assert unpack(archive, target) == 0


def test_files_that_are_there_stay_as_they_are(archive, tmp_path):
    mine = tmp_path / "out/evaluation/a .wav"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    assert unpack(archive, tmp_path / "out") == 1
    assert mine.read_bytes() == b"mine"
    assert (tmp_path / "out/evaluation/b.wav").read_bytes() == b"second"


def test_a_broken_archive_is_an_error_and_leaves_nothing(archive, tmp_path):
    archive.write_bytes(archive.read_bytes()[:-10])
    with pytest.raises(DataError, match="cannot unpack"):
        unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_target_that_cannot_be_made_is_an_error_of_the_machine(archive, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="cannot write"):
        unpack(archive, tmp_path / "file" / "out")


def test_without_py7zr_the_command_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "py7zr", None)
    with pytest.raises(MachineError, match=r"pip install py7zr.*7z x .*a\.7z -o"):
        unpack(tmp_path / "a.7z", tmp_path)


class Entry:
    """An entry as the library lists it, and what it really unpacks to."""

    def __init__(self, filename, uncompressed=5, kind="file"):
        self.filename, self.uncompressed = filename, uncompressed
        self.is_directory, self.is_file = kind == "folder", kind == "file"


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([Entry("../evil.wav")], "leads out"),
        ([Entry("a/../../evil.wav")], "leads out"),
        ([Entry("/tmp/evil.wav")], "leads out"),
        ([Entry("..\\\\evil.wav")], "leads out"),
        ([Entry("C:\\\\evil.wav")], "leads out"),
        ([Entry("//server/share/evil.wav")], "leads out"),
        ([Entry("a\0.wav")], "leads out"),
        ([Entry("")], "leads out"),
        ([Entry("../evil", kind="folder")], "leads out"),
        ([Entry("a.wav", kind="link")], "a link or a device"),
        ([Entry("a.wav"), Entry("a.wav")], "twice"),
        ([Entry("a.wav", 1 << 40)], "would unpack 1 files of 1,099,511,627,776 bytes"),
        ([Entry(f"{at}.wav", 1 << 20) for at in range(101)], "would unpack 101 files"),
        ([Entry(f"{at}", 0) for at in range(100_001)], "would unpack 100,001 files"),
    ],
)
def test_an_archive_that_leaves_its_folder_or_has_no_end_is_refused(
    archive, tmp_path, monkeypatch, entries, reason
):
    py7zr = pytest.importorskip("py7zr")
    monkeypatch.setattr(py7zr.SevenZipFile, "list", lambda _: entries)
    with pytest.raises(DataError, match=reason):
        unpack(archive, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert not (tmp_path / "evil.wav").exists()


def test_links_within_a_real_archive_are_refused(tmp_path):
    py7zr = pytest.importorskip("py7zr")
    (tmp_path / "secret").write_text("mine")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.wav").symlink_to(tmp_path / "secret")
    path = tmp_path / "links.7z"
    with py7zr.SevenZipFile(path, "w") as opened:
        opened.writeall(tmp_path / "in", "in")
    with pytest.raises(DataError, match=r"cannot unpack|a link or a device"):
        unpack(path, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("at", range(0, 120, 7))
def test_a_byte_that_was_flipped_is_told_or_harmless(archive, tmp_path, at):
    content = bytearray(archive.read_bytes())
    content[at % len(content)] ^= 0xFF
    archive.write_bytes(content)
    with suppress(DataError):
        unpack(archive, tmp_path / "out")
    found = {path for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert found <= {tmp_path / "out" / name for name in FILES}
