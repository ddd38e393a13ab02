"""One name for a model, however it is spelt and wherever it lies."""

from __future__ import annotations

import json

import pytest

from benchmark.models.names import find_known, folder_name, hub_names, short_name

KNOWN = ("roberta-base", "roberta-large", "microsoft/deberta-xlarge-mnli", "bert-base-uncased")


def folder_of(path, **config):
    path.mkdir(parents=True)
    (path / "config.json").write_text(json.dumps(config))
    return path


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("roberta-base", "roberta-base"),
        ("FacebookAI/roberta-base", "roberta-base"),
        ("FacebookAI/xlm-roberta-large", "xlm-roberta-large"),
        ("google-bert/bert-base-uncased", "bert-base-uncased"),
        ("distilbert/distilroberta-base", "distilroberta-base"),
        ("openai-community/gpt2", "gpt2"),
        ("sentence-transformers/all-MiniLM-L6-v2", "all-MiniLM-L6-v2"),
        ("sentence-transformers/all-mpnet-base-v2", "sentence-transformers/all-mpnet-base-v2"),
        ("microsoft/deberta-xlarge-mnli", "microsoft/deberta-xlarge-mnli"),
        ("somebody/roberta-base", "somebody/roberta-base"),
        ("FacebookAI/bert-base-uncased", "FacebookAI/bert-base-uncased"),
    ],
)
def test_owners_that_the_hub_added_later_are_left_out_and_others_stay(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize("name", ["roberta-base", "FacebookAI/roberta-base"])
def test_the_hub_is_asked_under_the_name_with_its_owner_first(name):
    assert hub_names(name) == ("FacebookAI/roberta-base", "roberta-base")


def test_of_models_with_another_owner_the_hub_has_one_name():
    assert hub_names("microsoft/deberta-base") == ("microsoft/deberta-base",)


def test_a_folder_is_called_by_its_name_and_a_snapshot_by_its_repository(tmp_path):
    cached = tmp_path / "models--FacebookAI--roberta-base" / "snapshots" / ("ab" * 20)
    other = tmp_path / "models--microsoft--deberta-base" / "snapshots" / ("cd" * 20)
    old = tmp_path / "models--roberta-large" / "snapshots" / ("ef" * 20)
    for folder in (cached, other, old):
        folder.mkdir(parents=True)
    assert folder_name(cached) == "roberta-base"
    assert folder_name(other) == "microsoft/deberta-base"
    assert folder_name(old) == "roberta-large"
    assert folder_name(tmp_path / "my-bert") == "my-bert"


def test_a_link_is_called_as_what_it_leads_to(tmp_path):
    snapshot = tmp_path / "models--FacebookAI--roberta-base" / "snapshots" / ("ab" * 20)
    snapshot.mkdir(parents=True)
    (tmp_path / "mine").symlink_to(snapshot, target_is_directory=True)
    assert folder_name(tmp_path / "mine") == "roberta-base"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("roberta-base", "roberta-base"),
        ("FacebookAI/roberta-large", "roberta-large"),
        ("google-bert/bert-base-uncased", "bert-base-uncased"),
        ("microsoft/deberta-xlarge-mnli", "microsoft/deberta-xlarge-mnli"),
        ("deberta-xlarge-mnli", "microsoft/deberta-xlarge-mnli"),
        ("somebody/deberta-xlarge-mnli", None),
        ("somebody/roberta-base", None),
        ("my-bert", None),
    ],
)
def test_a_model_is_found_in_a_list_by_its_name(tmp_path, name, known):
    assert find_known(name, folder_of(tmp_path / "any"), KNOWN) == known


@pytest.mark.parametrize(
    "former",
    [
        "roberta-base",
        "FacebookAI/roberta-base",
        "/models/roberta-base",
        "~/.cache/hub/models--FacebookAI--roberta-base/snapshots/0123456789",
    ],
)
def test_a_folder_of_any_name_is_known_by_what_it_was_loaded_from(tmp_path, former):
    folder = folder_of(tmp_path / "my-copy", _name_or_path=former)
    assert find_known("my-copy", folder, KNOWN) == "roberta-base"
    assert find_known("somebody/tuned", folder, KNOWN) is None


@pytest.mark.parametrize("content", ["", "[]", '{"_name_or_path": 5}', '{"_name_or_path": ""}'])
def test_a_configuration_that_says_nothing_names_nothing(tmp_path, content):
    folder = folder_of(tmp_path / "my-copy")
    (folder / "config.json").write_text(content)
    assert find_known("my-copy", folder, KNOWN) is None
