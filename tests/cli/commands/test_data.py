from __future__ import annotations

import json

from click.testing import CliRunner
from shared_data import shared_path

from benchmark.cli.commands.data import command as data
from benchmark.cli.commands.fetch import command as fetch
from benchmark.cli.main import bench as command_line
from benchmark.datasets.catalogue import DATASETS
from benchmark.errors import BenchError


def run(*arguments):
    return CliRunner().invoke(command_line, list(map(str, arguments)))


def test_verify_says_what_a_folder_holds(clips_folder):
    done = run("data", "verify", f"folder:{clips_folder}:test")
    assert done.exit_code == 0
    assert f"folder:{clips_folder}:test" in done.stdout
    facts = json.loads(run("data", "verify", f"folder:{clips_folder}:test", "--json").stdout)
    assert (facts["expected"], facts["present"]) == (12, 12)
    assert "sounds" not in facts


def test_missing_sounds_are_counted_and_no_failure(clips_folder):
    (clips_folder / "test-03.wav").unlink()
    done = run("data", "verify", f"folder:{clips_folder}:test", "--sounds", "--json")
    assert done.exit_code == 0
    facts = json.loads(done.stdout)
    assert (facts["present"], facts["first_missing"]) == (11, ["test-03.wav"])


def test_a_broken_sound_is_named_and_ends_with_1_only_where_sounds_are_decoded(clips_folder):
    (clips_folder / "test-03.wav").write_bytes(b"no sound")
    label = f"folder:{clips_folder}:test"
    assert run("data", "verify", label).exit_code == 0
    for form in ("text", "json", "md"):
        done = run("data", "verify", label, "--sounds", "--format", form)
        assert done.exit_code == 1
        assert "test-03.wav" in done.stdout


def test_an_unknown_data_set_is_refused_with_the_nearest(tmp_path):
    for command in ("verify", "fetch"):
        done = run("data", command, "cloto", "--data-root", tmp_path)
        assert isinstance(done.exception, BenchError)
        assert done.exception.exit_code == 2
        assert "clotho" in str(done.exception)


def test_data_sets_are_listed_with_the_folder_that_they_go_to(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DATA", str(tmp_path))
    shown = run("datasets").stdout
    assert shown.endswith(f"Data root: {tmp_path} (change it with --data-root or BENCH_DATA)\n")
    for spec in DATASETS.values():
        assert f"\n  licence  {spec.licence}\n" in shown
        assert f"{spec.default_split} (default)" in shown
    rows = json.loads(run("datasets", "--format", "json").stdout)["datasets"]
    assert [row["data set"] for row in rows] == list(DATASETS)


def test_fetching_a_data_set_is_the_one_command_under_two_names():
    assert data.commands["fetch"] is fetch


def test_a_passport_counts_captions_that_stand_in_the_training_split():
    label, root = "audiocaps:test", shared_path("data")
    shown = run("data", "verify", label, "--data-root", root).stdout
    assert "  repeated    98 clips have two references of the same words\n" in shown
    assert (
        "  in training 409 of 4,875 captions, of 242 clips, stand word for word in "
        "audiocaps:train\n"
    ) in shown
    assert "  wording     as published (AudioCaps v1)\n" in shown


def test_a_passport_without_a_training_split_counts_nothing(tmp_path):
    (tmp_path / "test.csv").write_text("file_name,caption\na.wav,A dog barks.\na.wav,a dog barks\n")
    facts = json.loads(run("data", "verify", f"folder:{tmp_path}", "--json").stdout)
    assert facts["captions_in_training"] is None
    assert facts["clips_with_equal_references"] == 1
    (tmp_path / "train.csv").write_text("file_name,caption\nb.wav,a dog barks\n")
    facts = json.loads(run("data", "verify", f"folder:{tmp_path}", "--json").stdout)
    assert facts["captions_in_training"] == {
        "captions": 2, "clips": 1, "of": 2, "train": f"folder:{tmp_path}:train",
    }  # fmt: skip
    facts = json.loads(run("data", "verify", f"folder:{tmp_path}:train", "--json").stdout)
    assert facts["captions_in_training"] is None


def test_a_copy_with_fewer_clips_is_named(tmp_path):
    rows = shared_path("data/audiocaps/test.csv").read_text(encoding="utf-8").splitlines()
    clips = sorted({row.split(",")[1] for row in rows[1:]})[:882]
    (tmp_path / "audiocaps" / "audio").mkdir(parents=True)
    (tmp_path / "audiocaps" / "test.csv").write_text("\n".join(rows), encoding="utf-8")
    for clip in clips:
        (tmp_path / "audiocaps" / "audio" / f"Y{clip}.wav").touch()
    shown = run("data", "verify", "audiocaps", "--data-root", tmp_path).stdout
    assert "882 of 975 have a sound" in shown
    assert (
        "  clips are   There are as many clips in OpenSound/AudioCaps; whether they are the same "
        "is not known.\n"
    ) in shown


def test_versions_are_listed_with_what_is_known_of_their_splits():
    shown = run("datasets").stdout
    assert "\naudiocaps@2.0: AudioCaps 2.0: v1's 975 test clips, " in shown
    assert "\nclotho@1.0: Clotho v1: 2,893 development clips and no validation split" in shown
    assert "\n  clips    train 49,838, val 495, test 975\n" in shown
    assert "\n  clips    train ?, val 495, test 975\n" in shown
    (row,) = (
        row
        for row in json.loads(run("datasets", "--format", "json").stdout)["datasets"]
        if row["data set"] == "clotho@1.0"
    )
    assert row["clips"] == "development 2,893, evaluation 1,045"
