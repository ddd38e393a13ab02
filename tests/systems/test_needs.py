"""What systems need is looked for without getting them ready, and all that lacks is told."""

from __future__ import annotations

import pytest
from noises import Echo, system_of

from benchmark import Artifacts, DataError, MissingWeightsError, Need, Resources, UsageError
from benchmark.systems.needs import Found, look_for_needs, require_needs


@pytest.fixture
def resources(tmp_path):
    return Resources("cpu", 0, Artifacts(tmp_path))


def lacking(error):
    def look():
        raise error

    return Need(look)


def needing(*needs):
    return system_of(Echo(), needs=lambda resources, options: needs)


def test_every_lack_is_told_and_what_is_here_is_noted(resources):
    def fetch():
        raise AssertionError("nothing is fetched while needs are looked for")

    found = look_for_needs(
        needing(
            lacking(MissingWeightsError("no weights")),
            Need(lambda: "a" * 40, "gpt2", fetch),
            lacking(DataError("no sound")),
            Need(lambda: None, "mine"),
            lacking(DataError("no sound")),
        ),
        resources,
    )
    assert found == Found(("no weights", "no sound"), {"gpt2": "a" * 40}, (fetch,))


def test_a_system_that_says_nothing_needs_nothing(resources):
    assert look_for_needs(system_of(Echo()), resources) == Found()
    assert require_needs(needing(), resources) == Found()


def test_one_system_that_lacks_something_is_refused(resources):
    with pytest.raises(UsageError, match="1 system lacks what is needed here") as caught:
        require_needs(needing(lacking(DataError("no sound"))), resources)
    assert str(caught.value).endswith("\n  system: no sound")


def test_options_that_do_not_go_together_are_a_lack(resources):
    def needs(resources, options):
        raise UsageError("width=7 is no multiple")

    found = look_for_needs(system_of(Echo(), needs=needs), resources)
    assert found.lacks == ("width=7 is no multiple",)


def test_a_plugin_whose_needs_are_none_is_told_of(resources):
    def fail(resources, options):
        raise KeyError("encoder")

    (lack,) = look_for_needs(system_of(Echo(), needs=fail), resources).lacks
    assert "needs() raises KeyError: 'encoder'; expected what it needs" in lack
    (lack,) = look_for_needs(needing("gpt2"), resources).lacks
    assert "needs() gave 'gpt2'; expected a Need" in lack
