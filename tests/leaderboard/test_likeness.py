"""Rows of one name that are not of one thing."""

from __future__ import annotations

import dataclasses
import json

import pytest
from leaderboard_rows import row

from benchmark.leaderboard.likeness import describe_marks, tell_apart
from benchmark.leaderboard.seeds import join_seeds
from benchmark.leaderboard.tables import render
from benchmark.systems.makeup import Makeup

OLD, NEW = Makeup("a" * 64), Makeup("b" * 64)


def names_of(*rows):
    return [each.name for each in tell_apart(rows)]


def test_rows_of_one_content_keep_their_name():
    assert names_of(row(makeup=OLD), row(makeup=OLD, run="runs/2")) == ["toy", "toy"]
    assert names_of(row("toy", makeup=OLD), row("other", makeup=NEW)) == ["toy", "other"]
    assert describe_marks(tell_apart([row(), row()])) == []


def test_rows_of_two_contents_have_the_first_digits_behind_their_name():
    first, second, other = names_of(row(makeup=OLD), row(makeup=NEW), row("other"))
    assert first == f"toy @{OLD.makeup_id[:7]}"
    assert second == f"toy @{NEW.makeup_id[:7]}"
    assert other == "other"


def test_rows_of_two_versions_have_these_behind_their_name():
    assert names_of(row(version="1.0"), row(version="1.1", makeup=NEW)) == ["toy @1.0", "toy @1.1"]


def test_of_files_of_captions_the_version_is_a_hash():
    files = [row(version=digit * 64, distribution="captions file") for digit in "ab"]
    assert names_of(*files) == ["toy @aaaaaaa", "toy @bbbbbbb"]


def test_what_nobody_pinned_may_be_like_any_other():
    assert names_of(row(), row(makeup=OLD)) == ["toy", "toy"]
    assert names_of(row(), row(makeup=OLD), row(makeup=NEW))[0] == "toy @unpinned"


def test_one_version_of_two_distributions_is_told_by_these():
    assert names_of(row(), row(distribution="other-toy")) == [
        "toy @unpinned, 1.2.3, aac-bench-toy",
        "toy @unpinned, 1.2.3, other-toy",
    ]


@pytest.mark.parametrize("form", ["text", "md", "latex", "html"])
def test_every_table_shows_which_is_which_and_says_what_the_mark_is(form):
    text = render([row(makeup=OLD), row(makeup=NEW)], form)
    assert OLD.makeup_id[:7] in text
    assert NEW.makeup_id[:7] in text
    assert "not the same in all rows" in " ".join(text.split())


def test_programs_get_the_content_of_each_row():
    rows = [row(makeup=OLD), row()]
    assert [each["makeup"] for each in json.loads(render(rows, "json"))] == [OLD.makeup_id, None]
    assert OLD.makeup_id in render(rows, "csv")


def test_seeds_of_two_contents_are_not_one_row():
    rows = [row(makeup=OLD, seed=0), row(makeup=NEW, seed=1)]
    assert len(join_seeds(rows)) == 2
    same = [row(makeup=OLD, seed=0), row(makeup=OLD, seed=1)]
    assert len(join_seeds(same)) == 1
    assert dataclasses.replace(rows[0], mark="") == rows[0]
