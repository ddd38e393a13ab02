from __future__ import annotations

import pytest

from benchmark.contract import SplitLabel


@pytest.mark.parametrize(
    ("text", "dataset", "split"),
    [
        ("clotho:evaluation", "clotho", "evaluation"),
        ("clotho", "clotho", ""),
        ("clotho:a:b", "clotho", "a:b"),
        ("folder:clips:test", "folder:clips", "test"),
        ("folder:/data/a:b:val", "folder:/data/a:b", "val"),
        ("folder:test", "folder", "test"),
        ("folder", "folder", ""),
    ],
)
def test_a_label_is_taken_apart_at_its_split(text, dataset, split):
    assert SplitLabel.parse(text) == SplitLabel(dataset, split)


@pytest.mark.parametrize("text", ["clotho:evaluation", "folder:/a:b|c:test", "folder:train"])
def test_a_label_is_spelled_as_it_was_read(text):
    assert str(SplitLabel.parse(text)) == f"{SplitLabel.parse(text)}" == text


def test_of_a_folder_the_portable_label_leaves_the_path_out():
    label = SplitLabel.parse("folder:/home/a:b/clips:val")
    assert (label.dataset_name, label.path, label.is_public) == ("folder", "/home/a:b/clips", False)
    assert str(label.portable) == "folder:val"
    assert label.portable.portable == label.portable
    public = SplitLabel("clotho", "evaluation")
    assert public.portable == public
    assert public.is_public


def test_a_command_shows_where_the_path_is_to_be_written():
    assert SplitLabel.parse("folder:val").argument == "folder:PATH:val"
    assert SplitLabel.parse("folder:clips:val").argument == "folder:clips:val"
    assert SplitLabel.parse("clotho:evaluation").argument == "clotho:evaluation"


def test_a_folder_is_identified_by_its_captions_and_a_public_split_by_its_name():
    first, second = (SplitLabel.parse(f"folder:{path}:test") for path in ("/a", "/b"))
    assert first.identify("0123456789abcdef") == "folder:test@0123456789ab"
    assert first.identify("0123456789abcdef") == second.identify("0123456789abcdef")
    assert first.identify("f" * 64) != first.identify("0" * 64)
    assert SplitLabel("clotho", "evaluation").identify("f" * 64) == "clotho:evaluation"
