"""Scores, statistics and captions that do not go together are found, sealed or not."""

from __future__ import annotations

import pytest
from made_nights import cell_of, system_of

from benchmark.runs.contradictions import find_contradictions


def found(**changes):
    system = system_of("toy", {"cider_d": 0.5}, **changes)
    return find_contradictions({"toy": system})


def test_what_was_scored_contradicts_nothing():
    assert found() == []
    assert found(captions={}) == []  # withheld


def test_a_value_that_its_statistics_do_not_make_is_told_with_both():
    assert found(cells={"cider_d": cell_of("cider_d", 9.99)}) == [
        "toy: CIDEr-D is 9.99, and its statistics make 0.5"
    ]


@pytest.mark.parametrize("value", [0.5 + 1e-9, 0.5 * (1 + 1e-8)])
def test_rounding_is_no_contradiction(value):
    assert found(cells={"cider_d": cell_of("cider_d", value)}) == []


def test_clips_that_do_not_go_together_are_told():
    assert found(clips_sha256="0" * 64) == [
        "toy: the statistics are of other clips than the scores"
    ]
    (fault,) = found(n_scored=7)
    assert fault == "toy: 7 clips scored in the scores, 7 in the manifest, 10 in the statistics"
    (fault,) = found(captions={"a": "rain"})
    assert fault == "toy: 1 clips have a caption, and 10 others were scored"
