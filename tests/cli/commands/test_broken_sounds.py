"""Sounds that cannot be read cost their clips, and a run goes on once they are mended."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from benchmark.cli.main import bench
from benchmark.errors import DataError


def run(*arguments):
    return CliRunner().invoke(bench, list(map(str, arguments)))


@pytest.fixture
def clips(tmp_path):
    """One good sound, and three of which each ended a run."""
    folder = tmp_path / "clips"
    folder.mkdir()
    tone = 0.3 * np.sin(np.arange(8_000) / 5)
    soundfile.write(folder / "good.wav", tone, 8_000)
    soundfile.write(folder / "slow.wav", tone, 1)
    soundfile.write(folder / "half.aiff", tone, 8_000)
    content = (folder / "half.aiff").read_bytes()
    (folder / "half.aiff").write_bytes(content[: len(content) // 2])
    (folder / "film.m4a").write_bytes(b"\0\0\0\x1cftypM4A " + bytes(100))
    names = ("good.wav", "slow.wav", "half.aiff", "film.m4a")
    rows = "".join(f"{name},a hum,a low hum\n" for name in names)
    (folder / "test.csv").write_text("file_name,caption_1,caption_2\n" + rows)
    return folder


def test_a_run_names_each_sound_that_it_could_not_read_and_resumes_when_they_are_mended(
    clips, tmp_path
):
    out = tmp_path / "run"
    asked = ("--systems", "constant", "--metrics", "bleu_1", "--profile", 0, "--keep-going")
    done = run("run", "--dataset", f"folder:{clips}", *asked, "--out", out)
    assert done.exit_code == 1, done.output
    failed = {}
    for line in (out / "ledger.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry.get("state") == "error":
            failed[entry["clip_id"]] = entry["error"]
    assert set(failed) == {"slow.wav", "half.aiff", "film.m4a"}
    assert "says that it has 1 samples a second" in failed["slow.wav"]
    assert "is cut short" in failed["half.aiff"]
    assert "cannot decode" in failed["film.m4a"]
    for name in failed:
        soundfile.write(clips / "mended.wav", np.full(800, 0.1), 8_000)
        (clips / "mended.wav").replace(clips / name)
    done = run("run", "--resume", out)
    assert done.exit_code == 0, done.output


def test_where_no_sound_is_found_a_run_says_what_lies_there(clips):
    for path in clips.glob("*.*"):
        if path.suffix != ".csv":
            path.rename(clips / f"x{path.name}")
    done = run("run", "--dataset", f"folder:{clips}", "--systems", "constant")
    assert isinstance(done.exception, DataError)
    assert "none of the 4 clips has a sound there (" in str(done.exception)
    assert f"4 sound files in {clips} belong to no clip, such as 'xfilm.m4a'" in str(done.exception)
    assert "data root" not in str(done.exception)
