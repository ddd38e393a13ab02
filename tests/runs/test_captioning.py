"""Sounds without references, captioned into a list."""

from __future__ import annotations

import shutil

import pytest
from noises import Echo
from small_clips import write_clips

from benchmark.contract import SystemSpec
from benchmark.errors import DataError, UnknownNameError, UsageError
from benchmark.plugins.loading import declared_by
from benchmark.plugins.provenance import Provenance
from benchmark.runs.captioning import caption_sounds
from benchmark.runs.learning import AskedLearning
from benchmark.runs.plan import Feeding
from benchmark.runs.requests import CaptionRequest
from benchmark.runs.sounds import find_sounds
from benchmark.systems import built_in
from benchmark.systems.registry import Registry


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return write_clips(tmp_path_factory.mktemp("data") / "clips", n_test=5)


@pytest.fixture
def sounds(clips, tmp_path):
    folder = tmp_path / "sounds"
    folder.mkdir()
    for path in sorted(clips.glob("test-*.wav")):
        shutil.copy(path, folder)
    return folder


def ask(captioner, *paths, **changes):
    """Caption sounds with a captioner, or with the function that prepares it."""
    prepare = captioner if callable(captioner) else lambda resources, options: captioner
    registry = Registry()
    registry.add("(built in)", Provenance("aac-bench", "1"), declared_by(built_in)["system"])
    registry.add("test", Provenance("test", "1"), [SystemSpec("ear", "hears", prepare)])
    system_name = changes.pop("system", "ear")
    request = CaptionRequest(paths, system_name, paths[0], **changes)
    return caption_sounds(request, registry)


def test_every_sound_is_captioned_under_its_path_in_order(sounds):
    captions = ask(Echo(), sounds)
    assert captions.failure is None
    assert [entry.clip_id for entry in captions.entries] == sorted(map(str, sounds.iterdir()))
    assert {entry.state for entry in captions.entries} == {"ok"}
    assert captions.entries[0].caption == f"{sounds / 'test-00.wav'} among 1"


def test_sounds_are_fed_as_asked(sounds):
    captions = ask(Echo(), sounds, feeding=Feeding(batch_size=2))
    assert [entry.batch for entry in captions.entries] == [0, 0, 1, 1, 2]
    assert [entry.caption[-1] for entry in captions.entries] == ["2", "2", "2", "2", "1"]


def test_a_sound_that_cannot_be_read_has_the_reason_and_costs_itself_alone(sounds):
    (sounds / "test-02.wav").write_bytes(b"no sound")
    captions = ask(Echo(), sounds)
    assert captions.failure is None
    states = [entry.state for entry in captions.entries]
    assert states == ["ok", "ok", "error", "ok", "ok"]
    assert "test-02.wav" in captions.entries[2].error


def test_a_captioner_that_stops_keeps_what_it_said(sounds):
    class Tiring:
        n_calls = 0

        def caption(self, clips):
            self.n_calls += 1
            return ["a hiss"] if self.n_calls < 3 else 1 / 0

    captions = ask(Tiring(), sounds)
    assert captions.failure.startswith(f"at clip {str(sounds / 'test-02.wav')!r}: ZeroDivision")
    assert [entry.state for entry in captions.entries] == ["ok", "ok", "error"]


def test_a_system_that_cannot_get_ready_says_nothing_of_any_sound(sounds):
    def prepare(resources, options):
        raise OSError("no weights")

    assert ask(prepare, sounds) == ([], "while preparing: OSError: no weights")


def test_a_system_gets_no_references_and_no_training_split(sounds):
    given = []

    def prepare(resources, options):
        given.append(resources)
        return Echo()

    ask(prepare, sounds, seed=7)
    (resources,) = given
    assert (resources.references, resources.train, resources.seed) == (None, None, 7)


def test_a_system_that_learns_gets_the_split_that_is_named(sounds, clips):
    captions = ask(
        Echo(), sounds, system="random-train", learning=AskedLearning(f"folder:{clips}:train")
    )
    texts = {entry.caption for entry in captions.entries}
    assert all("train hiss" in text or "noise number" in text for text in texts)
    with pytest.raises(UsageError, match=r"random-train needs training captions.*--train"):
        ask(Echo(), sounds, system="random-train")


def test_a_ceiling_is_refused(sounds):
    with pytest.raises(UsageError, match="human is a ceiling: it captions from references alone"):
        ask(Echo(), sounds, system="human")


def test_an_unknown_system_is_refused_with_a_guess(sounds):
    with pytest.raises(UnknownNameError, match="Did you mean 'ear'"):
        ask(Echo(), sounds, system="eaar")


def test_folders_are_searched_through_and_other_files_passed_over(tmp_path, clips):
    deep = tmp_path / "deep" / "er"
    deep.mkdir(parents=True)
    shutil.copy(clips / "test-00.wav", deep / "a.WAV")
    (tmp_path / "deep" / "notes.txt").write_text("")
    assert find_sounds([tmp_path / "deep"]).sounds == [deep / "a.WAV"]


def test_a_file_that_is_named_is_a_sound_whatever_its_name(tmp_path):
    (tmp_path / "sound.raw").write_bytes(b"")
    assert find_sounds([tmp_path / "sound.raw"]).sounds == [tmp_path / "sound.raw"]


def test_a_sound_that_is_named_twice_is_heard_once_in_its_first_place(sounds):
    last = sounds / "test-04.wav"
    paths = find_sounds([last, sounds, last]).sounds
    assert paths[0] == last
    assert sorted(paths) == sorted(sounds.iterdir())


def test_a_folder_with_the_name_of_a_sound_is_searched_and_is_none(tmp_path, clips):
    folder = tmp_path / "album.wav"
    folder.mkdir()
    with pytest.raises(DataError, match="no sound in"):
        find_sounds([tmp_path])
    shutil.copy(clips / "test-00.wav", folder)
    assert find_sounds([tmp_path]).sounds == [folder / "test-00.wav"]


def test_nothing_to_caption_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r"no sound in .*; expected files such as \.wav"):
        find_sounds([tmp_path])
    with pytest.raises(DataError, match="does not exist; expected a sound or a folder of sounds"):
        find_sounds([tmp_path / "nowhere"])
