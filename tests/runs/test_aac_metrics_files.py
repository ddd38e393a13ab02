"""Scores in aac-metrics' layout, held against the files that its own command writes."""

from __future__ import annotations

import csv
import importlib
import math
import sys

import numpy as np
import pytest
import yaml
from aac_metrics_oracle import oracle_folder, oracle_java, oracle_leaves_its_pipes_open
from leaderboard_rows import cell
from run_records import contributions, run_of, system
from scored_files import invoke, write_captions

from benchmark.runs.aac_metrics_files import write_aac_metrics_files

# Not in the order of their ids, with what a CSV file must quote.
CAPTIONS = {
    "rain.wav": 'Rain falls on "the" roof.',
    "dog.wav": "a dog barks, loudly",
    "hall.wav": "people talk",
    "wind.wav": "",
}
REFERENCES = {
    "rain.wav": ("rain falls on a roof", "water drips from a roof"),
    "dog.wav": ("a dog barks at a car", "the dog is barking loudly"),
    "hall.wav": ("people talk in a hall", "a crowd chatters"),
    "wind.wav": ("wind blows", "leaves rustle in the wind"),
}
LEXICAL = ("bleu_1", "bleu_2", "bleu_3", "bleu_4", "meteor", "rouge_l", "cider_d")


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """The folder that our command writes."""
    place = tmp_path_factory.mktemp("ours")
    (place / "clips").mkdir()
    lines = ["file_name,caption_1,caption_2", *(f"{n},{a},{b}" for n, (a, b) in REFERENCES.items())]
    (place / "clips" / "test.csv").write_text("\n".join(lines) + "\n")
    captions = write_captions(place / "mine, 2nd.csv", CAPTIONS)
    done = invoke(
        "score", captions, "--dataset", f"folder:{place / 'clips'}:test", "--out", place / "run",
        "--metrics", ",".join([*LEXICAL, "vocab.cands", "vocab.mrefs_full", "vocab.ratio_full",
                               "sent_len.cands"]),
        "--format", "aac-metrics",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "Ranked by CIDEr-D" in done.output
    folder = place / "run" / "aac-metrics"
    assert str(folder / "mine%2C 2nd.corpus.yaml") in done.output
    return folder


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The folder in which ``aac-metrics-eval`` of aac-metrics 0.5.4 was run on the same texts."""
    place = tmp_path_factory.mktemp("theirs")
    with (place / "in.csv").open("w", newline="") as file:
        header = ("file_name", "caption_predicted", "caption_1", "caption_2")
        rows = [(name, text, *REFERENCES[name]) for name, text in CAPTIONS.items()]
        csv.writer(file).writerows([header, *rows])
    command = importlib.import_module("aac_metrics.eval")
    sets = importlib.import_module("aac_metrics.functional.evaluate").METRICS_SETS
    # None of its own sets goes without SPICE, which its main program cannot run everywhere.
    sets["lexical"] = (*LEXICAL, "vocab")
    arguments = ["-i", "in.csv", "-m", "lexical", "-co", "corpus.yaml", "-so", "sentences.csv",
                 "-cache", oracle_folder(place), "-java", oracle_java(), "-tmp", place,
                 "--device", "cpu", "-v", "0"]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setattr(sys, "argv", ["aac-metrics-eval", *map(str, arguments)])
        command._main_eval()
    return place


def read_rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@oracle_leaves_its_pipes_open
def test_rows_are_those_that_aac_metrics_writes(ours, theirs):
    mine, original = (read_rows(ours / "mine%2C 2nd.sentences.csv"),
                      read_rows(theirs / "sentences.csv"))  # fmt: skip
    assert list(mine[0]) == list(original[0]) == ["index", "candidate", *LEXICAL]
    assert [(row["index"], row["candidate"]) for row in mine] == [
        (row["index"], row["candidate"]) for row in original
    ]
    for key in LEXICAL:
        np.testing.assert_allclose(
            [float(row[key]) for row in mine], [float(row[key]) for row in original], atol=1e-9
        )


@oracle_leaves_its_pipes_open
def test_corpus_values_have_its_keys_and_are_its_numbers(ours, theirs):
    mine, original = (
        yaml.safe_load(path.read_text())
        for path in (ours / "mine%2C 2nd.corpus.yaml", theirs / "corpus.yaml")
    )
    # Its estimate by a few draws is another figure than the expectation, which has another key.
    shared = {key for key in original if key not in ("vocab.mrefs_avg", "vocab.ratio_avg")}
    assert set(mine) == shared
    assert list(mine) == sorted(mine)
    for key in shared:
        assert mine[key] == pytest.approx(original[key], abs=1e-9)


@oracle_leaves_its_pipes_open
def test_lines_end_as_in_its_files(ours, theirs):
    for mine, original in (
        ("mine%2C 2nd.sentences.csv", "sentences.csv"),
        ("mine%2C 2nd.corpus.yaml", "corpus.yaml"),
    ):
        content = [path.read_bytes() for path in (ours / mine, theirs / original)]
        assert (b"\r\n" in content[0]) == (b"\r\n" in content[1])


@pytest.mark.parametrize("value", [1e-05, 2.5e-17, 1e22, 0.0, 0.5, 12345.0])
def test_yaml_reads_every_value_back_to_the_digit(value, tmp_path):
    toy = system(metrics={"cider_d": cell(value)})
    (files,) = write_aac_metrics_files(run_of(toy), tmp_path).values()
    assert yaml.safe_load(files.corpus.read_text()) == {"cider_d": value}


def test_what_has_no_value_is_left_out_and_a_clip_without_one_is_blank(tmp_path):
    made = contributions("ab", cider_d=[1.0, 2.0], spice=[0.5, math.nan])
    cells = {"cider_d": cell(1.5), "spice": cell(0.5, "too long", "spice"), "fer": cell(None, "no")}
    toy = system("toy", "ab", contributions=made, metrics=cells, captions={"b": "y", "a": "x"})
    (files,) = write_aac_metrics_files(run_of(toy), tmp_path).values()
    assert yaml.safe_load(files.corpus.read_text()) == {"cider_d": 1.5, "spice": 0.5}
    assert read_rows(files.sentences) == [
        {"index": "0", "candidate": "y", "cider_d": "2.0", "spice": ""},
        {"index": "1", "candidate": "x", "cider_d": "1.0", "spice": "0.5"},
    ]


def test_a_system_of_several_captions_a_clip_is_left_out_and_the_command_says_so(
    bench, finished_run
):
    done = bench("rescore", finished_run, "--metrics", "bleu_1", "--format", "aac-metrics")
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (finished_run / "aac-metrics").iterdir())
    assert written == ["constant.corpus.yaml", "constant.sentences.csv"]
    assert "not written for 'human': scored leave-one-out" in done.stderr


def test_the_table_of_a_run_is_printed_in_any_format_and_can_be_read_by_a_program(
    bench, finished_run
):
    done = bench("rescore", finished_run, "--metrics", "bleu_1", "--format", "csv")
    assert [row["system"] for row in csv.DictReader(done.stdout.splitlines())] == [
        "constant",
        "human",
    ]
    assert f"Run: {finished_run}" in done.stderr
