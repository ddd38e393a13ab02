"""Cells that hold one caption, a list of them, or what looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.datasets.forms.cells import find_joint, read_cell


@pytest.mark.parametrize(
    "text",
    ["", "rain", "[Music]", "[]", "()", "{}", "(laughs) 'hi'", "'a' and 'b'", "a | b", "[a, b]",
     '"quoted"', "[Music] 'hello'", "he says (\"no\")"],
)  # fmt: skip
def test_what_is_no_list_is_text_to_the_letter(text):
    assert read_cell(text) == text


@given(st.text())
def test_any_text_that_is_no_list_stays_as_it_is(text):
    try:
        found = read_cell(text)
    except ValueError:
        return  # told, not read
    assert found == text or isinstance(found, tuple)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_pythons_and_jsons_lists_are_read_back(texts):
    import json

    assert read_cell(repr(texts)) == tuple(texts)
    assert read_cell(json.dumps(texts)) == tuple(texts)
    assert read_cell(json.dumps(texts, ensure_ascii=False)) == tuple(texts)


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("['a dog', 'a cat']", ("a dog", "a cat")),
        ('["it\'s", "x"]', ("it's", "x")),
        ("('a dog',)", ("a dog",)),
        (["a", "b"], ("a", "b")),
        ([{"caption": "a"}, {"caption": "b", "id": 3}], ("a", "b")),
        ([], ()),
    ],
)
def test_lists_are_read(cell, texts):
    assert read_cell(cell) == texts


@pytest.mark.parametrize(
    "cell",
    [
        "['a' 'b']",  # NumPy's: Python would join the two
        "['a'\n 'b']",
        "array(['a', 'b'], dtype=object)",
        "{'a', 'b'}",
        '{"caption": "a"}',
        "['a', nan]",
        "[nan, 'a']",
        "[['a', 'b']]",
        "[b'a']",
        "['a'] + ['b']",
        "['a', __import__('os').abort()]",
        "['a' * 10**9]",
        "[" * 100_000 + "'a'" + "]" * 100_000,
        "['" + "a" * 200_000 + "',]",
        None,
        7,
        True,
        ["a", None],
        [["a"]],
    ],
)
def test_what_looks_like_a_list_and_is_none_is_told(cell):
    with pytest.raises(ValueError, match=r"looks like|is no list|holds|is a |has 200,00"):
        read_cell(cell)


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["a | b", "c|d"], "'|' between texts"),
        (["a ||| b", "c ||| d"], "'|' between texts"),
        (["[a, b]", " [c] "], "brackets around it"),
    ],
)
def test_a_joint_in_all_captions_is_told(texts, name):
    assert name in find_joint(texts)
    assert find_joint([*texts, "plain"]) is None
    assert find_joint(texts[:1]) is None
