"""``bench caption``: sounds that have no references."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import soundfile
from media_files import write_media


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


def test_what_a_caption_leaned_on_is_a_line_a_piece(bench, clips_folder):
    sounds = [clips_folder / f"test-0{number}.wav" for number in range(2)]
    asked = ("caption", *sounds, "--system", "toy", "--explain", "--format")
    done = bench(*asked, "json")
    assert done.returncode == 0, done.stderr
    as_json = json.loads(done.stdout)
    assert list(as_json) == list(map(str, sounds))
    first = as_json[str(sounds[0])]
    assert first["caption_predicted"].startswith("a quiet sound of level")
    (pieces,) = first["explanation"].values()
    assert [piece["text"].split()[0] for piece in pieces] == ["sample"] * 2
    assert pieces[0]["weight"] >= pieces[1]["weight"] > 0

    rows = list(csv.DictReader(io.StringIO(bench(*asked, "csv").stdout)))
    assert [(row["file_name"], row["kind"], row["rank"]) for row in rows] == [
        (str(sound), "loudest samples", rank) for sound in sounds for rank in "12"
    ]
    assert rows[0]["evidence"] == pieces[0]["text"]
    assert float(rows[0]["weight"]) == pieces[0]["weight"]

    lines = bench(*asked, "text").stdout.splitlines()
    assert [cell.strip() for cell in lines[1].strip("│").split("│")] == [
        *("sound", "caption", "leaned on", "weight", "what")
    ]
    assert sum("loudest samples" in line for line in lines) == 2
    assert sum(pieces[0]["text"] in line for line in lines) >= 1


def test_captions_stay_where_nobody_can_say_what_they_leaned_on(bench, clips_folder):
    sounds = [clips_folder / f"test-0{number}.wav" for number in range(3)]
    done = bench("caption", *sounds, "--system", "toy-unfounded[after=1]", "--explain")
    assert done.returncode == 1
    assert done.stdout.count("a quiet sound") == 3
    assert "not known" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    told = "did not say what 2 of its 3 captions leaned on; at clip"
    assert told in done.stderr
    assert f"{sounds[1]}': LookupError: nobody knows" in done.stderr


def test_a_system_that_never_says_what_it_leans_on_is_told_to_be_one(bench, clips_folder):
    sound = clips_folder / "test-00.wav"
    done = bench("caption", sound, "--system", "constant", "--explain", "--format", "json")
    assert done.returncode == 0
    assert "constant does not say what its captions lean on" in done.stderr
    assert json.loads(done.stdout)[str(sound)]["explanation"] is None


def test_a_system_that_fails_says_why(bench, clips_folder):
    done = bench("caption", clips_folder, "--system", "toy-raises[after=3]", "--format", "csv")
    assert done.returncode == 1
    assert "told to" in done.stderr
    assert done.stdout.count(".wav,") == 3


def test_a_folder_is_captioned_as_far_as_it_can_be_decoded_and_the_rest_is_named(
    bench, clips_folder, tmp_path
):
    sound = clips_folder / "test-00.wav"
    folder = tmp_path / "mixed"
    (folder / "disk").mkdir(parents=True)
    for name in ("a.wav", "caf\udce9.wav", "no suffix", "._a.wav", "disk/b.wav"):
        shutil.copy(sound, folder / name)
    samples, rate_hz = soundfile.read(sound)
    soundfile.write(folder / "c.voc", samples, rate_hz, subtype="PCM_16")
    write_media(folder / "d.m4a", samples, rate_hz)
    (folder / "linked").symlink_to(clips_folder)
    (folder / "linked back").symlink_to(folder)
    (folder / "notes.txt").write_text("no sound")
    done = bench("caption", folder, "--system", "constant", "--format", "json")
    assert done.returncode == 0, done.stderr
    captioned = {Path(name).name for name in json.loads(done.stdout)}
    assert {"a.wav", "caf\udce9.wav", "no suffix", "b.wav", "c.voc", "d.m4a"} <= captioned
    assert "._a.wav" not in captioned
    assert len(captioned) == 6 + len(list(clips_folder.glob("*.wav")))
    assert "3 files that are no sound left out: " in done.stderr
    assert f"{folder}/notes.txt" in done.stderr
