"""What is on its way out says so in one line, and what has moved is where the table says."""

from __future__ import annotations

import importlib

import pytest

from benchmark.deprecated import MOVED_MODULES, MOVED_NAMES, Deprecation, find_new_home


def test_a_warning_says_what_since_when_until_when_and_what_instead():
    warning = Deprecation("--old", since="1.0", until="1.1", instead="write --new.").warning
    assert warning == "--old is deprecated since 1.0 and gone with 1.1: write --new."


@pytest.mark.parametrize("module", MOVED_MODULES)
def test_a_module_that_has_moved_is_where_the_table_says(module):
    with pytest.raises(ImportError) as caught:
        importlib.import_module(module)
    home = find_new_home(caught.value)
    assert importlib.import_module(home.partition(" ")[0])


def test_a_module_that_never_was_has_no_new_home():
    with pytest.raises(ImportError) as caught:
        importlib.import_module("benchmark.no_such_room")
    assert find_new_home(caught.value) is None
    assert find_new_home(ValueError("benchmark.training")) is None


def test_a_name_that_has_moved_out_of_the_contract_is_still_there_and_warns():
    import benchmark

    with pytest.warns(DeprecationWarning, match="import it from benchmark.datasets") as caught:
        name = benchmark.EMBEDDED_DATASET
    assert name == "soundscapes"
    assert caught[0].filename == __file__
    with pytest.raises(AttributeError, match="no attribute 'NO_SUCH_NAME'"):
        benchmark.NO_SUCH_NAME  # noqa: B018


def test_every_name_that_has_moved_is_where_the_table_says():
    for name, home in MOVED_NAMES.items():
        assert name in importlib.import_module(home).__all__
