"""``bench caption``: sounds that have no references."""

from __future__ import annotations

import csv
import io
import json


def test_files_and_folders_are_captioned_as_table_csv_and_json(bench, clips_folder):
    sounds = [f"{clips_folder}/test-00.wav", clips_folder]
    expected = {str(path) for path in clips_folder.glob("*.wav")}
    table = bench("caption", *sounds, "--system", "toy")
    assert table.returncode == 0, table.stderr
    assert table.stdout.count("a quiet sound") + table.stdout.count("a loud sound") == 16
    as_json = json.loads(bench("caption", *sounds, "--system", "toy", "--format", "json").stdout)
    assert set(as_json) == expected
    text = bench("caption", *sounds, "--system", "toy", "--format", "csv").stdout
    rows = {r["file_name"]: r["caption_predicted"] for r in csv.DictReader(io.StringIO(text))}
    assert rows == as_json


def test_a_sound_that_cannot_be_read_is_named_and_the_others_are_captioned(bench, clips_folder):
    (clips_folder / "broken.wav").write_bytes(b"RIFF")
    done = bench("caption", clips_folder, "--system", "toy", "--format", "json")
    assert done.returncode == 1
    assert "broken.wav" in done.stderr
    assert len(json.loads(done.stdout)) == 16


def test_a_system_that_learns_needs_a_training_split(bench, clips_folder):
    sound = clips_folder / "test-00.wav"
    done = bench("caption", sound, "--system", "random-train")
    assert done.returncode == 2
    assert "name a split with --train" in done.stderr
    train = f"folder:{clips_folder}:train"
    done = bench("caption", sound, "--system", "random-train", "--train", train)
    assert done.returncode == 0, done.stderr
    assert "noise" in done.stdout


def test_a_ceiling_cannot_caption_without_references(bench, clips_folder):
    done = bench("caption", clips_folder, "--system", "human")
    assert done.returncode == 2
    assert "human is a ceiling" in done.stderr


def test_a_system_that_fails_says_why(bench, clips_folder):
    done = bench("caption", clips_folder, "--system", "toy-raises[after=3]", "--format", "csv")
    assert done.returncode == 1
    assert "told to" in done.stderr
    assert done.stdout.count(".wav,") == 3
