from __future__ import annotations

import sys

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
