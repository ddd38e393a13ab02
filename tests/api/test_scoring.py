"""Captions that a program holds get the numbers that the command gives to files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from bench_process import bench_environment
from own_files import METRIC, write_file
from real_captions import SYSTEMS, read_rows
from scored_files import invoke
from shared_data import shared_path

from benchmark import MetricModels, score
from benchmark.errors import DataError, UnknownNameError
from benchmark.plugins.named_files import named_files
from benchmark.runs.reading import read_run

CAPTIONS = {"a.wav": "a dog barks", "b.wav": "rain falls on a roof"}
REFERENCES = {
    "a.wav": ["a dog barks at a gate", "two dogs bark"],
    "b.wav": ["rain falls heavily", "it rains on a tin roof"],
}


def score_files(names, out, metrics):
    files = [shared_path(f"data/outputs/{name}.csv") for name in names]
    done = invoke("score", *files, "--dataset", "clotho:evaluation", "--metrics", metrics,
                  "--data-root", shared_path("data"), "--out", out)  # fmt: skip
    assert done.exit_code == 0, done.output
    return read_run(out)


def read_outputs(names):
    return {
        name: {key: row["caption_predicted"] for key, row in read_rows(name).items()}
        for name in names
    }


def assert_same_numbers(record, other):
    assert list(record.systems) == list(other.systems)
    for name, system in record.systems.items():
        found = other.systems[name]
        assert found.scores.n_scored == system.scores.n_scored
        assert found.scores.clips_sha256 == system.scores.clips_sha256
        assert {key: (c.value, c.low, c.high) for key, c in found.scores.metrics.items()} == {
            key: (c.value, c.low, c.high) for key, c in system.scores.metrics.items()
        }
        arrays = system.contributions.arrays
        assert found.contributions.arrays.keys() == arrays.keys()
        for key, array in arrays.items():
            np.testing.assert_array_equal(found.contributions.arrays[key], array)


@pytest.fixture(scope="module")
def of_files(tmp_path_factory):
    return score_files(SYSTEMS[:2], tmp_path_factory.mktemp("clotho") / "run", "lexical")


def test_a_name_of_a_split_gives_the_very_numbers_and_signatures_of_the_command(of_files):
    result = score(
        read_outputs(SYSTEMS[:2]),
        "clotho:evaluation",
        metrics="lexical",
        data_root=shared_path("data"),
    )
    assert_same_numbers(of_files, result.record)
    for name, system in of_files.systems.items():
        signatures = {key: str(cell.signature) for key, cell in system.scores.metrics.items()}
        assert result[name].signatures == signatures


def test_references_in_a_mapping_give_the_very_numbers_too(of_files):
    with shared_path("data/clotho/clotho_captions_evaluation.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    references = {row["file_name"]: [row[f"caption_{n}"] for n in range(1, 6)] for row in rows}
    result = score(read_outputs(SYSTEMS[:2]), references, metrics="lexical")
    assert_same_numbers(of_files, result.record)
    assert result.record.plan.references_sha256 == of_files.plan.references_sha256
    frame = result[SYSTEMS[0]].per_clip
    with (of_files.path / "per_clip.csv").open(newline="") as file:
        kept = {row["clip_id"]: row for row in csv.DictReader(file) if row["system"] == SYSTEMS[0]}
    assert {clip_id: row["cider_d"] for clip_id, row in kept.items()} == {
        clip_id: str(value) for clip_id, value in frame["cider_d"].items()
    }


def test_lists_are_scored_in_their_order_and_meteor_is_that_of_mappings():
    by_id = score(CAPTIONS, REFERENCES, metrics="java")
    in_order = score([*CAPTIONS.values()], [*REFERENCES.values()], metrics="java")
    assert in_order.only.values == by_id.only.values
    assert "meteor" in by_id.only.values
    assert list(in_order.per_clip.loc["captions", "caption"]) == list(CAPTIONS.values())
    assert list(in_order.only.captions) == ["0", "1"]


def test_a_metric_that_cannot_run_says_why_and_takes_no_other_along(tmp_path):
    models = MetricModels(sbert_model=str(tmp_path / "nothing"))
    result = score(CAPTIONS, REFERENCES, metrics=["sbert_sim", "rouge_l"], models=models)
    assert "nothing" in result.only.absent["sbert_sim"]
    assert result.value("sbert_sim") is None
    assert result.only.values.keys() == {"rouge_l"}
    assert np.isnan(result.to_pandas().loc["captions", "sbert_sim"])


def test_clips_without_a_caption_are_refused_or_left_out_knowingly():
    some = {"a.wav": "a dog barks"}
    with pytest.raises(DataError, match=r"clips have no caption: 'b\.wav'"):
        score(some, REFERENCES, metrics="lexical")
    result = score(some, REFERENCES, metrics="lexical", allow_missing=True)
    assert "clips:1/2" in result.only.signatures["cider_d"]


def test_scores_are_kept_in_a_folder_where_one_is_named(tmp_path):
    kept = score(CAPTIONS, REFERENCES, metrics="rouge_l", out=tmp_path / "run")
    assert kept.path == tmp_path / "run"
    assert read_run(tmp_path / "run").content_id == kept.record.content_id
    in_memory = score(CAPTIONS, REFERENCES, metrics="rouge_l")
    assert kept.only.values == in_memory.only.values


def test_a_metric_that_is_not_there_is_refused_before_any_work():
    with pytest.raises(UnknownNameError, match="Did you mean 'cider_d'"):
        score(CAPTIONS, REFERENCES, metrics=["cider"])


CODE = f"""
import json, sys
from benchmark import score
result = score({CAPTIONS!r}, {REFERENCES!r}, metrics="lexical")
heavy = {{"torch", "transformers", "click", "pandas"}}
print(json.dumps([result.value("cider_d"), sorted(heavy & set(sys.modules))]))
"""


def test_neither_torch_nor_the_command_line_is_loaded_for_words(tmp_path):
    # A script as people write it, without `if __name__ == "__main__"`.
    (tmp_path / "script.py").write_text(CODE)
    done = subprocess.run(
        [sys.executable, tmp_path / "script.py"],
        env=bench_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    value, loaded = json.loads(done.stdout)
    assert loaded == []
    assert value == score(CAPTIONS, REFERENCES, metrics="lexical").value("cider_d")


def test_a_metric_of_a_file_is_scored_and_leaves_nothing_behind(tmp_path):
    path = write_file(tmp_path, "my_metric.py", METRIC)
    result = score(["a dog", "rain"], [["a dog barks"], ["a dog barks"]], metrics=[str(path)])
    assert result.value("my-metric") == pytest.approx(0.5)
    assert "my-metric" in str(result)
    assert named_files() == []
