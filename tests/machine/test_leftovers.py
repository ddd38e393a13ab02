"""What killed processes left is swept, and nothing else."""

from __future__ import annotations

import os
import tempfile

import pytest
from killed import run_until

from benchmark.files import folder_beside, scratch_folder
from benchmark.machine.leftovers import find_leftovers, sweep_leftovers
from benchmark.machine.places import artifacts

WORKS = """
import sys, tempfile, time
from pathlib import Path
from benchmark.files import alone, folder_beside, scratch_folder
root = Path(sys.argv[1])
tempfile.tempdir = sys.argv[2]
decoder = root / "artifacts" / "decoder-0123"
with folder_beside(decoder) as half, scratch_folder("bench-meteor") as scratch:
    (half / "weights").write_bytes(bytes(3 << 20))
    (scratch / "words").write_text("a dog barks")
    with alone(root / "kept"):
        print("ready", flush=True)
        time.sleep(60)
"""


@pytest.fixture
def places(tmp_path, monkeypatch):
    root, scratch = tmp_path / "cache", tmp_path / "tmp"
    root.mkdir()
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    monkeypatch.setenv("BENCH_CACHE", str(root))
    monkeypatch.setenv("BENCH_MODELS", str(tmp_path / "models"))
    return root, scratch


def test_what_a_killed_process_left_is_told_and_goes_when_the_store_is_opened(places, capsys):
    root, scratch = places
    run_until("ready", WORKS, root, scratch)
    assert len(find_leftovers(root, root / "models")) == 3
    artifacts()
    assert [path.name for path in root.rglob("*")] == ["artifacts"]
    assert list(scratch.iterdir()) == []
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("bench: removed what killed processes left behind: ")
    assert "decoder-0123" in line
    assert "(3.0 MiB)" in line


def test_what_a_living_process_makes_stays(places, capsys):
    root, _ = places
    with (
        folder_beside(root / "artifacts" / "decoder-0123") as half,
        scratch_folder("bench-x") as own,
    ):
        sweep_leftovers(root, root / "models")
        assert half.is_dir()
        assert own.is_dir()
    assert capsys.readouterr().err == ""


def test_folders_of_earlier_versions_go_once_nobody_can_need_them(places):
    root, scratch = places
    for name, age_days in (("bench-meteor-old", 3), ("bench-meteor-new", 0), ("other-old", 3)):
        (scratch / name).mkdir()
        past = (scratch / name).stat().st_mtime - age_days * 86_400
        os.utime(scratch / name, (past, past))
    sweep_leftovers(root, root / "models")
    assert sorted(path.name for path in scratch.iterdir()) == ["bench-meteor-new", "other-old"]


def test_a_scratch_folder_is_nobody_elses(places):
    with scratch_folder("bench-x") as own:
        assert own.stat().st_mode & 0o777 == 0o700
    assert not own.exists()


def test_what_a_fetch_left_among_the_models_goes_and_what_goes_on_stays(places, tmp_path):
    models = tmp_path / "models"
    left = [models / ".spice-0123abcd.partial", models / "fense" / ".tiny-0123abcd.partial"]
    stays = [models / ".fense--tiny-downloads-0123", models / "clap.bin.partial", models / "clap"]
    for path in (*left, *stays):
        path.mkdir(parents=True)
    artifacts()
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in stays)
