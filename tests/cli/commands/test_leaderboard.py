"""``bench leaderboard``: tables of runs, written to a file and checked against it."""

from __future__ import annotations

from pathlib import Path

BASELINES = Path(__file__).parents[3] / "leaderboards" / "baselines"


def test_a_written_table_is_up_to_date_until_it_is_changed(bench, finished_run, tmp_path):
    path = tmp_path / "table.md"
    arguments = ("leaderboard", finished_run, "--format", "md", "-o", path)
    assert bench(*arguments).returncode == 0
    assert path.read_text() == bench("leaderboard", finished_run, "--format", "md").stdout
    done = bench(*arguments, "--check")
    assert (done.returncode, done.stdout) == (0, f"{path} is up to date.\n")
    path.write_text(path.read_text().replace("constant", "inconstant"))
    done = bench(*arguments, "--check")
    assert done.returncode == 1
    assert "-| floor   | inconstant" in done.stderr
    assert "out of date" in done.stderr
    assert "inconstant" in path.read_text()


def test_a_file_of_something_else_is_out_of_date(bench, finished_run, tmp_path):
    (tmp_path / "table.md").write_bytes(b"\xff\xfe")
    done = bench("leaderboard", finished_run, "--check", "-o", tmp_path / "table.md")
    assert done.returncode == 1
    assert "out of date" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_folders_of_a_written_table_are_made(bench, finished_run, tmp_path):
    path = tmp_path / "deep" / "er" / "table.md"
    done = bench("leaderboard", finished_run, "--format", "md", "-o", path)
    assert done.returncode == 0, done.stderr
    assert path.read_text().startswith("### ")


def test_a_table_that_was_never_written_is_out_of_date(bench, finished_run, tmp_path):
    done = bench("leaderboard", finished_run, "--check", "-o", tmp_path / "none.md")
    assert done.returncode == 1
    assert not (tmp_path / "none.md").exists()


def test_a_check_needs_a_file(bench, finished_run):
    done = bench("leaderboard", finished_run, "--check")
    assert done.returncode == 2
    assert "name it with --out" in done.stderr


def test_the_committed_table_is_that_of_the_committed_baseline(bench):
    arguments = ("leaderboard", BASELINES / "soundscapes-test.json", "--format", "md")
    done = bench(*arguments, "-o", BASELINES.parent / "soundscapes.md", "--check")
    assert done.returncode == 0, done.stderr


def test_the_committed_baseline_passes_its_own_gate(bench):
    baseline = BASELINES / "soundscapes-test.json"
    done = bench("gate", baseline, "--baseline", baseline)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_table_is_ranked_by_the_metric_that_is_named(bench, finished_run):
    done = bench("leaderboard", finished_run, "--rank-by", "rouge_l")
    assert done.returncode == 0, done.stderr
    assert "Ranked by ROUGE-L.\n" in done.stdout


def test_a_metric_to_rank_by_must_have_a_better_end(bench, finished_run):
    done = bench("leaderboard", finished_run, "--rank-by", "vocab.cands")
    assert done.returncode == 2
    assert done.stderr.startswith("bench: error: vocab.cands describes captions")
