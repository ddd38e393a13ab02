"""What a row may be called."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.errors import UsageError
from benchmark.runs.row_names import (
    MOST_OF_A_NAME,
    choose_row_names,
    refuse_repeats,
    require_called_well,
)
from benchmark.systems.registry import load_registry

FILES = [Path("ours.csv"), Path("theirs.json")]


def test_rows_are_called_as_they_are_named_or_as_their_files():
    assert choose_row_names([], FILES) == ["ours", "theirs"]
    names = ["<a> = 1 | 猫 é `x`", "w" * MOST_OF_A_NAME]
    assert choose_row_names(names, FILES) == names


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        (" a", "begins or ends with a blank"),
        ("a\n", "begins or ends with a blank"),
        ("a\nb", "holds a line break"),
        ("a\r\nb", "holds a line break"),
        ("a\u2028b", "holds a line break"),
        ("a\tb", "what nobody sees"),
        ("a\x1b[31m", "what nobody sees"),
        ("a\x9b", "what nobody sees"),
        ("a\u202eb", "what nobody sees"),
        ("a\udcff", "what nobody sees"),
        ("a\x00b", "what nobody sees"),
        ("a::b", "'::', which parts a run from its system"),
        ("x" * 100_000, "begins a name of 100,000 characters"),
    ],
)
def test_what_is_no_name_is_refused_in_words(name, reason):
    for names, files, told in (
        ([name, "b"], FILES, "--name: "),
        ([], [Path(f"{name}.csv"), FILES[0]], "the name of "),
    ):
        if not names and (name != name.strip() or not name):  # such a stem is another
            continue
        with pytest.raises(UsageError) as caught:
            choose_row_names(names, files)
        message = str(caught.value)
        assert message.startswith(told)
        assert reason in message
        assert len(message) < 100_700
        assert "Give another with --name" in message


def test_there_is_one_name_a_file_and_each_stands_for_itself():
    with pytest.raises(UsageError, match="1 --name for 2 files"):
        choose_row_names(["a"], FILES)
    with pytest.raises(UsageError, match="'a' is named more than once"):
        choose_row_names(["a", "a"], FILES)
    refuse_repeats(["a", "b"])
    with pytest.raises(UsageError, match="named more than once"):
        refuse_repeats(["a", "b", "a"])


def test_what_a_user_calls_a_system_is_a_name_for_a_row():
    registry = load_registry()
    require_called_well([registry.system(text) for text in ("my rain=constant", "constant")])
    for name in ("a::b", "a\nb", "w" * 201):
        with pytest.raises(UsageError, match=r"what constant is called: .*Choose another, as mine"):
            require_called_well([registry.system(f"{name}=constant")])
