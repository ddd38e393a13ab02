"""Which data set the gap and the noise are measured on where none is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench_wsac.sources import clips_with_several_captions, load_gap_source, load_noise_source
from wsac_toy import make_resources, make_split

from benchmark import DataError, UnknownNameError

ALONE = make_split(2, captions=[("a dog barks",), ("rain falls", " ")])


def resources_with(root, train, *others):
    """Give resources that know some splits by their labels."""
    by_label = {str(split.label): split for split in others}

    def load(label):
        if label not in by_label:
            raise DataError(f"there is no {label} here. Fetch it.")
        return by_label[label]

    return replace(make_resources(root, train), load_split=load)


def named(dataset, name, split=None):
    return replace(split or make_split(2), dataset=dataset, name=name)


@pytest.mark.parametrize(
    ("train", "expected"),
    [
        (("audiocaps", "train"), ("clotho", "development")),
        (("clotho", "development"), ("audiocaps", "train")),
        (("clotho@1.0", "development"), ("audiocaps", "train")),
        (("audiocaps@2.0", "train"), ("clotho", "development")),
        (("soundscapes", "train"), ("soundscapes", "pretrain")),
        (("folder:mine", "train"), ("clotho", "development")),
    ],
)
def test_the_gap_is_measured_away_from_the_sounds_that_the_target_has(tmp_path, train, expected):
    other = named(*expected)
    found = load_gap_source(resources_with(tmp_path, named(*train), other), "auto")
    assert found is other


def test_the_training_split_is_taken_only_where_it_is_named(tmp_path):
    train = named("clotho", "development")
    resources = resources_with(tmp_path, train)
    assert load_gap_source(resources, "train") is train
    assert load_gap_source(resources, "clotho:development") is train


def test_no_other_source_is_taken_for_one_that_is_not_here(tmp_path):
    resources = resources_with(tmp_path, named("audiocaps", "train"), named("clotho", "evaluation"))
    with pytest.raises(DataError) as caught:
        load_gap_source(resources, "auto")
    said = str(caught.value)
    assert "away from the sounds of audiocaps:train, on clotho:development" in said
    assert "there is no clotho:development here. Fetch it." in said
    assert 'wsac-es[gap_source="folder:PATH:train"]; gap_source=train measures' in said


def test_a_source_that_is_named_and_not_here_is_the_error_of_its_data_set(tmp_path):
    resources = resources_with(tmp_path, make_split())
    for load in (load_gap_source, load_noise_source):
        with pytest.raises(DataError, match=r"^there is no clotho:validation here\. Fetch it\.$"):
            load(resources, "clotho:validation")


@pytest.mark.parametrize("load", [load_gap_source, load_noise_source])
def test_a_name_that_is_none_gets_the_nearest(tmp_path, load):
    with pytest.raises(UnknownNameError, match="no data set named 'cloto'"):
        load(make_resources(tmp_path, make_split()), "cloto:evaluation")


def test_noise_is_of_the_training_captions_where_a_clip_has_two(tmp_path):
    train = named("clotho", "development")
    assert load_noise_source(resources_with(tmp_path, train), "auto") is train


def test_noise_is_of_clotho_where_training_captions_stand_alone(tmp_path):
    train, clotho = named("audiocaps", "train", ALONE), named("clotho", "development")
    assert load_noise_source(resources_with(tmp_path, train, clotho), "auto") is clotho
    assert load_noise_source(resources_with(tmp_path, train, clotho), "train") is train


def test_without_clotho_captions_that_stand_alone_say_what_to_give(tmp_path):
    with pytest.raises(DataError) as caught:
        load_noise_source(resources_with(tmp_path, named("audiocaps", "train", ALONE)), "auto")
    said = str(caught.value)
    assert "none of the 2 clips of audiocaps:train has two" in said
    assert "there is no clotho:development here. Fetch it." in said
    assert 'wsac-ni[noise_source="folder:PATH:train"], or give a number, as noise_std=0.05' in said


@pytest.mark.parametrize("load", [load_gap_source, load_noise_source])
def test_without_a_training_split_nothing_is_chosen(tmp_path, load):
    with pytest.raises(DataError, match="no training split"):
        load(make_resources(tmp_path, None), "auto")


def test_blank_captions_do_not_count_among_several():
    split = make_split(3, captions=[("b", " ", "a"), ("c", ""), ("d", "e")])
    assert clips_with_several_captions(split) == [["b", "a"], ["d", "e"]]
