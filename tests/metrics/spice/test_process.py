"""SPICE's child: what it says of sentences, and how it comes back after it died."""

from __future__ import annotations

import pytest

from benchmark.errors import MachineError
from benchmark.metrics.spice.limits import SpiceLimits
from benchmark.metrics.spice.parser_files import find_parser_files
from benchmark.metrics.spice.process import SpiceClip, SpiceProcess


@pytest.fixture
def spice(_real_spice):
    with SpiceProcess(find_parser_files(), SpiceLimits()) as process:
        yield process


def test_propositions_scores_and_a_second_life(spice):
    sentences = ["a dog barks", "two red birds sing", "", "rain on a roof", "-lrb- 🔊 雨 -rrb-"]
    parsed = spice.parse(sentences)
    assert [result.failure for result in parsed] == [None] * 5
    assert parsed[0].propositions == [["dog", "bark"], ["dog"]]
    assert sorted(parsed[1].propositions) == [
        ["bird"], ["bird", "red"], ["bird", "sing"], ["bird", "two"],
    ]  # fmt: skip
    assert parsed[2].propositions == []
    assert parsed[3].propositions == [["roof"]], "the parser takes `rain` for a verb here"

    spice._process.kill()
    assert spice.parse(sentences) == parsed, "a child that died is started again"

    dog, birds = parsed[0].propositions, parsed[1].propositions
    scores = spice.score([SpiceClip(dog, [dog, birds]), SpiceClip([], [dog])], has_parts=False)
    assert scores == [{"all": (1.0, 1 / 3, 0.5)}, {"all": (0.0, 0.0, 0.0)}]


def test_a_child_that_dies_again_and_again_is_given_up(monkeypatch, spice):
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:+NoSuchFlag")
    with pytest.raises(MachineError, match="NoSuchFlag"):
        spice.parse(["a dog", "a cat", "rain", "wind", "a car"])
