"""Rows join the table of a run that is there, by its clips."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from small_clips import write_clips

from benchmark.cli.main import bench
from benchmark.errors import BenchError, DataError, UsageError
from benchmark.runs.clips_of import read_clips_of
from benchmark.runs.reading import read_run

FAST = ("--metrics", "bleu_1")


def write_captions(path, numbers):
    lines = [f"test-{number:02d}.wav,a noise hisses" for number in numbers]
    path.write_text("\n".join(["file_name,caption", *lines]) + "\n")
    return str(path)


def ask(*arguments):
    done = CliRunner().invoke(bench, [*map(str, arguments)])
    if isinstance(done.exception, BenchError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Captions of clips 0 to 3 of 6, in one row, and of 0 to 4 in another."""
    folder = tmp_path_factory.mktemp("clips-of")
    write_clips(folder / "clips", n_test=6)
    few = write_captions(folder / "few.csv", range(4))
    more = write_captions(folder / "more.csv", range(5))
    data = ("--dataset", f"folder:{folder / 'clips'}:test", "--allow-missing", *FAST)
    ask("score", few, *data, "--out", folder / "few")
    ask("score", few, more, *data, "--out", folder / "both")
    return folder


def test_systems_run_on_the_clips_of_a_file_stand_in_one_table_with_it(place):
    live = ("run", "--systems", "constant,human", "--clips-of", place / "few", *FAST,
            "--isolation", "none", "--profile", "0", "--out", place / "live")  # fmt: skip
    ask(*live)
    assert read_run(place / "live").plan.clip_ids == tuple(f"test-{n:02d}.wav" for n in range(4))
    rows = json.loads(ask("leaderboard", place / "few", place / "live", "--format", "json"))
    assert {row["system"] for row in rows} == {"few", "constant", "human"}
    assert len({row["clips_sha256"] for row in rows}) == 1


def test_a_file_is_scored_on_the_clips_of_a_run_and_its_other_captions_are_left_out(place):
    whole = write_captions(place / "whole.csv", range(6))
    told = ask("score", whole, "--clips-of", place / "few", *FAST, "--out", place / "whole")
    scores = [read_run(place / name).only_system().scores for name in ("whole", "few")]
    assert scores[0].clips_sha256 == scores[1].clips_sha256
    assert scores[0].metrics["bleu_1"].value == scores[1].metrics["bleu_1"].value
    assert "4 clips of " in told
    with pytest.raises(DataError, match=r"2 clips have no caption: 'test-02.wav', 'test-03.wav'"):
        ask("score", write_captions(place / "two.csv", range(2)), "--clips-of", place / "few",
            *FAST, "--out", place / "two")  # fmt: skip


def test_rows_of_different_clips_are_named(place):
    with pytest.raises(UsageError, match=r"different clips \(few 4, more 5\); name one as"):
        read_clips_of(str(place / "both"))
    assert len(read_clips_of(f"{place / 'both'}::more").clip_ids) == 5


def test_a_run_on_other_captions_is_refused(place, tmp_path):
    write_clips(tmp_path / "clips", n_test=5)
    with pytest.raises(DataError, match=r"with other captions than folder:.*:test has here"):
        ask("run", "--systems", "constant", "--clips-of", place / "few", "--dataset",
            f"folder:{tmp_path / 'clips'}:test", *FAST, "--out", tmp_path / "run")  # fmt: skip


def test_clips_without_a_sound_here_are_refused(place, tmp_path):
    clips = place / "clips"
    (clips / "test-01.wav").rename(tmp_path / "away.wav")
    try:
        with pytest.raises(DataError, match=r"1 of the 4 clips of .* have no sound here: 'test-01"):
            ask("run", "--systems", "constant", "--clips-of", place / "few", *FAST,
                "--out", tmp_path / "run")  # fmt: skip
    finally:
        (tmp_path / "away.wav").rename(clips / "test-01.wav")


def test_a_file_of_captions_in_the_place_of_a_run_is_told_how_to_become_one(tmp_path):
    (tmp_path / "theirs.csv").write_text("file_name,caption\na.wav,rain\n")
    with pytest.raises(UsageError, match=r"csv is a file; expected a run.*bench score FILE"):
        read_clips_of(str(tmp_path / "theirs.csv"))
