"""Which file is whose, which of several is heard, and what is said of the rest."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from benchmark.datasets.sound_search import (
    Place,
    describe_found,
    find_sounds,
    match_names,
    walk_folders,
)
from benchmark.errors import DataError


def put(path: Path, content: str = "sound") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def look(*folders: Path, names=("a.wav", "b.wav")):
    match = match_names({name: name for name in names})
    return find_sounds([Place(folder, match) for folder in folders])


def test_the_first_folder_wins_and_folders_inside_are_not_entered(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    heard = {"a.wav": put(first / "a.wav"), "b.wav": put(second / "b.wav")}
    other = put(second / "a.wav", "another sound")
    put(first / "below/b.wav")
    found = look(first, tmp_path / "absent", second)
    assert found.paths == heard
    assert found.rivals == {"a.wav": (other,)}
    (line,) = describe_found(found, heard)
    assert line.startswith("1 clip with other files of the name that differ, such as 'a.wav': ")
    assert line.endswith(f"heard is {heard['a.wav']}, not {other}")


def test_a_copy_elsewhere_is_no_rival(tmp_path):
    put(tmp_path / "1/a.wav")
    put(tmp_path / "2/a.wav")
    assert describe_found(look(tmp_path / "1", tmp_path / "2"), ["a.wav"]) == []
    put(tmp_path / "2/a.wav", "SOUND")
    assert len(describe_found(look(tmp_path / "1", tmp_path / "2"), ["a.wav"])) == 1


def test_a_folder_named_like_a_sound_is_none_and_a_dead_link_is_told(tmp_path):
    (tmp_path / "a.wav").mkdir()
    (tmp_path / "b.wav").symlink_to(tmp_path / "gone.wav")
    found = look(tmp_path)
    assert found.paths == {}
    (line,) = describe_found(found, ["a.wav", "b.wav"])
    assert "1 link to sounds that are not there" in line
    assert f"{tmp_path / 'b.wav'} to {tmp_path / 'gone.wav'}" in line


def test_links_are_followed_through_chains_and_folders(tmp_path):
    put(tmp_path / "disk/blobs/0123")
    (tmp_path / "cache").symlink_to("disk")
    (tmp_path / "clips").mkdir()
    (tmp_path / "one").symlink_to(tmp_path / "cache/blobs/0123")
    (tmp_path / "clips/a.wav").symlink_to("../one")
    (tmp_path / "clips/b.wav").symlink_to("b.wav")  # to itself
    assert look(tmp_path / "clips").paths == {"a.wav": tmp_path / "clips/a.wav"}


@pytest.mark.parametrize(
    ("lies", "distance"),
    [
        ("a.wav", 0),
        ("a.flac", 1),
        ("a.WAV", 1),
        ("A.wav", 2),
        (" a .mp3", 2),
        ("A.ogg", 2),
    ],
)
def test_a_name_is_read_to_the_letter_and_else_as_copies_spell_it(tmp_path, lies, distance):
    put(tmp_path / lies)
    assert look(tmp_path).paths == {"a.wav": tmp_path / lies}
    assert match_names({"a.wav": "a.wav"})(lies).distance == distance


@pytest.mark.parametrize(
    ("name", "lies"),
    [
        ("Café.wav", "Cafe\u0301.wav"),
        ("Cafe\u0301.wav", "Café.wav"),
        ("rain &amp; storm.wav", "rain & storm.flac"),
        ("what?.wav", "what_.wav"),
        ("STRASSE.wav", "straße.wav"),
        ("no suffix", "no suffix.wav"),
        ("v1.2", "v1.2.wav"),
    ],
)
def test_spellings_that_programs_change_are_one_name(tmp_path, name, lies):
    put(tmp_path / lies)
    assert look(tmp_path, names=[name]).paths == {name: tmp_path / lies}


def test_a_spelling_that_two_clips_share_is_read_to_the_letter_only(tmp_path):
    put(tmp_path / "a.flac")
    assert look(tmp_path, names=["a.wav", "A.wav"]).paths == {}
    put(tmp_path / "A.wav")
    assert look(tmp_path, names=["a.wav", "A.wav"]).paths == {"A.wav": tmp_path / "A.wav"}


def test_of_several_formats_the_one_that_loses_nothing_is_heard(tmp_path):
    for suffix in ("mp3", "flac", "ogg"):
        put(tmp_path / f"a.{suffix}", suffix)
    found = look(tmp_path)
    assert found.paths == {"a.wav": tmp_path / "a.flac"}
    assert len(found.rivals["a.wav"]) == 2


def test_of_files_that_are_alike_in_all_but_their_bytes_none_is_heard(tmp_path):
    put(tmp_path / "A.flac", "one")
    put(tmp_path / "a .flac", "another")
    found = look(tmp_path)
    assert found.paths == {}
    (line,) = describe_found(found, ["a.wav"])
    assert "none before the other, such as 'a.wav'" in line
    assert "none is heard" in line


@pytest.mark.parametrize("name", ["._a.wav", ".a.wav", "._a.flac"])
def test_what_macos_leaves_beside_a_sound_is_passed_over(tmp_path, name):
    put(tmp_path / name)
    found = look(tmp_path)
    assert (found.paths, found.unused) == ({}, {})


def test_sounds_that_belong_to_no_clip_are_counted_with_the_nearest_clip(tmp_path):
    for number in range(975):
        (tmp_path / f"clip-{number:03}x.wav").touch()
    put(tmp_path / "notes.txt")
    found = look(tmp_path, names=[f"clip-{number:03}.wav" for number in range(975)])
    (line,) = describe_found(found, [f"clip-{number:03}.wav" for number in range(975)])
    assert line == (
        f"975 sound files in {tmp_path} belong to no clip, such as 'clip-000x.wav'; nearest clip "
        "'clip-000.wav'"
    )


def test_sounds_of_nobody_are_not_told_of_where_no_clip_lacks_its_own(tmp_path):
    for name in ("a.wav", "b.wav", "c.wav"):
        put(tmp_path / name)
    assert describe_found(look(tmp_path), ["a.wav", "b.wav"]) == []


def test_folders_that_name_another_split_are_not_entered_and_links_back_end(tmp_path):
    for inside in (
        "audio/test",
        "audio/train",
        "clips",
        "audiocaps_test/x",
        ".hidden",
        "a/b/c/d/e",
    ):
        (tmp_path / inside).mkdir(parents=True)
    (tmp_path / "clips/back").symlink_to(tmp_path)
    folders = walk_folders([tmp_path], ("test",), ("train", "val"))
    inside = [str(folder.relative_to(tmp_path)) for folder in folders]
    assert inside == [
        *("audiocaps_test", "audio/test", "audiocaps_test/x"),
        *(".", "a", "audio", "clips", "a/b", "a/b/c", "a/b/c/d"),
    ]


def test_a_folder_that_may_not_be_read_is_an_error(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"cannot list .*Permission denied"):
        look(tmp_path)


def test_many_files_are_listed_once(tmp_path, monkeypatch):
    put(tmp_path / "a.wav")
    listed = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: listed.append(folder) or real(folder))
    look(tmp_path)
    assert listed == [tmp_path]
    shutil.rmtree(tmp_path)
