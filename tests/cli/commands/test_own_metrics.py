"""Metrics of plugins from the command line: scored, ranked, compared and gated as others are."""

from __future__ import annotations

import json

import pytest
from lent_specs import lend
from printed import on_one_line
from scored_files import invoke
from toy_metrics import engine_of, overlap_engine, ratio_engine

from benchmark.contract.metrics import Metric
from benchmark.metrics.catalogue import METRICS
from benchmark.runs.reading import read_run

N_CLIPS = 30
KEYS = "overlap,long.ratio"


@pytest.fixture(autouse=True)
def _nothing_is_known_before_or_after():
    METRICS.forget_declared()
    yield
    METRICS.forget_declared()


def write_captions(place, name, n_good):
    """Write captions that repeat a word of their reference for some clips."""
    lines = ["file_name,caption_predicted,caption_1"]
    for at in range(N_CLIPS):
        said = "thunder rolls" if at < n_good else "a dog barks"
        lines.append(f"{at:02d}.wav,{said} {'on ' * (at % 3)},thunder rolls on {at}")
    path = place / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def plugins():
    return lend("metric", overlap_engine(), ratio_engine())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("own")
    files = [write_captions(place, "good", 25), write_captions(place, "poor", 5)]
    with plugins():
        done = invoke("score", *files, "--metrics", KEYS, "--out", place / "run",
                      "--rank-by", "overlap")  # fmt: skip
    assert done.exit_code == 0, done.output
    METRICS.forget_declared()
    return place / "run"


def test_its_own_column_ranks_with_an_interval(run):
    done = invoke("leaderboard", run, "--rank-by", "overlap", "--format", "json")
    assert done.exit_code == 0, done.output
    record = read_run(run)
    cell = record.system("good").cell("overlap")
    assert cell.low < cell.value < cell.high
    assert [row["system"] for row in json.loads(done.stdout)] == ["good", "poor"]
    table = invoke("leaderboard", run, "--rank-by", "overlap").stdout
    assert "Overlap" in table
    assert "Long words" in table
    assert "Ranked by Overlap." in on_one_line(table)


def test_a_run_is_read_where_its_plugin_is_not(run):
    for command in (["show", run, "03.wav"], ["leaderboard", run], ["report", run]):
        out = ["--out", run.parent / "page"] if command[0] == "report" else []
        done = invoke(*command, *out)
        assert done.exit_code == 0, (command, done.output)
    tested = invoke("compare", f"{run}::good", f"{run}::poor", "--metrics", "overlap")
    assert tested.exit_code == 0, tested.output
    assert "A better" in tested.stdout


def test_paired_tests_of_a_corpus_value_say_what_to_install_and_its_interval_stays(run):
    compared = ("compare", f"{run}::good", f"{run}::poor", "--metrics", "long.ratio")
    why = "test 1, which makes it of its clips, is not installed here; `pip install test`"
    assert why in str(invoke(*compared).exception)
    cell = read_run(run).system("good").cell("long.ratio")
    assert cell.low < cell.value < cell.high
    with plugins():
        again = invoke(*compared)
    assert again.exit_code == 0, again.output
    assert "Long words" in again.stdout


def test_a_run_whose_metric_means_another_thing_here_is_refused(run):
    other = Metric("overlap", "Overlap", higher_is_better=False)
    with lend("metric", engine_of(lambda *_: [], metric=other)):
        METRICS.get("overlap")
        with pytest.raises(KeyError):
            METRICS["nothing"]
        done = invoke("leaderboard", run)
        METRICS.forget_declared()
    told = str(done.exception)
    assert "holds overlap of test 1, which is another metric than that of test 1" in told
    assert "higher_is_better True and False" in told


def test_a_gate_judges_it_by_its_policy(run, tmp_path):
    baseline = tmp_path / "base.json"
    accepted = invoke("baseline", "accept", run, "--out", baseline, "--reason", "first")
    assert accepted.exit_code == 0, accepted.output
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'schema = 1\n[metrics.overlap]\nmin = 0.9\n[metrics."long.ratio"]\nmax_drop = 0.1\n'
    )
    METRICS.forget_declared()  # the baseline is what describes it then
    done = invoke("gate", run, "--baseline", baseline, "--policy", policy)
    assert done.exit_code == 1, done.output
    told = on_one_line(done.output)
    assert "overlap: >= 0.9" in told
    assert "overlap: drop <= 2 %" in told
    assert "long.ratio" in told
    assert "test 1, which makes it of its clips, is not installed here" in told
    policy.write_text("schema = 1\n[metrics.overlap]\nmax = 0.9\n")
    refused = invoke("gate", run, "--baseline", baseline, "--policy", policy)
    assert "overlap is better when higher; use min" in str(refused.exception)


def test_a_key_that_nothing_computes_gets_the_nearest(tmp_path):
    path = write_captions(tmp_path, "good", 25)
    with plugins():
        done = invoke("score", path, "--metrics", "overlpa", "--out", tmp_path / "run")
    assert "Did you mean 'overlap'?" in str(done.exception)


@pytest.mark.parametrize("off", ["core-lexical", "core-metrics"])
def test_what_is_switched_off_is_named_and_the_rest_works(run, off, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_WITHOUT_PLUGINS", off)
    with plugins():
        done = invoke("score", run.parent / "good.csv", "--metrics", "rouge_l,spider,overlap",
                      "--out", tmp_path / "run")  # fmt: skip
    assert done.exit_code == 0, done.output
    system = read_run(tmp_path / "run").only_system()
    assert system.value("overlap") is not None
    assert f"{off}, which computes it, is switched off" in system.cell("rouge_l").reason
    assert system.value("spider") is None
