"""``bench score`` of files that people have: no data set, references of a file, told in a line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from small_clips import write_clips

from benchmark.cli.main import bench as cli
from benchmark.runs.reading import read_run

BOTH = (
    "file_name,caption_predicted,caption_1,caption_2\n"
    "a.wav,rain falls,rain falls,it rains\nb.wav,a cat purrs,a dog barks,\n"
)
CAPTIONS = "audio_id,pred\n/sounds/a.wav,rain falls\nb,a cat purrs\n"
REFERENCES = "file_name,caption_0,caption_1\na.wav,rain falls,it rains\nb.wav,a dog barks,\n"
METRICS = ("--metrics", "bleu_1,rouge_l")


def invoke(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def write(path, content):
    path.write_text(content)
    return path


def value(run, key):
    (system,) = read_run(run).systems.values()
    return system.value(key)


def rouge_l(run):
    return value(run, "rouge_l")


def test_a_file_with_its_references_needs_no_data_set(tmp_path):
    both = write(tmp_path / "both.csv", BOTH)
    done = invoke("score", both, *METRICS, "--out", tmp_path / "run")
    assert done.exit_code == 0, done.stderr
    assert done.stderr.splitlines()[0] == (
        f"bench: {both}: csv, 2 rows, id `file_name`, caption `caption_predicted`, references "
        "`caption_1` to `caption_2` (2)"
    )
    assert rouge_l(tmp_path / "run") == pytest.approx((1 + 1 / 3) / 2)


def test_a_file_of_references_stands_for_a_data_set(tmp_path):
    captions = write(tmp_path / "mine.csv", CAPTIONS)
    references = write(tmp_path / "refs.csv", REFERENCES)
    done = invoke("score", captions, "--references", references, *METRICS, "--out", tmp_path / "r")
    assert done.exit_code == 0, done.stderr
    told = done.stderr.splitlines()
    assert told[0].endswith("refs.csv: csv, 2 rows, id `file_name`, references `caption_0` to "
                            "`caption_1` (2), 3 in all of 2 clips")  # fmt: skip
    assert told[1].endswith("ids matched: 1 by base name, 1 by stem")
    assert rouge_l(tmp_path / "r") == pytest.approx((1 + 1 / 3) / 2)


@pytest.mark.parametrize("moved", [False, True])
def test_a_run_of_own_references_is_scored_again_from_its_folder(tmp_path, moved):
    both = write(tmp_path / "both.csv", BOTH)
    assert invoke("score", both, *METRICS, "--out", tmp_path / "run").exit_code == 0
    both.unlink()
    run = (tmp_path / "run").rename(tmp_path / "moved") if moved else tmp_path / "run"
    done = invoke("rescore", run, "--metrics", "bleu_1,rouge_l,cider_d")
    assert done.exit_code == 0, done.stderr
    assert rouge_l(run) == pytest.approx((1 + 1 / 3) / 2)
    shown = invoke("show", run, "b.wav")
    assert shown.exit_code == 0, shown.stderr
    assert "a dog barks" in shown.stdout


def test_kept_references_that_were_edited_are_not_scored_against(tmp_path):
    both = write(tmp_path / "both.csv", BOTH)
    assert invoke("score", both, *METRICS, "--out", tmp_path / "run").exit_code == 0
    kept = tmp_path / "run" / "references.json"
    kept.write_text(json.dumps({"a.wav": ["rain falls"], "b.wav": ["a cat purrs"]}))
    done = invoke("rescore", tmp_path / "run")
    assert "hash to" in str(done.exception)


def test_files_of_other_references_are_told_apart(tmp_path):
    first = write(tmp_path / "first.csv", BOTH)
    second = write(tmp_path / "second.csv", BOTH.replace("a dog barks", "a cat purrs"))
    done = invoke("score", first, second, *METRICS, "--out", tmp_path / "run")
    assert "hold different references: 'b.wav'" in str(done.exception)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "holds no references, and no others were named. Name a data set with --dataset"),
        (("--dataset", "folder:x", "--references", "REFS"), "both give references; choose one"),
        (("--references", "REFS", "--caption-column", "x"), "has no column 'x'"),
        (("--references", "REFS", "--encoding", "utf-99"), "is no encoding of texts"),
    ],
)
def test_what_lacks_or_contradicts_itself_is_told_before_any_work(tmp_path, arguments, message):
    captions = write(tmp_path / "mine.csv", CAPTIONS)
    references = write(tmp_path / "refs.csv", REFERENCES)
    named = [references if argument == "REFS" else argument for argument in arguments]
    done = invoke("score", captions, *named, *METRICS, "--out", tmp_path / "run")
    assert message in str(done.exception)
    assert not (tmp_path / "run").exists()


def test_columns_and_encoding_are_named_on_the_command_line(tmp_path):
    captions = tmp_path / "mine.csv"
    captions.write_bytes("nom,légende,autre\na,rain falls,x\nb,a cat purrs,y\n".encode("cp1252"))
    references = tmp_path / "refs.csv"
    references.write_bytes("nom,été\na,rain falls\na,it rains\nb,a dog barks\n".encode("cp1252"))
    done = invoke("score", captions, "--references", references, "--id-column", "nom",
                  "--caption-column", "légende", "--reference-column", "été", "--encoding",
                  "cp1252", *METRICS, "--out", tmp_path / "run")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert rouge_l(tmp_path / "run") == pytest.approx((1 + 1 / 3) / 2)


def test_what_bench_caption_prints_is_scored_against_its_folder(tmp_path, monkeypatch):
    """Ids are paths there, as they were found."""
    clips = write_clips(tmp_path / "clips", n_test=4)
    for sound in clips.rglob("*.wav"):
        if not sound.name.startswith("test"):
            sound.unlink()
    done = invoke("caption", clips, "--system", "constant", "--format", "csv",
                  "--isolation", "none")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    captions = write(tmp_path / "p.csv", done.stdout)
    done = invoke("score", captions, "--dataset", f"folder:{clips}", *METRICS,
                  "--out", tmp_path / "run")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "by base name" in done.stderr
