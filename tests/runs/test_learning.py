"""What systems learn from: the data set's own splits, or those that are named."""

from __future__ import annotations

import dataclasses
import shutil

import pytest
from noises import Echo, system_of

from benchmark.contract import SplitLabel
from benchmark.datasets.catalogue import load_split, validation_split_of
from benchmark.errors import DataError, UsageError
from benchmark.machine.places import artifacts
from benchmark.runs.learning import AskedLearning, Learning, choose_learning, load_learning

LEARNER = system_of(Echo(), needs_train=True, uses_validation=True).spec
READER = dataclasses.replace(LEARNER, uses_validation=False)
DEAF = dataclasses.replace(LEARNER, needs_waveform=False)


def labels_of(learning):
    return tuple(
        split and f"{split.label.dataset_name}:{split.name}"
        for split in (learning.train, learning.validation)
    )


@pytest.fixture
def choose(clips_folder):
    shutil.copy(clips_folder / "train.csv", clips_folder / "val.csv")
    return chooser(clips_folder)


def chooser(folder):
    def choose(*specs, split="test", **asked):
        evaluated = load_split(f"folder:{folder}:{split}", folder, artifacts())
        asked = {
            name: f"folder:{folder}:{text}" if text in ("train", "val") else text
            for name, text in asked.items()
        }
        return choose_learning(AskedLearning(**asked), specs, evaluated, folder)

    return choose


def test_systems_that_learn_get_the_data_sets_own_splits(choose):
    assert labels_of(choose(LEARNER, READER)) == ("folder:train", "folder:val")


def test_what_nobody_uses_is_not_loaded(choose, clips_folder):
    (clips_folder / "val.csv").write_text("not a captions file")
    assert labels_of(choose(READER)) == ("folder:train", None)
    assert labels_of(choose(LEARNER, validation="none")) == ("folder:train", None)
    (clips_folder / "train.csv").write_text("not a captions file")
    assert labels_of(choose(system_of(Echo()).spec)) == (None, None)


def test_epochs_are_never_chosen_on_what_is_evaluated_unless_it_is_asked_for(choose):
    assert labels_of(choose(LEARNER, split="val")) == ("folder:train", None)
    assert labels_of(choose(LEARNER, split="val", validation="val")) == (
        "folder:train",
        "folder:val",
    )  # and then refused, as for any split that holds what is captioned


def test_a_folder_without_such_a_split_has_none(clips_folder):
    choose = chooser(clips_folder)
    assert labels_of(choose(LEARNER)) == ("folder:train", None)
    with pytest.raises(DataError, match="no captions for the split 'val'"):
        choose(LEARNER, validation="val")


def test_a_damaged_split_of_its_own_is_no_reason_to_do_without_it_in_silence(choose, clips_folder):
    (clips_folder / "val.csv").write_text("not a captions file")
    with pytest.raises(DataError, match=r"chosen on folder:.*:val: .*--val none` holds out"):
        choose(LEARNER)


def test_a_training_split_does_not_choose_its_own_epoch(choose):
    with pytest.raises(UsageError, match=r"--val names folder:.*:train, which is what systems"):
        choose(LEARNER, validation="train")
    assert labels_of(choose(LEARNER, train="val")) == ("folder:val", None)


def test_official_data_sets_say_which_split_it_is():
    names = {
        name: str(validation_split_of(SplitLabel.parse(f"{name}:{split}")))
        for name, split in (
            ("clotho", "evaluation"),
            ("audiocaps", "test"),
            ("soundscapes", "test"),
        )
    }
    assert names == {
        "clotho": "clotho:validation",
        "audiocaps": "audiocaps:val",
        "soundscapes": "soundscapes:val",
    }


def test_each_system_gets_what_its_record_asks_for(choose):
    learning = choose(LEARNER)
    assert learning.for_system(LEARNER, ()) == learning
    assert learning.for_system(READER, ()) == Learning(learning.train)
    assert learning.for_system(system_of(Echo()).spec, ()) == Learning()
    assert labels_of(learning.for_system(DEAF, ())) == ("folder:train", "folder:val")


def test_splits_are_loaded_again_by_their_labels(choose, clips_folder):
    learning = choose(LEARNER)
    again = load_learning(*(str(split.label) for split in learning.splits), clips_folder)
    assert labels_of(again) == labels_of(learning)
    assert load_learning(None, None, clips_folder) == Learning()
